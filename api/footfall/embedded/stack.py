"""The supervisor behind `footfall up`: starts the parts in order, keeps them alive, stops them in order.

Start: PostgreSQL (unless DATABASE_URL names another), migrations, API, worker, nginx. Stop: nginx first,
so that nothing new comes in; the API then commits and answers what it has; the worker ends its batch;
PostgreSQL last. It runs in one thread, because the children watch the life of the thread that made them.
"""

from __future__ import annotations

import http.client
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from footfall.config import Settings
from footfall.embedded import nginx, ports
from footfall.embedded.children import Child, Command, rotate_log, start
from footfall.embedded.console import Console
from footfall.embedded.home import Home, lock_data_dir, open_data_dir, open_home
from footfall.embedded.leftovers import end_leftover_children, end_leftover_server
from footfall.embedded.postgres import START_PATIENCE_S, Cluster
from footfall.embedded.programs import POSTGRES_MAJOR
from footfall.embedded.run_file import ProcessName, RunFile
from footfall.embedded.signals import Stopped, Waiter, listening
from footfall.errors import Misconfigured

READY_PATIENCE_S = 60.0
STOP_ORDER = ("migrate", "nginx", "api", "worker", "postgres")
QUICK_DEATH_S = 10.0
MOST_QUICK_DEATHS = 5
LONGEST_PAUSE_S = 60.0
ROTATION_PERIOD_S = 60.0


def run(settings: Settings) -> None:
    """Run the stack until a stop signal. Raises FootfallError, with everything stopped, if it cannot."""
    data_dir = open_data_dir(settings.data_dir)
    lock = lock_data_dir(data_dir)
    try:
        with listening() as waiter:
            stack = Stack(settings, open_home(data_dir), waiter)
            try:
                stack.start()
                stack.watch()
            except Stopped:
                pass
            finally:
                stack.stop()
    finally:
        os.close(lock)


@dataclass(slots=True)
class Watched:
    """A command that shall run: its child, its quick deaths in a row, when to start it again."""

    command: Command
    child: Child
    started_at: float
    quick_deaths: int = 0
    restart_at: float | None = None


class Stack:
    def __init__(self, settings: Settings, home: Home, waiter: Waiter) -> None:
        self._settings = settings
        self._home = home
        self._waiter = waiter
        self._console = Console()
        self._watched: dict[str, Watched] = {}
        self._socket_dir: Path | None = None
        self._run_file: RunFile | None = None
        self._plain_environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}

    # Starting

    def start(self) -> None:
        settings, console = self._settings, self._console
        end_leftover_children(self._home.run_file, self._waiter)
        ports.check_ports(settings)
        console.say("Footfall is starting.")
        api_port = ports.choose_api_port(settings)
        api_url = f"http://{ports.LOOPBACK}:{api_port}"
        url = f"http://{ports.reachable_host(settings.bind)}:{settings.port}"
        nginx.publish(self._home)
        nginx.configure(
            self._home,
            settings,
            listen=nginx.listen_address(settings.bind, settings.port),
            api=f"{ports.LOOPBACK}:{api_port}",
        )
        self._run_file = RunFile(ProcessName.of_this(), url, api_url)
        self._run_file.database_url = self._start_database()
        self._write_run_file()
        self._migrate()
        with console.step("services") as result:
            self._launch(self._footfall("api", "serve", "--port", str(api_port)))
            self._launch(self._footfall("worker", "work"))
            self._launch(nginx.server(self._home, self._plain_environment))
            # Asked while the others start; it also says in one sentence what is wrong with a token.
            token = self._ask("token")
            setup_link = self._ask("user", "link", "--if-needed")
            self._await("api", lambda: _answers(ports.LOOPBACK, api_port, "/readyz"))
            host = ports.reachable_host(settings.bind).strip("[]")
            self._await("nginx", lambda: _answers(host, settings.port, "/readyz"))
            result.append("API, worker and nginx are up")
        self._run_file.is_ready = True
        self._write_run_file()
        self._print_summary(token, setup_link)

    def _start_database(self) -> str:
        if self._settings.database_url is not None:
            return self._settings.require_database_url()
        self._socket_dir = self._home.socket_dir()
        assert self._run_file is not None
        port = self._run_file.database_port = self._settings.database_port
        cluster = Cluster(self._home, self._socket_dir, self._plain_environment, port)
        with self._console.step("database") as result:
            is_new = not cluster.exists
            if is_new:
                cluster.create(self._run_to_end)
            else:
                cluster.check()
                end_leftover_server(cluster, self._waiter)
            child = self._launch(cluster.server())
            self._await("postgres", lambda: cluster.is_ready(child.pid), START_PATIENCE_S)
            result.append(f"PostgreSQL {POSTGRES_MAJOR} is up{', new and empty' if is_new else ''}")
        return cluster.url

    def _migrate(self) -> None:
        with self._console.step("schema") as result:
            command = self._footfall("migrate", "migrate")
            try:
                self._run_to_end(command)
            except Misconfigured as error:
                if self._settings.database_url is None or "DATABASE_URL" in error.detail:
                    raise
                sentence = error.detail.rstrip(".")
                raise Misconfigured(f"{sentence}. Check DATABASE_URL.") from None
            result.append("up to date")

    def _footfall(self, name: str, *arguments: str) -> Command:
        """One of our own sub-commands, with the settings of this run."""
        assert self._run_file is not None
        program = Path(sys.executable).with_name("footfall")
        environment = {
            **os.environ,
            "DATABASE_URL": self._run_file.database_url,
            "FOOTFALL_DATA_DIR": str(self._home.data_dir),
            "FOOTFALL_SPOOL_DIR": str(self._settings.spool_folder.absolute()),
            "PYTHONUNBUFFERED": "1",
        }
        log = self._home.logs / f"{name}.log"
        return Command(name, (program, *arguments), log, environment)

    def _launch(self, command: Command) -> Child:
        rotate_log(command.log)
        child = start(command)
        before = self._watched.get(command.name)
        quick_deaths = before.quick_deaths if before else 0
        self._watched[command.name] = Watched(command, child, time.monotonic(), quick_deaths)
        if self._run_file is not None:
            self._write_run_file()
        return child

    def _await(
        self, name: str, is_ready: Callable[[], bool], patience_s: float = READY_PATIENCE_S
    ) -> None:
        child = self._watched[name].child

        def is_decided() -> bool:
            return child.exit_status() is not None or is_ready()

        if not self._waiter.until(is_decided, patience_s):
            raise Misconfigured(_describe_end(child, f"did not get ready in {patience_s:.0f} s"))
        if child.exit_status() is not None:
            raise Misconfigured(_describe_end(child, "ended at its start"))

    def _run_to_end(self, command: Command, given: bytes = b"") -> None:
        child = start(command, given)
        self._watched[command.name] = Watched(command, child, time.monotonic())
        self._waiter.until(lambda: child.exit_status() is not None, float("inf"))
        del self._watched[command.name]
        if child.exit_status() != 0:
            raise Misconfigured(_describe_end(child, "failed"))

    def _write_run_file(self) -> None:
        assert self._run_file is not None
        names = {name: ProcessName.of(w.child.pid) for name, w in self._watched.items()}
        self._run_file.children = {name: found for name, found in names.items() if found}
        self._run_file.write(self._home.run_file)

    def _print_summary(self, token: str, setup_link: str) -> None:
        assert self._run_file is not None
        run, settings = self._run_file, self._settings
        public = settings.public_url or run.url
        again = _variables_to_repeat(settings)
        # Until somebody can sign in; a new one at each start, which ends the one before.
        setup = [("Set up", f"{setup_link}  (your account; works once)")] if setup_link else []
        readers = f"{ports.LOOPBACK}:{run.database_port}  (for `footfall reader create`)"
        self._console.summary(
            [
                ("Demo site", f"{public}/"),
                ("Dashboard", f"{public}/dashboard/#token={token}"),
                *setup,
                ("API", f"{run.api_url}  (this machine only)"),
                ("SQL", f"{again}make psql"),
                *([("Readers", readers)] if run.database_port is not None else []),
                ("Data", f"{self._home.data_dir}  (logs in logs/)"),
            ],
            f"Stop it with Ctrl-C here, or `{again}make down` elsewhere.",
        )

    def _ask(self, *arguments: str) -> str:
        """What one of our own commands prints. Raises Misconfigured with its sentence where it fails."""
        command = self._footfall(arguments[0], *arguments)
        answer = subprocess.run(  # noqa: S603 - our own command
            list(map(str, command.arguments)),
            env=dict(command.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )
        if answer.returncode != 0:
            raise Misconfigured(answer.stderr.strip().removeprefix("Error: "))
        return answer.stdout.strip()

    # Running

    def watch(self) -> None:
        """Keep every part alive until a stop signal. Raises Misconfigured when one of collection keeps dying."""
        rotate_at = time.monotonic() + ROTATION_PERIOD_S
        while True:
            self._waiter.pause(0.5)
            for watched in list(self._watched.values()):
                if watched.restart_at is None:
                    self._notice_death(watched)
                elif watched.restart_at <= time.monotonic():
                    self._launch(watched.command)
            if time.monotonic() > rotate_at:
                rotate_at = time.monotonic() + ROTATION_PERIOD_S
                for watched in self._watched.values():
                    rotate_log(watched.command.log)

    def _notice_death(self, watched: Watched) -> None:
        status = watched.child.exit_status()
        if status is None:
            return
        watched.child.end_group()
        is_quick = time.monotonic() - watched.started_at < QUICK_DEATH_S
        watched.quick_deaths = watched.quick_deaths + 1 if is_quick else 1
        name = watched.command.name
        # Without its worker the stack still collects, which must go on; the others are collection.
        if watched.quick_deaths >= MOST_QUICK_DEATHS and name != "worker":
            raise Misconfigured(
                _describe_end(watched.child, f"ended {MOST_QUICK_DEATHS} times in a row")
            )
        pause_s = min(0.25 * 2**watched.quick_deaths, LONGEST_PAUSE_S)
        watched.restart_at = time.monotonic() + pause_s
        self._console.notice(f"{name} ended ({_describe_status(status)}); starting it again.")

    # Stopping

    def stop(self) -> None:
        """End every part, in order and however often a stop is asked for."""
        self._waiter.on_repeated_stop = lambda: self._console.say(
            "Still stopping: what was received is being stored."
        )
        was_ready = self._run_file is not None and self._run_file.is_ready
        if was_ready:
            self._console.say("Stopping.")
        for name in STOP_ORDER:
            if (watched := self._watched.get(name)) is not None:
                self._stop_child(watched.child)
        self._home.run_file.unlink(missing_ok=True)
        if self._socket_dir is not None:
            self._home.release_socket_dir(self._socket_dir)
        if was_ready:
            self._console.say("Stopped; nothing was lost.")

    def _stop_child(self, child: Child) -> None:
        def is_over() -> bool:
            return child.exit_status() is not None

        child.ask_to_stop()
        if not self._waiter.until(is_over, child.command.patience_s, stoppable=False):
            child.force_to_stop()
            self._waiter.until(is_over, 60.0, stoppable=False)
        child.end_group()


def _answers(host: str, port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=2.0)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _describe_status(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    return f"signal {signal.Signals(-status).name}"


def _describe_end(child: Child, what: str) -> str:
    """One sentence: the part's own, where its log ends with one; else its last lines."""
    lines = [line for line in child.last_lines() if line.strip()]
    if lines and lines[-1].startswith("Error: "):
        return lines[-1].removeprefix("Error: ")
    log = child.command.log
    status = child.exit_status()
    reason = "" if status is None else f" ({_describe_status(status)})"
    shown = "".join(f"\n    {line}" for line in lines)
    return f"{child.command.name} {what}{reason}. The end of {log}:{shown or ' empty'}"


def _variables_to_repeat(settings: Settings) -> str:
    """What must stand before `make psql` to mean this run, as in `FOOTFALL_DATA_DIR=/srv/footfall `."""
    default = Settings.model_fields["data_dir"].default
    if settings.data_dir == default:
        return ""
    return f"FOOTFALL_DATA_DIR={shlex.quote(str(settings.data_dir))} "

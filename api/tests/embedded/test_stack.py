"""The supervisor: a stack that starts, heals, refuses what it must, and stops without losing anything."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from running_stack import (
    FOOTFALL,
    PATIENCE_S,
    RunningStack,
    clean_environment,
    free_port,
    running,
    wait_until,
)

from footfall.embedded.children import start_time


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with running(tmp_path_factory.mktemp("stack")) as running_stack:
        yield running_stack


def count(stack: RunningStack, site_id: str) -> int:
    return int(stack.sql(f"select count(*) from events_log where site_id = '{site_id}'"))


def test_the_start_says_where_to_go(stack: RunningStack) -> None:
    said = stack.output()
    assert f"http://127.0.0.1:{stack.port}/\n" in said
    assert f"http://127.0.0.1:{stack.port}/dashboard/#token=" in said
    assert f"FOOTFALL_DATA_DIR={stack.data_dir} make psql" in said
    assert stack.run_file().api_url in said


@pytest.mark.parametrize("name", ["postgres", "nginx", "api", "worker"])
def test_a_killed_part_comes_back_with_everything_acknowledged(
    stack: RunningStack, name: str
) -> None:
    site_id = f"killed-{name}"
    assert stack.send(20, site_id=site_id) == 20
    stack.kill(name)
    assert stack.send(5, site_id=site_id) == 5
    # Some may have waited on disk until the worker brought them in.
    wait_until(lambda: count(stack, site_id) == 25, "everything acknowledged")
    assert f"{name} ended (signal SIGKILL); starting it again." in stack.output()


def test_a_second_run_on_the_same_folder_is_refused(stack: RunningStack) -> None:
    done = stack.run("up")
    assert done.returncode == 1
    assert "already running" in done.stderr
    assert done.stderr.count("\n") == 1
    assert stack.status("GET", "/readyz") == 200


def test_the_word_of_a_proxy_that_ends_tls_reaches_the_api(stack: RunningStack) -> None:
    token = stack.run("token").stdout.strip()
    schemes = {}
    for said in ("https", "http", "ftp", None):
        headers = {"Authorization": f"Bearer {token}"}
        if said is not None:
            headers["X_Forwarded_Proto"] = said
        status, _, body = stack.request("GET", "/api/connection", None, **headers)
        schemes[said] = (status, json.loads(body)["scheme"])
    assert schemes == {
        "https": (200, "https"),
        "http": (200, "http"),
        "ftp": (200, "http"),
        None: (200, "http"),
    }


def test_the_set_up_link_is_printed_until_somebody_can_sign_in(stack: RunningStack) -> None:
    [link] = [word for word in stack.output().split() if "/dashboard/#setup=" in word]
    assert link.startswith(f"http://127.0.0.1:{stack.port}/dashboard/#setup=")
    body = {
        "link": link.partition("=")[2],
        "name": "ada",
        "password": "four owls in a tree",
    }
    status, headers, _ = stack.request("POST", "/api/setup", json.dumps(body).encode())
    assert status == 200
    assert headers["Set-Cookie"].startswith("footfall_login=")
    assert stack.run("user", "link", "--if-needed").stdout == ""
    assert body["link"] not in stack.sql("select string_agg(user_links::text, '') from user_links")


def test_psql_prints_bare_rows_and_quotes_survive(stack: RunningStack) -> None:
    statement = """select 'it''s 100%', "x"::text from (values (1), (2)) v("x")"""
    done = stack.run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement)
    assert (done.returncode, done.stdout) == (0, "it's 100%|1\nit's 100%|2\n")
    done = stack.run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", "select nonsense")
    assert (done.returncode, done.stdout) == (1, "")


def test_the_database_is_private(stack: RunningStack) -> None:
    url = stack.run_file().database_url
    password = url.split("@")[0].rpartition(":")[2]
    commands = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert password not in commands.stdout
    assert (stack.data_dir / "run.json").stat().st_mode & 0o077 == 0
    assert (stack.data_dir / "database-password").stat().st_mode & 0o077 == 0
    socket_dir = Path(url.partition("?host=")[2])
    assert socket_dir.stat().st_mode & 0o077 == 0
    with_wrong_password = subprocess.run(
        [FOOTFALL, "psql", "-c", "select 1"],
        env={**stack.environment, "DATABASE_URL": url.replace(password, "guessed")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "password authentication failed" in with_wrong_password.stderr


def test_logs_hold_no_address_and_no_query(stack: RunningStack) -> None:
    stack.request("GET", "/products.html?secret=word", X_Forwarded_For="203.0.113.7")
    log = stack.data_dir / "logs" / "nginx.log"
    wait_until(lambda: "/products.html" in log.read_text(), "the access log's line")
    assert "secret" not in log.read_text()
    assert "127.0.0.1" not in log.read_text()
    assert "203.0.113.7" not in log.read_text()


def test_a_stop_ends_everything_and_the_next_start_has_all_of_it(
    tmp_path: Path, stack: RunningStack
) -> None:
    neighbour = stack
    with running(tmp_path) as stack:
        assert stack.send(50, site_id="kept") == 50
        assert count(neighbour, "kept") == 0
        children = stack.run_file().children
        assert stack.stop() == 0
        assert neighbour.status("GET", "/readyz") == 200
        assert [name for name, process in children.items() if process.is_alive] == []
        assert not (stack.data_dir / "run.json").exists()
        postgres_log = stack.data_dir / "logs" / "postgres.log"
        postgres_log.write_text("")

        stack.start()
        assert count(stack, "kept") == 50
        assert "not properly shut down" not in postgres_log.read_text()

        # The supervisor is killed: no child outlives it, and the next start is like any other.
        children = stack.run_file().children
        assert stack.stop(signal.SIGKILL) == -signal.SIGKILL
        assert "not running" in stack.run("psql").stderr
        stack.start()
        assert [name for name, process in children.items() if process.is_alive] == []
        assert count(stack, "kept") == 50

        done = stack.run("down")
        assert (done.returncode, done.stdout) == (0, "Stopped.\n")
        assert stack.run("down").stdout.startswith("Footfall is not running on ")


def read_terminal(terminal: int, until: bytes) -> bytes:
    """What the terminal shows up to this text; everything, where it closes before."""
    shown = b""
    deadline = time.monotonic() + PATIENCE_S
    while until not in shown and time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.1)[0]:
            # A terminal without anyone at its other end fails instead of ending.
            try:
                piece = os.read(terminal, 4096)
            except OSError:
                break
            if not piece:
                break
            shown += piece
    return shown


@pytest.mark.parametrize("how", ["ctrl-c twice", "terminal closes"])
def test_make_in_a_terminal_ends_cleanly(tmp_path: Path, how: str) -> None:
    makefile = tmp_path / "Makefile"
    makefile.write_text(f"SHELL := /bin/bash\nup:\n\t@exec {FOOTFALL} up\n")
    stack = RunningStack(tmp_path / "data", free_port())
    shell_command = "make up; echo status=$?"
    pid, terminal = pty.fork()
    if pid == 0:
        with suppress(BaseException):
            # Whoever runs the tests may ignore hang-ups (nohup, some CI); a terminal's shell does not.
            signal.signal(signal.SIGHUP, signal.SIG_DFL)
            os.chdir(tmp_path)
            os.execvpe("bash", ["bash", "-c", shell_command], stack.environment)
        os._exit(127)
    try:
        assert b"Stop it with Ctrl-C" in read_terminal(terminal, b"Stop it with Ctrl-C")
        children = stack.run_file().children
        if how == "ctrl-c twice":
            os.write(terminal, b"\x03")
            read_terminal(terminal, b"Stopping.")
            os.write(terminal, b"\x03")
            shown = read_terminal(terminal, b"status=0")
            assert b"Stopped; nothing was lost.\r\nstatus=0" in shown
            os.close(terminal)
        else:
            os.close(terminal)
        os.waitpid(pid, 0)
        wait_until(lambda: not (tmp_path / "data" / "run.json").exists(), "the stop")
        assert [name for name, process in children.items() if process.is_alive] == []
    finally:
        stack.destroy()


WRONG_STARTS = [
    ({"FOOTFALL_PORT": "eighty"}, "FOOTFALL_PORT"),
    ({"FOOTFALL_BIND": "192.0.2.1"}, "FOOTFALL_BIND is no address of this machine: 192.0.2.1"),
    ({"FOOTFALL_DATA_DIR": "/dev/null/footfall"}, "The data folder /dev/null/footfall cannot be"),
    ({"DATABASE_URL": "postgresql://a:b@127.0.0.1:1/c"}, "The database cannot be reached"),
    ({"DATABASE_URL": "mysql://a:b@127.0.0.1/c"}, "DATABASE_URL must look like"),
]


@pytest.mark.parametrize(("wrong", "sentence"), WRONG_STARTS)
def test_what_cannot_start_says_so_in_one_sentence(
    tmp_path: Path, wrong: dict[str, str], sentence: str
) -> None:
    stack = RunningStack(tmp_path / "data", free_port())
    stack.environment |= wrong
    done = stack.run("up")
    stack.destroy()
    assert done.returncode == 1
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_named_with_its_variable(tmp_path: Path, stack: RunningStack) -> None:
    late = RunningStack(tmp_path / "data", stack.port)
    done = late.run("up")
    late.destroy()
    assert done.returncode == 1
    assert f"Port {stack.port} on 127.0.0.1 is taken" in done.stderr
    assert "FOOTFALL_PORT=" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_part_that_cannot_run_stops_the_start_with_its_own_sentence(tmp_path: Path) -> None:
    stack = RunningStack(tmp_path / "data", free_port())
    stack.environment["FOOTFALL_TOKEN_FILE"] = str(tmp_path / "missing")
    done = stack.run("up")
    stack.destroy()
    assert done.returncode == 1
    assert "FOOTFALL_TOKEN_FILE" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data" / "run.json").exists()


def test_another_database_is_used_as_it_is(
    tmp_path: Path, stack: RunningStack, empty_database_url: str
) -> None:
    own = RunningStack(tmp_path / "data", free_port())
    own.environment |= clean_environment(own.data_dir, own.port, DATABASE_URL=empty_database_url)
    try:
        own.start()
        assert own.send(4, site_id="elsewhere") == 4
        assert count(own, "elsewhere") == 4
        assert "postgres" not in own.run_file().children
        assert own.stop() == 0
    finally:
        own.destroy()


def test_readers_come_in_by_a_port_and_nobody_else(tmp_path: Path) -> None:
    """On a cluster that was made without one, too."""
    port = free_port()
    with running(tmp_path) as stack:
        made = stack.run("reader", "create", "before")
        assert "FOOTFALL_DATABASE_PORT=5433 make up" in made.stderr
        assert stack.stop() == 0
        stack.environment["FOOTFALL_DATABASE_PORT"] = str(port)
        stack.start()
        assert f"127.0.0.1:{port}" in stack.output()
        assert stack.send(3) == 3

        def ask(url: str, statement: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [FOOTFALL, "psql", "-XAtq", "-c", statement],
                env={**stack.environment, "DATABASE_URL": url},
                capture_output=True,
                text=True,
                check=False,
            )

        url = stack.run("reader", "create", "tool").stdout.strip()
        assert url.startswith("postgresql://footfall_reader_tool:")
        assert url.endswith(f"@127.0.0.1:{port}/footfall")
        assert ask(url, "select count(*) from events_log").stdout == "3\n"
        assert "permission denied" in ask(url, "select * from secrets").stderr
        password = url.split("@")[0].rpartition(":")[2]
        refused = ask(url.replace(password, "guessed"), "select 1")
        assert "password authentication failed" in refused.stderr
        owner = stack.run_file().database_url.partition("@/")[0]
        refused = ask(f"{owner}@127.0.0.1:{port}/footfall", "select 1")
        assert "rejects connection" in refused.stderr
        # And reports have their own, which asks for its password here.
        assert stack.run("report", "top_pages").returncode == 0
        made_by = (
            "select string_agg(distinct usename, ' ') from pg_stat_activity where application_name"
        )
        stack.request(
            "GET", "/api/sites", Authorization=f"Bearer {stack.run('token').stdout.strip()}"
        )
        assert stack.sql(f"{made_by} = 'footfall-reports'") == "footfall_reports_footfall"


def test_start_time_tells_processes_apart() -> None:
    assert start_time(os.getpid()) == start_time(os.getpid())
    child = subprocess.Popen(["true"])
    child.wait()
    assert start_time(child.pid) is None

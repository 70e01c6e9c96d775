"""Load on a whole stack while its parts are killed: what was acknowledged is stored, once, and the ledger balances.

Senders repeat an event under its id until it is acknowledged, as the tracking script does; so in the end
the ids that were acknowledged and the ids that are stored must be the same, exactly.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conftest import USER_AGENT, Stack, running_stack, wait_for
from dashboard import ask

PROCESSES = ("api", "worker", "postgres", "nginx")
SENDERS = 4
RETRY_PAUSE_S = 0.1
ANSWER_PATIENCE_S = 30.0
# A minute without the database is some 170,000 events to store and derive.
SETTLING_PATIENCE_S = 600.0


@dataclass
class Load:
    """People who send single events and batches until told to stop, and then until all is acknowledged."""

    url: str
    seed: int
    acknowledged: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    retries: int = 0
    longest_s: float = 0.0
    _stopping: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        for number in range(SENDERS):
            thread = threading.Thread(target=self._send_on, args=(number,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def wait_for_more(self, count: int) -> None:
        """Until `count` more events are acknowledged."""
        goal = len(self.acknowledged) + count
        wait_for(lambda: len(self.acknowledged) >= goal or self.refused, f"{count} more answers")

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(180)
            assert not thread.is_alive(), "a sender never got its answer"
        assert self.refused == []

    def _send_on(self, number: int) -> None:
        dice = random.Random(f"{self.seed}-{number}")
        while not self._stopping.is_set():
            count = dice.choice([1, 1, 5, 20])
            ids = [str(uuid.UUID(int=dice.getrandbits(128), version=4)) for _ in range(count)]
            self._send(ids, f"site-{dice.randrange(3)}")

    def _send(self, ids: list[str], site_id: str) -> None:
        events = [
            {
                "eventType": "pageview",
                "eventId": event_id,
                "siteId": site_id,
                "sessionId": f"s{event_id[:2]}",
                "visitorId": f"v{event_id[:2]}",
                "url": f"https://example.org/{event_id[:3]}",
            }
            for event_id in ids
        ]
        body = json.dumps(events).encode()
        while True:
            started = time.monotonic()
            status, answer = self._post(body)
            self.longest_s = max(self.longest_s, time.monotonic() - started)
            if status == 202:
                with self._lock:
                    self.acknowledged.update(ids)
                if json.loads(answer)["accepted"] != len(ids):
                    self.refused.append(answer.decode())
                return
            if status is not None and status < 500 and status != 429:
                self.refused.append(f"{status}: {answer.decode()}")
                return
            with self._lock:
                self.retries += 1
            time.sleep(RETRY_PAUSE_S)

    def _post(self, body: bytes) -> tuple[int | None, bytes]:
        """The answer; (None, b"") where there was none, and nobody knows whether it was stored."""
        connection = http.client.HTTPConnection(
            urlsplit(self.url).netloc, timeout=ANSWER_PATIENCE_S
        )
        headers = {
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
            "Accept-Language": "en",
        }
        try:
            connection.request("POST", "/collect", body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return None, b""
        finally:
            connection.close()


def pid_of(stack: Stack, name: str) -> int | None:
    """The process that runs as `name` now."""
    with suppress(OSError, ValueError, KeyError):
        run = json.loads((stack.data_dir / "run.json").read_text())
        return int(run["children"][name]["pid"])
    return None


def kill(stack: Stack, name: str, how: signal.Signals) -> None:
    """End a process, and wait until the supervisor has another one."""
    pid = pid_of(stack, name)
    assert pid is not None
    with suppress(ProcessLookupError):
        os.kill(pid, how)
    wait_for(lambda: pid_of(stack, name) not in (None, pid), f"another {name}")


@contextmanager
def stopped_database(stack: Stack) -> Iterator[None]:
    """PostgreSQL with every process of it held: it neither answers nor ends."""
    pid = pid_of(stack, "postgres")
    assert pid is not None
    held = [pid]
    os.kill(pid, signal.SIGSTOP)
    parent = f"\nPPid:\t{pid}\n"
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and parent in (entry / "status").read_text():
                os.kill(int(entry.name), signal.SIGSTOP)
                held.append(int(entry.name))
    try:
        yield
    finally:
        for one in held:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGCONT)


def check(stack: Stack, load: Load) -> dict[str, Any]:
    """Everything acknowledged is stored, nothing else, and every event is accounted for; returns the ledger."""

    def ledger() -> Any:
        with suppress(OSError, subprocess.SubprocessError, AssertionError):
            found = ask(stack, "/api/ledger")
            return found if found["total"]["waiting"] == 0 else None
        return None

    settled: dict[str, Any] = wait_for(ledger, "the end of the spool", SETTLING_PATIENCE_S)
    rows = stack.sql("select event_id from events_log where event_type = 'pageview'")
    stored = [row[0] for row in rows]
    assert len(stored) == len(set(stored))
    assert set(stored) == load.acknowledged, (
        f"{len(load.acknowledged - set(stored))} acknowledged events are lost,"
        f" {len(set(stored) - load.acknowledged)} stored that nobody sent"
    )
    assert settled["balanced"], settled
    assert settled["total"]["stored"] == len(stored)
    by_hour = stack.sql(
        "select site_id, date_trunc('hour', received_at, 'UTC'), count(*) from events_log group by 1, 2"
    )
    assert sorted(int(row[2]) for row in by_hour) == sorted(
        row["stored"] for row in settled["hours"] if row["stored"]
    )
    assert settled["total"]["dead_letter"] == 0
    wait_for(stack.is_derived, "the worker", SETTLING_PATIENCE_S)
    assert int(stack.value("select sum(pageview_count) from user_sessions")) == len(stored)
    return settled


@dataclass(frozen=True)
class Round:
    """One thing that goes wrong under load."""

    name: str
    trouble: Callable[[Stack, Load], None]


def killing(name: str, how: signal.Signals) -> Round:
    """A signal to one process, which the supervisor then starts again."""

    def trouble(stack: Stack, load: Load) -> None:
        kill(stack, name, how)

    return Round(f"{how.name} of {name}", trouble)


def holding(seconds: float) -> Round:
    """A PostgreSQL that hangs for at least `seconds`."""

    def trouble(stack: Stack, load: Load) -> None:
        with stopped_database(stack):
            end = time.monotonic() + seconds
            load.wait_for_more(200)
            time.sleep(max(0.0, end - time.monotonic()))

    return Round(f"PostgreSQL held for {seconds:.0f} s", trouble)


def rounds(count: int, seed: int, hold_s: float) -> list[Round]:
    """`count` rounds: kills of each process in shuffled turns, a SIGTERM of the API and a held database."""
    dice = random.Random(seed)
    chosen = [killing("api", signal.SIGTERM), holding(hold_s)]
    while len(chosen) < count:
        turn = [killing(name, signal.SIGKILL) for name in PROCESSES]
        dice.shuffle(turn)
        chosen += turn
    return chosen[:count]


def run(chosen: list[Round], stack: Stack, seed: int, say: Callable[[str], None]) -> None:
    """Each round under load; after each, everything is checked."""
    total: set[str] = set()
    for number, one in enumerate(chosen, 1):
        load = Load(stack.url, seed + number, set(total))
        load.start()
        load.wait_for_more(100)
        one.trouble(stack, load)
        load.wait_for_more(100)
        load.stop()
        settled = check(stack, load)
        total = load.acknowledged
        say(
            f"{number:>2}/{len(chosen)}  {one.name:<24}  {len(total):>7,} acknowledged = stored,"
            f" {settled['total']['duplicate']:>5,} duplicates, {load.retries:>4} retries,"
            f" longest answer {load.longest_s:.1f} s"
        )


def full_spool(stack: Stack, seed: int, say: Callable[[str], None]) -> None:
    """While PostgreSQL is held, until the spool takes no more and says so; then it comes back."""
    load = Load(stack.url, seed)
    load.start()
    load.wait_for_more(100)
    with stopped_database(stack):
        wait_for(lambda: load.retries > 20, "a 503 of the full spool")
    load.wait_for_more(100)
    load.stop()
    check(stack, load)
    say(f"       {len(load.acknowledged):,} acknowledged = stored, {load.retries} retries")


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system of `size` at `folder`, as root; anyone else gets a limit of the folder instead."""
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def main(count: int, seed: int, scratch: Path) -> None:
    """The long form: `count` rounds, a full spool and a full disk."""
    with running_stack(scratch / "rounds") as stack:
        run(rounds(count, seed, 60.0), stack, seed, print)
    print("A spool of 1 MiB that gets full:")
    with running_stack(scratch / "spool", FOOTFALL_SPOOL_MAX_MIB="1") as stack:
        full_spool(stack, seed, print)
    if os.geteuid() == 0:
        print("A disk of 1 MiB that gets full:")
        with (
            small_disk(scratch / "disk", "1m") as disk,
            running_stack(scratch / "full", FOOTFALL_SPOOL_DIR=str(disk)) as stack,
        ):
            full_spool(stack, seed, print)
    else:
        print("A full disk: only as root, who may mount a small one.")


if __name__ == "__main__":
    import argparse
    import tempfile

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="footfall-crash-") as made:
        main(given.rounds, given.seed, Path(made))

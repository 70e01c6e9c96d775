"""The disk that stands in for PostgreSQL while it is away, slow or full: bounded, fsynced, read in order.

A folder of segments. One writer appends to a segment and holds its lock; whoever gets the lock knows
that nothing comes any more. A line is CRC-32 of the rest, tab, tallies, tab, intake, newline, all JSON
without raw tabs, so that a torn end shows and waiting events are counted without reading them.
Knows nothing of PostgreSQL; drain.py brings the lines there.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final
from zlib import crc32

import orjson
from pydantic import TypeAdapter

from footfall.errors import Unavailable
from footfall.event import Event
from footfall.eventlog.intake import DeadLetter, Intake
from footfall.eventlog.ledger import RECEIVED, Counts

SUFFIX: Final = ".spool"
UNNAMED: Final = ".new"
SEGMENT_BYTES: Final = 16 * 1024 * 1024
# What a request may bring, with what the pipeline adds.
FULL_REQUEST_BYTES: Final = 2 * 1024 * 1024
# How long the size of what other writers hold is believed, in seconds.
SIZE_BELIEVED_S: Final = 1.0

_EVENT_FIELDS: Final = tuple(field.name for field in fields(Event))
_EVENT: Final = TypeAdapter(Event)


class SpoolFull(Unavailable):
    """The folder's limit is reached, or the disk is full; try again when PostgreSQL is back."""


@dataclass(frozen=True, slots=True)
class Line:
    """A whole line of a segment and where it ends. intake is None where it cannot be read."""

    intake: Intake | None
    text: bytes
    end: int


class Spool:
    """The writer of one process. Not for two threads at once; `write` blocks until it is on disk."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._file: int | None = None
        self._end = 0
        self._used: tuple[float, int] = (float("-inf"), 0)

    def used_bytes(self) -> int:
        """What all segments hold."""
        now = time.monotonic()
        if now - self._used[0] > SIZE_BELIEVED_S:
            self._used = (now, sum(_size(path) for path in list_segments(self._folder)))
        return self._used[1]

    def has_room(self) -> bool:
        """Whether there is room for a full request in the folder's limit and on the disk."""
        folder = self._folder if self._folder.exists() else self._folder.parent
        try:
            free = shutil.disk_usage(folder).free
        except OSError:
            return False
        return min(free, self._max_bytes - self.used_bytes()) > FULL_REQUEST_BYTES

    def write(self, group: Sequence[Intake]) -> None:
        """Append and fsync. Raises SpoolFull; then nothing of the group is there."""
        text = b"".join(map(_dump, group))
        if self.used_bytes() + len(text) > self._max_bytes:
            raise SpoolFull("PostgreSQL is away and the spool is full.")
        try:
            file = self._file if self._file is not None else self._open()
            try:
                _write_all(file, text)
                os.fsync(file)
            except OSError:
                # After a failed fsync nothing is known of the pages: this segment ends before them.
                try:
                    os.ftruncate(file, self._end)
                finally:
                    self.close()
                raise
        except OSError as error:
            raise SpoolFull(
                f"PostgreSQL is away and the spool cannot be written: {error.strerror}."
            ) from error
        self._end += len(text)
        self._used = (self._used[0], self._used[1] + len(text))
        if self._end >= SEGMENT_BYTES:
            self.close()

    def close(self) -> None:
        """End the segment in hand, so that its reader can take it away."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
            self._end = 0

    def _open(self) -> int:
        """A new segment, locked before it bears a name that readers look for."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        hidden = self._folder / f"{name}{UNNAMED}"
        file = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        hidden.rename(self._folder / f"{name}{SUFFIX}")
        _sync_folder(self._folder)
        self._file, self._end = file, 0
        return file


def list_segments(folder: Path) -> list[Path]:
    """The segments, oldest first; none where there is no such folder."""
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == SUFFIX)
    except FileNotFoundError:
        return []


def read_lines(segment: Path, position: int, max_bytes: int) -> Iterator[Line]:
    """The whole lines from `position` on, up to about `max_bytes`; a torn end is not among them."""
    with segment.open("rb") as file:
        file.seek(position)
        while file.tell() - position < max_bytes:
            text = file.readline()
            if not text.endswith(b"\n"):
                return
            yield Line(_load(text), text, file.tell())


def remove_if_ended(segment: Path, position: int) -> bool:
    """Take away a segment read up to `position`, unless its writer lives or has written more since.

    What follows the last whole line was never acknowledged: its writer died in the middle.
    """
    with segment.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        file.seek(position)
        if b"\n" in file.read():
            return False
        segment.unlink()
        _sync_folder(segment.parent)
    return True


@contextmanager
def opened(folder: Path) -> Iterator[Sequence[BinaryIO]]:
    """The segments there are now, to be read even if they are taken away meanwhile."""
    with ExitStack() as stack:
        files = []
        for segment in list_segments(folder):
            with suppress(FileNotFoundError):
                files.append(stack.enter_context(segment.open("rb")))
        yield files


def count_waiting(files: Sequence[BinaryIO], positions: Mapping[str, int]) -> Counts:
    """(site id, hour, received) to events behind each segment's position, by the lines' tallies alone.

    Positions must be read after the files were opened: what was stored in between is behind them then.
    """
    waiting: Counts = Counter()
    for file in files:
        file.seek(positions.get(Path(file.name).name, 0))
        for text in file:
            if text.endswith(b"\n"):
                waiting.update(_received(text))
    return waiting


def _received(text: bytes) -> Counts:
    try:
        hour, tallies = orjson.loads(text.split(b"\t", 2)[1])
    except (IndexError, orjson.JSONDecodeError):
        return Counter()
    at = datetime.fromisoformat(hour)
    return Counter({(site_id, at, name): n for site_id, name, n in tallies if name == RECEIVED})


def _dump(intake: Intake) -> bytes:
    document: dict[str, Any] = {
        "received_at": intake.received_at,
        "events": [_dump_event(event) for event in intake.events],
        "dead_letters": [
            [x.site_id, x.field, x.reason, x.payload, dict(x.context)] for x in intake.dead_letters
        ],
    }
    tallies = [(site_id, outcome, n) for (site_id, outcome), n in intake.tallies.items()]
    rest = b"\t".join((orjson.dumps((intake.hour, tallies)), orjson.dumps(document)))
    return b"%08x\t%b\n" % (crc32(rest), rest)


def _dump_event(event: Event) -> dict[str, Any]:
    document = {name: getattr(event, name) for name in _EVENT_FIELDS}
    document["raw"] = orjson.Fragment(event.raw)
    if event.bot_signals is not None:
        document["bot_signals"] = orjson.Fragment(event.bot_signals)
    return document


def _load(text: bytes) -> Intake | None:
    crc, _, rest = text.removesuffix(b"\n").partition(b"\t")
    if crc != b"%08x" % crc32(rest):
        return None
    tallies, _, body = rest.partition(b"\t")
    try:
        return _intake(orjson.loads(tallies)[1], orjson.loads(body))
    except (KeyError, TypeError, ValueError):
        # Whole, but of a release that wrote it otherwise.
        return None


def _intake(tallies: list[tuple[str, str, int]], document: dict[str, Any]) -> Intake:
    return Intake(
        datetime.fromisoformat(document["received_at"]),
        tuple(_load_event(event) for event in document["events"]),
        tuple(DeadLetter(*letter) for letter in document["dead_letters"]),
        {(site_id, outcome): n for site_id, outcome, n in tallies},
    )


def _load_event(document: dict[str, Any]) -> Event:
    document["raw"] = orjson.dumps(document["raw"])
    if document.get("bot_signals") is not None:
        document["bot_signals"] = orjson.dumps(document["bot_signals"])
    return _EVENT.validate_python(document)


def _write_all(file: int, text: bytes) -> None:
    view = memoryview(text)
    while view:
        view = view[os.write(file, view) :]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0

"""The file of a backup: a ZIP with one member a table, in PostgreSQL's COPY text, and a manifest last.

Written and read as a stream, in constant memory, members over 4 GiB too. ZIP's end names every member,
so a file that was cut off shows at once. Knows nothing of PostgreSQL.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import struct
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from footfall.errors import Misconfigured, Unprocessable

MANIFEST: Final = "manifest.json"
FORMAT_VERSION: Final = 1
PARTIAL: Final = ".partial"
PIECE_BYTES: Final = 1024 * 1024
# Of 153,262 events of `footfall demo`, 288 MB of text: 1 makes 42 MB in 2.8 s of CPU, 3 makes 40 in 3.0, 6 33 in 4.8.
LEVEL: Final = 6

# What a damaged file makes zipfile and zlib raise.
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class TableCopy(BaseModel):
    """One member. bytes, sha256: of its text before compression."""

    model_config = ConfigDict(frozen=True)

    name: str
    columns: tuple[str, ...]
    rows: int
    bytes: int
    sha256: str


class Position(BaseModel):
    """Where the sequence of a column stands."""

    model_config = ConfigDict(frozen=True)

    table: str
    column: str
    last_value: int
    is_called: bool


class Manifest(BaseModel):
    """What a backup says of itself. revision: of the schema. days: partitions that the log had."""

    model_config = ConfigDict(frozen=True)

    format: Literal["footfall backup"] = "footfall backup"
    format_version: int = FORMAT_VERSION
    footfall: str
    revision: str
    created_at: datetime
    server: str
    tables: tuple[TableCopy, ...]
    positions: tuple[Position, ...]
    days: tuple[date, ...]

    def rows_of(self, table: str) -> int:
        return next((one.rows for one in self.tables if one.name == table), 0)


class Writer:
    """A backup in the making, on a file that need not be seekable. What fails in its block ends it unfinished."""

    def __init__(self, file: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL)

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            # Else its end is written when the object goes.
            self._zip.fp = None

    @contextmanager
    def table(self, name: str, columns: Sequence[str]) -> Iterator[TableWriter]:
        with self._zip.open(name, "w", force_zip64=True) as member:
            yield TableWriter(name, columns, member.write)

    def finish(self, manifest: Manifest) -> None:
        self._zip.writestr(MANIFEST, manifest.model_dump_json(indent=1) + "\n")
        self._zip.close()


class TableWriter:
    """Takes a table's text and counts."""

    def __init__(self, name: str, columns: Sequence[str], write: Callable[[bytes], int]) -> None:
        self._name = name
        self._columns = tuple(columns)
        self._write = write
        self._rows = self._bytes = 0
        self._sum = hashlib.sha256()

    def write(self, text: bytes) -> int:
        """Blocks; returns how many rows ended in it."""
        self._write(text)
        self._sum.update(text)
        self._bytes += len(text)
        # COPY writes a line end inside a value as two characters.
        rows = text.count(b"\n")
        self._rows += rows
        return rows

    def done(self) -> TableCopy:
        return TableCopy(
            name=self._name,
            columns=self._columns,
            rows=self._rows,
            bytes=self._bytes,
            sha256=self._sum.hexdigest(),
        )


class Reader:
    """A backup to restore. Opening reads its end and the manifest; `check` reads it all."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = name
        with self._telling():
            self._zip = zipfile.ZipFile(file)
            self.manifest = _read_manifest(self._zip.read(MANIFEST), name)
        listed = sorted([MANIFEST, *(table.name for table in self.manifest.tables)])
        if sorted(self._zip.namelist()) != listed:
            raise Unprocessable(f"{name} is damaged: it does not hold the tables that it names.")

    def check(self, on_progress: Callable[[int], object] = lambda rows: None) -> None:
        """Read every table and compare with the manifest. Raises Unprocessable."""
        for table in self.manifest.tables:
            again = TableWriter(table.name, table.columns, len)
            for piece in self.text_of(table.name):
                on_progress(again.write(piece))
            if again.done() != table:
                raise Unprocessable(
                    f"{self.name} is damaged: the content of {table.name} is not what was written."
                )

    def text_of(self, table: str) -> Iterator[bytes]:
        """A table's text, piece by piece. Raises Unprocessable."""
        with self._telling(), self._zip.open(table) as member:
            while piece := member.read(PIECE_BYTES):
                yield piece

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except _DAMAGED as error:
            raise Unprocessable(
                f"{self.name} is no backup of Footfall, or it was cut off or damaged: {error}"
            ) from None


def _read_manifest(text: bytes, name: str) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        raise Unprocessable(f"{name}: its manifest is wrong at {field}: {first['msg']}.") from None
    if manifest.format_version > FORMAT_VERSION:
        raise Unprocessable(
            f"{name} has format {manifest.format_version}, of Footfall {manifest.footfall};"
            f" this is {FORMAT_VERSION}: update Footfall first."
        )
    return manifest


@contextmanager
def opened_for_reading(path: Path | None, folder: Path | None = None) -> Iterator[Reader]:
    """None: the standard input, by a nameless file in `folder`, since a backup is read more than once.

    Raises Misconfigured where it cannot be read, Unprocessable where it is no whole backup.
    """
    if path is None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder) as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy, PIECE_BYTES)
            yield Reader(copy, "The standard input")
        return
    try:
        file = path.open("rb")
    except OSError as error:
        raise Misconfigured(f"{path} cannot be read: {error.strerror}.") from None
    with file:
        yield Reader(file, path.name)


@contextmanager
def opened_for_writing(path: Path | None) -> Iterator[BinaryIO]:
    """A file that gets its name when it is whole and on disk; None: the standard output.

    Nobody else may read it. What fails leaves nothing behind. Raises Misconfigured.
    """
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    partial = path.with_name(path.name + PARTIAL)
    try:
        descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Misconfigured(f"{partial} cannot be written: {error.strerror}.") from None
    with os.fdopen(descriptor, "wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Misconfigured(f"Another backup is being written to {partial}.") from None
        try:
            # Left by one that was killed, with the mode that somebody gave it.
            os.ftruncate(descriptor, 0)
            os.fchmod(descriptor, 0o600)
            yield file
            file.flush()
            os.fsync(descriptor)
            partial.rename(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

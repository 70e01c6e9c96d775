"""Fetching public lists: the one place of Footfall that asks another host for something, and only when told to.

A list takes the old one's place once it has been read as a whole; whatever fails leaves things as they were.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

import maxminddb
import orjson

from footfall import __version__
from footfall.errors import NotFound, Unavailable
from footfall.ingest.public_lists import RECORD, Fetched, PublicList, read_record

TIMEOUT_S: Final = 30.0
PIECE_BYTES: Final = 256 * 1024

# Bytes so far, and of how many where the other side says it.
Progress = Callable[[int, int | None], None]


def update_list(one: PublicList, folder: Path, now: datetime, progress: Progress) -> Fetched:
    """Fetch `one` into `folder`. Raises Unavailable with the reason; then the list in use stays."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{one.name}-", dir=folder)
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            origin, digest = _fetch_newest(one, now, file, progress)
            file.flush()
            os.fsync(file.fileno())
        try:
            count = one.read(fresh)
        except (ValueError, OSError, maxminddb.InvalidDatabaseError) as error:
            raise Unavailable(f"{one.name}: {origin} is not this list: {error}") from None
        if count < one.min_entries:
            raise Unavailable(
                f"{one.name}: {origin} has {count:,} entries, where there must be at least "
                f"{one.min_entries:,}"
            )
        fresh.chmod(0o644)
        fresh.replace(folder / one.file)
    finally:
        fresh.unlink(missing_ok=True)
    fetched = Fetched(origin, now, digest, count)
    _write_record(folder, read_record(folder) | {one.name: fetched})
    return fetched


def remove_list(one: PublicList, folder: Path) -> None:
    """Go back to what came with Footfall. Raises NotFound where nothing was fetched."""
    record = read_record(folder)
    if record.pop(one.name, None) is None:
        raise NotFound(f"{one.name} was not fetched: what came with Footfall is in use")
    # The record last: it is what a running API looks at.
    (folder / one.file).unlink(missing_ok=True)
    _write_record(folder, record)


def _write_record(folder: Path, record: dict[str, Fetched]) -> None:
    handle, name = tempfile.mkstemp(prefix=".record-", dir=folder)
    with os.fdopen(handle, "wb") as file:
        document = {name: asdict(fetched) for name, fetched in sorted(record.items())}
        file.write(orjson.dumps(document, option=orjson.OPT_INDENT_2))
        file.flush()
        os.fsync(file.fileno())
    Path(name).chmod(0o644)
    Path(name).replace(folder / RECORD)


def _fetch_newest(
    one: PublicList, now: datetime, file: BinaryIO, progress: Progress
) -> tuple[str, str]:
    """(address, SHA-256) of what was written to `file`: this month's, else the month's before."""
    months = [now, now.replace(day=1) - timedelta(days=1)] if "{month}" in one.url else [now]
    for month in months:
        url = one.url.replace("{month}", f"{month:%Y-%m}")
        try:
            return url, _fetch(url, one, file, progress)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code != 404 or month is months[-1]:
                raise Unavailable(f"{one.name}: {url} answers {error.code}") from None
        except (urllib.error.URLError, OSError, zlib.error) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            raise Unavailable(f"{one.name}: {url} cannot be fetched: {reason}") from None
    raise AssertionError("the last month returns or raises")


def _fetch(url: str, one: PublicList, file: BinaryIO, progress: Progress) -> str:
    # Addresses are PUBLIC_LISTS' own, never given from outside.
    headers = {"User-Agent": f"Footfall/{__version__}"}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310
    unpack = zlib.decompressobj(31) if url.endswith(".gz") else None
    digest = hashlib.sha256()
    received = written = 0
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
        length = answer.headers.get("Content-Length")
        total = int(length) if length and length.isdigit() else None
        while piece := answer.read(PIECE_BYTES):
            received += len(piece)
            progress(received, total)
            plain = unpack.decompress(piece, one.max_bytes) if unpack is not None else piece
            written += len(plain)
            if written > one.max_bytes or (unpack is not None and unpack.unconsumed_tail):
                raise OSError(f"it has more than {one.max_bytes:,} bytes")
            digest.update(plain)
            file.write(plain)
    if total is not None and received != total:
        raise OSError(f"it ended after {received:,} of {total:,} bytes")
    if unpack is not None and not unpack.eof:
        raise OSError("its compressed data are cut short")
    return digest.hexdigest()

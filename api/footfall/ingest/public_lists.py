"""Public lists that an operator may fetch anew: which there are, how each is read, and those in use.

Everything works without: Footfall's own table of sources, its spam referrers, and the countries of DB-IP
lite come with it. `footfall lists update` puts newer ones into a folder that the API looks into.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import maxminddb
import orjson
import yaml

from footfall.ingest.bots import SPAM_REFERRERS
from footfall.ingest.geo import NO_PLACES, Places
from footfall.ingest.source_table import (
    Category,
    SourceTable,
    read_sources,
    shipped_sources,
    shipped_text,
)

logger = logging.getLogger("footfall.ingest")

# What was fetched, from where and when; written last, so that it also tells when something changed.
RECORD: Final = "fetched.json"

_HOST: Final = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)+(?:[a-z0-9-]{2,}|\*)")


@dataclass(frozen=True, slots=True)
class PublicList:
    """url: where to fetch it; {month} in it is as 2026-11. read: the number of its entries.

    read raises ValueError, OSError or maxminddb.InvalidDatabaseError for a file that is no such list, and a
    list of under min_entries is none: rather a page that says sorry.
    """

    name: str
    description: str
    url: str
    licence: str
    credit: str
    file: str
    max_bytes: int
    min_entries: int
    read: Callable[[Path], int]


@dataclass(frozen=True, slots=True)
class Fetched:
    """One line of RECORD. entry_count: hosts, or networks of a database of places."""

    origin: str
    fetched_at: datetime
    sha256: str
    entry_count: int


@dataclass(frozen=True, slots=True)
class Lists:
    """What collection looks things up in."""

    places: Places = NO_PLACES
    sources: SourceTable = field(default_factory=shipped_sources)
    spam: frozenset[str] = SPAM_REFERRERS


def _yaml(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(f"no YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(document, dict):
        raise ValueError("holds no names with hosts below them")
    return document


def _engines(path: Path) -> Iterator[tuple[str, str]]:
    """(name, host) of SearchEngines.yml: name to configurations, each with `urls`."""
    for name, configurations in _yaml(path).items():
        for configuration in configurations if isinstance(configurations, list) else ():
            urls = configuration.get("urls") if isinstance(configuration, dict) else None
            yield from _hosts(name, urls)


def _names(path: Path) -> Iterator[tuple[str, str]]:
    """(name, host) of Socials.yml and AIAssistants.yml: name to hosts."""
    for name, urls in _yaml(path).items():
        yield from _hosts(name, urls)


def _hosts(name: object, urls: object) -> Iterator[tuple[str, str]]:
    for url in urls if isinstance(urls, list) else ():
        # `{}` stands for a country's code; at the end it is ours, elsewhere each host is the list's own.
        host = str(url).lower().removesuffix("{}") + "*" * str(url).endswith("{}")
        host = host.removeprefix("www.")
        if _HOST.fullmatch(host):
            yield str(name), host


def _spam(path: Path) -> frozenset[str]:
    lines = path.read_text("utf-8").lower().split()
    # Names with other letters stand there in their own form; browsers send them in IDNA's.
    return frozenset(host for line in lines if _HOST.fullmatch(host := _idna(line)))


def _idna(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _count_networks(path: Path) -> int:
    with maxminddb.open_database(path) as reader:
        return reader.metadata().node_count


_MATOMO: Final = "https://raw.githubusercontent.com/matomo-org"
_KINDS: Final[dict[str, tuple[Category, Callable[[Path], Iterator[tuple[str, str]]]]]] = {
    "search-engines": ("search", _engines),
    "social-networks": ("social", _names),
    "assistants": ("ai", _names),
}


def _of_sources(name: str, description: str, file: str, min_entries: int) -> PublicList:
    read = _KINDS[name][1]
    return PublicList(
        name=name,
        description=description,
        url=f"{_MATOMO}/searchengine-and-social-list/master/{file}",
        licence="CC0-1.0",
        credit="Matomo and contributors",
        file=file,
        max_bytes=4 * 1024 * 1024,
        min_entries=min_entries,
        read=lambda path: sum(1 for _ in read(path)),
    )


PUBLIC_LISTS: Final = (
    _of_sources("search-engines", "search engines by host", "SearchEngines.yml", 100),
    _of_sources("social-networks", "social networks by host", "Socials.yml", 50),
    _of_sources("assistants", "AI assistants by host", "AIAssistants.yml", 5),
    PublicList(
        name="spam-referrers",
        description="hosts known for nothing but referrer spam",
        url=f"{_MATOMO}/referrer-spam-list/master/spammers.txt",
        licence="CC0-1.0",
        credit="Matomo and contributors",
        file="spammers.txt",
        max_bytes=4 * 1024 * 1024,
        min_entries=100,
        read=lambda path: len(_spam(path)),
    ),
    PublicList(
        name="places",
        description="country, region and city by address",
        url="https://download.db-ip.com/free/dbip-city-lite-{month}.mmdb.gz",
        licence="CC-BY-4.0",
        credit="IP Geolocation by DB-IP, https://db-ip.com",
        file="dbip-city-lite.mmdb",
        max_bytes=1024 * 1024 * 1024,
        min_entries=1_000,
        read=_count_networks,
    ),
)


def read_record(folder: Path) -> dict[str, Fetched]:
    """List name to what was fetched; empty where nothing was, or where the record cannot be read."""
    try:
        document = orjson.loads((folder / RECORD).read_bytes())
        return {
            name: Fetched(
                origin=entry["origin"],
                fetched_at=datetime.fromisoformat(entry["fetched_at"]),
                sha256=entry["sha256"],
                entry_count=entry["entry_count"],
            )
            for name, entry in document.items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        logger.warning("record of lists unreadable", extra={"detail": str(error)})
        return {}


def open_lists(folder: Path, geo_files: tuple[Path, ...]) -> Lists:
    """What is in use: the fetched lists of `folder` beside what comes with Footfall.

    Where both tell of a host, Footfall's own table is right. A list that cannot be read is left out with a warning.
    """
    fetched = read_record(folder)
    lines = shipped_text().splitlines()
    known = shipped_sources()
    spam = SPAM_REFERRERS
    for one in PUBLIC_LISTS:
        if one.name not in fetched or one.name == "places":
            continue
        path = folder / one.file
        try:
            if one.name == "spam-referrers":
                spam |= _spam(path)
            else:
                lines += _lines(one.name, path, known)
        except (OSError, ValueError) as error:
            logger.warning("list unreadable", extra={"file": str(path), "detail": str(error)})
    return Lists(Places.open(*geo_files), read_sources(lines), spam)


def _lines(name: str, path: Path, known: SourceTable) -> list[str]:
    """A list as lines of the form of sources.tsv, one a source.

    What the own table names is left to it: the public list has portals under Google, whose search they once used.
    """
    category, read = _KINDS[name]
    hosts: dict[str, list[str]] = {}
    for given, host in read(path):
        title = " ".join(given.lower().split())
        if known.by_name(title).source is None and known.by_host(host) is None:
            # Engines are matched whole: what else a portal serves is no search.
            hosts.setdefault(title, []).append(f"={host}" if category == "search" else host)
    return [f"{category}\t{title}\t{' '.join(words)}" for title, words in hosts.items()]


class ListsInUse:
    """The lists of a folder, read again once something was fetched."""

    def __init__(self, folder: Path, geo_files: tuple[Path, ...]) -> None:
        self._folder = folder
        self._geo_files = geo_files
        self._seen = self._stamp()
        self.lists = open_lists(folder, geo_files)

    def look_again(self) -> None:
        """Read them anew where the record has changed."""
        stamp = self._stamp()
        if stamp == self._seen:
            return
        self.lists = open_lists(self._folder, self._geo_files)
        self._seen = stamp
        logger.info("lists read again", extra={"folder": str(self._folder)})

    def _stamp(self) -> tuple[int, int]:
        try:
            status = (self._folder / RECORD).stat()
        except OSError:
            return (0, 0)
        return (status.st_mtime_ns, status.st_ino)

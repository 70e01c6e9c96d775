"""The sources of the world by host and by name, as lists/sources.tsv tells them.

Hosts are matched at label edges, the most particular first: `notreddit.com` is not Reddit, and
`mail.google.com` is Gmail before it is Google.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final, Literal, get_args

Category = Literal["search", "social", "video", "shopping", "email", "ai", "other"]
CATEGORIES: Final = get_args(Category)
SHIPPED: Final = "sources.tsv"

# google.com, google.de, google.co.uk, google.com.br: the name before a country's own ending.
_NATIONAL: Final = re.compile(r"(.+?)\.(?:com|[a-z]{2}|com?\.[a-z]{2})\Z")
_FRONT: Final = ("www.", "m.", "mobile.")
_ADS: Final = re.compile(r"[-_. ]?ads?\Z")


@dataclass(frozen=True, slots=True)
class Source:
    """One product that people come from."""

    name: str
    category: Category


@dataclass(frozen=True, slots=True)
class Named:
    """What a utm_source stands for; is_paid: its name says advertising, as fb-ads."""

    source: Source | None
    is_paid: bool


_UNKNOWN: Final = Named(None, False)


@dataclass(frozen=True, slots=True)
class SourceTable:
    """Keys of `hosts` and `only`: a host, or its part before a national ending with `.*`."""

    hosts: Mapping[str, Source] = field(default_factory=dict)
    only: Mapping[str, Source] = field(default_factory=dict)
    names: Mapping[str, Named] = field(default_factory=dict)

    def by_host(self, host: str) -> Source | None:
        """The source whose page `host` serves; lower case, without a dot at its end."""
        if (whole := self.hosts.get(host)) is not None:
            return whole
        for front in _FRONT:
            host = host.removeprefix(front)
        national = _NATIONAL.match(host)
        stem = national[1] + ".*" if national else ""
        found = self.only.get(host) or self.only.get(stem)
        while found is None:
            found = self.hosts.get(host) or (self.hosts.get(stem) if stem else None)
            _, dot, host = host.partition(".")
            if not dot:
                break
            stem = stem.partition(".")[2] if stem.count(".") > 1 else ""
        return found

    def by_name(self, utm_source: str) -> Named:
        """What a utm_source means, in any case: a name, a host, or either with ads at its end."""
        name = utm_source.strip().lower()
        if (named := self.names.get(name)) is not None:
            return named
        if "." in name and (source := self.by_host(name.rstrip("."))) is not None:
            return Named(source, False)
        base = _ADS.sub("", name)
        if base != name and (named := self.names.get(base)) is not None:
            return Named(named.source, True)
        return _UNKNOWN


def read_sources(lines: Iterable[str]) -> SourceTable:
    """A table from the lines of a list in the form of sources.tsv. Raises ValueError for another form.

    Where two lines tell of the same host, the earlier is right.
    """
    hosts: dict[str, Source] = {}
    only: dict[str, Source] = {}
    names: dict[str, Named] = {}
    for number, line in enumerate(lines, 1):
        text = line.rstrip("\n")
        if not text or text.startswith("#"):
            continue
        columns = text.split("\t")
        if len(columns) != 3:
            raise ValueError(f"line {number}: {len(columns)} columns instead of 3")
        category, name, words = columns
        source = Source(name, _category(category, number))
        names.setdefault(name, Named(source, False))
        for word in words.split():
            if word.startswith("$"):
                names.setdefault(word[1:], Named(source, True))
            elif word.startswith("="):
                only.setdefault(word[1:], source)
            elif "." in word:
                hosts.setdefault(word, source)
            else:
                names.setdefault(word, Named(source, False))
    return SourceTable(hosts, only, names)


def _category(text: str, number: int) -> Category:
    for category in CATEGORIES:
        if text == category:
            known: Category = category
            return known
    raise ValueError(f"line {number}: {text!r} is no category")


def shipped_text() -> str:
    """The list as it came with this release."""
    return files("footfall.ingest.lists").joinpath(SHIPPED).read_text("utf-8")


@cache
def shipped_sources() -> SourceTable:
    """The table as it came with this release, read once."""
    return read_sources(shipped_text().splitlines())

"""Who is one visitor over midnight, searched in what the log's events share and not by derive's joining. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple

from footfall.verify.visits import session_key

_FLAG: Final = "~bot"

# (site id, session key or midnight key): no two of them are written alike.
_Node = tuple[str, str]


class Sighting(NamedTuple):
    """A visitor of one day (UTC) who was there with a midnight id."""

    site_id: str
    is_bot: bool
    visitor_id: str
    midnight_id: str
    day: date


class Link(NamedTuple):
    """A row of midnight_links."""

    site_id: str
    session_key: str
    midnight_key: str
    key_date: date
    root_key: str
    root_date: date

    @property
    def name(self) -> tuple[str, str, str]:
        return self[:3]


def links_of(sightings: Iterable[Sighting], given: Iterable[Link]) -> list[Link]:
    """What must be stored for `sightings`. given: stored links of days that no event tells of any more."""
    beside: dict[_Node, set[_Node]] = defaultdict(set)
    days: dict[_Node, date] = {}
    pairs = []

    def tie(one: _Node, other: _Node) -> None:
        beside[one].add(other)
        beside[other].add(one)

    for site_id, is_bot, visitor_id, midnight_id, day in sightings:
        key = (site_id, session_key(visitor_id, is_bot=is_bot))
        midnight = (site_id, session_key(midnight_id, is_bot=is_bot))
        tie(key, midnight)
        days[key] = day
        pairs.append((key, midnight))
    for link in given:
        key, root = (link.site_id, link.session_key), (link.site_id, link.root_key)
        tie(key, (link.site_id, link.midnight_key))
        tie(key, root)
        days[key], days[root] = link.key_date, link.root_date
    first: dict[_Node, _Node] = {}
    for start in days:
        if start in first:
            continue
        reached, frontier = {start}, [start]
        while frontier:
            new = beside[frontier.pop()] - reached
            reached |= new
            frontier += new
        eldest = min((node for node in reached if node in days), key=lambda n: (days[n], n))
        first.update(dict.fromkeys(reached, eldest))
    return [
        Link(*key, midnight[1], days[key], first[key][1], days[first[key]])
        for key, midnight in sorted(set(pairs))
    ]


def members(links: Iterable[Link]) -> tuple[list[object], ...]:
    """Site, whether flagged, visitor, and the visitor whose key is the root, as columns."""
    rows = {
        (
            link.site_id,
            link.session_key.endswith(_FLAG),
            link.session_key.removesuffix(_FLAG),
            link.root_key.removesuffix(_FLAG),
        )
        for link in links
    }
    return tuple([row[place] for row in rows] for place in range(4))

"""Chains: session keys that are one visitor's over midnight (docs/decisions/0009).

A visitor without ids has another key on each UTC day. Keys whose events share a midnight id are linked;
what is linked, over however many midnights, is a chain, and the sessions of all its keys stand under one
of them, the root: the key of the earliest day. So a look-up is one probe, a key of a new day finds its
root without touching what is stored, and the root does not depend on the order in which links come.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from typing import Final, NamedTuple

from footfall.database import Connection
from footfall.derive.sessions import make_key
from footfall.eventlog.consumer import LogRow

# Only keys of such a form are ever linked, so no other need be looked up.
_LIKE_A_HASH: Final = re.compile(r"[0-9a-f]{32}(~bot)?")

_FIND: Final = """
    select t.place, l.root_date, l.root_key
    from unnest($1::text[], $2::text[]) with ordinality as t (site_id, name, place)
    cross join lateral (
        select root_date, root_key from midnight_links l
        where l.site_id = t.site_id and l.{column} = t.name
        limit 1
    ) as l
"""

_MOVE: Final = """
    update midnight_links l
    set root_key = t.root_key, root_date = t.root_date
    from unnest($1::text[], $2::text[], $3::text[], $4::date[]) as t (site_id, old_root, root_key, root_date)
    where l.site_id = t.site_id and l.root_key = t.old_root
"""

_ADD: Final = """
    insert into midnight_links (site_id, session_key, midnight_key, key_date, root_key, root_date)
    select * from unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[], $6::date[])
    on conflict do nothing
"""

Key = tuple[str, str]


class Root(NamedTuple):
    """A key that others may be linked to. The least of a chain, by day and then by key, is its root."""

    site_id: str
    day: date
    key: str


@dataclass(frozen=True, slots=True)
class Chains:
    """roots: (site id, key) to the root, for the batch's keys that are not their own.

    joined: (site id, key, root) of keys that were their own root until this batch, so that sessions may be
    stored under them.
    """

    roots: Mapping[Key, str] = field(default_factory=dict)
    joined: Sequence[tuple[str, str, str]] = ()


async def follow(connection: Connection, batch: Mapping[Key, Sequence[LogRow]]) -> Chains:
    """Note the links that `batch` (rows by site id and session key) tells of; returns the roots of its keys."""
    own = [name for name in batch if _LIKE_A_HASH.fullmatch(name[1])]
    if not own:
        return Chains()
    links = {
        (*name, make_key(row.midnight_id, is_bot=row.is_bot)): _day_of(row)
        for name in own
        for row in batch[name]
        if row.midnight_id is not None
    }
    roots = {link[:2]: Root(link[0], day, link[1]) for link, day in links.items()}
    roots.update(await _find(connection, "session_key", own))
    joined: list[tuple[Root, Root]] = []
    if links:
        shared: dict[Key, set[Root]] = {}
        for site_id, key, midnight in links:
            shared.setdefault((site_id, midnight), set()).add(roots[site_id, key])
        for name, root in (await _find(connection, "midnight_key", list(shared))).items():
            shared[name].add(root)
        least = _join(shared.values())
        joined = sorted((root, new) for root, new in least.items() if root != new)
        roots = {key: least.get(root, root) for key, root in roots.items()}
        await _move(connection, joined)
        await _add(connection, [(*link, day, roots[link[:2]]) for link, day in links.items()])
    return Chains(
        {key: root.key for key, root in roots.items() if root.key != key[1]},
        [(old.site_id, old.key, new.key) for old, new in joined],
    )


def _day_of(row: LogRow) -> date:
    # All events of a linked key were received on one UTC day, that of its salt.
    return row.received_at.astimezone(UTC).date()


def _join(groups: Iterable[Collection[Root]]) -> dict[Root, Root]:
    """Each root to the least of all that groups with a member in common hold."""
    leaders: dict[Root, Root] = {}

    def leader_of(root: Root) -> Root:
        while (leader := leaders.setdefault(root, root)) != root:
            root = leader
        return root

    for group in groups:
        found = [leader_of(root) for root in group]
        leaders.update(dict.fromkeys(found, min(found)))
    return {root: leader_of(root) for root in leaders}


async def _find(connection: Connection, column: str, names: Sequence[Key]) -> dict[Key, Root]:
    """The roots of those that are linked; column: session_key or midnight_key."""
    found = await connection.fetch(
        _FIND.format(column=column), [site_id for site_id, _ in names], [name for _, name in names]
    )
    return {
        (name := names[place - 1]): Root(name[0], root_date, root_key)
        for place, root_date, root_key in found
    }


async def _move(connection: Connection, joined: Sequence[tuple[Root, Root]]) -> None:
    if joined:
        await connection.execute(
            _MOVE,
            [old.site_id for old, _ in joined],
            [old.key for old, _ in joined],
            [new.key for _, new in joined],
            [new.day for _, new in joined],
        )


async def _add(connection: Connection, links: Sequence[tuple[str, str, str, date, Root]]) -> None:
    await connection.execute(
        _ADD,
        [link[0] for link in links],
        [link[1] for link in links],
        [link[2] for link in links],
        [link[3] for link in links],
        [link[4].key for link in links],
        [link[4].day for link in links],
    )

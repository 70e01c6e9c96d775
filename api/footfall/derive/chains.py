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
from footfall.derive import store
from footfall.derive.sessions import make_key, session_id_of
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

# $2, $3, $4: keys' roots before, keys, their roots now.
_MOVED: Final = """
    moved as (
        select old_root, member, root_key, regexp_replace(member, '~bot$', '') as visitor_id
        from unnest($2::text[], $3::text[], $4::text[]) as t (old_root, member, root_key)
    )
"""

_FIRST_DATE: Final = f"""
    with {_MOVED}
    select min(s.start_date)
    from user_sessions s
    where s.site_id = $1 and s.session_key in (select old_root from moved)
        and exists (
            select from pageviews p
            where p.site_id = s.site_id and p.session_id = s.session_id
                and p.visitor_id in (select visitor_id from moved)
            union all
            select from user_events u
            where u.site_id = s.site_id and u.session_id = s.session_id
                and u.visitor_id in (select visitor_id from moved)
        )
"""  # noqa: S608 - of the constant above

_OF_MOVED: Final = f"""
    with {_MOVED}
    select s.session_id, s.ordinal, m.root_key
    from moved m
    join user_sessions s
        on s.site_id = $1 and s.session_key = m.old_root and s.visitor_id = m.visitor_id
    where s.start_date < $5
"""  # noqa: S608

_RENAME: Final = """
    update user_sessions s
    set session_id = t.new_id, session_key = t.root_key
    from unnest($2::text[], $3::text[], $4::text[]) as t (old_id, new_id, root_key)
    where s.site_id = $1 and s.session_id = t.old_id
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


@dataclass(frozen=True, slots=True)
class Cut:
    """What became of the chains that a visitor was taken out of.

    is_any: whether there were any. moved: key to (its root before, its root now), where that is another.
    first_date: the site's first day on which sessions with events of such keys start.
    """

    is_any: bool = False
    moved: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    first_date: date | None = None


async def cut(connection: Connection, site_id: str, visitor_id: str) -> Cut:
    """Take a visitor's links away. What hung together by them alone falls apart, each part under its own root."""
    keys = [make_key(visitor_id, is_bot=is_bot) for is_bot in (False, True)]
    gone = await connection.fetch(
        "delete from midnight_links where site_id = $1 and session_key = any($2::text[])"
        " returning root_key",
        site_id,
        keys,
    )
    moved: dict[str, tuple[str, str]] = {}
    # Retention may have taken a root's own links, and left its name.
    for old_root in sorted({*keys, *(row["root_key"] for row in gone)}):
        left = await connection.fetch(
            "select session_key, midnight_key, key_date from midnight_links"
            " where site_id = $1 and root_key = $2",
            site_id,
            old_root,
        )
        shared: dict[str, set[Root]] = {}
        for row in left:
            own = Root(site_id, row["key_date"], row["session_key"])
            shared.setdefault(row["midnight_key"], set()).add(own)
        for own, root in _join(shared.values()).items():
            if root.key == old_root:
                continue
            moved[own.key] = (old_root, root.key)
            await connection.execute(
                "update midnight_links set root_key = $3, root_date = $4"
                " where site_id = $1 and session_key = $2",
                site_id,
                own.key,
                root.key,
                root.day,
            )
    first = await connection.fetchval(_FIRST_DATE, site_id, *_columns(moved)) if moved else None
    return Cut(bool(gone or moved), moved, first)


async def rename_before(connection: Connection, site_id: str, cut: Cut, since: date) -> None:
    """Give the sessions that begin before `since`, of which no event tells any more, the names of their roots now."""
    if not cut.moved:
        return
    found = await connection.fetch(_OF_MOVED, site_id, *_columns(cut.moved), since)
    renamed = [
        (site_id, row["session_id"], session_id_of(row["root_key"], row["ordinal"]))
        for row in found
    ]
    if renamed:
        await store.rename(connection, renamed)
        await connection.execute(
            _RENAME,
            site_id,
            [old for _, old, _ in renamed],
            [new for _, _, new in renamed],
            [row["root_key"] for row in found],
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


def _columns(moved: Mapping[str, tuple[str, str]]) -> tuple[list[str], list[str], list[str]]:
    return [old for old, _ in moved.values()], list(moved), [new for _, new in moved.values()]


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

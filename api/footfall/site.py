"""Sites and their cached look-up: which site ids exist, and the automatic registration of new ones."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from footfall.database import Connection, Pool, transaction

MAX_AUTOMATIC_SITES: Final = 1_000
MAX_UNKNOWN_REMEMBERED: Final = 10_000
REGISTRATION_LOCK: Final = 7_207_004


class SiteDirectory:
    """The site ids known to this process, read anew every REFRESH_S.

    Refused ids are remembered until then too, so that a flood of unknown ones costs no queries. While
    the database is away, what was known stays known.
    """

    REFRESH_S: Final = 30.0

    def __init__(self, pool: Pool, *, registers_unknown: bool) -> None:
        self._pool = pool
        self._registers_unknown = registers_unknown
        self._known: frozenset[str] = frozenset()
        self._refused: set[str] = set()

    async def refresh(self) -> None:
        """Read all sites: some may have been added or deleted. Raises what the database raises."""
        rows = await self._pool.fetch("select site_id from sites")
        self._known = frozenset(row["site_id"] for row in rows)
        self._refused.clear()

    async def known_among(self, site_ids: Collection[str]) -> Collection[str]:
        """Those of `site_ids` that exist; open registration makes the missing ones (UTC) up to its limit."""
        known = {site_id for site_id in site_ids if site_id in self._known}
        missing = {s for s in site_ids if s not in known and s not in self._refused}
        if missing:
            async with transaction(self._pool) as connection:
                found = await _look_up(connection, missing)
                if self._registers_unknown and found != missing:
                    # One registration at a time, or many at once would each see room for one more.
                    await connection.execute(f"select pg_advisory_xact_lock({REGISTRATION_LOCK})")
                    await connection.execute(
                        _REGISTER, sorted(missing - found), MAX_AUTOMATIC_SITES
                    )
                    found = await _look_up(connection, missing)
            known |= found
            self._known |= found
            if len(self._refused) > MAX_UNKNOWN_REMEMBERED:
                self._refused.clear()
            self._refused |= missing - found
        return known


_REGISTER: Final = """
    insert into sites (site_id, registered_by)
    select site_id, 'event'
    from unnest($1::text[]) with ordinality as wanted (site_id, place)
    where place + (select count(*) from sites where registered_by = 'event') <= $2
    on conflict do nothing
"""


async def _look_up(connection: Connection, site_ids: Collection[str]) -> set[str]:
    rows = await connection.fetch(
        "select site_id from sites where site_id = any($1::text[])", list(site_ids)
    )
    return {row["site_id"] for row in rows}

"""Sites and their cached look-up: which site ids exist, and the automatic registration of new ones."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from footfall.database import Pool

MAX_AUTOMATIC_SITES: Final = 1_000
MAX_UNKNOWN_REMEMBERED: Final = 10_000


class SiteDirectory:
    """The site ids known to this process.

    A site once seen stays known until `forget()`, which the API calls every `REFRESH_S`; refused ids
    are remembered too, so that a flood of unknown ones costs no queries.
    """

    REFRESH_S: Final = 30.0

    def __init__(self, pool: Pool, *, registers_unknown: bool) -> None:
        self._pool = pool
        self._registers_unknown = registers_unknown
        self._known: set[str] = set()
        self._refused: set[str] = set()

    def forget(self) -> None:
        """Look everything up again at the next need: sites may have been added or deleted."""
        self._known.clear()
        self._refused.clear()

    async def known_among(self, site_ids: Collection[str]) -> Collection[str]:
        """Those of `site_ids` that exist; open registration makes the missing ones (UTC) up to its limit."""
        missing = {s for s in site_ids if s not in self._known and s not in self._refused}
        if missing:
            async with self._pool.acquire() as connection:
                found = await self._look_up(connection, missing)
                if self._registers_unknown and found != missing:
                    await connection.execute(
                        """
                        insert into sites (site_id, registered_by)
                        select site_id, 'event'
                        from unnest($1::text[]) with ordinality as wanted (site_id, place)
                        where place + (select count(*) from sites where registered_by = 'event') <= $2
                        on conflict do nothing
                        """,
                        sorted(missing - found),
                        MAX_AUTOMATIC_SITES,
                    )
                    found = await self._look_up(connection, missing)
            self._known |= found
            if len(self._refused) > MAX_UNKNOWN_REMEMBERED:
                self._refused.clear()
            self._refused |= missing - found
        return self._known

    @staticmethod
    async def _look_up(connection: object, site_ids: Collection[str]) -> set[str]:
        rows = await connection.fetch(  # type: ignore[attr-defined]
            "select site_id from sites where site_id = any($1::text[])", list(site_ids)
        )
        return {row["site_id"] for row in rows}

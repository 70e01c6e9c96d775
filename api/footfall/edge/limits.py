"""The limit of events a minute that a site may have, counted for all API processes together.

Each process counts what it takes and tells the others through the database once a second, so together
they may overshoot by a second's worth; while the database is away each counts alone. Addresses are
nginx's to limit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from footfall.database import Pool, connection_within
from footfall.errors import TooMany
from footfall.site import Site

SHARE_PERIOD_S: Final = 1.0
SHARE_LIMIT_S: Final = 2.0
_MINUTE: Final = timedelta(minutes=1)

Key = tuple[str, datetime]


class SiteLimits:
    """What sites with a limit sent in this minute: counted here, and known of all processes."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._new: Counter[Key] = Counter()
        self._shared: dict[Key, int] = {}

    def take(self, site_ids: Iterable[str], sites: Mapping[str, Site], now: datetime) -> None:
        """Count one event for each of `site_ids`. Raises TooMany, and counts nothing, over a limit."""
        limited = Counter(
            site_id
            for site_id in site_ids
            if site_id in sites and sites[site_id].settings.events_per_minute is not None
        )
        minute = now.replace(second=0, microsecond=0)
        for site_id, number in limited.items():
            key = (site_id, minute)
            most = sites[site_id].settings.events_per_minute
            if most is not None and self._shared.get(key, 0) + self._new[key] + number > most:
                left = minute + _MINUTE - now
                raise TooMany(
                    f"{site_id} takes {most:,} events a minute; send the same events again later.",
                    retry_after_s=max(1, -(-left // timedelta(seconds=1))),
                    field="siteId",
                )
        for site_id, number in limited.items():
            self._new[site_id, minute] += number

    async def share(self, now: datetime) -> None:
        """Tell the other processes, and hear from them. Raises AWAY; then it is told the next time."""
        minute = now.replace(second=0, microsecond=0)
        self._shared = {key: n for key, n in self._shared.items() if key[1] == minute}
        told = Counter({key: n for key, n in self._new.items() if n})
        keys = sorted(told.keys() | self._shared.keys())
        if not keys:
            return
        async with connection_within(self._pool, SHARE_LIMIT_S) as connection:
            rows = await connection.fetch(
                """
                insert into site_minutes as m (site_id, minute, event_count)
                select * from unnest($1::text[], $2::timestamptz[], $3::bigint[])
                on conflict (site_id, minute) do update set event_count = m.event_count + excluded.event_count
                returning site_id, minute, event_count
                """,
                [site_id for site_id, _ in keys],
                [at for _, at in keys],
                [told[key] for key in keys],
            )
        self._new.subtract(told)
        self._new = Counter({key: n for key, n in self._new.items() if n})
        self._shared.update(
            {(r["site_id"], r["minute"]): r["event_count"] for r in rows if r["minute"] == minute}
        )

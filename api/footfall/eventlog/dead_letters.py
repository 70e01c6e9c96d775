"""Events set aside with their reasons: kept, listed, and taken up again once the reason is gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from footfall.database import Connection
from footfall.eventlog.intake import DeadLetter


async def keep_dead_letters(
    connection: Connection,
    stage: str,
    received_at: datetime,
    letters: Sequence[DeadLetter],
    *,
    log_id: int | None = None,
) -> None:
    """Set rejected events aside. log_id: the row of the log, where it has one; there it counts once."""
    await connection.executemany(
        """
        insert into dead_letters (received_at, stage, site_id, field, reason, payload, context, log_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (stage, log_id) do update set reason = excluded.reason, resolved_at = null
        """,
        [
            (received_at, stage, x.site_id, x.field, x.reason, x.payload, dict(x.context), log_id)
            for x in letters
        ],
    )

"""Events set aside with their reasons: kept, listed, and settled once they were taken up again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from footfall.database import Connection
from footfall.eventlog.intake import DeadLetter

# In a letter's context: under which site the ledger has it.
LEDGER_SITE: Final = "ledger_site"


@dataclass(frozen=True, slots=True)
class StoredLetter:
    """A row of dead_letters. log_id: the row of the log that could not be derived, of stage derive."""

    id: int
    received_at: datetime
    stage: str
    site_id: str | None
    field: str | None
    reason: str
    payload: Any
    log_id: int | None
    context: dict[str, Any]
    resolved_at: datetime | None


_COLUMNS: Final = ", ".join(StoredLetter.__slots__)


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


async def find_letters(
    connection: Connection,
    *,
    ids: Sequence[int] | None = None,
    site_id: str | None = None,
    stage: str | None = None,
    with_resolved: bool = False,
    limit: int | None = None,
) -> list[StoredLetter]:
    """Letters in the order in which they came; those that were settled only when asked for."""
    rows = await connection.fetch(
        f"""
        select {_COLUMNS}
        from dead_letters
        where ($1::bigint[] is null or id = any($1))
            and ($2::text is null or site_id = $2)
            and ($3::text is null or stage = $3)
            and ($4 or resolved_at is null)
        order by id
        limit $5
        """,  # noqa: S608 - the columns are constants
        None if ids is None else list(ids),
        site_id,
        stage,
        with_resolved,
        limit,
    )
    return [StoredLetter(*row) for row in rows]


async def count_letters(connection: Connection) -> int:
    """How many are set aside and not taken up again."""
    number: int = await connection.fetchval(
        "select count(*) from dead_letters where resolved_at is null"
    )
    return number


async def settle(connection: Connection, letter_id: int, now: datetime) -> bool:
    """Mark a letter as taken up; False where somebody else did so first."""
    done: str = await connection.execute(
        "update dead_letters set resolved_at = $2 where id = $1 and resolved_at is null",
        letter_id,
        now,
    )
    return done == "UPDATE 1"


async def give_reason(connection: Connection, letter_id: int, reason: str) -> None:
    """What stood in the way this time."""
    await connection.execute(
        "update dead_letters set reason = $2 where id = $1", letter_id, reason[:1000]
    )

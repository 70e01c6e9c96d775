"""The audit log: who changed what, and when. Rows are added in the transaction that changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from footfall.database import Connection

COMMAND_LINE: Final = "command line"


@dataclass(frozen=True, slots=True)
class AuditRow:
    """actor: a key's id, token, command line or worker. target: a key's id, or the hash of a visitor."""

    id: int
    at: datetime
    actor: str
    action: str
    site: str | None
    target: str | None
    details: dict[str, Any]


async def write_down(
    connection: Connection,
    actor: str,
    action: str,
    site: str | None = None,
    *,
    target: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add a row. details: nothing that is secret or tells of a visitor."""
    await connection.execute(
        """
        insert into audit_log (at, actor, action, site, target, details)
        values (clock_timestamp(), $1, $2, $3, $4, $5)
        """,
        actor,
        action,
        site,
        target,
        dict(details or {}),
    )


async def list_audit(
    connection: Connection, *, site_id: str | None = None, limit: int = 100
) -> list[AuditRow]:
    """The newest rows, newest first; of one site or of all."""
    rows = await connection.fetch(
        """
        select id, at, actor, action, site, target, details
        from audit_log
        where $1::text is null or site = $1
        order by id desc
        limit $2
        """,
        site_id,
        limit,
    )
    return [AuditRow(**dict(row)) for row in rows]

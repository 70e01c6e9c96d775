"""What a restore does not take from the database that it replaces.

The salts of these 48 hours, which no backup has: whoever collects now goes on with them. What visitors had
erased since the backup was taken: it must not come back (a site that was reset may: that is what backups are
for). And what the audit log has from since then.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from footfall.admin import privacy
from footfall.database import Connection, Pool, transaction
from footfall.site import SiteDirectory

# As long as worker and collection let a salt live.
SALT_DAYS: Final = 1

_SET_BY: Final = {
    "visitor_salts": """
        create temp table stays_visitor_salts on commit drop as
        select salt_date, salt from visitor_salts where salt_date >= $1
    """,
    "erasures": """
        create temp table stays_erasures on commit drop as
        select site_id, visitor_hash, erased_before, requested_by, requested_at
        from erasures
        where requested_at >= $1 and visitor_hash <> ''
    """,
    "audit_log": """
        create temp table stays_audit_log on commit drop as
        select id, at, actor, action, site, target, details from audit_log where at >= $1
    """,
}

_PUT_BACK: Final = {
    "visitor_salts": """
        insert into visitor_salts (salt_date, salt)
        select salt_date, salt from stays_visitor_salts
        on conflict do nothing
    """,
    "erasures": """
        insert into erasures as e (site_id, visitor_hash, erased_before, requested_by, requested_at)
        select site_id, visitor_hash, erased_before, requested_by, requested_at from stays_erasures
        on conflict (site_id, visitor_hash) do update set
            erased_before = excluded.erased_before,
            requested_by = excluded.requested_by,
            requested_at = excluded.requested_at,
            finished_at = null
        where excluded.erased_before > e.erased_before
    """,
    "audit_log": """
        insert into audit_log (at, actor, action, site, target, details)
        select at, actor, action, site, target, details
        from stays_audit_log as stays
        where not exists (
            select from audit_log as a
            where a.at = stays.at and a.actor = stays.actor and a.action = stays.action
        )
        order by id
    """,
}

# By the tombstone's hash, over every visitor that the site has a trace of.
_ERASED: Final = """
    with visitors as (
        select site_id, visitor_id from events_log
        union
        select site_id, visitor_id from user_sessions
        union
        select site_id, visitor_id from visitor_days
    )
    select v.site_id, v.visitor_id, e.erased_before
    from erasures as e
    join visitors as v
        on v.site_id = e.site_id
        and sha256(convert_to(v.site_id || chr(31) || v.visitor_id, 'UTF8')) = e.visitor_hash
    where e.finished_at is null
    order by 1, 2
"""


async def set_by(connection: Connection, since: datetime, now: datetime) -> None:
    """Copy it, in the transaction that will put it back. since: when the backup was taken."""
    arguments = {
        "visitor_salts": (now.date() - timedelta(days=SALT_DAYS),),
        "erasures": (since,),
        "audit_log": (since,),
    }
    for name, statement in _SET_BY.items():
        # An older schema has not all of them.
        if await connection.fetchval("select to_regclass($1) is not null", name):
            await connection.execute(statement, *arguments[name])


async def put_back(connection: Connection) -> None:
    """Into the restored tables, which may have some of it already."""
    for name, statement in _PUT_BACK.items():
        if await connection.fetchval("select to_regclass($1) is not null", f"stays_{name}"):
            await connection.execute(statement)


async def erase_again(
    pool: Pool, folder: Path, sites: SiteDirectory, now: datetime, *, actor: str
) -> int:
    """Erase from the restored tables what was erased since; returns how many visitors that were."""
    async with pool.acquire() as connection:
        if not await connection.fetchval(
            "select exists (select from erasures where finished_at is null and visitor_hash <> '')"
        ):
            return 0
        rows = await connection.fetch(_ERASED)
    for row in rows:
        await privacy.erase(
            pool,
            folder,
            sites,
            row["visitor_id"],
            row["site_id"],
            row["erased_before"],
            actor=actor,
        )
    async with transaction(pool) as connection:
        # The others had left no trace when the backup was taken.
        await connection.execute(
            "update erasures set finished_at = $1 where finished_at is null and visitor_hash <> ''",
            now,
        )
    return len(rows)

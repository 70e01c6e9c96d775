"""Take the demo's sites away again, and nothing else, while collection and derivation go on.

The log goes first. Then the consumers' offsets are locked once, which waits for the batches that
consumers had already read; from then on nobody can derive these events again, and the derived rows
go. The site itself goes last, so that whatever interrupts this, running it again finishes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from footfall.database import Connection, Pool, transaction
from footfall.demo.sites import SITE_IDS
from footfall.tables import events_log, metadata, sites

BATCH_ROWS: Final = 10_000

# A partitioned table has leaves; any other is its own.
_LEAVES: Final = """
    select coalesce(
        (select array_agg(relid::regclass::text order by relid::regclass::text)
            from pg_partition_tree(to_regclass($1)) where isleaf),
        array[$1]
    )
"""


async def clear(pool: Pool, site_ids: Sequence[str] = SITE_IDS) -> dict[str, int]:
    """Delete every row of these sites; returns how many by table, in batches of own transactions."""
    wanted = list(site_ids)
    removed = {events_log.name: await _clear_log(pool, wanted)}
    await _wait_for_consumers(pool)
    for table in metadata.sorted_tables:
        if "site_id" in table.columns and table not in (events_log, sites):
            removed[table.name] = await _clear_table(pool, table.name, wanted)
    removed[sites.name] = await _clear_table(pool, sites.name, wanted)
    return removed


async def _clear_log(pool: Pool, site_ids: list[str]) -> int:
    """Along the ids, so that each partition is read once; the constant-time count follows each batch."""
    total = 0
    for leaf in await _leaves(pool, events_log.name):
        last_id = 0
        while True:
            async with transaction(pool) as connection:
                ids = await connection.fetch(
                    f"select id from {leaf} where site_id = any($1::text[]) and id > $2"  # noqa: S608
                    " order by id limit $3",
                    site_ids,
                    last_id,
                    BATCH_ROWS,
                )
                if not ids:
                    break
                last_id = ids[-1]["id"]
                gone = await _deleted(
                    connection,
                    f"delete from {leaf} where id = any($1::bigint[])",  # noqa: S608
                    [record["id"] for record in ids],
                )
                await connection.execute(
                    "update log_counts set row_count = row_count - $2 where log = $1",
                    events_log.name,
                    gone,
                )
            total += gone
    return total


async def _wait_for_consumers(pool: Pool) -> None:
    async with transaction(pool) as connection:
        # The table, not its rows: a consumer's first batch makes its row, unseen until it commits.
        await connection.execute("lock table consumer_offsets in exclusive mode")


async def _clear_table(pool: Pool, name: str, site_ids: list[str]) -> int:
    total = 0
    for leaf in await _leaves(pool, name):
        while True:
            async with transaction(pool) as connection:
                gone = await _deleted(
                    connection,
                    f"delete from {leaf} where ctid = any(array("  # noqa: S608
                    f"select ctid from {leaf} where site_id = any($1::text[]) limit $2))",
                    site_ids,
                    BATCH_ROWS,
                )
            total += gone
            if gone < BATCH_ROWS:
                break
    return total


async def _leaves(pool: Pool, name: str) -> list[str]:
    """The tables that hold `name`'s rows, quoted as SQL needs them."""
    async with pool.acquire() as connection:
        leaves: list[str] = await connection.fetchval(_LEAVES, name)
    return leaves


async def _deleted(connection: Connection, statement: str, *arguments: object) -> int:
    status: str = await connection.execute(statement, *arguments)
    return int(status.rpartition(" ")[2])

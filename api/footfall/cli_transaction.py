"""One transaction on the running database, for commands of the command line that change something."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from footfall.config import Settings
from footfall.database import Connection, open_pool, transaction
from footfall.embedded.run_file import find_database_url

Result = TypeVar("Result")


def in_transaction(work: Callable[[Connection], Awaitable[Result]]) -> Result:
    """Do `work` in one transaction, on the database of the settings or else of the running stack."""

    async def run() -> Result:
        url = find_database_url(Settings.from_environment())
        pool = await open_pool(url, role="admin", max_size=1)
        try:
            async with transaction(pool) as connection:
                return await work(connection)
        finally:
            await pool.close()

    return asyncio.run(run())

"""One transaction for one request, and what to say while the database is away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request

from footfall.database import AWAY, Connection, transaction
from footfall.errors import Unavailable


@asynccontextmanager
async def open_transaction(request: Request) -> AsyncIterator[Connection]:
    """Committed at the end. Raises Unavailable (503) while the database is away."""
    try:
        async with transaction(request.state.pool) as connection:
            yield connection
    except AWAY as error:
        raise Unavailable("The database is away.") from error

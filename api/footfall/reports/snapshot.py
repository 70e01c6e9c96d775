"""One consistent look at the derived tables: a read-only transaction that sees a single moment.

The only place of `reports` that meets the driver's errors: away, busy or out of time is Unavailable, a
pattern that is none Unprocessable.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy import literal, select
from sqlalchemy.exc import DBAPIError, TimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from footfall.database import AWAY, REFUSED
from footfall.errors import Misconfigured, Unavailable, Unprocessable
from footfall.reports.filters import Filter, conditions_of
from footfall.reports.vocabulary import Operator


@asynccontextmanager
async def snapshot(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection whose statements all see the same rows. Raises Unavailable, Misconfigured."""
    try:
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection
    except TimeoutError:
        raise Unavailable("The database is busy with other queries; try again.") from None
    except DBAPIError as error:
        raise _explain(error) from error
    except REFUSED as error:
        raise _refused(error) from error
    except AWAY as error:
        raise Unavailable("The database is away.") from error


async def check_patterns(connection: AsyncConnection, filters: Iterable[Filter]) -> None:
    """Raises Unprocessable, naming the field, for a regular expression that PostgreSQL does not take."""
    for condition in conditions_of(filters):
        if condition.operator is not Operator.MATCHES:
            continue
        for place, pattern in enumerate(condition.values):
            try:
                await connection.execute(select(literal("").op("~")(pattern)))
            except DBAPIError as error:
                cause = _cause(error)
                if not isinstance(cause, asyncpg.InvalidRegularExpressionError):
                    raise
                field = f"{condition.field}.{place}"
                reason = str(cause).removeprefix("invalid regular expression: ")
                raise Unprocessable(
                    f"{field}: no regular expression: {reason}.", field=field
                ) from None


def _cause(error: DBAPIError) -> BaseException | None:
    return error.orig.__cause__ if error.orig is not None else None


def _explain(error: DBAPIError) -> Exception:
    cause = _cause(error)
    if isinstance(cause, asyncpg.QueryCanceledError):
        return Unavailable(
            "The query took too long; try again, or ask for less: a shorter range, a simpler filter."
        )
    if isinstance(cause, asyncpg.InvalidRegularExpressionError):
        return Unprocessable(f"filters: a pattern cannot be followed: {cause}.", field="filters")
    if error.connection_invalidated or isinstance(cause, AWAY):
        return Unavailable("The database is away.")
    if isinstance(cause, REFUSED):
        return _refused(cause)
    return error


def _refused(cause: BaseException) -> Misconfigured:
    return Misconfigured(f"DATABASE_URL is refused by the server: {cause}")

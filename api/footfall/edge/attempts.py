"""Tries to sign in, counted by account and by address, and passwords compared beside the event loop.

Both live in memory only: an address is never stored, and a restart forgets.
"""

from __future__ import annotations

import asyncio
import ipaddress
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final, TypeVar

from footfall.errors import TooMany
from footfall.observe import SIGN_INS

Result = TypeVar("Result")

WINDOW: Final = timedelta(minutes=15)
ACCOUNT_LIMIT: Final = 10
ADDRESS_LIMIT: Final = 30
# What strangers may make us remember; beyond, the oldest goes.
MAX_REMEMBERED: Final = 10_000
# Two take both cores of a small machine, and 92 MiB. Beyond the queue: try again.
HASHING_THREADS: Final = 2
MAX_WAITING: Final = 20


class Attempts:
    """Wrong tries of the last WINDOW, which begins with the first of them."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], tuple[datetime, int]] = {}

    def count(self, account: str, address: str, now: datetime) -> bool:
        """Count a try before it is made, so that many at once are many. Raises TooMany (429).

        Returns whether it is the last one that the account has.
        """
        keys = (("account", account), ("address", _network(address)))
        for key, limit in zip(keys, (ACCOUNT_LIMIT, ADDRESS_LIMIT), strict=True):
            since, number = self._counts.get(key, (now, 0))
            if number >= limit and now < since + WINDOW:
                self._refuse(key[0], since + WINDOW - now)
        for key in keys:
            since, number = self._counts.pop(key, (now, 0))
            if now >= since + WINDOW:
                since, number = now, 0
            self._counts[key] = (since, number + 1)
        while len(self._counts) > MAX_REMEMBERED:
            del self._counts[next(iter(self._counts))]
        return self._counts[keys[0]][1] == ACCOUNT_LIMIT

    def forgive(self, account: str, address: str) -> None:
        """The try was right: the account begins anew, the address has one less."""
        self._counts.pop(("account", account), None)
        key = ("address", _network(address))
        if key in self._counts:
            since, number = self._counts[key]
            self._counts[key] = (since, max(0, number - 1))

    def _refuse(self, whose: str, rest: timedelta) -> None:
        SIGN_INS.labels("too_many").inc()
        minutes = math.ceil(rest.total_seconds() / 60)
        by = "for this account" if whose == "account" else "from your address"
        again = "in a minute" if minutes <= 1 else f"in {minutes} minutes"
        raise TooMany(
            f"Too many wrong passwords {by}. Try again {again}.",
            retry_after_s=math.ceil(rest.total_seconds()),
        )


class Hashing:
    """Threads for what takes a tenth of a second and 46 MiB each time."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(HASHING_THREADS, thread_name_prefix="passwords")
        self._waiting = 0

    async def run(self, work: Callable[..., Result], *arguments: object) -> Result:
        """The result of `work`, or what it raised. Raises TooMany where too many wait already."""
        if self._waiting >= HASHING_THREADS + MAX_WAITING:
            raise TooMany("Too many people sign in at this moment. Try again.", retry_after_s=5)
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, work, *arguments)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _network(address: str) -> str:
    """An IPv6 customer has a network of 2^64 addresses, which count as one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)

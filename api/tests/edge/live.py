"""The app behind a real socket, which streams need: httpx's own transport waits for an answer's end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import httpx
import uvicorn
from conftest import TOKEN, Clock, settings_for

from browsers import BROWSERS
from footfall.app import App
from footfall.cli_processes import Server
from footfall.edge.hub import Hub, Pace

BEARER: Final = {"Authorization": f"Bearer {TOKEN}"}
# As quick as may be, and every answer anew.
QUICK: Final = Pace(poll_s=0.01, figures_s=0.0, oldest_s=0.05, kept_s=0.0)


async def until(condition: Callable[[], Any]) -> None:
    """Let the others of the event loop go on, until it holds."""
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0)


class Stream:
    """Messages of one stream, in order."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.aiter_lines()

    async def next(self) -> tuple[str, Any]:
        """(name, document) of the next message; ("", None) of a comment. Raises StopAsyncIteration."""
        name, comment = "", False
        async with asyncio.timeout(30):
            async for line in self._lines:
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    return name, json.loads(line.removeprefix("data: "))
                elif line.startswith(":"):
                    comment = True
                elif comment:
                    return "", None
        raise StopAsyncIteration

    async def find(self, name: str) -> Any:
        """The next message of that name, whatever is between."""
        while True:
            found, document = await self.next()
            if found == name:
                return document


@dataclass
class Live:
    hub: Hub
    server: Server
    serving: asyncio.Task[None]
    client: httpx.AsyncClient

    async def stop(self) -> None:
        """As by SIGTERM."""
        self.server.should_exit = True
        await self.serving

    @asynccontextmanager
    async def stream(
        self, site_id: str = "shop", headers: dict[str, str] = BEARER
    ) -> AsyncIterator[Stream]:
        async with self.client.stream(
            "GET", f"/api/sites/{site_id}/realtime/stream", headers=headers
        ) as answer:
            assert answer.status_code == 200, await answer.aread()
            assert answer.headers["content-type"].startswith("text/event-stream")
            yield Stream(answer)


@asynccontextmanager
async def serving(url: str, clock: Clock, pace: Pace = QUICK) -> AsyncIterator[Live]:
    """The process of `footfall serve`, on a port of its own."""
    app = App(settings_for(url), clock, pace)
    config = uvicorn.Config(
        app, port=0, lifespan="on", log_config=None, timeout_graceful_shutdown=20, ws="none"
    )
    server = Server(app, config)
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started or task.done())
    assert not task.done(), task.exception()
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}",
        headers=BROWSERS["Chromium of a plain address"],
        timeout=30,
    ) as client:
        assert app._hub is not None
        live = Live(app._hub, server, task, client)
        try:
            yield live
        finally:
            with suppress(asyncio.CancelledError):
                await live.stop()

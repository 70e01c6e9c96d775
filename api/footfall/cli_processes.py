"""The two long-running processes: serve and work. Both need DATABASE_URL and end by SIGTERM."""

from __future__ import annotations

import asyncio
import socket
import sys

import click
import uvicorn

from footfall import worker
from footfall.app import App
from footfall.config import Settings
from footfall.observe import configure_logging


class Server(uvicorn.Server):
    """uvicorn waits for open answers when it stops; streams, which have no end, are ended first."""

    def __init__(self, app: App, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.end_streams()
        await super().shutdown(sockets)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def serve(host: str, port: int) -> None:
    """Serve the API until SIGTERM; what was acknowledged is committed before it ends."""
    settings = Settings.from_environment()
    configure_logging()
    app = App(settings)
    server = Server(
        app,
        uvicorn.Config(
            app,
            host=host,
            port=port,
            loop="uvloop",
            http="httptools",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=20,
        ),
    )
    server.run()
    if not server.started:
        sys.exit(1)


@click.command()
def work() -> None:
    """Derive sessions, pageviews and daily metrics from the log until SIGTERM."""
    settings = Settings.from_environment()
    configure_logging()
    asyncio.run(worker.run(settings))

"""TCP ports: whether the ones asked for are free, and a free one where none was asked for."""

from __future__ import annotations

import errno
import socket

from footfall.config import Settings
from footfall.errors import Misconfigured

LOOPBACK = "127.0.0.1"


def check_ports(settings: Settings) -> None:
    """Raises Misconfigured, naming the port and its variable, when one cannot be listened on."""
    wanted = {
        "FOOTFALL_PORT": settings.port,
        "FOOTFALL_API_PORT": settings.api_port,
        # Of the embedded PostgreSQL only.
        "FOOTFALL_DATABASE_PORT": (
            settings.database_port if settings.database_url is None else None
        ),
    }
    taken: dict[int, str] = {}
    for variable, port in wanted.items():
        if port is None:
            continue
        if port in taken:
            raise Misconfigured(f"{taken[port]} and {variable} are the same: choose two ports.")
        taken[port] = variable
    for port, variable in taken.items():
        _check(settings.bind if variable == "FOOTFALL_PORT" else LOOPBACK, port, variable)


def choose_api_port(settings: Settings) -> int:
    if settings.api_port is not None:
        return settings.api_port
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def reachable_host(bind: str) -> str:
    """The address at which this machine reaches something bound to `bind`, as URLs spell it."""
    if bind in ("0.0.0.0", "::", "*"):  # noqa: S104 - compared, not bound
        return LOOPBACK
    return f"[{bind}]" if ":" in bind else bind


def _check(host: str, port: int, variable: str) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror:
        raise Misconfigured(f"FOOTFALL_BIND is no address of this machine: {host}") from None
    family, kind, protocol, _, address = found[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            # Two sockets may be bound with SO_REUSEADDR as long as neither listens.
            probe.listen(1)
        except OSError as error:
            raise Misconfigured(_sentence(error, host, port, variable)) from None


def _sentence(error: OSError, host: str, port: int, variable: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken by another program: "
            f"choose another, as in `{variable}={port + 1 if port < 65535 else 8081} make up`."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs root's rights: choose one above 1023, as in `{variable}=8080 make up`."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"FOOTFALL_BIND is no address of this machine: {host}"
    return f"Port {port} on {host} cannot be used ({error.strerror}): set {variable} to another."

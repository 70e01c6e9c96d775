"""Who is calling: the client's address through trusted proxies only. The one place that reads it.

The address leaves memory after ingest.visitor; it is never logged or stored.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from footfall.config import Network


@dataclass(frozen=True, slots=True)
class Caller:
    """address: who sent the request, "unknown" without any. through: the trusted proxies it came by, the
    nearest last. ignored: what X-Forwarded-For claims beyond the address, which nobody trusted vouches for.
    """

    address: str
    through: tuple[str, ...]
    ignored: tuple[str, ...]


def find_caller(peer: str | None, forwarded_for: str | None, trusted: Sequence[Network]) -> Caller:
    """The first address, from the right of X-Forwarded-For, that is no trusted proxy.

    peer: the socket's address, or None (unix socket, which counts as trusted). What is no address ends
    the walk: the last trusted hop's word is then the best there is.
    """
    hops = [hop for hop in (forwarded_for or "").split(",") if hop.strip()]
    current = _parse(peer) if peer else None
    through: list[str] = [] if peer else ["unix socket"]
    while hops and (current is None or _is_trusted(current, trusted)):
        address = _parse(hops[-1])
        if address is None:
            break
        if current is not None:
            through.append(str(current))
        current = address
        hops.pop()
    return Caller(
        str(current) if current is not None else "unknown",
        tuple(reversed(through)),
        tuple(hop.strip()[:100] for hop in hops),
    )


def client_ip(peer: str | None, forwarded_for: str | None, trusted: Sequence[Network]) -> str:
    """The caller's address; see find_caller."""
    return find_caller(peer, forwarded_for, trusted).address


def forwarded_for(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """All X-Forwarded-For headers as one list: a proxy may add a line instead of a word."""
    return ",".join(v.decode("latin-1") for name, v in headers if name == b"x-forwarded-for")


def _parse(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _is_trusted(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, trusted: Sequence[Network]
) -> bool:
    return any(address in network for network in trusted)

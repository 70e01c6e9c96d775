"""Who is calling: the client's address through trusted proxies only. The one place that reads it.

The address leaves memory after ingest.visitor; it is never logged or stored.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from footfall.config import Network


def client_ip(peer: str | None, forwarded_for: str | None, trusted: Sequence[Network]) -> str:
    """The first address, from the right of X-Forwarded-For, that is no trusted proxy.

    peer: the socket's address, or None (unix socket, which counts as trusted). What is no address ends
    the walk: the last trusted hop's word is then the best there is. Returns "unknown" without any.
    """
    current = _parse(peer) if peer else None
    if current is not None and not _is_trusted(current, trusted):
        return str(current)
    for hop in reversed((forwarded_for or "").split(",")):
        address = _parse(hop)
        if address is None:
            break
        current = address
        if not _is_trusted(address, trusted):
            break
    return str(current) if current is not None else "unknown"


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

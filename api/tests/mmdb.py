"""A tiny database of places in MaxMind's format, for tests: written by the format's specification 2.0
(https://maxmind.github.io/MaxMind-DB/), 24-bit records, IPv6 tree."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any, Final

_EMPTY: Final = -1
_UINT16: Final = 5
_UINT32: Final = 6
_UINT64: Final = 9
# Readers are strict about the kinds of the metadata's numbers.
_KINDS: Final = {"node_count": _UINT32, "build_epoch": _UINT64}


def write(path: Path, places: dict[str, dict[str, Any]]) -> Path:
    """A database that tells `places`, network to record; IPv4 networks stand under ::/96."""
    nodes: list[list[int]] = [[_EMPTY, _EMPTY]]
    records: dict[tuple[int, int], int] = {}
    section = b""
    for network, record in places.items():
        parsed = ipaddress.ip_network(network)
        bits = format(int(parsed.network_address), f"0{128}b")
        length = parsed.prefixlen + (96 if parsed.version == 4 else 0)
        node = 0
        for bit in bits[: length - 1]:
            if nodes[node][int(bit)] == _EMPTY:
                nodes.append([_EMPTY, _EMPTY])
                nodes[node][int(bit)] = len(nodes) - 1
            node = nodes[node][int(bit)]
        records[node, int(bits[length - 1])] = len(section)
        section += _encode(record)
    count = len(nodes)
    for (node, side), offset in records.items():
        nodes[node][side] = count + 16 + offset
    tree = b"".join(
        (count if value == _EMPTY else value).to_bytes(3) for node in nodes for value in node
    )
    metadata = {
        "node_count": count,
        "record_size": 24,
        "ip_version": 6,
        "database_type": "Footfall-Test",
        "languages": ["en"],
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": 1_770_000_000,
        "description": {"en": "Places for tests"},
    }
    path.write_bytes(tree + bytes(16) + section + b"\xab\xcd\xefMaxMind.com" + _encode(metadata))
    return path


def _encode(value: Any, kind: int = _UINT16) -> bytes:
    if isinstance(value, str):
        raw = value.encode()
        return _control(2, len(raw)) + raw
    if isinstance(value, int):
        raw = value.to_bytes((value.bit_length() + 7) // 8)
        return _control(kind, len(raw)) + raw
    if isinstance(value, list):
        return _control(11, len(value)) + b"".join(map(_encode, value))
    assert isinstance(value, dict)
    return _control(7, len(value)) + b"".join(
        _encode(name) + _encode(item, _KINDS.get(name, _UINT16)) for name, item in value.items()
    )


def _control(kind: int, size: int) -> bytes:
    assert size < 29
    return bytes([kind << 5 | size]) if kind < 8 else bytes([size, kind - 7])

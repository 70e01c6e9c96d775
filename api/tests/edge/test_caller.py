"""The client's address: from trusted proxies only."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from conftest import TOKEN, Stack

from footfall.edge.caller import Caller, client_ip, find_caller

TRUSTED = (ip_network("127.0.0.0/8"), ip_network("::1/128"), ip_network("10.0.0.0/8"))
CASES = [
    ("203.0.113.9", None, "203.0.113.9"),
    ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
    ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
    ("127.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
    ("127.0.0.1", "6.6.6.6, 198.51.100.1, 10.1.2.3", "198.51.100.1"),
    ("127.0.0.1", "198.51.100.1, garbage", "127.0.0.1"),
    ("127.0.0.1", "garbage, 198.51.100.1", "198.51.100.1"),
    ("127.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
    ("127.0.0.1", "[2001:db8::7]:443", "2001:db8::7"),
    ("::1", "2001:db8::7", "2001:db8::7"),
    ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
    ("127.0.0.1", "", "127.0.0.1"),
    (None, "198.51.100.1", "198.51.100.1"),
    (None, None, "unknown"),
]


@pytest.mark.parametrize(("peer", "forwarded", "expected"), CASES)
def test_client_ip(peer: str | None, forwarded: str | None, expected: str) -> None:
    assert client_ip(peer, forwarded, TRUSTED) == expected


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", None, Caller("203.0.113.9", (), ())),
        (
            "127.0.0.1",
            "6.6.6.6, 198.51.100.1, 10.1.2.3",
            Caller("198.51.100.1", ("10.1.2.3", "127.0.0.1"), ("6.6.6.6",)),
        ),
        ("203.0.113.9", "198.51.100.1", Caller("203.0.113.9", (), ("198.51.100.1",))),
        ("127.0.0.1", "garbage", Caller("127.0.0.1", (), ("garbage",))),
        (None, "198.51.100.1", Caller("198.51.100.1", ("unix socket",), ())),
    ],
)
def test_by_whom_the_caller_came(peer: str | None, forwarded: str | None, expected: Caller) -> None:
    assert find_caller(peer, forwarded, TRUSTED) == expected


@pytest.mark.parametrize(
    ("forwarded", "sentence"),
    [
        (None, "You reach me as 127.0.0.1, directly."),
        ("203.0.113.9", "You reach me as 203.0.113.9 through 127.0.0.1."),
        (
            "198.51.100.1, 203.0.113.9",
            "You reach me as 203.0.113.9 through 127.0.0.1. X-Forwarded-For also claims 198.51.100.1:"
            " if 203.0.113.9 is a proxy of yours, add it to FOOTFALL_TRUSTED_PROXIES.",
        ),
    ],
)
async def test_the_self_check_says_how_it_was_reached(
    stack: Stack, forwarded: str | None, sentence: str
) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    if forwarded is not None:
        headers["X-Forwarded-For"] = forwarded
    answer = await stack.client.get("/api/connection", headers=headers)
    assert (answer.status_code, answer.json()["sentence"]) == (200, sentence)
    assert (await stack.client.get("/api/connection")).status_code == 401

"""Which keys are secret, and that the walk reaches every place they can be in."""

from __future__ import annotations

import time
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footfall.ingest.redact import is_secret, may_hold_secrets, redact, redact_url
from footfall.ingest.redact_value import REDACTED, redact_text

SECRET = ["password", "Password", "user_password", "userPassword", "new-password", "PASSWORD", "passwordConfirm", "password2", "pwd", "passwd", "passphrase", "card", "cardNumber", "card_number", "credit_card", "creditCard", "CreditCardNumber", "ccnumber", "cc_number", "cvv", "CVV2", "cvc", "card_cvc", "csc", "security_code", "ssn", "SSN", "user_ssn", "userSSN", "socialSecurityNumber", "social-security", "cardnumber1"]  # fmt: skip
HARMLESS = ["keyboard", "hotel", "discard", "discardDraft", "cardinal", "cardigan", "postcards", "className", "classnames", "lessness", "passenger", "compass", "bypass_cache", "passive", "social", "social_network", "security", "email", "session", "accession", "message", "cc", "name", "path"]  # fmt: skip


@pytest.mark.parametrize("key", SECRET)
def test_keys_that_are_secret(key: str) -> None:
    assert is_secret(key)
    assert may_hold_secrets(f'{{"{key}": 1}}'.encode())


def test_an_endless_key_is_judged_like_a_short_one() -> None:
    assert is_secret("x" * 5_000 + "_password")
    assert not is_secret("x" * 5_000)


@pytest.mark.parametrize("key", HARMLESS)
def test_keys_that_are_not(key: str) -> None:
    assert not is_secret(key)


def test_the_walk_reaches_arrays_objects_and_pairs_and_keeps_the_shape() -> None:
    document: dict[str, Any] = {
        "a": [{"cvv": 1}, [{"deep": {"ssn": {"whole": "object"}}}]],
        "fields": [{"name": "password", "value": "p"}, {"name": "city", "value": "Rome"}],
        "n": None,
    }
    assert redact(document) == {
        "a": [{"cvv": REDACTED}, [{"deep": {"ssn": REDACTED}}]],
        "fields": [{"name": "password", "value": REDACTED}, {"name": "city", "value": "Rome"}],
        "n": None,
    }


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "https://a.example/?q=1&password=x&r=2",
            f"https://a.example/?q=1&password={REDACTED}&r=2",
        ),
        ("https://a.example/?pass%77ord=x", f"https://a.example/?pass%77ord={REDACTED}"),
        ("https://a.example/#card_number=4111", f"https://a.example/#card_number={REDACTED}"),
        ("https://a.example/?keyboard=qwerty", "https://a.example/?keyboard=qwerty"),
        ("https://a.example/password", "https://a.example/password"),
    ],
)
def test_query_strings(url: str, expected: str) -> None:
    assert redact_url(url) == expected


def test_an_escaped_key_is_still_found() -> None:
    assert may_hold_secrets(rb'{"p\u0061ssword": 1}')


def test_a_hostile_url_costs_no_more_than_its_length() -> None:
    def seconds(repeats: int) -> float:
        best = float("inf")
        for _ in range(3):
            started = time.perf_counter()
            redact_url("?cc%" * repeats + "=")
            best = min(best, time.perf_counter() - started)
        return best

    assert seconds(16_000) < 40 * seconds(2_000)


CARDS = [
    ("4111111111111111", REDACTED),
    ("4111 1111 1111 1111", REDACTED),
    ("4111-1111-1111-1111", REDACTED),
    ("5555555555554444", REDACTED),
    ("2223003122003222", REDACTED),
    ("378282246310005", REDACTED),
    ("3782 822463 10005", REDACTED),
    ("30569309025904", REDACTED),
    ("6011111111111117", REDACTED),
    ("3530111333300000", REDACTED),
    ("4222222222222", REDACTED),
    ("6304000000000000", REDACTED),
    ("my card is 4111 1111 1111 1111, thanks", f"my card is {REDACTED}, thanks"),
    ("2 4111 1111 1111 1111 12/27", f"2 {REDACTED} 12/27"),
    ("(4111111111111111)", f"({REDACTED})"),
    ("4111111111111111,5555555555554444", f"{REDACTED},{REDACTED}"),
    ("4111+1111+1111+1111", REDACTED),
    ("4111%201111%201111%201111", REDACTED),
    ("/pay/4111111111111111/done", f"/pay/{REDACTED}/done"),
]
SSNS = [
    ("078-05-1120", REDACTED),
    ("078 05 1120", REDACTED),
    ("ssn: 123-45-6789.", f"ssn: {REDACTED}."),
]
ADDRESSES = [
    ("jane@example.com", "[EMAIL]"),
    ("Jane <jane.doe+x@mail.example.co.uk>", "Jane <[EMAIL]>"),
    ("mailto:jane@example.com", "mailto:[EMAIL]"),
    ("https://a.example/u/jane%40example.com/x", "https://a.example/u/[EMAIL]/x"),
    ("https://a.example/?to=jane%2Bx%40example.com&q=1", "https://a.example/?to=[EMAIL]&q=1"),
    ("j\u00fcrgen@b\u00fccher.example, a@b.io", "[EMAIL], [EMAIL]"),
    ("Write to jane@example.com.", "Write to [EMAIL]."),
]
LEFT_ALONE = [
    "1773140400000", "1773140400000000", "1773140400000000000", "2026-03-10T12:00:00.000Z",
    "2026-03-10 12:00:00", "4111111111111112", "4111 1111 1111 1112", "411111111111", "41111111111111111111",
    "7992739871300000", "a4111111111111111", "4111111111111111b", "550e8400-e29b-41d4-a716-446655440000",
    "018f5e2a-0000-7000-8000-000000000001", "1234567890.1773140400", "51.5073509123456", "+1 212 555 0100",
    "212-555-0100", "000-12-3456", "666-12-3456", "900-12-3456", "123-00-4567", "123-45-0000", "123-456-789",
    "1123-45-6789", "123-45-67890", "123-45 6789", "2026-03-1012", "192.168.100.200", "order 20260310-000042",
    "@jane", "jane@", "a @ b", "jane@localhost", "logo@2x.png", "https://medium.com/@jane/post",
    "lodash@4.17.21", "10 20 30 40 50 60 70 80", "4 8 15 16 23 42 108", "keyboard", "hotel",
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CARDS + SSNS + ADDRESSES)
def test_values_that_show_what_they_are(text: str, expected: str) -> None:
    body = orjson.dumps({"note": [text]})
    assert may_hold_secrets(body)
    assert redact({"note": [text]}) == {"note": [expected]}


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_values_that_only_look_alike(text: str) -> None:
    assert redact({"note": text}) == {"note": text}


def test_numbers_are_looked_at_too() -> None:
    document = {"n": 4111111111111111, "at": 1773140400000, "x": 4111111111111112, "t": True}
    assert may_hold_secrets(orjson.dumps(document))
    assert redact(document) == {**document, "n": REDACTED}


def test_ids_are_never_taken_for_cards_and_never_are_addresses() -> None:
    ids = {
        "eventId": "4111111111111111",
        "visitorId": 4111111111111111,
        "timestamp": 4111111111111111,
    }
    assert redact(ids) == ids
    assert redact({"visitorId": "jane@example.com"}) == {"visitorId": None}


def test_names_of_keys_are_texts_too() -> None:
    assert redact({"jane@example.com": 1}) == {"[EMAIL]": 1}


@given(text=st.text(alphabet="0123456789 -+@.%4aA", max_size=200), place=st.integers(0, 200))
@settings(max_examples=300)
def test_a_card_is_found_in_any_text(text: str, place: int) -> None:
    before, after = text[:place], text[place:]
    assert "4111111111111111" not in redact_text(f"{before}x {'4' + '1' * 15}, {after}")


@pytest.mark.parametrize(
    "piece", ["a@", "1-", "a.", "411 ", "a@b.", "%40", "%4", "1234 5678 ", "a@b-", "+", "999-99-"]
)
def test_a_hostile_value_costs_no_more_than_its_length(piece: str) -> None:
    def seconds(repeats: int) -> float:
        best = float("inf")
        for _ in range(3):
            started = time.perf_counter()
            redact_text(piece * repeats)
            best = min(best, time.perf_counter() - started)
        return best

    assert seconds(16_000) < 40 * seconds(2_000) + 0.001


def test_ids_of_events_alone_are_no_reason_to_walk_a_body() -> None:
    """Every fourth UUID holds three digits on both sides of a hyphen."""
    identifier = "0b5d3123-4567-4c8a-9123-4567f0a1b2c3"
    body = b'[{"eventType":"click","eventId":"' + identifier.encode() + b'"}]'
    assert not may_hold_secrets(body)
    card = b'{"eventId":"' + identifier.encode() + b'","note":"4111 1111 1111 1111"}'
    assert may_hold_secrets(card)
    assert may_hold_secrets(b'{"eventId":"4111-1111-1111-1111"}')
    assert may_hold_secrets(b'{"eventId":"x","note":"4111-1111-1111-1111 is mine","id":"0"}')

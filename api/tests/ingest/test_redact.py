"""Which keys are secret, and that the walk reaches every place they can be in."""

from __future__ import annotations

import time
from typing import Any

import pytest

from footfall.ingest.redact import REDACTED, is_secret, may_hold_secrets, redact, redact_url

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

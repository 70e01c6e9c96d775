"""Secrets out, before anything is stored: values under password-, card-, cvv- and ssn-like keys, and values
that show by themselves what they are (redact_value).

Keys are split into words (camelCase, snake_case, kebab-case), so that `cardNumber` is redacted and
`discardDraft`, `keyboard` and `className` are not. Reaches through objects, arrays, `{name, value}`
pairs and the query strings of URLs.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote_plus

from footfall.ingest.redact_value import (
    MASKED,
    REDACTED,
    is_card_number,
    may_show_secrets,
    redact_text,
)

MAX_CACHED_KEY: Final = 100

# Whole words of a key that make it secret.
_WORDS: Final = frozenset(
    [
        "password",
        "passwd",
        "passphrase",
        "passcode",
        "pwd",
        "pass",
        "card",
        "cardnumber",
        "cardno",
        "creditcard",
        "debitcard",
        "ccnumber",
        "cvv",
        "cvv2",
        "cvc",
        "cvc2",
        "csc",
        "cvn",
        "ssn",
        "ssnumber",
        "socialsecurity",
        "socialsecuritynumber",
    ]
)
_PREFIXES: Final = ("card", "cvv", "cvc", "ssn", "ccnum")
_SUFFIXES: Final = ("card", "cards", "cvv", "cvc", "ssn", "pwd", "pass")
# What only begins or ends like one of them.
_ORDINARY: Final = frozenset(
    [
        "cardiac",
        "cardiff",
        "cardigan",
        "cardigans",
        "cardinal",
        "cardinality",
        "cardinals",
        "cardio",
        "cardiology",
        "cardboard",
        "discard",
        "postcard",
        "postcards",
        "wildcard",
        "wildcards",
        "flashcard",
        "flashcards",
        "scorecard",
        "scorecards",
        "placard",
        "placards",
        "bypass",
        "compass",
        "encompass",
        "trespass",
        "surpass",
        "overpass",
        "underpass",
    ]
)
# Letters that no ordinary word contains: enough anywhere in the key.
_FRAGMENTS: Final = (
    "password",
    "passwd",
    "creditcard",
    "cardnumber",
    "cardcvv",
    "cardcvc",
    "socialsecurity",
)
# Runs of words that are secret together.
_RUNS: Final = (("social", "security"), ("security", "code"), ("cc", "number"), ("cc", "num"))

_WORD: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+\d*|[A-Z]+\d*|\d+")

# A body without any of these cannot hold a secret key (an escape could spell one, so \\u and % count).
# Looked for one by one: 9 µs for a body that takes one regular expression of them all 190 µs.
_SUSPECT: Final = tuple(
    b"pass pwd card cvv cvc cvn csc ssn social security ccn cc_n cc-n cc.n \\u %".split()
)
# What tells events, visitors and moments apart: digits by the dozen, and no one's card.
_IDS: Final = frozenset(
    (
        "eventId",
        "event_id",
        "sessionId",
        "session_id",
        "visitorId",
        "visitor_id",
        "siteId",
        "site_id",
        "timestamp",
        "ts",
    )
)
_LEAST_CARD: Final = 10**12
# Each class leaves out what begins the next piece, so a search never goes back over what it read.
_QUERY_PAIR: Final = re.compile(r"([?&#;])([^=&#?;]+)=([^&#;]*)")


def may_hold_secrets(body: bytes) -> bool:
    """False only when no key and no value of `body` can be secret: the cheap test before the walk."""
    lower = body.lower()
    return any(token in lower for token in _SUSPECT) or may_show_secrets(body)


def is_secret(key: str) -> bool:
    """Whether the value under `key` must not be stored."""
    # Trackers send the same few keys for ever; a stranger's long ones must not fill the memory.
    return _is_secret(key) if len(key) <= MAX_CACHED_KEY else _is_secret.__wrapped__(key)


@lru_cache(maxsize=4_096)
def _is_secret(key: str) -> bool:
    lower = key.lower()
    squeezed = re.sub(r"[^a-z0-9]", "", lower)
    if any(fragment in squeezed for fragment in _FRAGMENTS):
        return True
    words = [word.lower() for word in _WORD.findall(key)]
    if any(_is_secret_word(word.rstrip("0123456789")) for word in words):
        return True
    return any(words[i : i + len(run)] == list(run) for run in _RUNS for i in range(len(words)))


def _is_secret_word(word: str) -> bool:
    """HTML names are often written in one: cardnum, userpass, visacard, ssnlast4."""
    if word in _ORDINARY:
        return False
    return word in _WORDS or word.startswith(_PREFIXES) or word.endswith(_SUFFIXES)


def redact_url(url: str) -> str:
    """`url` with the values of secret query parameters replaced; everything else as it was."""
    if "=" not in url:
        return url
    return _QUERY_PAIR.sub(
        lambda m: f"{m[1]}{m[2]}={REDACTED if is_secret(unquote_plus(m[2])) else m[3]}", url
    )


def redact(value: Any) -> Any:
    """A copy of the JSON value `value` without secrets. The shape stays."""
    if isinstance(value, dict):
        named = value.get("name")
        secret_pair = isinstance(named, str) and "value" in value and is_secret(named)
        return {
            _redact_string(key): (
                REDACTED
                if is_secret(key) or (secret_pair and key == "value")
                else _redact_id(item) if key in _IDS else redact(item)
            )
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [redact(item) for item in value]
    if isinstance(value, str):
        return _redact_string(value)
    if type(value) is int and value >= _LEAST_CARD and is_card_number(str(value)):
        return REDACTED
    return value


def _redact_string(text: str) -> str:
    if "?" in text or "&" in text or "#" in text:
        text = redact_url(text)
    return redact_text(text)


def _redact_id(value: Any) -> Any:
    """An id may look like a card's number by chance; one that is an address is none at all."""
    if isinstance(value, str):
        return None if MASKED in redact_text(value) else value
    return value if isinstance(value, int) else redact(value)

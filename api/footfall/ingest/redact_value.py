"""Secrets that a value shows by itself: card numbers, US social security numbers, e-mail addresses.

Every pattern reads its text once: runs are possessive and begin at their own edge, so that a hostile
value costs no more than its length.
"""

from __future__ import annotations

import re
from typing import Final

REDACTED: Final = "[REDACTED]"
MASKED: Final = "[EMAIL]"

# ISO/IEC 7812: 13 to 19 digits. Banks' cards begin with 3 to 6, Mastercard's newer ones with 2221 to 2720.
# What counts time begins with 1 until 2033, in milliseconds, microseconds and nanoseconds alike.
_DIGITS: Final = range(13, 20)
_SEPARATOR: Final = r"(?:[ \u00a0+-]|%20)"
_RUN: Final = re.compile(rf"(?<![0-9A-Za-z_.])[0-9]++(?:{_SEPARATOR}[0-9]++)*+(?![0-9A-Za-z_])")
_GROUP: Final = re.compile(r"%20|([0-9]++)")
_MIN_GROUP: Final = 3
_MAX_GROUPS: Final = 7

# Issued numbers only (ssa.gov, since 2011): no area 000, 666 or 9xx, no group 00, no serial 0000.
_SSN: Final = re.compile(
    r"(?<![0-9A-Za-z_-])(?!000|666|9)[0-9]{3}([ -])(?!00)[0-9]{2}\1(?!0000)[0-9]{4}(?![0-9A-Za-z_-])"
)

# The local part also as URLs spell it; a picture's name for dense screens (logo@2x.png) is no address.
_EMAIL: Final = re.compile(
    r"(?<![\w.+'%-])(?:[\w.+'-]|%(?!40)[0-9A-Fa-f]{2})++(?:@|%40)(?!\dx\.)"
    r"[\w-]++(?:\.([\w-]++))++"
)

# What a body must hold before its values are worth a walk, with each digit as 0 and each separator as -: by
# translation and search a tenth of what one regular expression takes.
_SHAPES: Final = bytes.maketrans(b"123456789 +\xa0", b"000000000---")
_EVENT_ID: Final = b'"eventId":"'
_UUID_BYTES: Final = 36
_GROUPED: Final = (b"000-000", b"000-00-0000")
_LONG: Final = re.compile(rb"[2-6][0-9]{12}")


def may_show_secrets(body: bytes) -> bool:
    """False only when no value of `body` can be one of them; `%` and escapes are the caller's."""
    if b"@" in body:
        return True
    shapes = _without_event_ids(body).translate(_SHAPES, b"\xc2")
    if any(group in shapes for group in _GROUPED):
        return True
    return b"0000000000000" in shapes and _LONG.search(body) is not None


def _without_event_ids(body: bytes) -> bytes:
    """`body` without the UUIDs that trackers give their events: digits in groups, and no one's card.

    Every fourth UUID looks like one, so nearly every batch was walked (0.9 ms for 20 events).
    """
    first, *others = body.split(_EVENT_ID)
    if not others:
        return body
    return first + b"".join(
        piece[_UUID_BYTES:] if piece[_UUID_BYTES : _UUID_BYTES + 1] == b'"' else piece
        for piece in others
    )


def redact_text(text: str) -> str:
    """`text` with card and social security numbers replaced, and e-mail addresses masked."""
    if "@" in text or "%40" in text:
        text = _EMAIL.sub(_mask, text)
    if len(text) >= 11 and not text.isalpha():
        text = _SSN.sub(REDACTED, text)
        text = _RUN.sub(_redact_run, text)
    return text


def is_card_number(digits: str) -> bool:
    """Whether `digits`, without separators, can be a payment card's."""
    if len(digits) not in _DIGITS or not digits.isascii():
        return False
    if not ("3" <= digits[0] <= "6" or (len(digits) == 16 and "2221" <= digits[:4] <= "2720")):
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = ord(digit) - 48
        if place % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def _mask(match: re.Match[str]) -> str:
    """An address has a top-level domain at its end, as a version (lodash@4.17.21) has not."""
    end = match[1]
    is_domain = (len(end) > 1 and end.isalpha()) or end.lower().startswith("xn--")
    return MASKED if is_domain else match[0]


def _redact_run(match: re.Match[str]) -> str:
    """A run of digits in groups, with each card number in it replaced: one whole group or several."""
    run = match[0]
    groups = [group for group in _GROUP.finditer(run) if group[1]]
    parts: list[str] = []
    written = 0
    first = 0
    while first < len(groups):
        digits = ""
        # As many of the shortest groups as the longest number has.
        for group in groups[first : first + _MAX_GROUPS]:
            if len(group[0]) < _MIN_GROUP or len(digits) > _DIGITS[-1]:
                break
            digits += group[0]
            if is_card_number(digits):
                parts += [run[written : groups[first].start()], REDACTED]
                written = group.end()
                break
        first += 1
        while first < len(groups) and groups[first].start() < written:
            first += 1
    return "".join([*parts, run[written:]])

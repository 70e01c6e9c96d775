"""Passwords: what one must be like, and argon2id. Slow on purpose (a tenth of a second), so never on an event loop."""

from __future__ import annotations

import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from footfall.errors import Unprocessable

MIN_CHARACTERS: Final = 10
MAX_CHARACTERS: Final = 1_000
# At least OWASP's first choice (46 MiB, one pass; Password Storage Cheat Sheet, 2025), and within a container
# of 512 MiB. On a quiet core 76 to 86 ms (15 runs).
MEMORY_KIB: Final = 47_104
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=MEMORY_KIB, parallelism=1)
# Of a password that nobody has. An unknown name is compared with it, so that the answer takes as long.
NOBODYS: Final = (
    "$argon2id$v=19$m=47104,t=2,p=1$"
    "C11V07q0hZ9zie7ZCXdcOA$+W13/CSsmf/vql1EPhb91wNFjLelN43J8uj+Xel4AyE"
)


def check_password(text: str) -> None:
    """Raises Unprocessable for one that is too short. No rules about digits and signs: they help nobody."""
    if not MIN_CHARACTERS <= len(text) <= MAX_CHARACTERS:
        raise Unprocessable(
            f"A password has {MIN_CHARACTERS} to {MAX_CHARACTERS:,} characters.", field="password"
        )


def hash_password(text: str) -> str:
    """What is kept of a password, salt and parameters included. Raises Unprocessable."""
    check_password(text)
    return _HASHER.hash(_normal(text))


def verify_password(password_hash: str | None, text: str) -> bool:
    """Whether `text` is the password; takes as long where there is none."""
    try:
        _HASHER.verify(password_hash or NOBODYS, _normal(text))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def _normal(text: str) -> bytes:
    """One form for what keyboards of different systems send (NFC)."""
    return unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass")

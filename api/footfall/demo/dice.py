"""Chance that repeats: every random decision of the demo hangs on the seed and a name, never on order."""

from __future__ import annotations

import random
from collections.abc import Mapping
from hashlib import blake2b


class Dice(random.Random):
    """A random source with the few draws that the demo needs."""

    def among(self, weights: Mapping[str, float]) -> str:
        """One key of `weights`, as likely as its share."""
        return self.choices(tuple(weights), weights=tuple(weights.values()))[0]

    def around(self, median: float, *, spread: float = 0.7) -> float:
        """A log-normal value: half of them below `median`, with a long tail above."""
        return median * self.lognormvariate(0.0, spread)

    def chance(self, probability: float) -> bool:
        return self.random() < probability

    def letters(self, count: int, alphabet: str = "abcdefghijklmnopqrstuvwxyz0123456789") -> str:
        return "".join(self.choices(alphabet, k=count))

    def uuid(self) -> str:
        """A random-looking UUID of version 4, as the tracker makes them."""
        return _as_uuid(f"{self.getrandbits(128):032x}")


def dice(*name: object) -> Dice:
    """The dice of `name`: the same name gives the same throws, on every machine."""
    return Dice("/".join(map(str, name)))


def event_id(*name: object) -> str:
    """The same name gives the same id, so that what is sent twice counts once."""
    return _as_uuid(blake2b("/".join(map(str, name)).encode(), digest_size=16).hexdigest())


def _as_uuid(digits: str) -> str:
    """32 hex digits in the form of a UUID of version 4, six bits of them overwritten."""
    variant = "89ab"[int(digits[16], 16) % 4]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"

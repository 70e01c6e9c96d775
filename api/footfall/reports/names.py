"""How a name that the vocabulary does not have is refused."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def suggestion(name: str, known: Iterable[str]) -> str:
    """The end of a sentence that refuses `name`: the nearest known name, else all of them."""
    known = sorted(known)
    near = get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}."

"""Three weeks of events that are hard to count: late, again and again, flagged, with and without ids.

Of every kind that the tracker sends, and some that it never would.
"""

from __future__ import annotations

import random
from typing import Any

from build import event

SOURCES: list[dict[str, Any]] = [
    {},
    {"referrer": "https://www.google.com/search"},
    {"utmParams": {"utm_source": "letter", "utm_medium": "email", "utm_term": "oak"}},
]
PATHS = ["/", "/a", "/b", "/ä" * 900]
KINDS = (
    *(
        "pageview",
        "pageview",
        "pageview",
        "click",
        "signup",
        "page_exit",
        "page_exit",
        "form_submit",
    ),
    *("form_focus", "scroll", "scroll_depth", "web_vital", "page_visibility"),
)


def weeks_of_events(seed: int, count: int = 400, *, driven: float = 0.1) -> list[dict[str, Any]]:
    """Visitors who come back, with and without session ids, over three weeks; a share `driven` flagged."""
    dice = random.Random(seed)
    visits = [_visit(dice, is_driven=dice.random() < driven) for _ in range(max(2, count // 9))]
    events = []
    for number in range(count):
        start, visit = dice.choice(visits)
        kind = dice.choice(KINDS)
        path = dice.choice(PATHS)
        names_path = kind == "pageview" or dice.random() < 0.7
        names_url = names_path and dice.random() < 0.8
        events.append(
            event(
                kind,
                round(start + dice.uniform(0, 75), 1),
                path=path if names_path else None,
                url=f"https://shop.example{path}?page={dice.randrange(3)}" if names_url else None,
                eventId=f"e{number}",
                attribution=dice.choice(SOURCES) if kind == "pageview" else None,
                page={"title": f" {path} {number % 3}"} if kind == "pageview" else None,
                eventData=_told(kind, dice),
                **visit,
            )
        )
    return events


def _visit(dice: random.Random, *, is_driven: bool) -> tuple[float, dict[str, Any]]:
    """(first minute, what its events have in common)."""
    # Not the visitors' own ids: who was once flagged for a signal may stay so, whatever comes first.
    visitor = f"{'driven' if is_driven else 'v'}{dice.randrange(12)}"
    return dice.uniform(-21 * 1440, -80), {
        "visitorId": visitor,
        "sessionId": dice.choice([None, f"s-{visitor}"]),
        "siteId": dice.choice(["shop", "blog"]),
        "browser": {"webdriver": True} if is_driven else None,
    }


def _told(kind: str, dice: random.Random) -> dict[str, Any]:
    """What an event of this kind tells, now and then in a shape that it should not have."""
    if kind == "page_exit":
        left = dice.choice([None, "/a?x", "/b", "/elsewhere", 7, " "])
        return {"timeSpent": dice.choice([None, dice.randrange(60_000)]), "previousPath": left}
    if kind == "click":
        return {
            "href": dice.choice(["", "https://x.example/a.pdf ", "/b", "\u2003", 7, None]),
            "isOutbound": dice.choice([True, False, "true", None]),
            "isDownload": dice.choice([True, None]),
            "fileType": dice.choice(["pdf", "", None, 3]),
        }
    if kind in ("scroll", "scroll_depth", "signup"):
        return {
            "scrollPercentage": dice.choice([None, dice.randrange(130), 33.9, -1, "9"]),
            "milestone": dice.choice([None, 25, 100]),
            "engagedMs": dice.choice([None, 900]),
        }
    if kind == "web_vital":
        return {
            "name": dice.choice(["CLS", "LCP ", "FID", 4]),
            "value": dice.choice([dice.uniform(0, 9_000), 0.1, 10**12, -4, "5", None]),
            "rating": dice.choice(["good", "poor", "great", None]),
            "id": dice.choice(["v4-1", "v4-2", 8]),
        }
    if kind == "form_focus":
        return {"field": dice.choice(["name", "email", "", 5])}
    if kind == "form_submit":
        names = dice.sample(["name", "email", " ", "zip", "É", "a b"], 3)
        items = [{"name": name, "value": "x"} for name in names]
        form_data = dice.choice([dict.fromkeys(names, "x"), [*items, "x", {"name": 3}], "x", None])
        return {"formId": dice.choice(["f", None]), "formData": form_data}
    return {"engagedMs": dice.choice([None, 7, 12_000, -1, "x", True])}

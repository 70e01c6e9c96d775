"""Three weeks of events that are hard to count: late, again and again, flagged, with and without ids."""

from __future__ import annotations

import random
from typing import Any

from build import event

SOURCES: list[dict[str, Any]] = [
    {},
    {"referrer": "https://www.google.com/search"},
    {"utmParams": {"utm_source": "letter", "utm_medium": "email", "utm_term": "oak"}},
]


def weeks_of_events(seed: int, count: int = 400) -> list[dict[str, Any]]:
    """Visitors who come back, with and without session ids, over three weeks; some flagged."""
    dice = random.Random(seed)
    starts = [dice.uniform(-21 * 1440, -80) for _ in range(50)]
    events = []
    for number in range(count):
        is_driven = dice.random() < 0.1
        # Not the visitors' own ids: who was once flagged for a signal may stay so, whatever comes first.
        visitor = f"{'driven' if is_driven else 'v'}{dice.randrange(12)}"
        kind = dice.choice(["pageview", "pageview", "click", "signup", "page_exit", "form_submit"])
        path = dice.choice(["/", "/a", "/b", "/ä" * 900])
        is_silent = kind != "pageview" and dice.random() < 0.3
        events.append(
            event(
                kind,
                round(dice.choice(starts) + dice.uniform(0, 75), 1),
                path=None if is_silent else path,
                url=None if is_silent else f"https://shop.example{path}",
                visitorId=visitor,
                sessionId=dice.choice([None, f"s-{visitor}"]),
                siteId=dice.choice(["shop", "blog"]),
                eventId=f"e{number}",
                attribution=dice.choice(SOURCES) if kind == "pageview" else None,
                browser={"webdriver": True} if is_driven else None,
                eventData=(
                    {
                        "timeSpent": dice.randrange(60_000),
                        "previousPath": dice.choice([None, "/a?x"]),
                    }
                    if kind == "page_exit"
                    else {"engagedMs": dice.choice([None, 7, 12_000, -1, "x", True])}
                ),
            )
        )
    return events

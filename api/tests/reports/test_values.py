"""Conditions on parts of values: asked of the rollups first, and with the same answers as without."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from conftest import Stack

from build import NOON, pageview
from footfall.reports import values

DAY = NOON.date()
BEFORE = (DAY - timedelta(days=1)).isoformat()


async def sessions(stack: Stack, operator: str, text: str, **more: Any) -> tuple[Any, Any]:
    """Sessions with such pages on DAY, and on the day before where that is asked for."""
    answer = await stack.query(
        site_id="shop",
        start_date=DAY.isoformat(),
        end_date=DAY.isoformat(),
        metrics=["sessions"],
        filters=[{"dimension": "page", "operator": operator, "values": [text]}],
        **more,
    )
    [row] = answer["rows"]
    return row["metrics"][0], row["comparison"] and row["comparison"][0]


@pytest.mark.parametrize("most", [5_000, 1, 0])
async def test_the_answer_is_the_same_however_many_values_there_are(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """most: of values that are looked up; with more of them the pattern itself is compared."""
    await stack.send(
        *(pageview(f"/part/{n}", n, sessionId=f"s{n}", visitorId=f"v{n}") for n in range(3)),
        pageview("/whole", 5, sessionId="w", visitorId="w"),
        pageview("/part/old", -24 * 60, sessionId="old", visitorId="old"),
    )
    await stack.post(pageview("/part/robot", sessionId="r", visitorId="r"), user_agent="curl/8.5.0")
    await stack.derive()
    monkeypatch.setattr(values, "MAX_VALUES", most)
    before = {"start_date": BEFORE, "end_date": BEFORE}
    # A value of the other range only is found there, too.
    assert await sessions(stack, "contains", "PART", comparison=before) == (3, 1)
    assert await sessions(stack, "matches", "^/part/[0-9]$", comparison=before) == (3, 0)
    assert await sessions(stack, "does_not_contain", "part", comparison=before) == (1, 0)
    assert await sessions(stack, "contains", "nowhere") == (0, None)
    assert await sessions(stack, "does_not_contain", "nowhere") == (4, None)
    # Flagged traffic is in no rollup.
    assert await sessions(stack, "contains", "robot") == (0, None)
    assert await sessions(stack, "contains", "robot", include_bots=True) == (1, None)


async def test_what_no_rollup_holds_is_compared_as_it_is(stack: Stack) -> None:
    screen = {"screenWidth": 1440, "screenHeight": 900}
    await stack.send(pageview("/", 0, browser=screen))
    await stack.derive()
    answer = await stack.query(
        site_id="shop",
        start_date=DAY.isoformat(),
        end_date=DAY.isoformat(),
        metrics=["sessions"],
        filters=[{"dimension": "screen", "operator": "contains", "values": ["1440"]}],
    )
    assert answer["rows"][0]["metrics"] == [1]

"""Each received event is found again: stored, duplicate, dropped, dead-lettered or waiting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import TOKEN, Stack

from build import batch, click, event, intake_of, pageview
from footfall.eventlog.spool import Spool


async def ask(stack: Stack, **parameters: Any) -> dict[str, Any]:
    answer = await stack.client.get(
        "/api/ledger", params=parameters, headers={"Authorization": f"Bearer {TOKEN}"}
    )
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def test_each_end_of_an_event_is_counted_under_its_site_and_hour(stack: Stack) -> None:
    await stack.send(pageview(eventId="one"), click(1))
    await stack.send(
        pageview(eventId="one"), pageview("/b", 2), {"eventType": "", "siteId": "shop"}
    )
    assert (await stack.post({"eventType": ""})).status_code == 422
    stack.clock.advance(hours=1)
    await stack.send(batch([pageview("/c"), click(1)], siteId="blog"))
    answer = await ask(stack)
    assert answer["balanced"] is True
    hours = {(row["site_id"], row["hour"]): row for row in answer["hours"]}
    shop = hours["shop", "2026-03-10T14:00:00Z"]
    assert (shop["received"], shop["stored"], shop["duplicate"]) == (5, 3, 1)
    assert (shop["dead_letter"], shop["waiting"], shop["dropped"]) == (1, 0, {})
    stranger = hours["(unknown)", "2026-03-10T14:00:00Z"]
    assert (stranger["received"], stranger["dropped"]) == (1, {"invalid": 1})
    blog = hours["shop", "2026-03-10T15:00:00Z"]
    assert (blog["received"], blog["stored"]) == (2, 2)
    assert answer["total"]["received"] == 8
    only = await ask(stack, site_id="(unknown)", hours=1)
    assert only["hours"] == []


async def test_what_waits_on_disk_is_received_and_waiting(stack: Stack, tmp_path: Path) -> None:
    writer = Spool(tmp_path / "spool", 10**6)
    writer.write([intake_of(pageview(), click(1))])
    answer = await ask(stack)
    assert (answer["balanced"], answer["total"]["waiting"]) == (True, 2)
    writer.close()


async def test_a_leak_shows(stack: Stack) -> None:
    await stack.send(pageview())
    await stack.rows("update ingest_ledger set event_count = 0 where outcome = 'stored'")
    answer = await ask(stack)
    assert (answer["balanced"], answer["total"]["difference"]) == (False, 1)


@pytest.mark.parametrize(
    ("sequences", "missing"),
    [
        ([1, 2, 3], 0),
        ([1, 3], 1),
        ([2, 3], 1),
        ([4], 3),
        ([1, 2, 3, 1, 2], 0),
        ([1, 1, 2, 2, 3, 3, 4], 0),
        ([1, 2, 1, 3, 2], 0),
        ([1, 2, 4, 1, 2, 3, 4], 1),
        ([3, 3], 4),
        ([1, 2, 3, 999_999], 0),
    ],
)
async def test_gaps_in_the_trackers_numbers_tell_at_least_what_never_came(
    stack: Stack, sequences: list[int], missing: int
) -> None:
    """Two loads of a page, or two tabs, count each from 1; what is numbered beyond reason is no claim."""
    await stack.send(*(event("click", n, sequence=s) for n, s in enumerate(sequences)))
    [row] = (await ask(stack))["missing"]
    assert row["missing"] == missing


async def test_a_range_beyond_a_month_is_refused(stack: Stack) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = await stack.client.get("/api/ledger?hours=9999", headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (422, "hours")

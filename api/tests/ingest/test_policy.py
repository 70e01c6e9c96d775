"""Do Not Track and Global Privacy Control, honoured by the header on every way in."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from conftest import Stack

from build import pageview
from footfall.event import DropReason
from footfall.ingest.policy import opted_out
from footfall.site import SiteSettings


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"dnt": "1"}, DropReason.DNT),
        ({"sec-gpc": "1"}, DropReason.GPC),
        ({"dnt": "1", "sec-gpc": "1"}, DropReason.GPC),
        ({"dnt": "0"}, None),
        ({"dnt": "unspecified", "sec-gpc": "?1"}, None),
        ({}, None),
    ],
)
def test_the_header_decides(headers: dict[str, str], expected: DropReason | None) -> None:
    assert opted_out(headers, SiteSettings()) is expected
    assert opted_out(headers, SiteSettings(respect_dnt=False)) is None


@pytest.mark.parametrize(("header", "status"), [({"dnt": "1"}, "dnt"), ({"sec_gpc": "1"}, "gpc")])
async def test_who_opts_out_leaves_nothing_and_gets_no_error(
    stack: Stack, header: dict[str, str], status: str
) -> None:
    answer = await stack.post([pageview("/"), pageview("/a", 1)], **header)
    document = answer.json()
    assert answer.status_code == 202
    assert (document["accepted"], document["status"], document["rejected"]) == (0, status, [])
    for table in ("events_log", "dead_letters"):
        assert await stack.value(f"select count(*) from {table}") == 0
    ledger = await stack.rows(
        "select outcome, event_count from ingest_ledger where site_id = 'shop'"
    )
    assert {row["outcome"]: row["event_count"] for row in ledger} == {
        "received": 2,
        f"dropped_{status}": 2,
    }


async def test_an_invalid_event_beside_is_still_told(stack: Stack) -> None:
    answer = await stack.post([pageview("/"), {"eventType": ""}], dnt="1")
    document = answer.json()
    assert (answer.status_code, document["status"], document["accepted"]) == (202, "dnt", 0)
    assert [one["index"] for one in document["rejected"]] == [1]


async def test_a_site_may_count_those_who_opt_out(stack: Stack) -> None:
    await stack.rows(
        """insert into sites (site_id, settings) values ('shop', '{"respect_dnt": false}')"""
    )
    answer = await stack.post(pageview("/"), dnt="1", sec_gpc="1")
    assert answer.json()["status"] == "success"


async def test_a_site_that_does_not_exist_stays_an_error(stack: Stack) -> None:
    answer = await stack.post({"eventType": "pageview"}, dnt="1")
    assert answer.status_code == 422


@pytest.mark.parametrize("with_data", [False, True])
async def test_the_pixel_honours_the_header_with_and_without_the_scripts_data(
    stack: Stack, with_data: bool
) -> None:
    parameters: dict[str, Any] = (
        {"data": orjson.dumps(pageview("/")).decode()}
        if with_data
        else {"site": "shop", "url": "https://shop.example/"}
    )
    answer = await stack.client.get("/px.gif", params=parameters, headers={"DNT": "1"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
    assert await stack.value("select count(*) from events_log") == 0

"""The reports' HTTP contract: who gets in, what is refused and how it says so, and the answers' shape."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from conftest import TOKEN, Stack

from build import NOON, pageview
from footfall.edge.reports import snippet
from footfall.edge.wire_query import WireAnswer
from footfall.reports.vocabulary import DIMENSIONS, METRICS, Operator

BEARER = {"Authorization": f"Bearer {TOKEN}"}
DAY = NOON.date().isoformat()
GOOD: dict[str, Any] = {
    "site_id": "shop",
    "start_date": DAY,
    "end_date": DAY,
    "metrics": ["visitors"],
}


async def get(stack: Stack, path: str, **headers: str) -> httpx.Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return await stack.client.get(path, headers=BEARER | names)


async def ask(stack: Stack, **changes: Any) -> httpx.Response:
    return await stack.client.post("/api/query", json=GOOD | changes, headers=BEARER)


async def test_strangers_are_refused_before_their_body_is_read(stack: Stack) -> None:
    paths = [
        ("GET", "/api/sites"),
        ("GET", "/api/sites/shop/installation"),
        ("GET", "/api/vocabulary"),
        ("POST", "/api/query"),
        ("POST", "/api/query.csv"),
    ]
    for method, path in paths:
        for authorization in (None, "Bearer wrong", f"Basic {TOKEN}", "Bearer"):
            headers = {} if authorization is None else {"Authorization": authorization}
            answer = await stack.client.request(method, path, content=b"no json", headers=headers)
            assert answer.status_code == 401, (path, authorization)
            assert answer.json()["error"] == "unauthorized"


async def test_sites_are_listed_by_name_with_their_newest_event_and_first_day(
    stack: Stack,
) -> None:
    await stack.send(pageview(siteId="shop"), pageview(siteId="blog"))
    await stack.send(pageview("/", -2 * 1440, siteId="shop"))
    await stack.derive()
    await stack.rows(
        "insert into sites (site_id, timezone, created_at)"
        " values ('Alps', 'Europe/Zurich', '2026-01-02T03:04:05Z')"
    )
    sites = (await get(stack, "/api/sites")).json()["sites"]
    assert [site["site_id"] for site in sites] == ["Alps", "blog", "shop"]
    assert sites[0] == {
        "site_id": "Alps",
        "timezone": "Europe/Zurich",
        "created_at": "2026-01-02T03:04:05Z",
        "last_event_at": None,
        "first_date": None,
    }
    assert sites[1]["first_date"] == "2026-03-10"
    assert sites[2]["first_date"] == "2026-03-08"
    assert sites[2]["timezone"] == "UTC"
    assert sites[2]["last_event_at"] == "2026-03-10T14:00:00Z"


async def test_installation_waits_for_the_first_event_and_then_shows_the_last(stack: Stack) -> None:
    await stack.rows("insert into sites (site_id) values ('shop')")
    before = (await get(stack, "/api/sites/shop/installation")).json()
    assert before["last_event"] is None
    await stack.send(pageview("/first"), pageview("/second"))
    await stack.derive()
    after = (await get(stack, "/api/sites/shop/installation")).json()
    assert after["site_id"] == "shop"
    assert after["last_event"] == {
        "event_type": "pageview",
        "path": "/second",
        "received_at": "2026-03-10T14:00:00Z",
    }


async def test_installation_of_an_unknown_site_is_not_found(stack: Stack) -> None:
    for name in ("nosuch", "a%00b", "%ff", "%27"):
        answer = await get(stack, f"/api/sites/{name}/installation")
        assert answer.status_code == 404, name
        assert answer.json()["error"] == "not_found"


async def test_snippet_names_the_address_that_the_dashboard_was_opened_at(stack: Stack) -> None:
    await stack.rows("insert into sites (site_id) values ('shop')")
    cases: list[tuple[dict[str, str], str]] = [
        ({}, "http://footfall.test"),
        ({"host": "stats.example:8080"}, "http://stats.example:8080"),
        ({"host": "stats.example", "x_forwarded_proto": "https"}, "https://stats.example"),
        ({"host": "stats.example", "x_forwarded_proto": "javascript"}, "http://stats.example"),
    ]
    for headers, address in cases:
        answer = (await get(stack, "/api/sites/shop/installation", **headers)).json()
        expected = f'<script defer src="{address}/tracking.js" data-site="shop"></script>'
        assert answer["snippet"] == expected


class TestPublicUrl:
    @pytest.fixture
    def settings_overrides(self) -> dict[str, Any]:
        return {"public_url": "https://stats.example/"}

    async def test_snippet_prefers_the_configured_address(self, stack: Stack) -> None:
        await stack.rows("insert into sites (site_id) values ('shop')")
        answer = (await get(stack, "/api/sites/shop/installation", host="inside")).json()
        assert 'src="https://stats.example/tracking.js"' in answer["snippet"]


def test_snippet_escapes_what_a_site_id_may_hold() -> None:
    assert snippet("https://a.example", 'x"><script>&') == (
        '<script defer src="https://a.example/tracking.js"'
        ' data-site="x&quot;&gt;&lt;script&gt;&amp;"></script>'
    )


async def test_vocabulary_defines_every_metric_and_dimension(stack: Stack) -> None:
    document = (await get(stack, "/api/vocabulary")).json()
    assert [metric["name"] for metric in document["metrics"]] == list(METRICS)
    assert [dimension["name"] for dimension in document["dimensions"]] == [
        *DIMENSIONS,
        "property:NAME",
    ]
    for metric in document["metrics"]:
        assert metric["definition"].endswith(".")
        assert metric["unit"] in ("count", "rate", "ratio", "seconds")
    [page] = [d for d in document["dimensions"] if d["name"] == "page"]
    assert page["kind"] == "page"
    assert page["metrics"] == ["visitors", "pageviews", "time_on_page_s"]
    assert page["filter"].startswith("Sessions that viewed such a page.")
    assert [one["name"] for one in document["operators"]] == list(Operator)
    assert document["filters"].startswith("Filters choose sessions")


async def test_answer_has_the_shape_of_the_contract(stack: Stack) -> None:
    await stack.send(pageview("/"), pageview("/pricing", 1))
    await stack.derive()
    document = (
        await ask(
            stack,
            metrics=["pageviews", "visitors", "time_on_page_s"],
            dimensions=["page"],
            comparison={"start_date": "2026-03-09", "end_date": "2026-03-09"},
        )
    ).json()
    now = document.pop("now")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", now)
    assert document == {
        "query": {
            "site_id": "shop",
            "start_date": DAY,
            "end_date": DAY,
            "metrics": ["pageviews", "visitors", "time_on_page_s"],
            "dimensions": ["page"],
            "filters": [],
            "search": [],
            "order": None,
            "limit": 100,
            "offset": 0,
            "comparison": {"start_date": "2026-03-09", "end_date": "2026-03-09"},
            "include_bots": False,
        },
        "timezone": "UTC",
        "rows": [
            {"dimensions": ["/"], "metrics": [1, 1, 60.0], "comparison": [0, 0, None]},
            {"dimensions": ["/pricing"], "metrics": [1, 1, None], "comparison": [0, 0, None]},
        ],
        "total_rows": 2,
    }
    WireAnswer.model_validate(document | {"now": now}, strict=False)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"start_date": "2026-02-30"}, "start_date"),
    ({"start_date": "20260310"}, "start_date"),
    ({"start_date": 1773100800}, "start_date"),
    ({"end_date": "2026-03-10T00:00:00"}, "end_date"),
    ({"end_date": None}, "end_date"),
    ({"start_date": "2026-03-11"}, "start_date"),
    ({"start_date": "2016-03-01"}, "start_date"),
    ({"start_date": "0001-01-01", "end_date": "0001-01-02"}, "start_date"),
    ({"end_date": "9999-12-31"}, "end_date"),
    (
        {"comparison": {"start_date": "2026-03-10", "end_date": "2026-03-09"}},
        "comparison.start_date",
    ),
    ({"comparison": {"start_date": "2026-03-10"}}, "comparison.end_date"),
    ({"metrics": []}, "metrics"),
    ({"metrics": ["visiters"]}, "metrics"),
    ({"metrics": ["visitors", "visitors"]}, "metrics"),
    ({"metrics": ["visitors; drop table sites"]}, "metrics"),
    ({"metrics": ["time_on_page_s"]}, "metrics"),
    ({"metrics": ["sessions"], "dimensions": ["page"]}, "metrics"),
    ({"metrics": "visitors"}, "metrics"),
    ({"dimensions": ["county"]}, "dimensions"),
    ({"dimensions": ["page", "source"]}, "dimensions"),
    ({"dimensions": ["time:hour"], "start_date": "2025-01-01"}, "dimensions"),
    ({"limit": 0}, "limit"),
    ({"limit": 1001}, "limit"),
    ({"limit": "10"}, "limit"),
    ({"limit": True}, "limit"),
    ({"offset": -1}, "offset"),
    ({"offset": 10**30}, "offset"),
    ({"site_id": 7}, "site_id"),
    ({"surprise": 1}, "surprise"),
]


async def test_a_wrong_query_names_the_field_at_fault(stack: Stack) -> None:
    await stack.rows("insert into sites (site_id) values ('shop')")
    for changes, field in WRONG:
        answer = await ask(stack, **changes)
        document = answer.json()
        assert answer.status_code == 422, (changes, document)
        assert document["error"] == "unprocessable"
        assert document["field"] == field, changes
        assert document["detail"].startswith(f"{field}: ")
        assert "\n" not in document["detail"]


async def test_a_body_that_is_no_query_is_refused(stack: Stack) -> None:
    for body in (b"", b"{", b"[]", b"null", b'"x"', b"\xff", b'{"site_id": "\\ud800"}'):
        answer = await stack.client.post("/api/query", content=body, headers=BEARER)
        assert answer.status_code == 422, body
        assert answer.json()["error"] == "unprocessable"


async def test_a_misspelt_name_is_answered_with_the_nearest_one(stack: Stack) -> None:
    assert "did you mean visitors?" in (await ask(stack, metrics=["visiters"])).json()["detail"]
    assert "did you mean source?" in (await ask(stack, dimensions=["sorce"])).json()["detail"]


async def test_query_of_an_unknown_site_is_not_found(stack: Stack) -> None:
    for site_id in ("nosuch", "", "a\x00b", "' or true --"):
        answer = await ask(stack, site_id=site_id)
        assert answer.status_code == 404, site_id
        assert answer.json()["error"] == "not_found"
        assert answer.json()["field"] == "site_id"


async def test_the_schema_documents_the_query(stack: Stack) -> None:
    document = (await stack.client.get("/openapi.json")).json()
    operation = document["paths"]["/api/query"]["post"]
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    schema = document["components"]["schemas"][reference.rpartition("/")[2]]
    assert set(schema["required"]) == {"site_id", "start_date", "end_date", "metrics"}
    assert operation["security"]
    assert set(operation["responses"]) >= {"200", "401", "404", "422", "503"}

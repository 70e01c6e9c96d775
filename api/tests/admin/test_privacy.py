"""Erasure and export of one visitor: nothing is left, nothing comes back, and no other number moves."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from conftest import TOKEN, Stack

from build import NOON, event, intake_of, pageview
from footfall import worker
from footfall.admin import privacy
from footfall.cli import main
from footfall.eventlog import ledger, spool
from footfall.eventlog.drain import drain
from footfall.eventlog.spool import Spool
from footfall.site import SiteDirectory
from footfall.tables import DERIVED, metadata

JANE = "jane-5d0c1e"
OTHERS = ("john-91b2aa", "jim-03f7c4", "jane-5d0c1e0")
DAYS = 4
# Numbers and times that tell of the order in which rows came to be, not of visits.
PASSING = {
    "id",
    "log_id",
    ("daily_site_metrics", "created_at"),
    ("daily_site_metrics", "updated_at"),
}


async def contents(stack: Stack) -> dict[str, list[dict[str, Any]]]:
    tables = {}
    for table in DERIVED:
        columns = [
            c.name
            for c in table.columns
            if c.name not in PASSING and (table.name, c.name) not in PASSING
        ]
        listed = ", ".join(columns)
        tables[table.name] = await stack.rows(
            f"select {listed} from {table.name} order by {listed}"
        )
    return tables


async def where_it_is(stack: Stack, folder: Path, text: str) -> list[str]:
    found = [
        name
        for name in metadata.tables
        if await stack.value(f"select count(*) from {name} t where to_jsonb(t)::text ~ $1", text)
    ]
    files = [path.name for path in folder.rglob("*") if path.is_file()]
    return found + [name for name in files if text.encode() in (folder / name).read_bytes()]


def days_of_events(seed: int) -> list[list[dict[str, Any]]]:
    """For each day a few dozen events of all visitors, at two sites; sessions, some shared, cross midnight."""
    dice = random.Random(seed)
    days = []
    for day in range(DAYS):
        events = []
        for number in range(45):
            visitor = dice.choice((JANE, *OTHERS))
            minutes = 1440 * day - dice.choice([dice.uniform(0, 1400), dice.uniform(0, 60)])
            events.append(
                event(
                    dice.choice(["pageview", "pageview", "click", "page_exit", "form_submit"]),
                    round(minutes, 2),
                    visitorId=visitor,
                    sessionId=dice.choice([f"s-{visitor}", "shared", None]),
                    path=dice.choice(["/", "/a", "/b"]),
                    siteId=dice.choice(["shop", "shop", "blog"]),
                    eventId=f"e{day}-{number}",
                    eventData={"timeSpent": dice.randrange(90_000), "formId": "f", "formData": {}},
                )
            )
        days.append(events)
    return days


async def live_through(
    stack: Stack, folder: Path, days: list[list[dict[str, Any]]], *, without: set[tuple[str, str]]
) -> None:
    """Days of collecting and deriving; at the end something waits in the log, on disk and set aside."""
    stack.clock.now = NOON
    for day, events in enumerate(days):
        stack.clock.now = NOON + timedelta(days=day)
        kept = [e for e in events if (e["siteId"], e["visitorId"]) not in without]
        await stack.send(*kept[: len(kept) // 2])
        await stack.send(*kept[len(kept) // 2 :])
        if day < DAYS - 1:
            await stack.derive()
    wrong = [{**pageview("/wrong"), "eventType": "", "visitorId": v} for v in (JANE, OTHERS[2])]
    kept_wrong = [one for one in wrong if ("shop", one["visitorId"]) not in without]
    await stack.send(
        pageview("/right", visitorId=OTHERS[0], sessionId="r", eventId="r"), *kept_wrong
    )
    late = [
        pageview(f"/late{n}", 1440 * 3 - 30 + n, visitorId=v, sessionId=f"s-{v}", eventId=f"l{n}")
        for n, v in enumerate((JANE, *OTHERS))
        if ("shop", v) not in without
    ]
    writer = Spool(folder, 10**7)
    writer.write([intake_of(*late, received_at=stack.clock.now)])
    writer.close()
    stack.clock.advance(hours=1)


async def start(stack: Stack) -> None:
    everything = ", ".join(set(metadata.tables) - {"secrets", "visitor_salts", "audit_log"})
    await stack.rows(f"truncate {everything}")
    await stack.rows("insert into log_counts values ('events_log', 0)")
    await stack.rows(
        "insert into sites (site_id, timezone) values ('shop', 'Asia/Kathmandu'), ('blog', 'America/New_York')"
    )


async def erase(stack: Stack, folder: Path, site_id: str | None) -> list[privacy.Found]:
    sites = SiteDirectory(stack.pool, registers_unknown=True)
    return await privacy.erase(
        stack.pool, folder, sites, JANE, site_id, stack.clock.now, actor="test"
    )


async def ledger_sums(stack: Stack) -> dict[tuple[str, str], int]:
    rows = await stack.rows("select * from ingest_ledger")
    counts = {(r["site_id"], r["hour"], r["outcome"]): r["event_count"] for r in rows}
    assert ledger.imbalance(counts) == {}
    sums: dict[tuple[str, str], int] = {}
    for (site_id, _, outcome), number in counts.items():
        sums[site_id, outcome] = sums.get((site_id, outcome), 0) + number
    return {key: n for key, n in sums.items() if key[1] not in ("received", "dropped_erased") and n}


@pytest.mark.parametrize(
    ("seed", "site_id", "first_day"),
    [(1, None, 0), (2, "shop", 0), (3, None, 2), (4, "shop", 3), (5, "shop", 2)],
)
async def test_after_an_erasure_all_is_as_if_the_visitor_had_never_come(
    stack: Stack, tmp_path: Path, seed: int, site_id: str | None, first_day: int
) -> None:
    """first_day: when the visitor first comes; what was derived of the days before is not touched."""
    folder = tmp_path / "spool"
    days = days_of_events(seed)
    for events in days[:first_day]:
        events[:] = [one for one in events if one["visitorId"] != JANE]
    await start(stack)
    await live_through(stack, folder, days, without=set())
    removed = await erase(stack, folder, site_id)
    assert {found.site_id for found in removed} == ({"shop"} if site_id else {"shop", "blog"})
    if site_id is None:
        assert await where_it_is(stack, folder, rf"{JANE}([^0]|$)") == []
        assert await where_it_is(stack, folder, OTHERS[2]) != []
    assert (
        await stack.value(
            "select count(*) from events_log where site_id = 'shop' and visitor_id = $1", JANE
        )
        == 0
    )
    assert await stack.value("select row_count from log_counts") == await stack.value(
        "select count(*) from events_log"
    )
    await stack.derive()
    erased, erased_ledger = await contents(stack), await ledger_sums(stack)
    await worker.rebuild(stack.pool)
    rebuilt = await contents(stack)

    await start(stack)
    without = {("shop", JANE)} | ({("blog", JANE)} if site_id is None else set())
    await live_through(stack, folder, days, without=without)
    sites = SiteDirectory(stack.pool, registers_unknown=True)
    while await drain(stack.pool, folder, sites, NOON):
        pass
    await stack.derive()
    never = await contents(stack)
    for name in never:
        assert erased[name] == never[name], name
        assert rebuilt[name] == never[name], name
    assert erased_ledger == await ledger_sums(stack)


async def test_a_session_that_others_began_the_day_before_counts_there_as_if_alone(
    stack: Stack, tmp_path: Path
) -> None:
    await stack.send(
        pageview("/", -725, visitorId=OTHERS[0], sessionId="shared"),
        pageview("/b", -715, visitorId=JANE, sessionId="shared"),
    )
    await stack.derive()
    await erase(stack, tmp_path / "spool", "shop")
    erased = await contents(stack)
    assert [row["bounced_sessions"] for row in erased["daily_site_metrics"]] == [1]
    await worker.rebuild(stack.pool)
    assert await contents(stack) == erased


async def test_what_comes_late_is_dropped_and_what_happens_later_is_stored(
    stack: Stack, tmp_path: Path
) -> None:
    folder = tmp_path / "spool"
    await stack.send(pageview("/", 0, visitorId=JANE), pageview("/b", 0, visitorId="john"))
    await stack.derive()
    await erase(stack, folder, "shop")
    erased_at = stack.clock.now
    stack.clock.advance(minutes=10)
    answer = await stack.post(
        [
            pageview("/", 0, visitorId=JANE, eventId="again"),
            pageview("/late", 60, visitorId=JANE),
            {**pageview("/wrong", 1), "eventType": "", "visitorId": JANE},
            pageview("/john", 60, visitorId="john"),
            pageview(
                "/new", visitorId=JANE, timestamp=(erased_at + timedelta(minutes=1)).isoformat()
            ),
        ]
    )
    assert answer.status_code == 202
    old = intake_of(pageview("/spooled", 1, visitorId=JANE), received_at=NOON + timedelta(hours=1))
    writer = Spool(folder, 10**7)
    writer.write([old])
    writer.close()
    while await drain(stack.pool, folder, SiteDirectory(stack.pool, registers_unknown=True), NOON):
        pass
    await stack.derive()
    paths = await stack.rows("select path from pageviews order by path")
    assert [row["path"] for row in paths] == ["/b", "/john", "/new"]
    assert await stack.value("select count(*) from dead_letters") == 0
    rows = await stack.rows(
        "select outcome, sum(event_count)::int as n from ingest_ledger group by 1"
    )
    assert {row["outcome"]: row["n"] for row in rows if row["n"]} == {
        "received": 8,
        "stored": 3,
        "dropped_erased": 5,
    }
    assert spool.list_segments(folder) == []


async def test_erasing_twice_changes_nothing_and_is_written_down_without_the_id(
    stack: Stack, tmp_path: Path
) -> None:
    folder = tmp_path / "spool"
    await stack.send(pageview("/", 0, visitorId=JANE), pageview("/b", 0, visitorId="john"))
    await stack.derive()
    first = await erase(stack, folder, "shop")
    assert first[0].counts["events_log"] == 1
    before = await contents(stack)
    assert await erase(stack, folder, "shop") == []
    assert await contents(stack) == before
    rows = await stack.rows(
        "select actor, action, site, target, details from audit_log order by id"
    )
    assert [(r["actor"], r["action"], r["site"]) for r in rows] == [
        ("test", "visitor.erase", "shop")
    ] * 2
    assert rows[0]["details"]["pageviews"] == 1
    assert JANE not in str(rows)
    with pytest.raises(Exception, match="append-only"):
        await stack.rows("delete from audit_log")


async def test_the_export_has_every_row_that_knows_the_visitor(
    stack: Stack, tmp_path: Path
) -> None:
    folder = tmp_path / "spool"
    await start(stack)
    await live_through(stack, folder, days_of_events(9), without=set())
    pieces = [
        piece async for piece in privacy.export(stack.pool, folder, JANE, None, stack.clock.now)
    ]
    document = orjson.loads(b"".join(pieces))
    for table in privacy.TABLES:
        number = await stack.value(f"select count(*) from {table.name} where visitor_id = $1", JANE)
        assert len(document["tables"][table.name]) == number > 0, table.name
    assert {row["visitor_id"] for row in document["tables"]["events_log"]} == {JANE}
    assert len(document["tables"]["spool"]) == len(document["tables"]["dead_letters"]) == 1
    assert OTHERS[0] not in b"".join(pieces).decode()


async def test_the_api_exports_and_erases_for_admins_only(stack: Stack) -> None:
    await stack.send(pageview("/", 0, visitorId=JANE), pageview("/b", 0, visitorId="john"))
    await stack.send(pageview("/", siteId="blog", visitorId="john", sessionId="j"))
    await stack.derive()
    token = {"Authorization": f"Bearer {TOKEN}"}
    made = await stack.client.post(
        "/api/keys", json={"scope": "admin", "site_id": "blog"}, headers=token
    )
    other = {"Authorization": f"Bearer {made.json()['key']}"}
    body = {"visitor_id": JANE, "site_id": "shop"}
    for headers, status in (({}, 401), (other, 403)):
        answer = await stack.client.post("/api/privacy/erase", json=body, headers=headers)
        assert answer.status_code == status
        answer = await stack.client.get("/api/privacy/export", params=body, headers=headers)
        assert answer.status_code == status
    exported = await stack.client.get("/api/privacy/export", params=body, headers=token)
    assert [row["path"] for row in exported.json()["tables"]["pageviews"]] == ["/"]
    looked = await stack.client.post(
        "/api/privacy/erase", json={**body, "preview": True}, headers=token
    )
    assert looked.json()["sites"][0]["counts"]["events_log"] == 1
    answers = await asyncio.gather(
        *(stack.client.post("/api/privacy/erase", json=body, headers=token) for _ in range(3))
    )
    assert [answer.status_code for answer in answers] == [200] * 3
    assert sum(len(answer.json()["sites"]) for answer in answers) == 1
    assert await stack.value("select sum(total_pageviews) from daily_site_metrics") == 2
    rows = await stack.rows("select actor, action from audit_log order by id")
    assert [(row["actor"], row["action"]) for row in rows] == [
        ("token", "key.create"),
        *[("token", "visitor.erase")] * 3,
    ]


async def test_the_command_shows_what_there_is_and_asks(stack: Stack, tmp_path: Path) -> None:
    await stack.send(pageview("/", 0, visitorId=JANE))
    await stack.derive()

    async def run(*arguments: str, answer: str = "") -> Result:
        return await asyncio.to_thread(
            CliRunner().invoke,
            main,
            list(arguments),
            env={"DATABASE_URL": stack.database_url, "FOOTFALL_SPOOL_DIR": str(tmp_path)},
            input=answer,
        )

    assert (await run("privacy", "erase", JANE)).exit_code == 2
    exported = await run("privacy", "export", JANE, "--site", "shop")
    assert len(orjson.loads(exported.stdout)["tables"]["events_log"]) == 1
    asked = await run("privacy", "erase", JANE, "--site", "shop", answer="n\n")
    assert asked.exit_code == 1
    assert "shop: 1 events_log, 1 user_sessions, 1 pageviews" in asked.stdout
    assert await stack.value("select count(*) from events_log") == 1
    done = await run("privacy", "erase", JANE, "--all-sites", "--yes")
    assert "Erased" in done.stdout
    assert await stack.value("select count(*) from events_log") == 0
    listed = await run("audit")
    assert "visitor.erase" in listed.stdout
    assert JANE not in listed.stdout

"""Reset and deletion of a site: gone with all that was derived, wherever it still was, and nothing else moves."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result
from conftest import TOKEN, Stack
from weeks import weeks_of_events

from build import NOON, event, intake_of, pageview
from footfall import worker
from footfall.admin import clearing
from footfall.cli import main
from footfall.derive import apply as derive
from footfall.eventlog import consumer, ledger
from footfall.eventlog.drain import drain
from footfall.eventlog.spool import Spool
from footfall.eventlog.store import store
from footfall.site import SiteDirectory
from footfall.tables import DERIVED, metadata
from footfall.verify.run import Scope, verify

# Numbers that tell of the order in which rows came to be, not of visits.
PASSING = {"id", "log_id"}


@pytest.fixture
def settings_overrides() -> dict[str, Any]:
    return {"max_event_age_days": 100}


def installation(stack: Stack, folder: Path, *, is_open: bool = True) -> clearing.Installation:
    directory = SiteDirectory(stack.pool, registers_unknown=is_open)
    return clearing.Installation(stack.pool, folder, directory)


async def contents(stack: Stack) -> dict[str, list[dict[str, Any]]]:
    tables = {}
    for table in DERIVED:
        columns = ", ".join(c.name for c in table.columns if c.name not in PASSING)
        tables[str(table.name)] = await stack.rows(
            f"select {columns} from {table.name} order by {columns}"
        )
    logged = "site_id, event_id, event_type, timestamp, received_at, path, visitor_id"
    tables["events_log"] = await stack.rows(f"select {logged} from events_log order by {logged}")
    return tables


async def balanced_sums(stack: Stack) -> dict[tuple[str, str], int]:
    """(site, outcome) to events; each hour's equation holds, and what is stored is in the log."""
    rows = await stack.rows("select * from ingest_ledger")
    counts = {(r["site_id"], r["hour"], r["outcome"]): r["event_count"] for r in rows}
    assert ledger.imbalance(counts) == {}
    assert min(counts.values(), default=0) >= 0
    sums: Counter[tuple[str, str]] = Counter()
    for (site_id, _, outcome), number in counts.items():
        sums[site_id, outcome] += number
    logged = await stack.rows("select site_id, count(*) as n from events_log group by 1")
    stored = {site_id: n for (site_id, outcome), n in sums.items() if outcome == "stored" and n}
    assert {row["site_id"]: row["n"] for row in logged} == stored
    assert await stack.value("select row_count from log_counts") == sum(stored.values())
    return dict(sums)


async def drain_all(stack: Stack, folder: Path) -> None:
    directory = SiteDirectory(stack.pool, registers_unknown=True)
    while await drain(stack.pool, folder, directory, stack.clock.now):
        pass


async def start(stack: Stack) -> None:
    everything = ", ".join(set(metadata.tables) - {"secrets", "visitor_salts", "audit_log"})
    await stack.rows(f"truncate {everything}")
    await stack.rows("insert into log_counts values ('events_log', 0)")
    await stack.rows(
        "insert into sites (site_id, timezone, hmac_secret) values ('shop', 'Asia/Kathmandu', null),"
        " ('blog', 'America/New_York', null)"
    )
    stack.clock.now = NOON


async def live_before(stack: Stack, folder: Path, *, sites: set[str]) -> None:
    """Weeks of events, the last of them not derived; some waiting on disk, some set aside."""
    events = [one for one in weeks_of_events(7) if one["siteId"] in sites]
    for first in range(0, len(events), 70):
        await stack.send(*events[first : first + 70])
        if first < 200:
            await stack.derive()
    for site_id in sorted(sites):
        await stack.send(
            pageview("/right", 1, siteId=site_id, eventId=f"right {site_id}"),
            {**pageview("/wrong", siteId=site_id), "eventType": ""},
        )
    writer = Spool(folder, 10**7)
    if "shop" in sites:
        waiting = pageview("/waiting", 2, eventId="waiting")
        writer.write([intake_of(waiting, received_at=stack.clock.now)])
    writer.close()


def later_events() -> list[dict[str, Any]]:
    """What comes after the reset: late, in sessions of before it, on days of before it, and under ids of before."""
    dice = random.Random(11)
    return [
        event(
            dice.choice(["pageview", "click", "form_submit", "page_exit"]),
            round(-dice.choice([0, 1440, 14 * 1440]) - dice.uniform(0, 200), 1),
            path=dice.choice(["/", "/a", "/new"]),
            visitorId=(visitor := f"v{dice.randrange(12)}"),
            sessionId=dice.choice([None, f"s-{visitor}"]),
            siteId=dice.choice(["shop", "blog"]),
            eventId=f"later {number}",
            eventData={"timeSpent": dice.randrange(9_000), "engagedMs": 700},
        )
        for number in range(80)
    ]


@pytest.mark.parametrize("how", ["reset", "delete"])
async def test_afterwards_all_is_as_if_the_site_had_had_no_event_before(
    stack: Stack, tmp_path: Path, how: str
) -> None:
    folder = tmp_path / "own"
    later = later_events()

    async def live_after() -> None:
        stack.clock.now = NOON + timedelta(minutes=20)
        if how == "delete":
            # The next event makes it anew, in UTC.
            await stack.rows(
                "insert into sites (site_id, registered_by) values ('shop', 'event')"
                " on conflict (site_id) do update set timezone = 'UTC'"
            )
        await stack.send(*later[:40])
        await stack.derive()
        await stack.send(*later[40:])
        await stack.derive()

    await start(stack)
    await live_before(stack, folder, sites={"blog"})
    await stack.derive()
    await live_after()
    expected = await contents(stack)

    await start(stack)
    await live_before(stack, folder, sites={"shop", "blog"})
    stack.clock.advance(minutes=5)
    where = installation(stack, folder)
    clear = {"reset": clearing.reset_site, "delete": clearing.delete_site}[how]
    extent = await _measured(stack)
    progress: list[int] = []
    removed = await clear(where, "shop", stack.clock.now, on_progress=progress.append)
    # What waited on disk was dropped when it was brought in.
    assert removed["events_log"] == sum(progress) == extent.events > 150
    assert removed["user_sessions"] == extent.sessions > 0
    assert removed["dead_letters"] == 1
    sums = await balanced_sums(stack)
    if how == "reset":
        assert sums["shop", "dropped_erased"] == removed["events_log"] + 2
        assert sums["shop", "received"] == removed["events_log"] + 2
        assert (
            await stack.value("select timezone from sites where site_id = 'shop'")
            == "Asia/Kathmandu"
        )
    else:
        assert not [key for key in sums if key[0] == "shop"]
        assert await stack.rows("select site_id from sites") == [{"site_id": "blog"}]
    assert not list(folder.glob("*.spool"))
    assert await stack.value("select count(*) from dead_letters where site_id = 'shop'") == 0
    await live_after()
    assert await contents(stack) == expected
    assert (await verify(stack.pool, Scope())).differences == []
    await balanced_sums(stack)
    await worker.rebuild(stack.pool)
    assert (await verify(stack.pool, Scope())).differences == []


async def _measured(stack: Stack) -> clearing.Extent:
    async with stack.pool.acquire() as connection:
        return await clearing.measure(connection, "shop")


@pytest.mark.parametrize("how", ["reset", "delete"])
async def test_events_come_and_are_derived_while_a_site_is_cleared(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Small batches, a worker in between; what was received before the moment goes, what came after stays."""
    monkeypatch.setattr(clearing, "BATCH_EVENTS", 5)
    monkeypatch.setattr(clearing, "BATCH_SESSIONS", 2)
    folder = tmp_path / "own"
    await start(stack)
    await live_before(stack, folder, sites={"shop", "blog"})
    cut: datetime = stack.clock.now + timedelta(minutes=1)
    stack.clock.now = cut
    done = asyncio.Event()
    sent: Counter[str] = Counter()

    async def collect() -> None:
        while not done.is_set():
            site_id = "shop" if sent.total() % 2 else "blog"
            number = sent.total()
            # The second was received before as another event of the same id, or not.
            await stack.send(
                pageview(
                    f"/{number}",
                    -number / 7,
                    siteId=site_id,
                    eventId=f"n{number}",
                    sessionId="s-v1",
                ),
                pageview("/again", siteId=site_id, eventId=f"e{number}", visitorId="v2"),
            )
            sent[site_id] += 1

    async def derive_on() -> None:
        while not done.is_set():
            await consumer.step(stack.pool, derive.CONSUMER, derive.apply, batch_size=20)
            await asyncio.sleep(0)

    busy = [asyncio.create_task(collect()), asyncio.create_task(derive_on())]
    clear = {"reset": clearing.reset_site, "delete": clearing.delete_site}[how]
    await asyncio.gather(
        clear(installation(stack, folder), "shop", cut),
        clear(installation(stack, folder), "shop", cut),
    )
    done.set()
    await asyncio.gather(*busy)
    await stack.derive()
    assert sent["shop"] > 3
    assert (
        await stack.value(
            "select count(*) from events_log where site_id = 'shop' and received_at < $1", cut
        )
        == 0
    )
    fresh = "select count(*) from events_log where site_id = $1 and path ~ '^/[0-9]'"
    for site_id in ("shop", "blog"):
        assert await stack.value(fresh, site_id) == sent[site_id]
    await balanced_sums(stack)
    assert (await verify(stack.pool, Scope())).differences == []
    await worker.rebuild(stack.pool)
    assert (await verify(stack.pool, Scope())).differences == []


async def test_what_was_received_before_comes_back_from_nowhere(
    stack: Stack, tmp_path: Path
) -> None:
    """From a request in flight, from the disk, set aside; and it makes no site anew."""
    folder = tmp_path / "own"
    await start(stack)
    await stack.send(pageview("/a"))
    before = stack.clock.now
    stack.clock.advance(minutes=1)
    await clearing.delete_site(installation(stack, folder), "shop", stack.clock.now)
    in_flight = intake_of(pageview("/flight", eventId="flight"), received_at=before)
    [appended] = await store(stack.pool, [in_flight], limit_s=9)
    assert (appended.stored, appended.erased) == (0, 1)
    writer = Spool(folder, 10**7)
    late = [pageview("/disk", eventId="disk"), pageview("/disk2", eventId="disk2", visitorId=None)]
    writer.write([intake_of(*late, received_at=before)])
    writer.close()
    await drain_all(stack, folder)
    assert await stack.value("select count(*) from events_log") == 0
    assert await stack.value("select count(*) from sites where site_id = 'shop'") == 0
    assert await stack.value("select count(*) from dead_letters") == 0
    assert await balanced_sums(stack) == {("shop", "received"): 3, ("shop", "dropped_erased"): 3}
    # What was received later counts, though it happened before.
    writer = Spool(folder, 10**7)
    writer.write([intake_of(pageview("/new", -600, eventId="new"), received_at=stack.clock.now)])
    writer.close()
    await drain_all(stack, folder)
    await stack.derive()
    assert await stack.value("select count(*) from pageviews where site_id = 'shop'") == 1
    assert await stack.value("select registered_by from sites where site_id = 'shop'") == "event"


@pytest.mark.parametrize("at", ["_clear_events", "_clear_letters", "_clear_sessions", "_finish"])
async def test_whatever_interrupts_it_saying_it_again_finishes_it(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    folder = tmp_path / "own"
    monkeypatch.setattr(clearing, "BATCH_EVENTS", 50)
    monkeypatch.setattr(clearing, "BATCH_SESSIONS", 5)
    await start(stack)
    await live_before(stack, folder, sites={"shop", "blog"})
    stack.clock.advance(minutes=1)
    work, calls = getattr(clearing, at), 0

    async def stop(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        done = await work(*arguments)
        if calls == 2 or at in ("_clear_letters", "_finish"):
            raise KeyError("interrupted")
        return done

    with monkeypatch.context() as patched:
        patched.setattr(clearing, at, stop)
        with pytest.raises(KeyError):
            await clearing.delete_site(installation(stack, folder), "shop", stack.clock.now)
    await balanced_sums(stack)
    await stack.derive()
    await clearing.delete_site(installation(stack, folder), "shop", stack.clock.now)
    assert await stack.value("select finished_at is not null from erasures where visitor_hash = ''")
    assert not [key for key in await balanced_sums(stack) if key[0] == "shop"]
    assert (await verify(stack.pool, Scope())).differences == []
    for table in metadata.tables.values():
        if "site_id" in table.columns and table.name != "erasures":
            left = await stack.value(f"select count(*) from {table.name} where site_id = 'shop'")
            assert left == 0, table.name


async def test_a_site_that_retention_has_shortened_counts_from_its_reset_on(
    stack: Stack, tmp_path: Path
) -> None:
    await start(stack)
    await live_before(stack, tmp_path / "own", sites={"shop"})
    await stack.derive()
    await stack.rows("insert into retention_floors values ('shop', $1, 5)", stack.clock.now.date())
    stack.clock.advance(minutes=1)
    await clearing.reset_site(installation(stack, tmp_path / "own"), "shop", stack.clock.now)
    await stack.send(pageview("/new", -3000, eventId="new"))
    await worker.rebuild(stack.pool)
    assert await stack.value("select count(*) from pageviews") == 1
    assert (await verify(stack.pool, Scope())).differences == []


# The command and the API


async def footfall(stack: Stack, folder: Path, *arguments: str, answer: str = "") -> Result:
    environment = {"DATABASE_URL": stack.database_url, "FOOTFALL_SPOOL_DIR": str(folder)}
    result = await asyncio.to_thread(
        CliRunner().invoke, main, ["site", *arguments], env=environment, input=answer
    )
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


async def test_the_command_says_what_goes_and_wants_the_name(stack: Stack, tmp_path: Path) -> None:
    await stack.send(pageview(), pageview("/b", 1), pageview(siteId="other"))
    await stack.derive()
    refused = await footfall(stack, tmp_path, "reset", "shop", answer="shopp\n")
    assert refused.exit_code == 1
    assert "shop: 2 events, 1 session, 1 day; all of it goes. Settings, keys" in refused.stderr
    assert "That is not its name; nothing was changed." in refused.stderr
    assert await stack.value("select count(*) from events_log") == 3
    done = await footfall(stack, tmp_path, "reset", "shop", answer="shop\n")
    assert (done.exit_code, done.stdout) == (0, "Reset shop: it counts what comes from now on.\n")
    assert await stack.rows("select site_id from events_log") == [{"site_id": "other"}]
    assert await stack.value("select count(*) from sites") == 2
    gone = await footfall(stack, tmp_path, "delete", "shop", "--yes")
    assert "With SITE_REGISTRATION=open its next event makes it anew." in gone.stdout
    assert await stack.rows("select site_id from sites") == [{"site_id": "other"}]
    for words in (("reset", "shop"), ("delete", "nobody"), ("reset", "nobody")):
        missing = await footfall(stack, tmp_path, *words, "--yes")
        assert (missing.exit_code, missing.stdout) == (1, ""), words
        assert f"There is no site '{words[1]}'." in missing.stderr
    audit = await stack.rows("select actor, action, site, details from audit_log order by id")
    assert [(r["action"], r["site"]) for r in audit] == [
        ("site.reset", "shop"),
        ("site.delete", "shop"),
    ]
    assert (audit[0]["actor"], audit[0]["details"]["events_log"]) == ("command line", 2)


async def call(
    stack: Stack, method: str, path: str, key: str = TOKEN, body: Any = None
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"}
    return await stack.client.request(method, path, json=body, headers=headers)


async def create_key(stack: Stack, scope: str, site_id: str) -> str:
    answer = await call(stack, "POST", "/api/keys", body={"scope": scope, "site_id": site_id})
    key: str = answer.json()["key"]
    return key


async def test_the_api_clears_for_those_who_may(stack: Stack) -> None:
    await stack.send(pageview(), pageview("/b", 1), pageview(siteId="other"))
    await stack.derive()
    stack.clock.advance(minutes=1)
    admin, reads = await create_key(stack, "admin", "shop"), await create_key(stack, "read", "shop")
    foreign = await create_key(stack, "admin", "other")
    for key in (reads, foreign):
        assert (await call(stack, "POST", "/api/sites/shop/reset", key)).status_code == 403
        assert (await call(stack, "DELETE", "/api/sites/shop", key)).status_code == 403
    assert await stack.value("select count(*) from events_log") == 3
    answer = await call(stack, "POST", "/api/sites/shop/reset", admin)
    assert (answer.status_code, answer.json()["removed"]["events_log"]) == (200, 2)
    assert (await call(stack, "POST", "/api/sites/nobody/reset")).status_code == 404
    assert (await call(stack, "DELETE", "/api/sites/nobody")).status_code == 404
    ledger_now = (await call(stack, "GET", "/api/ledger?site_id=shop", admin)).json()
    assert ledger_now["balanced"]
    assert (ledger_now["total"]["received"], ledger_now["total"]["dropped"]) == (2, {"erased": 2})
    # A key of the site goes with it, and what comes next makes the site anew at once.
    assert (await call(stack, "DELETE", "/api/sites/shop", admin)).status_code == 200
    assert (await call(stack, "GET", "/api/ledger?site_id=shop", admin)).status_code == 401
    await stack.send(pageview("/new", 5))
    await stack.derive()
    assert await stack.rows("select path from pageviews where site_id = 'shop'") == [
        {"path": "/new"}
    ]
    assert (await call(stack, "GET", "/api/sites/shop")).json()["registered_by"] == "event"
    assert (await call(stack, "GET", "/api/ledger")).json()["balanced"]
    assert await stack.value("select actor from audit_log where action = 'site.reset'") == (
        await stack.value(
            "select target from audit_log where action = 'key.create' order by id limit 1"
        )
    )

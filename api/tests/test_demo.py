"""The demo traffic on its way: through the real endpoint into the tables, and out again."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import uvicorn
from click.testing import CliRunner, Result
from conftest import Clock, settings_for
from demo_month import NOW, events_of, ids_of, make_visits

from build import NOON, event, pageview
from footfall import cli, cli_demo, worker
from footfall.admin import clearing
from footfall.app import App
from footfall.database import Connection, Pool
from footfall.demo.delivery import Endpoint, Tally, deliver
from footfall.demo.sites import SITE_IDS, SITES
from footfall.demo.visit import Visit
from footfall.derive import apply as derive
from footfall.errors import Misconfigured, Rejected, Unavailable
from footfall.eventlog import consumer
from footfall.eventlog.consumer import LogRow
from footfall.site import SiteDirectory
from footfall.tables import metadata

# Delivery, at the network's edge


class Scripted(ThreadingHTTPServer):
    """A server that answers as it is told, in order; the last answer is repeated."""

    daemon_threads = True

    def __init__(self, answers: list[tuple[int, dict[str, str], bytes]]) -> None:
        self.answers = answers
        self.requests: list[tuple[dict[str, str], Any]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Scripted

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((dict(self.headers), json.loads(body)))
        answers = self.server.answers
        status, headers, content = answers.pop(0) if len(answers) > 1 else answers[0]
        if status == 0:
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def scripted(*answers: tuple[int, dict[str, str], bytes]) -> Iterator[Scripted]:
    server = Scripted(list(answers))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


Reply = tuple[int, dict[str, str], bytes]
STORED: Reply = (202, {}, b'{"status":"success","accepted":3,"duplicates":1,"rejected":[]}')
AWAY: Reply = (503, {"Retry-After": "0"}, b'{"error":"unavailable","detail":"away"}')
ONE_VISIT = Visit(
    "demo-shop", "91.112.4.5", "A browser", "de-AT,de;q=0.9", [{"eventType": "pageview"}]
)


def send(url: str, visits: Sequence[Visit] = (ONE_VISIT,)) -> Tally:
    with closing(Endpoint(url)) as endpoint:
        return deliver(visits, endpoint, on_progress=lambda count: None)


def test_each_request_carries_its_visitors_address_and_browser() -> None:
    with scripted(STORED) as server:
        tally = send(server.url)
    headers, body = server.requests[0]
    assert headers["X-Forwarded-For"] == "91.112.4.5"
    assert headers["User-Agent"] == "A browser"
    assert headers["Accept-Language"] == "de-AT,de;q=0.9"
    assert body == [{"eventType": "pageview"}]
    assert (tally.visits, tally.stored, tally.duplicates, tally.refused) == (1, 2, 1, 0)


def test_what_the_server_cannot_take_now_is_sent_again() -> None:
    lost: Reply = (0, {}, b"")
    with scripted(AWAY, lost, STORED) as server:
        tally = send(server.url)
    assert [body for _, body in server.requests] == [[{"eventType": "pageview"}]] * 3
    assert tally.requests == 1


def test_a_refusal_ends_the_delivery_with_the_servers_words() -> None:
    refusal: Reply = (
        422,
        {},
        b'{"error":"unprocessable","detail":"siteId is not registered here"}',
    )
    with scripted(refusal) as server, pytest.raises(Rejected, match="siteId is not registered"):
        send(server.url, [ONE_VISIT] * 50)
    assert len(server.requests) < 50


def test_events_that_are_refused_are_counted_with_the_reason() -> None:
    answer = (
        b'{"accepted":1,"duplicates":0,"rejected":[{"index":1,"field":"url","reason":"is odd"}]}'
    )
    with scripted((202, {}, answer)) as server:
        tally = send(server.url)
    assert (tally.stored, tally.refused, tally.reason) == (1, 1, "url is odd")


def test_interrupting_keeps_what_was_sent() -> None:
    def interrupted() -> Iterator[Visit]:
        for _ in range(40):
            yield ONE_VISIT
        raise KeyboardInterrupt

    with scripted(STORED) as server:
        with closing(Endpoint(server.url)) as endpoint:
            tally = deliver(interrupted(), endpoint, on_progress=lambda count: None)
        assert not tally.is_complete
        assert tally.visits == tally.requests == len(server.requests) > 0


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://x", "http://", "http://x:nine"])
def test_an_address_that_is_none_is_one_sentence(url: str) -> None:
    with pytest.raises(Misconfigured, match="no address of an API"):
        Endpoint(url)


def test_a_server_that_is_not_there_is_one_sentence() -> None:
    with scripted(STORED) as server:
        url = server.url
    with closing(Endpoint(url)) as endpoint, pytest.raises(Unavailable, match="does not answer"):
        endpoint.check()


# Through the real API into the tables, and out again


class Api:
    """The real app behind a real port, with the derivation and the database beside it."""

    def __init__(self, url: str, pool: Pool, database_url: str) -> None:
        self.url = url
        self.pool = pool
        self.database_url = database_url

    async def send(self, visits: Sequence[Visit]) -> Tally:
        return await asyncio.to_thread(send, self.url, visits)

    async def register(self) -> None:
        await cli_demo.register(self.pool)

    async def value(self, sql: str, *arguments: Any) -> Any:
        return await self.pool.fetchval(sql, *arguments)

    async def collect(self, *events: dict[str, Any]) -> None:
        made = Visit("", "198.51.100.7", "A browser", "en", list(events))
        assert (await self.send([made])).stored == len(events)

    async def counts(self, site_ids: Sequence[str]) -> dict[str, int]:
        """Rows by table of these sites, in every table that knows sites."""
        return {
            table.name: await self.value(
                f"select count(*) from {table.name} where site_id = any($1::text[])", list(site_ids)
            )
            for table in metadata.sorted_tables
            if "site_id" in table.columns
        }


@pytest.fixture
async def api(database_url: str, pool: Pool) -> AsyncIterator[Api]:
    app = App(settings_for(database_url), Clock(NOW))
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_config=None, access_log=False, proxy_headers=False)
    )
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(30):
        while not server.started:
            assert not serving.done()
            await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Api(f"http://127.0.0.1:{port}", pool, database_url)
    server.should_exit = True
    await serving


async def test_a_month_arrives_and_looks_like_one(api: Api) -> None:
    made = make_visits(300)
    await api.register()
    tally = await api.send(made)
    events = len(ids_of(made))
    assert (tally.stored, tally.duplicates, tally.refused) == (events, 0, 0)
    await worker.catch_up(api.pool)

    assert await api.value("select count(*) from events_log") == events
    assert await api.value("select count(*) from dead_letters") == 0
    assert await api.value("select count(*) from user_sessions") == len(
        [v for v in made if v.documents]
    )
    assert 0.4 <= float(await api.value("select avg(bounce::int) from user_sessions")) <= 0.55
    types = await api.value("select array_agg(distinct referrer_type) from user_sessions")
    assert set(types) == {"direct", "search", "social", "referral"}
    assert (
        await api.value("select count(*) from events_log where timestamp_source <> 'client'") == 0
    )
    zones = {site.site_id: site.time_zone for site in SITES}
    stored = await api.pool.fetch("select site_id, timezone from sites")
    assert {row["site_id"]: row["timezone"] for row in stored} == zones


async def test_sending_the_month_twice_counts_it_once(api: Api) -> None:
    made = make_visits(60)
    first = await api.send(made)
    again = await api.send(made)
    assert (again.stored, again.duplicates) == (0, first.stored)
    assert await api.value("select count(*) from events_log") == first.stored


async def test_days_are_counted_in_each_sites_own_zone(api: Api) -> None:
    made = make_visits(150)
    await api.register()
    await api.send(made)
    await worker.catch_up(api.pool)
    for site in SITES:
        expected = Counter(
            datetime.fromisoformat(events_of(v)[0]["timestamp"])
            .astimezone(ZoneInfo(site.time_zone))
            .date()
            for v in made
            if v.site_id == site.site_id and v.documents
        )
        rows = await api.pool.fetch(
            "select metric_date, total_sessions from daily_site_metrics"
            " where site_id = $1 and total_sessions > 0",
            site.site_id,
        )
        assert {row["metric_date"]: row["total_sessions"] for row in rows} == expected


async def test_passwords_and_card_numbers_of_demo_forms_are_not_stored(api: Api) -> None:
    made = make_visits(1_000, days=2)
    forms = [
        e["eventData"]["formData"]
        for v in made
        for e in events_of(v)
        if e["eventType"] == "form_submit"
    ]
    secrets = {form[name] for form in forms for name in ("password", "cardNumber") if name in form}
    assert secrets
    await api.send([v for v in made if any(d["eventType"] == "form_submit" for d in v.documents)])
    stored = await api.value("select string_agg(raw_event_data::text, ' ') from events_log")
    assert "[REDACTED]" in stored
    assert not [secret for secret in secrets if secret in stored]


OTHERS = ("demo", "demonstration", "demo-example-com", "shop")


async def clear(api: Api, folder: Path) -> dict[str, int]:
    """What `footfall demo-clear` does, a moment after the last event came."""
    directory = SiteDirectory(api.pool, registers_unknown=True)
    where = clearing.Installation(api.pool, folder, directory)
    return await clearing.delete_sites(where, SITE_IDS, datetime.now(UTC))


async def test_clearing_removes_the_demo_and_nothing_else(api: Api, tmp_path: Path) -> None:
    for site_id in OTHERS:
        await api.collect(
            pageview(siteId=site_id, sessionId=site_id),
            event("form_submit", 1, siteId=site_id, sessionId=site_id),
        )
    await worker.catch_up(api.pool)
    before, events = await api.counts(OTHERS), await api.value("select count(*) from events_log")
    await api.send(make_visits(100))
    await worker.catch_up(api.pool)
    await api.pool.execute(
        "insert into dead_letters (received_at, stage, site_id, reason, payload)"
        " values (now(), 'collect', 'demo-shop', 'x', '{}')"
    )
    await api.pool.execute("insert into site_minutes values ('demo-shop', now(), 1)")
    await api.pool.execute(
        "insert into midnight_links values ('demo-shop', 'k', 'm', '2026-03-10', 'k', '2026-03-10')"
    )
    await api.pool.execute(
        "insert into retention_floors (site_id, floor_date) values ('demo-shop', '2026-01-01')"
    )
    await api.pool.execute(
        "insert into erasures (site_id, visitor_hash, erased_before, requested_by, requested_at)"
        " values ('demo-shop', 'x', now(), 'nobody', now())"
    )
    await api.pool.execute(
        "insert into api_keys (key_id, key_hash, name, scope, site_id)"
        " values ('k', '', 'n', 'read', 'demo-shop')"
    )
    await api.pool.execute("insert into users (name, name_key) values ('Ada', 'ada')")
    await api.pool.execute("insert into user_sites select user_id, 'demo-shop', 'owner' from users")
    present = await api.counts(SITE_IDS)
    assert {name for name, count in present.items() if count == 0} == set()

    removed = await clear(api, tmp_path)

    left = {"erasures": 1 + len(SITE_IDS)}
    assert removed == {n: c for n, c in present.items() if n not in ("erasures", "ingest_ledger")}
    assert {n: c for n, c in (await api.counts(SITE_IDS)).items() if c} == left
    assert await api.counts(OTHERS) == before
    assert await api.value("select row_count from log_counts where log = 'events_log'") == events
    assert await clear(api, tmp_path) == {}


async def test_clearing_reaches_every_day_of_the_log_in_batches(
    api: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(clearing, "BATCH_EVENTS", 7)
    monkeypatch.setattr(clearing, "BATCH_SESSIONS", 2)
    tally = await api.send(make_visits(60))
    await api.pool.execute("select ensure_events_log_partitions('2026-03-01', '2026-03-03')")
    await api.pool.execute(
        "update events_log set received_at = received_at - interval '8 days',"
        " received_date = received_date - 8 where id % 2 = 0"
    )
    await worker.catch_up(api.pool)
    removed = await clear(api, tmp_path)
    assert removed["events_log"] == tally.stored > 70
    assert {n for n, c in (await api.counts(SITE_IDS)).items() if c} == {"erasures"}
    assert await api.value("select row_count from log_counts where log = 'events_log'") == 0


async def test_a_batch_that_a_worker_has_in_hand_leaves_nothing_behind(
    api: Api, tmp_path: Path
) -> None:
    await api.send(make_visits(60))
    has_read, may_write = asyncio.Event(), asyncio.Event()

    async def apply_slowly(connection: Connection, batch: Sequence[LogRow]) -> None:
        has_read.set()
        await may_write.wait()
        await derive.apply(connection, batch)

    working = asyncio.create_task(
        consumer.step(api.pool, derive.CONSUMER, apply_slowly, batch_size=500)
    )
    await has_read.wait()
    clearing_it = asyncio.create_task(clear(api, tmp_path))
    async with asyncio.timeout(20):
        while await api.value("select count(*) from events_log where site_id = $1", SITE_IDS[0]):
            await asyncio.sleep(0.01)
    assert not clearing_it.done()
    may_write.set()
    await asyncio.gather(working, clearing_it)
    await worker.catch_up(api.pool)
    assert {n for n, c in (await api.counts(SITE_IDS)).items() if c} == {"erasures"}


async def test_collection_goes_on_while_the_demo_is_cleared(api: Api, tmp_path: Path) -> None:
    await api.send(make_visits(100))
    clearing_it = asyncio.create_task(clear(api, tmp_path))
    sent = 0
    while not clearing_it.done():
        await api.collect(pageview(siteId="shop"))
        sent += 1
    await clearing_it
    assert await api.value("select count(*) from events_log") == sent > 0
    assert await api.value("select row_count from log_counts where log = 'events_log'") == sent


# The commands


def run(*arguments: str, **environment: str | None) -> Result:
    unset: dict[str, str | None] = {"DATABASE_URL": None, "FOOTFALL_API_PORT": None}
    return CliRunner().invoke(cli.main, arguments, env={**unset, **environment})


@pytest.fixture
def real_time_api(api: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    """The command reads the clock of the machine; so must the server that it talks to."""
    monkeypatch.setattr(Clock, "__call__", lambda self: datetime.now(UTC))
    return api


async def test_the_commands_fill_and_empty_the_sites(real_time_api: Api) -> None:
    api = real_time_api
    environment = {"DATABASE_URL": api.database_url, "FOOTFALL_DATA_DIR": "/nonexistent"}
    arguments = ("demo", "--visits", "60", "--days", "10", "--api-url", api.url)
    sent = await asyncio.to_thread(run, *arguments, **environment)
    assert sent.exit_code == 0, sent.output
    events = await api.value("select count(*) from events_log")
    assert f"{events:,} new, 0 known already, 0 refused." in sent.output

    cleared = await asyncio.to_thread(run, "demo-clear", **environment)
    assert cleared.exit_code == 0, cleared.output
    assert f"Removed 3 sites (demo-shop, demo-blog, demo-docs): {events:,} events" in cleared.output
    assert await api.value("select count(*) from events_log") == 0

    nothing = await asyncio.to_thread(run, "demo-clear", "--yes", **environment)
    assert nothing.output.startswith("There is nothing to remove")


async def test_a_month_too_long_for_the_server_is_one_sentence(api: Api) -> None:
    environment = {"DATABASE_URL": api.database_url, "FOOTFALL_MAX_EVENT_AGE": "7"}
    refused = await asyncio.to_thread(run, "demo", "--api-url", api.url, **environment)
    assert refused.exit_code == 1
    assert "events of the last 7 days only: ask for fewer with --days 7" in refused.output
    assert await api.value("select count(*) from sites") == 0


@pytest.mark.parametrize("command", ["demo", "demo-clear"])
def test_without_a_running_stack_the_commands_say_so(command: str) -> None:
    result = run(command, FOOTFALL_DATA_DIR="/nonexistent")
    assert result.exit_code == 1
    assert "Footfall is not running on /nonexistent: start it with `make up`" in result.output
    assert "Traceback" not in result.output


def test_noon_of_the_builders_is_within_the_apps_past() -> None:
    """`collect` sends build's times: they must count as past at this module's NOW."""
    assert timedelta(0) < NOW - NOON < timedelta(days=1)

"""Public lists: fetched over real HTTP from this machine, taken up by the running API, and given up again."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import mmdb
import pytest
from click.testing import CliRunner
from conftest import Stack

from build import pageview
from footfall import cli_lists
from footfall.admin.lists import remove_list, update_list
from footfall.cli import main
from footfall.config import Settings
from footfall.errors import NotFound, Unavailable
from footfall.ingest.bots import SPAM_REFERRERS
from footfall.ingest.public_lists import (
    PUBLIC_LISTS,
    RECORD,
    ListsInUse,
    PublicList,
    open_lists,
    read_record,
)
from footfall.ingest.source_table import shipped_sources

NOW: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
ENGINES: Final = """\
Findet:
  -
    urls:
      - www.findet.example
      - 'suche.findet.{}'
      - findet.example/images
    params: [q]
Google:
  - urls: [portal.example]
"""
SOCIALS: Final = (
    "Treff:\n  - treff.example\n  - m.treff.example\nFacebook:\n  - elsewhere.example\n"
)
SPAMMERS: Final = "verkauf.example\nBÜCHER.example\nnot a host\n"


class Server:
    """Answers by path; `asked` are the paths in order."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, bytes, int | None]] = {}
        self.asked: list[str] = []
        server = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(self.path)
                status, body, length = server.pages.get(self.path, (404, b"", None))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body) if length is None else length))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing is said."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.origin = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def serve(
        self, path: str, body: bytes, *, status: int = 200, length: int | None = None
    ) -> None:
        self.pages[path] = (status, body, length)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def here(server: Server) -> dict[str, PublicList]:
    """Every list, to be fetched from this machine, and small ones are enough."""
    return {
        one.name: replace(one, url=f"{server.origin}/{one.url.rpartition('/')[2]}", min_entries=2)
        for one in PUBLIC_LISTS
    }


def quiet(received: int, total: int | None) -> None:
    """No progress shown."""


def test_what_is_fetched_stands_beside_the_own_table(
    tmp_path: Path, server: Server, here: dict[str, PublicList]
) -> None:
    server.serve("/SearchEngines.yml", ENGINES.encode())
    server.serve("/Socials.yml", SOCIALS.encode())
    server.serve("/spammers.txt", SPAMMERS.encode())
    counts = {
        name: update_list(here[name], tmp_path, NOW, quiet).entry_count
        for name in ("search-engines", "social-networks", "spam-referrers")
    }
    assert counts == {"search-engines": 3, "social-networks": 3, "spam-referrers": 2}
    lists = open_lists(tmp_path, ())
    found = {host: lists.sources.by_host(host) for host in
             ("findet.example", "www.findet.example", "news.findet.example", "suche.findet.co.uk",
              "m.treff.example", "portal.example", "elsewhere.example", "google.de")}  # fmt: skip
    assert {host: source and (source.name, source.category) for host, source in found.items()} == {
        "findet.example": ("findet", "search"),
        "www.findet.example": ("findet", "search"),
        # What else an engine's owner serves is no search.
        "news.findet.example": None,
        "suche.findet.co.uk": ("findet", "search"),
        "m.treff.example": ("treff", "social"),
        # The own table names Google and Facebook, and says itself what is theirs.
        "portal.example": None,
        "elsewhere.example": None,
        "google.de": ("google", "search"),
    }
    assert lists.spam >= SPAM_REFERRERS | {"verkauf.example", "xn--bcher-kva.example"}
    record = read_record(tmp_path)["social-networks"]
    assert (record.origin, record.fetched_at) == (f"{server.origin}/Socials.yml", NOW)


def test_places_come_packed_of_this_month_or_of_the_one_before(
    tmp_path: Path, server: Server, here: dict[str, PublicList]
) -> None:
    database = mmdb.write(tmp_path / "built", {"192.0.2.0/24": {"country": {"iso_code": "IS"}}})
    packed = gzip.compress(database.read_bytes())
    server.serve("/dbip-city-lite-2026-12.mmdb.gz", packed)
    folder = tmp_path / "lists"
    fetched = update_list(here["places"], folder, datetime(2027, 1, 1, tzinfo=UTC), quiet)
    assert server.asked == ["/dbip-city-lite-2027-01.mmdb.gz", "/dbip-city-lite-2026-12.mmdb.gz"]
    assert fetched.origin.endswith("/dbip-city-lite-2026-12.mmdb.gz")
    files = (folder / "dbip-city-lite.mmdb",)
    assert open_lists(folder, files).places.find("192.0.2.9").country == "IS"


@pytest.mark.parametrize(
    ("body", "status", "length", "reason"),
    [
        (b"", 500, None, "answers 500"),
        (b"", 404, None, "answers 404"),
        (b"<html>Sorry: busy</html>", 200, None, "has 0 entries"),
        (b"Sorry, busy", 200, None, "is not this list: holds no names"),
        (b"a: [b: c", 200, None, "is not this list: no YAML"),
        (b"\xff\xfe", 200, None, "is not this list"),
        (b"Treff:\n  - treff.example\n", 200, None, "has 1 entries"),
        (b"Treff:\n  - a.example\n", 200, 5_000, "ended after 21 of 5,000 bytes"),
        (b"#" * 3_000, 200, None, "it has more than 2,000 bytes"),
    ],
)
def test_what_is_no_list_changes_nothing(
    tmp_path: Path,
    server: Server,
    here: dict[str, PublicList],
    body: bytes,
    status: int,
    length: int | None,
    reason: str,
) -> None:
    one = replace(here["social-networks"], max_bytes=2_000)
    server.serve("/Socials.yml", SOCIALS.encode())
    before = update_list(one, tmp_path, NOW, quiet)
    server.serve("/Socials.yml", body, status=status, length=length)
    with pytest.raises(Unavailable, match=reason) as raised:
        update_list(one, tmp_path, NOW, quiet)
    assert raised.value.detail.startswith("social-networks: ")
    assert read_record(tmp_path) == {"social-networks": before}
    assert (tmp_path / "Socials.yml").read_text() == SOCIALS
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Socials.yml", RECORD]


# Packing notes the time, so the bytes are no name that two workers agree on.
@pytest.mark.parametrize(
    "packed",
    [gzip.compress(b"x" * 5_000), gzip.compress(b"x" * 900)[:-9], b"x"],
    ids=["too large", "cut short", "not packed"],
)
def test_a_packed_file_is_bounded_and_whole(
    tmp_path: Path, server: Server, here: dict[str, PublicList], packed: bytes
) -> None:
    server.serve("/dbip-city-lite-2026-11.mmdb.gz", packed)
    with pytest.raises(Unavailable, match="cannot be fetched"):
        update_list(replace(here["places"], max_bytes=1_000), tmp_path, NOW, quiet)
    assert list(tmp_path.iterdir()) == []


def test_nobody_there(tmp_path: Path, server: Server, here: dict[str, PublicList]) -> None:
    server.close()
    with pytest.raises(Unavailable, match=r"cannot be fetched: .*refused"):
        update_list(here["assistants"], tmp_path, NOW, quiet)


def test_a_running_api_takes_up_what_comes_and_goes(
    tmp_path: Path, server: Server, here: dict[str, PublicList]
) -> None:
    in_use = ListsInUse(tmp_path, ())
    server.serve("/Socials.yml", SOCIALS.encode())
    update_list(here["social-networks"], tmp_path, NOW, quiet)
    assert in_use.lists.sources.by_host("treff.example") is None
    in_use.look_again()
    taken_up = in_use.lists
    assert taken_up.sources.by_host("treff.example") is not None
    in_use.look_again()
    assert in_use.lists is taken_up
    remove_list(here["social-networks"], tmp_path)
    in_use.look_again()
    assert in_use.lists.sources.by_host("treff.example") is None
    with pytest.raises(NotFound, match="was not fetched"):
        remove_list(here["social-networks"], tmp_path)


@pytest.mark.parametrize("broken", [b"{", b"[]", b'{"spam-referrers": 3}', b"\xff"])
def test_a_broken_record_or_list_is_as_none(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / RECORD).write_bytes(broken)
    lists = open_lists(tmp_path, ())
    assert (lists.sources, lists.spam) == (shipped_sources(), SPAM_REFERRERS)


class TestCommand:
    @pytest.fixture(autouse=True)
    def _of_this_machine(
        self, tmp_path: Path, here: dict[str, PublicList], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FOOTFALL_DATA_DIR", str(tmp_path))
        monkeypatch.setattr(cli_lists, "PUBLIC_LISTS", tuple(here.values()))

    def test_update_says_what_came_and_what_did_not(self, server: Server) -> None:
        server.serve("/Socials.yml", SOCIALS.encode())
        run = CliRunner().invoke(main, ["lists", "update", "social-networks", "assistants"])
        assert run.exit_code == 1
        assert f"social-networks: 3 entries from {server.origin}/Socials.yml\n" in run.output
        assert f"assistants: {server.origin}/AIAssistants.yml answers 404. What was" in run.output

    def test_each_list_carries_origin_and_date(self, server: Server) -> None:
        server.serve("/spammers.txt", SPAMMERS.encode())
        assert CliRunner().invoke(main, ["lists", "update", "spam-referrers"]).exit_code == 0
        run = CliRunner().invoke(main, ["lists", "--format", "csv"])
        lines = dict(line.split(",", 1) for line in run.output.splitlines())
        assert lines["list"] == "tells,entries,date,licence,origin"
        assert {"sources", "spam", "isbot", "crawlers", "countries"} <= set(lines)
        assert lines["spam-referrers"].endswith(f"{server.origin}/spammers.txt")
        assert "DB-IP" in lines["countries"]

    def test_what_there_is_not(self) -> None:
        run = CliRunner().invoke(main, ["lists", "update", "weather"])
        assert run.exit_code == 1
        assert "no list 'weather'" in run.output
        assert "spam-referrers" in run.output

    def test_remove(self, server: Server) -> None:
        server.serve("/Socials.yml", SOCIALS.encode())
        CliRunner().invoke(main, ["lists", "update", "social-networks"])
        assert (
            "in use again"
            in CliRunner().invoke(main, ["lists", "remove", "social-networks"]).output
        )
        assert "social-networks" not in CliRunner().invoke(main, ["lists"]).output


class TestCollection:
    @pytest.fixture
    def settings_overrides(
        self, tmp_path: Path, server: Server, here: dict[str, PublicList]
    ) -> dict[str, Any]:
        folder = Settings.from_environment(data_dir=tmp_path).lists_folder
        server.serve("/Socials.yml", SOCIALS.encode())
        server.serve("/spammers.txt", SPAMMERS.encode())
        for name in ("social-networks", "spam-referrers"):
            update_list(here[name], folder, NOW, quiet)
        return {"data_dir": tmp_path}

    async def test_events_are_told_by_it(self, stack: Stack) -> None:
        hosts = ("treff.example", "verkauf.example", "other.example")
        await stack.send(*(pageview(attribution={"referrer": f"https://{h}/"}) for h in hosts))
        rows = await stack.rows(
            "select referrer_platform, channel, is_bot from events_log order by id"
        )
        assert [tuple(row.values()) for row in rows] == [
            ("treff", "Organic Social", False),
            ("verkauf.example", "Referral", True),
            ("other.example", "Referral", False),
        ]

"""The site `example`: some hundred hand-written events, on which every report can be recomputed by hand.

database/reports/example holds them, with their story and what each report answers. They go through the
pipeline as on the day they are said to have come, so that no clock moves them, and into the log at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from footfall.config import PROJECT_DIR
from footfall.database import Pool, transaction
from footfall.errors import Conflict
from footfall.event import Dropped
from footfall.eventlog import erasures, ledger
from footfall.eventlog.intake import Intake
from footfall.eventlog.store import store
from footfall.ingest import pipeline, wire
from footfall.ingest.geo import Place, Places
from footfall.ingest.public_lists import Lists
from footfall.site import Site

FOLDER: Final = PROJECT_DIR / "database" / "reports" / "example"
SITE_ID: Final = "example"
TIME_ZONE: Final = "America/New_York"
FIRST_DAY: Final = "2026-03-02"
LAST_DAY: Final = "2026-03-15"

STORE_LIMIT_S: Final = 60.0
_AGE_LIMIT: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Person:
    """Who sends events: the headers of their browser, and the place that their address stands for."""

    name: str
    headers: Mapping[str, str]
    place: Place


class _Homes(Places):
    """Everybody's place by name, so that no list of addresses decides what reports answer."""

    def __init__(self, people: Mapping[str, Person]) -> None:
        super().__init__()
        self._people = people

    def find(self, ip: str) -> Place:
        return self._people[ip].place


def read_people() -> dict[str, Person]:
    """Who there is, by name."""
    document = orjson.loads((FOLDER / "people.json").read_bytes())
    return {
        name: Person(name, given.pop("headers"), Place(**given)) for name, given in document.items()
    }


def read_intakes() -> list[Intake]:
    """What the collector would hand to the log for each line of events.ndjson, in its order."""
    people = read_people()
    lists = Lists(places=_Homes(people))
    intakes = []
    for line in (FOLDER / "events.ndjson").read_bytes().splitlines():
        document = orjson.loads(line)
        sender = people[document.pop("from")]
        intakes.append(_intake(document, sender, lists))
    return intakes


async def load(pool: Pool) -> int:
    """Store the events, where they are not there yet; returns how many are new.

    Raises Conflict where the site has other events, or another time zone.
    """
    intakes = read_intakes()
    events = {event.event_id for intake in intakes for event in intake.events}
    async with transaction(pool) as connection:
        await connection.execute(
            "insert into sites (site_id, timezone) values ($1, $2) on conflict do nothing",
            SITE_ID,
            TIME_ZONE,
        )
        zone = await connection.fetchval("select timezone from sites where site_id = $1", SITE_ID)
        counted = await connection.fetch(
            "select outcome, sum(event_count)::bigint as events from ingest_ledger"
            " where site_id = $1 group by outcome",
            SITE_ID,
        )
    counts = {row["outcome"]: row["events"] for row in counted}
    if counts.get(ledger.STORED) == len(events):
        return 0
    if counts or zone != TIME_ZONE:
        raise Conflict(
            f"There is a site {SITE_ID!r} with events of its own; nothing was loaded."
            " `footfall example --remove` removes it with all of them.",
            field="site_id",
        )
    async with transaction(pool) as connection:
        # They say that they came long ago, from before the site was last removed.
        await erasures.lift_site_tombstone(connection, SITE_ID)
    appended = await store(pool, intakes, limit_s=STORE_LIMIT_S)
    return sum(one.stored for one in appended)


def _intake(document: dict[str, Any], sender: Person, lists: Lists) -> Intake:
    told = document.pop("receivedAt", document.get("timestamp"))
    received_at = datetime.fromisoformat(told).astimezone(UTC)
    [(_, hit)] = wire.parse(orjson.dumps(document)).hits
    around = pipeline.Surroundings(
        received_at=received_at,
        ip=sender.name,
        user_agent=sender.headers.get("user-agent"),
        headers=sender.headers,
        # Another one each day, as it is for everybody: who sends no ids is a new visitor then.
        salt=received_at.date().isoformat().encode(),
        sites={SITE_ID: Site(SITE_ID, TIME_ZONE)},
        max_event_age=_AGE_LIMIT,
        lists=lists,
    )
    outcome = pipeline.run(hit, around)
    tallies = Counter({(SITE_ID, ledger.RECEIVED): 1})
    if isinstance(outcome, Dropped):
        tallies[SITE_ID, ledger.DROPPED + outcome.reason.value] += 1
        return Intake(received_at, (), (), tallies)
    return Intake(received_at, (outcome,), (), tallies)

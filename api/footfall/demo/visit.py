"""One visit from landing page to exit: where it goes, how long it stays, what it does on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from footfall.demo.calendar import Arrival
from footfall.demo.dice import Dice, dice
from footfall.demo.people import Person, meet
from footfall.demo.scenery import Site, Source
from footfall.demo.stay import Stay, stay
from footfall.demo.tape import Document, Tape

MAX_PAGES: Final = 14
LONGEST_VISIT_MS: Final = 75 * 60 * 1000
LOST_EXITS: Final = 0.06

_UTM_NAMES: Final = ("source", "medium", "campaign", "content", "term")
_CLICK_IDS: Final = (
    "gclid",
    "gclsrc",
    "gbraid",
    "wbraid",
    "dclid",
    "fbclid",
    "msclkid",
    "twclid",
    "ttclid",
    "li_fat_id",
    "epik",
)


@dataclass(frozen=True, slots=True)
class Visit:
    """What one visitor's browser sends, and from where: the headers and the bodies."""

    site_id: str
    ip: str
    user_agent: str
    accept_language: str
    documents: list[Document]


def make(arrival: Arrival, *, seed: int, until: datetime) -> Visit:
    """The visit of `arrival`, as far as it has happened `until` then. Pure: depends on nothing else."""
    site = arrival.site
    person = meet(seed, site.site_id, arrival.person, site.countries, site.devices)
    throw = dice(seed, site.site_id, "visit", arrival.name)
    tape = Tape(
        site.site_id,
        f"sess_{throw.uuid()}",
        person.visitor_id,
        f"{seed}/{site.site_id}/{arrival.name}",
    )
    _walk(tape, throw, arrival, person)
    return Visit(
        site.site_id, person.ip, person.user_agent, person.accept_language, tape.documents(until)
    )


def _walk(tape: Tape, throw: Dice, arrival: Arrival, person: Person) -> None:
    site = arrival.site
    is_loyal = arrival.person != arrival.name
    source = _source(throw, site, is_loyal=is_loyal)
    path = throw.among(source.entries or site.entries)
    query = _query(throw, source)
    referrer = throw.choice(source.referrers).replace("*", throw.letters(10))
    attribution = _attribution(query, referrer, source.kind, source.platform)
    is_glance = throw.chance(min(0.9, site.glance * source.haste * (0.8 if is_loyal else 1.1)))
    at, deadline = arrival.start, arrival.start + timedelta(milliseconds=LONGEST_VISIT_MS)
    method = "initial_load"
    for place in range(MAX_PAGES):
        page = site.pages[path]
        url = f"https://{site.host}{path}" + (f"?{urlencode(query)}" if query else "")
        if method == "initial_load":
            tape.load_page()
        tape.show(url, path)
        tape.record(
            "pageview",
            at,
            {"navigationMethod": method},
            alone=True,
            attribution=attribution,
            browser=person.browser(),
            page={
                "title": page.title,
                "url": url,
                "path": path,
                "referrer": referrer or "direct",
                "queryParams": f"?{urlencode(query)}" if query else "",
                "hash": "",
                **({"status": page.status} if page.status and method == "initial_load" else {}),
            },
        )
        following = None
        if not (is_glance or place == MAX_PAGES - 1 or at > deadline or throw.chance(page.leave)):
            following = throw.among({name: w for name, w in page.links.items() if name != path})
        here = stay(
            throw,
            page,
            person,
            host=site.host,
            following=following,
            following_title=site.pages[following].title if following else "",
            is_glance=is_glance,
            is_only_page=place == 0,
        )
        for step in here.steps:
            tape.record(step.event_type, at + step.after, step.event_data, alone=step.alone)
        at += here.duration
        _leave(tape, throw, at, here, path, is_single_page=site.single_page)
        if here.following is None:
            return
        at += timedelta(milliseconds=round(throw.around(420, spread=0.5)))
        referrer, query, path = url, {}, here.following
        attribution = _attribution({}, referrer, "internal", site.host)
        method = "pushstate" if site.single_page else "initial_load"


def _leave(
    tape: Tape, throw: Dice, at: datetime, here: Stay, path: str, *, is_single_page: bool
) -> None:
    spent = {
        "timeSpent": round(here.duration.total_seconds() * 1000),
        "engagedMs": here.engaged_ms,
    }
    if is_single_page and here.following is not None:
        tape.record(
            "page_exit",
            at,
            {**spent, "exitMethod": "pushstate", "previousPath": path, "newPath": here.following},
        )
    elif here.following is not None or not throw.chance(LOST_EXITS):
        # Some last beacons never arrive: a phone's browser that is swiped away sends none.
        tape.record("page_exit", at, spent)


def _source(throw: Dice, site: Site, *, is_loyal: bool) -> Source:
    """People who come back type the address or follow the newsletter more often than others."""
    weights = [
        source.weight * (2.4 if is_loyal and source.kind == "direct" else 1.0)
        for source in site.sources
    ]
    return throw.choices(site.sources, weights=weights)[0]


def _query(throw: Dice, source: Source) -> dict[str, str]:
    """The landing page's parameters, in the order in which such links carry them."""
    query = {f"utm_{name}": source.utm[name] for name in _UTM_NAMES if name in source.utm}
    if source.click_id is not None:
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        is_microsoft = source.click_id == "msclkid"
        code = (
            throw.letters(32, "0123456789abcdef") if is_microsoft else throw.letters(54, alphabet)
        )
        query[source.click_id] = code
    return query


def _attribution(
    query: Mapping[str, str], referrer: str, kind: str, platform: str | None
) -> dict[str, object]:
    """The `attribution` block of a pageview. A referrer's class is the client's opinion of it."""
    return {
        "utmParams": {f"utm_{name}": query.get(f"utm_{name}") for name in _UTM_NAMES},
        "campaignParams": {name: query.get(name) for name in _CLICK_IDS},
        "referrer": referrer,
        "referrerType": kind if referrer else "direct",
        "referrerPlatform": platform if referrer else None,
    }

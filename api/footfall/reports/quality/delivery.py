"""Do events arrive, whole and in time? Checks of the way from a browser to the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from footfall.reports.quality.check import (
    LEAST,
    Check,
    Example,
    Verdict,
    brief,
    by_share,
    if_bad,
    part_of,
    span,
    worse,
)
from footfall.reports.quality.facts import MISSED_PAGEVIEWS, Facts

# Later than this is no clock but an import.
IMPORTED_S: Final = 86_400
_REFUSALS: Final = {
    "dead_letter": "set aside: not readable, or not derivable",
    "dropped_invalid": "not readable",
    "dropped_key": "no key, or a wrong one",
    "dropped_signature": "not signed, or by another secret",
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """How the request that asks came here. ignored: what X-Forwarded-For claims and nobody trusted vouches for."""

    is_private: bool
    ignored: int
    address: str | None


def check_last_event(facts: Facts) -> Check:
    kinds = tuple(
        Example(
            kind["event_type"].replace("_", " "),
            kind["events"],
            datetime.fromisoformat(kind["newest"]),
        )
        for kind in facts.sample["kinds"]
    )
    verdict, finding = _silence(facts)
    advice = {
        Verdict.UNKNOWN: "Put the tracking tag on your pages; Settings, Install shows what arrives.",
        Verdict.LOOK: "Open a page of the site in a browser without a blocker and watch Settings, Install.",
        Verdict.PROBLEM: "Open a page of the site and look whether tracking.js loads and /collect answers 202: the "
        "tag may be gone since a new release of the site, or the address of Footfall may have changed.",
    }
    return Check(
        "last_event",
        "Last event",
        verdict,
        finding,
        "Compared with the longest silence of the last seven days, so that a quiet site is not called silent.",
        advice.get(verdict, ""),
        examples=kinds,
    )


def _silence(facts: Facts) -> tuple[Verdict, str]:
    last = facts.last_event_at
    if last is None:
        return Verdict.UNKNOWN, "No event has come yet."
    age = facts.now - last
    finding = f"The last event came {span(age)} ago."
    hours = facts.heard_hours
    gaps = [after - before for before, after in pairwise(hours)]
    longest = max(gaps, default=timedelta(days=1))
    if age <= max(longest, timedelta(hours=1)):
        return Verdict.FINE, finding
    finding += f" Before that it was never silent for more than {span(longest)}." if gaps else ""
    if age > max(2 * longest, timedelta(days=1)):
        return Verdict.PROBLEM, finding
    return Verdict.LOOK, finding


def check_arrival(facts: Facts, arrival: Arrival) -> Check:
    placed = facts.looked_at - facts.sample["without_country"]
    count, of = facts.sample["without_country"], facts.looked_at
    here = f"You reach Footfall as {arrival.address}. " if arrival.address else ""
    finding = f"{here}{part_of(count, of)} events came from an address without a country."
    verdict, advice = Verdict.FINE, ""
    if arrival.ignored:
        verdict = Verdict.PROBLEM
        finding = f"{here}A proxy in front says that you come from elsewhere, and is not believed."
    elif of < LEAST:
        verdict = Verdict.UNKNOWN
    elif placed == 0:
        verdict = Verdict.PROBLEM if arrival.is_private else Verdict.LOOK
    elif count * 2 > of:
        verdict = Verdict.LOOK
    if verdict in (Verdict.LOOK, Verdict.PROBLEM):
        advice = (
            "If a proxy or load balancer stands in front of Footfall, name its address in FOOTFALL_TRUSTED_PROXIES "
            "and make it send X-Forwarded-For. On a machine of your own, without visitors from outside, this is "
            "as it should be."
        )
    return Check(
        "proxy",
        "Visitors’ addresses",
        verdict,
        finding,
        "Behind a proxy that Footfall does not know, all visitors seem to come from the proxy’s own address: they "
        "have no country, and those without an id are counted as one.",
        advice,
        count,
        of,
    )


def check_clocks(facts: Facts) -> Check:
    times: Mapping[str, int] = facts.sample["times"]
    wrong = times.get("future", 0) + times.get("too_old", 0)
    of = wrong + times.get("client", 0)
    late = facts.sample["lateness_s"]
    verdict = by_share(wrong, of, look=0.02, problem=0.2)
    is_import = late is not None and late > IMPORTED_S
    if verdict is not Verdict.UNKNOWN and late is not None and abs(late) > 30:
        is_skewed = abs(late) > 300 and not is_import
        verdict = Verdict.PROBLEM if is_skewed else worse(verdict, Verdict.LOOK)
    finding = (
        f"{part_of(wrong, of)} events came with a time that cannot be, and have the time of receipt."
        if of
        else "No event told its time."
    )
    if late is not None:
        finding += (
            f" Half of the pageviews claim to be {brief(-late)} or more ahead of this server."
            if late < 0
            else (
                f" Half of the pageviews came {brief(late)} or more after their time, as an import does."
                if is_import
                else f" Half of the pageviews are received within {brief(late)} of their time."
            )
        )
    if times.get("missing"):
        finding += (
            f" {times['missing']:,} told none, as servers may: they have the time of receipt."
        )
    return Check(
        "clocks",
        "Clocks",
        verdict,
        finding,
        "Browsers say when an event happened. A time more than five minutes ahead, or too long ago, is put right; "
        "single wrong clocks are normal.",
        if_bad(
            verdict,
            "An import of older events looks like this and is fine. Where it is all visitors, this server’s clock is wrong: look at `timedatectl`. Where it is events of "
            "a server of yours, look at that one’s.",
        ),
        wrong,
        of,
    )


def check_missing(facts: Facts) -> Check:
    count, of = facts.sample["missing"], facts.sample["numbered"] + facts.sample["missing"]
    verdict = by_share(count, of, look=0.03, problem=0.15)
    return Check(
        "missing",
        "Lost on the way",
        verdict,
        (
            f"At least {part_of(count, of)} events that browsers numbered never came."
            if of
            else "No event was numbered: only the tracking script does that."
        ),
        "The script numbers its events, so gaps tell what blockers, lost networks and closed laptops took. A whole "
        "page that is lost leaves no gap. Some loss is normal.",
        if_bad(
            verdict,
            "Look whether a proxy, firewall or rate limit in front of /collect refuses some of them; the neutral "
            "names /f.js and /e are blocked less often.",
        ),
        count,
        of,
    )


def check_silent_pages(facts: Facts) -> Check:
    enough = len(facts.heard_hours) >= LEAST
    verdict = Verdict.LOOK if facts.missed else Verdict.FINE if enough else Verdict.UNKNOWN
    return Check(
        "silent_pages",
        "Pages that fell silent",
        verdict,
        (
            f"{facts.missed_count:,} pages that were viewed at least {MISSED_PAGEVIEWS} times in the week before were not "
            "viewed since."
            if facts.missed
            else (
                "Every page that was viewed in the week before was viewed again."
                if enough
                else "It takes a week to know."
            )
        ),
        "A new template without the tag, or a page that is gone, shows here first.",
        if_bad(verdict, "Open the pages below and look whether the tag is still on them."),
        facts.missed_count,
        None,
        tuple(Example(path, views) for path, views in facts.missed),
    )


def check_refused(facts: Facts) -> Check:
    reasons = {
        _REFUSALS[outcome]: number
        for outcome, number in facts.ledger.items()
        if outcome in _REFUSALS
    }
    count, of = sum(reasons.values()), facts.ledger.get("received", 0)
    verdict = by_share(count, of, look=0.01, problem=0.1)
    return Check(
        "refused",
        "Events that could not be taken",
        verdict,
        f"{part_of(count, of)} events were refused or set aside.",
        "Not readable, or without the key or signature that the site asks for. The ledger has all "
        "that was not stored, the wishes of visitors included.",
        if_bad(
            verdict,
            "`footfall dead-letters list` shows what was not readable; Settings, Keys what the site asks for.",
        ),
        count,
        of,
        tuple(Example(reason, number) for reason, number in sorted(reasons.items())),
    )

"""Does what arrives mean what it should? Checks of pages, robots, campaigns and domains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from footfall.reports.quality.check import (
    Check,
    Example,
    Verdict,
    by_share,
    if_bad,
    part_of,
    paths,
)
from footfall.reports.quality.facts import BUSY_PAGEVIEWS, Facts

_REASONS: Final = {
    "crawler": "calls itself a robot",
    "library": "calls itself a program",
    "headless": "a browser without a window",
    "webdriver": "a browser that a program drives",
    "spam_referrer": "comes from a spam site",
    "impossible_pace": "faster than people",
}


def check_domains(facts: Facts) -> Check:
    hosts: list[Mapping[str, Any]] = facts.sample["hosts"]
    refused, received = facts.ledger.get("dropped_origin", 0), facts.ledger.get("received", 0)
    if facts.site["allowed_domains"]:
        verdict = by_share(refused, received, look=0.0, problem=0.05)
        finding = f"{part_of(refused, received)} events came from domains that are not listed, and were refused."
    else:
        known: int = facts.sample["host_count"]
        verdict = Verdict.UNKNOWN if not known else Verdict.LOOK if known > 1 else Verdict.FINE
        finding = (
            f"Any domain may send; pageviews came from {known:,} of them."
            if known
            else "Any domain may send; no pageview came."
        )
    return Check(
        "domains",
        "Domains",
        verdict,
        finding,
        "Copies of the site, test systems and translators send under its name, too, unless its domains are listed.",
        if_bad(
            verdict,
            "Where all of these are yours, list them in Settings, General; where none is missing there, the refused "
            "ones are others’ and all is well.",
        ),
        refused,
        received,
        tuple(Example(row["host"], row["events"]) for row in hosts),
    )


def check_doubles(facts: Facts) -> Check:
    count, of = facts.sample["doubles"], facts.sample["pageviews"]
    verdict = by_share(count, of, look=0.02, problem=0.15)
    return Check(
        "doubles",
        "Tag twice on a page",
        verdict,
        f"{part_of(count, of)} pageviews follow another one of the same page and visit within a second.",
        "Two tags on a page, or a tag besides a tag manager or plug-in that brings it, count each page twice.",
        if_bad(
            verdict, "Look at the source of the pages below for tracking.js and keep one of them."
        ),
        count,
        of,
        paths(facts.sample["double_paths"]),
    )


def check_hidden_bots(facts: Facts) -> Check:
    bare, busy = facts.sample["bare_visits"], facts.sample["busy_visits"]
    of = facts.sample["visits"]
    verdict = by_share(bare + busy, of, look=0.03, problem=0.2)
    return Check(
        "hidden_bots",
        "Robots that are not recognised",
        verdict,
        f"{part_of(bare + busy, of)} visits that count as people’s look automated: {bare:,} of a single pageview with "
        f"neither language nor screen, {busy:,} of {BUSY_PAGEVIEWS} pageviews or more.",
        "A browser tells its language, and the script its screen; few people view so many pages at once. Neither "
        "is proof, so they are counted.",
        if_bad(
            verdict,
            "Look at their User-Agents below. Events that a server of yours sends should come with an ingest key "
            "and the visitor’s language.",
        ),
        bare + busy,
        of,
        tuple(
            Example(row["agent"] or "(no User-Agent)", row["visits"])
            for row in facts.sample["odd_agents"]
        ),
    )


def check_flagged_bots(facts: Facts) -> Check:
    count, of = facts.looked_at - facts.sample["people"], facts.looked_at
    dropped = facts.ledger.get("dropped_bot", 0)
    verdict = by_share(count + dropped, of + dropped, look=0.3, problem=0.7)
    finding = f"{part_of(count, of)} events are flagged as no person’s and stay out of the figures."
    if dropped:
        finding += f" {dropped:,} more were dropped, as the site asks."
    return Check(
        "flagged_bots",
        "Robots that are recognised",
        verdict,
        finding,
        "By reason, with what they call themselves. Programs that say what they are, headless browsers and spam are "
        "told apart when they come.",
        if_bad(
            verdict,
            "So many deserve a look: a monitor or test of your own can be told by its User-Agent. Settings, Bots can "
            "drop them.",
        ),
        count,
        of,
        tuple(
            Example(_reason(row["bot_reason"], row["agents"]), row["events"])
            for row in facts.sample["flagged"]
        ),
    )


def _reason(reason: str, agents: list[str] | None) -> str:
    words = _REASONS.get(reason, reason.replace("_", " "))
    return f"{words}: {' · '.join(agents)}" if agents else words


def check_not_found(facts: Facts) -> Check:
    count, of = facts.sample["lost_pages"], facts.sample["pageviews"]
    verdict = by_share(count, of, look=0.03, problem=0.2)
    return Check(
        "not_found",
        "Pages not found",
        verdict,
        f"{part_of(count, of)} pageviews were of pages that are not there.",
        "The script sees it by the status of the page (404) where the browser tells it.",
        if_bad(verdict, "Redirect the old addresses below, or mend the links that lead to them."),
        count,
        of,
        paths(facts.sample["lost_paths"]),
    )


def check_titles(facts: Facts) -> Check:
    count, of = facts.sample["untitled"], facts.sample["pageviews"]
    if facts.site["settings"].get("privacy") == "hipaa":
        verdict, finding = Verdict.FINE, "The site’s privacy level keeps no titles."
    else:
        verdict = by_share(count, of, look=0.1, problem=1.1)
        finding = f"{part_of(count, of)} pageviews have no title."
    return Check(
        "titles",
        "Pages without a title",
        verdict,
        finding,
        "Titles stand beside paths in lists; search engines show them, too.",
        if_bad(
            verdict,
            "Give the pages below a <title>, before the tracking tag or in the server’s HTML.",
        ),
        count,
        of,
        paths(facts.sample["untitled_paths"]),
    )


def check_campaigns(facts: Facts) -> Check:
    count, of = facts.sample["misspelt"], facts.sample["tagged"]
    found = facts.sample["spellings"]
    verdict = Verdict.LOOK if found else Verdict.FINE if of else Verdict.UNKNOWN
    return Check(
        "campaigns",
        "Campaigns spelled differently",
        verdict,
        (
            f"{facts.sample['spelling_count']:,} campaign values are written in several ways."
            if found
            else (
                "Every campaign value is written in one way."
                if of
                else "No link with campaign parameters was followed."
            )
        ),
        "Values are kept as they were sent: Newsletter and newsletter are two lines in each report.",
        if_bad(
            verdict,
            "Choose one spelling for the links you hand out; small letters and dashes are usual.",
        ),
        count,
        of,
        tuple(
            Example(f"{row['parameter']}: {', '.join(row['variants'][:5])}", row["events"])
            for row in found
        ),
    )

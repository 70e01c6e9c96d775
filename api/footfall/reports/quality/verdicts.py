"""Judges the facts of a site's last hours: every check with its verdict, in the order in which they are shown.

Pure: facts in, checks out. The thresholds stand in the checks that use them.
"""

from __future__ import annotations

from footfall.reports.quality.check import Check
from footfall.reports.quality.content import (
    check_campaigns,
    check_domains,
    check_doubles,
    check_flagged_bots,
    check_hidden_bots,
    check_not_found,
    check_titles,
)
from footfall.reports.quality.delivery import (
    Arrival,
    check_arrival,
    check_clocks,
    check_last_event,
    check_missing,
    check_refused,
    check_silent_pages,
)
from footfall.reports.quality.facts import Facts


def judge(facts: Facts, arrival: Arrival) -> tuple[Check, ...]:
    return (
        check_last_event(facts),
        check_arrival(facts, arrival),
        check_clocks(facts),
        check_missing(facts),
        check_refused(facts),
        check_domains(facts),
        check_doubles(facts),
        check_hidden_bots(facts),
        check_flagged_bots(facts),
        check_silent_pages(facts),
        check_not_found(facts),
        check_titles(facts),
        check_campaigns(facts),
    )

"""docs/privacy.md names every level, every parameter that is kept, and every reason of a silent drop."""

from __future__ import annotations

import re

from footfall.config import PROJECT_DIR
from footfall.event import DropReason
from footfall.ingest.page_query import USUAL
from footfall.ingest.policy import SILENT
from footfall.ingest.redact_level import LEVELS
from footfall.site import SiteSettings

PAGE = (PROJECT_DIR / "docs" / "privacy.md").read_text()


def _section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_levels_are_those_of_the_page_and_of_the_setting() -> None:
    described = re.findall(r"^\| `(\w+)` \|", _section("Levels"), re.MULTILINE)
    assert described == list(LEVELS)
    choices = SiteSettings.model_json_schema()["properties"]["privacy"]["enum"]
    assert choices == list(LEVELS)


def test_kept_parameters_are_those_of_the_page() -> None:
    rows = re.findall(r"^\| [A-Z][\w ]+ \|(.*)\|$", _section("Addresses"), re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == USUAL


def test_what_visitors_ask_for_is_named() -> None:
    section = _section("Do Not Track and Global Privacy Control")
    for reason in SILENT - {DropReason.BOT}:
        assert f"dropped_{reason}" in section

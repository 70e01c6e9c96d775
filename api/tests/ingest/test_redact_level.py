"""What each privacy level keeps, field by field."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Stack

from build import pageview
from footfall.ingest.redact_level import LEVELS, is_personal, reduce
from footfall.site import SiteSettings

PERSONAL = ["email", "Email", "userEmail", "e-mail", "email_address", "phone", "phoneNumber", "mobile_phone", "ssn", "userSSN", "credit", "creditLimit", "password", "social", "socialProfile", "useremail"]  # fmt: skip
HARMLESS = ["className", "lessness", "headphones", "microphone", "mailbox", "name", "keyboard", "hotel", "id", "text", "accreditation", "antisocial"]  # fmt: skip

EVENT: dict[str, Any] = {
    "url": "https://shop.example/a?q=hats&user=1#top",
    "attribution": {
        "referrer": "https://friend.example/b?q=hats",
        "utmParams": {"utm_source": "letter"},
        "campaignParams": {"gclid": "x"},
    },
    "page": {"title": "Results", "path": "/a", "queryParams": "?q=hats&user=1"},
    "eventData": {
        "text": "Call me",
        "textPreview": "my words",
        "textLength": 8,
        "plan": "pro",
        "value": 2.5,
        "deep": [{"email": "x"}],
        "phone": "1",
        "formData": {"city": "Rome", "email": "x"},
        "fields": [{"name": "email", "value": "x"}, {"name": "city", "value": "Rome"}],
    },
}
KEPT: dict[str, dict[str, Any]] = {
    "standard": {
        **EVENT,
        "url": "https://shop.example/a?q=hats#top",
        "page": {"title": "Results", "path": "/a", "queryParams": "?q=hats"},
    },
    "gdpr": {
        "url": "https://shop.example/a?q=hats#top",
        "attribution": EVENT["attribution"],
        "page": {"title": "Results", "path": "/a", "queryParams": "?q=hats"},
        "eventData": {
            "textLength": 8,
            "plan": "pro",
            "value": 2.5,
            "deep": [{}],
            "formData": {"city": "Rome"},
            "fields": [
                {"name": "email", "value": "[REDACTED]"},
                {"name": "city", "value": "Rome"},
            ],
        },
    },
    "hipaa": {
        "url": "https://shop.example/a",
        "attribution": {
            "referrer": "https://friend.example/",
            "utmParams": {"utm_source": "letter"},
        },
        "page": {"path": "/a"},
        "eventData": {
            "textLength": 8,
            "plan": "pro",
            "value": 2.5,
            "deep": [{}],
            "formData": {"city": "[REDACTED]"},
            "fields": [
                {"name": "email", "value": "[REDACTED]"},
                {"name": "city", "value": "[REDACTED]"},
            ],
        },
    },
}


@pytest.mark.parametrize("level", LEVELS)
def test_level(level: Any) -> None:
    assert reduce(EVENT, SiteSettings(privacy=level)) == KEPT[level]


@pytest.mark.parametrize("key", PERSONAL)
def test_keys_about_a_person(key: str) -> None:
    assert is_personal(key)


@pytest.mark.parametrize("key", HARMLESS)
def test_keys_about_nobody(key: str) -> None:
    assert not is_personal(key)


@pytest.mark.parametrize(
    ("level", "search_term", "url"),
    [
        ("standard", "hats", "https://shop.example/a?q=hats#top"),
        ("gdpr", "hats", "https://shop.example/a?q=hats#top"),
        ("hipaa", None, "https://shop.example/a"),
    ],
)
async def test_columns_follow_the_level(
    stack: Stack, level: str, search_term: str | None, url: str
) -> None:
    await stack.rows(
        "insert into sites (site_id, settings) values ('shop', jsonb_build_object('privacy', $1::text))",
        level,
    )
    await stack.send(pageview(minutes=1, **EVENT))
    row = (
        await stack.rows(
            "select search_term, url, channel, raw_event_data::text as raw from events_log"
            " order by timestamp desc limit 1"
        )
    )[0]
    assert (row["search_term"], row["url"], row["channel"]) == (search_term, url, "Referral")
    assert ("Call me" in row["raw"]) is (level == "standard")

"""Headers to browser, system, device and language: a table of cases."""

from __future__ import annotations

from typing import Any

import pytest

from browsers import BROWSERS
from footfall.ingest.agent import Agent, read_agent, read_hints, read_language

WINDOWS = BROWSERS["Chrome on Windows"]


def agent_of(headers: dict[str, str], browser: Any = None) -> Agent:
    return read_agent(headers.get("user-agent"), read_hints(headers, browser))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Chrome on Windows", Agent("Chrome", "141", "Windows", "10/11", "desktop")),
        ("Chrome on macOS", Agent("Chrome", "141", "macOS", None, "desktop")),
        ("Chrome on Linux", Agent("Chrome", "141", "Linux", None, "desktop")),
        ("Chrome on a Chromebook", Agent("Chrome", "141", "Chrome OS", None, "desktop")),
        ("Chrome on Android", Agent("Chrome", "141", "Android", None, "mobile")),
        ("Chrome on an Android tablet", Agent("Chrome", "141", "Android", None, "tablet")),
        ("Edge on Windows", Agent("Edge", "141", "Windows", "10/11", "desktop")),
        ("Samsung Internet", Agent("Samsung Internet", "28", "Android", None, "mobile")),
        ("Instagram on Android", Agent("Instagram", "350", "Android", "14", "mobile")),
        ("Firefox on Windows", Agent("Firefox", "144", "Windows", "10/11", "desktop")),
        ("Firefox on Android", Agent("Firefox", "144", "Android", "14", "mobile")),
        ("Safari on macOS", Agent("Safari", "18.1", "macOS", None, "desktop")),
        ("Safari on an iPhone", Agent("Safari", "18.1", "iOS", "18.1", "mobile")),
        ("Safari on an iPad", Agent("Safari", "17.5", "iOS", "17.5", "tablet")),
        ("Chrome on an iPhone", Agent("Chrome", "141", "iOS", "18.1", "mobile")),
    ],
)
def test_each_browser_is_what_its_maker_calls_it(name: str, expected: Agent) -> None:
    assert agent_of(BROWSERS[name]) == expected


@pytest.mark.parametrize(
    ("user_agent", "device", "system"),
    [
        (
            "Mozilla/5.0 (SMART-TV; Linux; Tizen 8.0) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Version/8.0 TV Safari/537.36",
            "tv",
            "Tizen",
        ),
        (
            "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/108.0.5359.211 Safari/537.36 WebAppManager",
            "tv",
            "webOS",
        ),
        (
            "Mozilla/5.0 (PlayStation; PlayStation 5/9.00) AppleWebKit/605.1.15 (KHTML, like Gecko)"
            " Version/13.0 Safari/605.1.15",
            "console",
            None,
        ),
        ("Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko", "desktop", "Windows"),
        ("curl/8.5.0", None, None),
        ("", None, None),
        ("\xff" * 20_000, None, None),
    ],
)
def test_devices_other_than_telephones(
    user_agent: str, device: str | None, system: str | None
) -> None:
    found = read_agent(user_agent)
    assert (found.device_type, found.os) == (device, system)


@pytest.mark.parametrize(
    ("version", "expected"), [("15.0.0", "11"), ("13.0.0", "11"), ("10.0.0", "10"), ("x", None)]
)
def test_a_hint_tells_windows_11_from_10(version: str, expected: str | None) -> None:
    headers = {**WINDOWS, "sec-ch-ua-platform-version": f'"{version}"'}
    assert agent_of(headers).os_version == expected


def test_the_pages_own_hints_serve_where_the_headers_have_none() -> None:
    plain = {"user-agent": BROWSERS["Chrome on Android"]["user-agent"]}
    told = {"userAgentData": {"platform": "Android", "platformVersion": "16.0.0", "mobile": True}}
    assert agent_of(plain, told) == Agent("Chrome", "141", "Android", "16", "mobile")
    assert agent_of(WINDOWS, told).os == "Windows"


@pytest.mark.parametrize(
    "told", [None, [], {"userAgentData": 1}, {"userAgentData": {"brands": [1], "mobile": "x"}}]
)
def test_hints_of_a_wrong_shape_are_none(told: Any) -> None:
    assert agent_of(WINDOWS, told) == agent_of(WINDOWS)


def test_a_brand_that_the_user_agent_hides_is_named() -> None:
    brave = '"Brave";v="141", "Not?A_Brand";v="8", "Chromium";v="141"'
    assert agent_of({**WINDOWS, "sec-ch-ua": brave}).browser == "Brave"


@pytest.mark.parametrize(
    ("accepted", "told", "expected"),
    [
        ("de-at,de;q=0.9", "en", "de-AT"),
        ("en;q=0.5, fr-FR;q=0.9", None, "fr-FR"),
        ("zh-hans-cn", None, "zh-Hans-CN"),
        ("*", "pt-BR", "pt-BR"),
        (None, "en-GB", "en-GB"),
        ("en;q=x", None, None),
        (None, 7, None),
        ("<script>", "' or 1=1", None),
    ],
)
def test_the_language_most_wanted_counts(
    accepted: str | None, told: Any, expected: str | None
) -> None:
    assert read_language(accepted, {"language": told}) == expected

"""Who visits: a person has a country, languages, an address, a device and a visitor id.

Address ranges are large consumer networks of each country (all agree with DB-IP lite of June 2026), so
that places come out right; browser versions and screen sizes are those of common devices of 2025.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from footfall.demo.dice import Dice, dice


@dataclass(frozen=True, slots=True)
class Country:
    """time_zones: IANA name to weight. languages: Accept-Language value to weight."""

    networks: tuple[str, ...]
    time_zones: Mapping[str, float]
    languages: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Device:
    """screens: CSS pixels and pixel ratio. chrome: height that the browser's own bars take."""

    kind: str
    user_agent: str
    weight: float
    screens: tuple[tuple[int, int, float], ...]
    chrome: int


@dataclass(frozen=True, slots=True)
class Person:
    visitor_id: str
    ip: str
    user_agent: str
    accept_language: str
    language: str
    time_zone: str
    device_kind: str
    screen: tuple[int, int, float]
    viewport: tuple[int, int]

    def browser(self) -> dict[str, object]:
        """The `browser` block of a pageview."""
        width, height, ratio = self.screen
        return {
            "userAgent": self.user_agent,
            "language": self.language,
            "screenWidth": width,
            "screenHeight": height,
            "viewportWidth": self.viewport[0],
            "viewportHeight": self.viewport[1],
            "devicePixelRatio": ratio,
            "timezone": self.time_zone,
        }


_ENGLISH_US: Final = "en-US,en;q=0.9"

COUNTRIES: Final[Mapping[str, Country]] = {
    "DE": Country(
        ("87.128.0.0/11", "79.192.0.0/11", "2003:c0::/28"),
        {"Europe/Berlin": 1},
        {
            "de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7": 0.88,
            _ENGLISH_US: 0.08,
            "tr-TR,tr;q=0.9,de;q=0.8": 0.04,
        },
    ),
    "AT": Country(
        ("91.112.0.0/14", "80.108.0.0/15"),
        {"Europe/Vienna": 1},
        {"de-AT,de;q=0.9,en;q=0.7": 0.9, _ENGLISH_US: 0.1},
    ),
    "CH": Country(
        ("85.0.0.0/13", "178.192.0.0/13"),
        {"Europe/Zurich": 1},
        {"de-CH,de;q=0.9,en;q=0.7": 0.65, "fr-CH,fr;q=0.9,en;q=0.7": 0.25, _ENGLISH_US: 0.1},
    ),
    "FR": Country(
        ("90.0.0.0/11", "82.224.0.0/12"),
        {"Europe/Paris": 1},
        {"fr-FR,fr;q=0.9,en-US;q=0.8,en;q=0.7": 0.92, _ENGLISH_US: 0.08},
    ),
    "NL": Country(
        ("77.160.0.0/12", "84.24.0.0/13"),
        {"Europe/Amsterdam": 1},
        {"nl-NL,nl;q=0.9,en-US;q=0.8,en;q=0.7": 0.8, _ENGLISH_US: 0.2},
    ),
    "GB": Country(
        ("86.128.0.0/11", "81.128.0.0/12"),
        {"Europe/London": 1},
        {"en-GB,en-US;q=0.9,en;q=0.8": 0.96, "pl-PL,pl;q=0.9,en-GB;q=0.8": 0.04},
    ),
    "US": Country(
        ("73.0.0.0/9", "98.192.0.0/11", "71.160.0.0/12", "2601::/24"),
        {
            "America/New_York": 0.48,
            "America/Chicago": 0.27,
            "America/Denver": 0.07,
            "America/Los_Angeles": 0.18,
        },
        {_ENGLISH_US: 0.9, "es-US,es;q=0.9,en;q=0.8": 0.1},
    ),
    "CA": Country(
        ("99.224.0.0/11", "24.64.0.0/14"),
        {"America/Toronto": 0.7, "America/Vancouver": 0.3},
        {"en-CA,en;q=0.9": 0.8, "fr-CA,fr;q=0.9,en-CA;q=0.8": 0.2},
    ),
    "BR": Country(
        ("177.32.0.0/12", "187.64.0.0/13"),
        {"America/Sao_Paulo": 1},
        {"pt-BR,pt;q=0.9,en-US;q=0.8,en;q=0.7": 1},
    ),
    "IN": Country(
        ("122.160.0.0/12", "117.192.0.0/11", "49.32.0.0/13", "2401:4900::/32"),
        {"Asia/Kolkata": 1},
        {
            "en-IN,en-GB;q=0.9,en-US;q=0.8,en;q=0.7": 0.72,
            _ENGLISH_US: 0.16,
            "hi-IN,hi;q=0.9,en-IN;q=0.8": 0.12,
        },
    ),
    "SG": Country(
        ("116.86.0.0/15", "119.74.0.0/16"),
        {"Asia/Singapore": 1},
        {"en-SG,en;q=0.9,zh-CN;q=0.8": 1},
    ),
    "JP": Country(
        ("126.0.0.0/10", "106.128.0.0/11"),
        {"Asia/Tokyo": 1},
        {"ja,en-US;q=0.9,en;q=0.8": 0.95, _ENGLISH_US: 0.05},
    ),
    "AU": Country(
        ("120.144.0.0/13", "58.160.0.0/13"),
        {"Australia/Sydney": 0.7, "Australia/Brisbane": 0.3},
        {"en-AU,en;q=0.9": 1},
    ),
}

_WINDOWS_SCREENS: Final = (
    (1920, 1080, 1.0),
    (1536, 864, 1.25),
    (1366, 768, 1.0),
    (2560, 1440, 1.0),
)
_MAC_SCREENS: Final = ((1440, 900, 2.0), (1512, 982, 2.0), (1728, 1117, 2.0), (2560, 1440, 2.0))
_IPHONE_SCREENS: Final = ((390, 844, 3.0), (393, 852, 3.0), (430, 932, 3.0), (375, 667, 2.0))
_ANDROID_SCREENS: Final = ((360, 800, 3.0), (412, 915, 2.625), (393, 873, 2.75), (384, 832, 2.8125))

_CHROMIUM: Final = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"
_WEBKIT: Final = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6"
_WINDOWS: Final = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
_MAC: Final = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
_ANDROID: Final = "Mozilla/5.0 (Linux; Android 10; K)"

DEVICES: Final[tuple[Device, ...]] = (
    Device("desktop", f"{_WINDOWS} {_CHROMIUM} Safari/537.36", 38, _WINDOWS_SCREENS, 131),
    Device(
        "desktop", f"{_WINDOWS} {_CHROMIUM} Safari/537.36 Edg/142.0.0.0", 14, _WINDOWS_SCREENS, 124
    ),
    Device(
        "desktop",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
        9,
        _WINDOWS_SCREENS,
        127,
    ),
    Device("desktop", f"{_MAC} {_CHROMIUM} Safari/537.36", 15, _MAC_SCREENS, 122),
    Device("desktop", f"{_MAC} {_WEBKIT} Safari/605.1.15", 16, _MAC_SCREENS, 92),
    Device(
        "desktop",
        "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
        8,
        ((1920, 1080, 1.0), (2560, 1440, 1.0)),
        113,
    ),
    Device(
        "mobile",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
        46,
        _IPHONE_SCREENS,
        180,
    ),
    Device("mobile", f"{_ANDROID} {_CHROMIUM} Mobile Safari/537.36", 42, _ANDROID_SCREENS, 118),
    Device(
        "mobile",
        f"{_ANDROID} AppleWebKit/537.36 (KHTML, like Gecko) "
        "SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
        9,
        _ANDROID_SCREENS,
        135,
    ),
    Device(
        "mobile",
        "Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0",
        3,
        _ANDROID_SCREENS,
        104,
    ),
    Device(
        "tablet",
        "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
        70,
        ((820, 1180, 2.0), (810, 1080, 2.0), (1024, 1366, 2.0)),
        74,
    ),
    Device(
        "tablet",
        f"{_ANDROID} {_CHROMIUM} Safari/537.36",
        30,
        ((800, 1280, 1.5), (753, 1205, 2.125)),
        96,
    ),
)


def meet(
    seed: int, site_id: str, name: str, countries: Mapping[str, float], kinds: Mapping[str, float]
) -> Person:
    """The person called `name` at this site: always the same one.

    countries: weights by key of COUNTRIES. kinds: weights of desktop, mobile and tablet.
    """
    throw = dice(seed, site_id, "person", name)
    country = COUNTRIES[throw.among(countries)]
    kind = throw.among(kinds)
    candidates = [device for device in DEVICES if device.kind == kind]
    device = throw.choices(candidates, weights=[device.weight for device in candidates])[0]
    screen = throw.choices(device.screens, weights=range(len(device.screens) + 1, 1, -1))[0]
    accept_language = throw.among(country.languages)
    return Person(
        visitor_id=f"vis_{throw.uuid()}",
        ip=_address(throw, throw.choice(country.networks)),
        user_agent=device.user_agent,
        accept_language=accept_language,
        language=accept_language.partition(",")[0],
        time_zone=throw.among(country.time_zones),
        device_kind=kind,
        screen=screen,
        viewport=_viewport(throw, device, screen),
    )


def _address(throw: Dice, network_name: str) -> str:
    network = ipaddress.ip_network(network_name)
    if network.version == 6:
        # Providers give each household a /64 or more; the last half is the device's own.
        offset = throw.randrange(2 ** (64 - network.prefixlen)) << 64 | throw.getrandbits(64)
    else:
        offset = throw.randrange(1, network.num_addresses - 1)
    return str(network[offset])


def _viewport(throw: Dice, device: Device, screen: tuple[int, int, float]) -> tuple[int, int]:
    width, height, _ = screen
    if device.kind != "desktop":
        return width, height - device.chrome
    # Most people maximise their window; the others leave some of the screen free.
    part = 1.0 if throw.chance(0.7) else throw.uniform(0.62, 0.95)
    scroll_bar = 15 if "Windows" in device.user_agent else 0
    return round(width * part) - scroll_bar, round(height * part) - device.chrome

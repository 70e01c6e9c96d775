"""The words to describe a demo site with: its pages, what can be done on them, and who comes from where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Form:
    """fields: (name, input type, possible values). begun, sent: probabilities, the second of those who
    begin. then: the page after. event: a custom event that a sent form sends besides."""

    form_id: str
    action: str
    fields: tuple[tuple[str, str, tuple[str, ...]], ...]
    begun: float
    sent: float
    then: str | None = None
    event: str | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """Something to click that stays on the page. event: a custom event that it sends besides."""

    element_id: str
    label: str
    pressed: float
    event: str | None = None
    properties: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """links: path to weight. leave: how likely a visit ends here. height: of the document, in CSS
    pixels on a wide screen. reading_s: median stay. downloads, outbound: address to probability. status: of the
    response, where it is an error."""

    title: str
    links: Mapping[str, float]
    leave: float = 0.35
    height: int = 2400
    reading_s: float = 35
    form: Form | None = None
    buttons: tuple[Button, ...] = ()
    downloads: Mapping[str, float] = field(default_factory=dict)
    outbound: Mapping[str, float] = field(default_factory=dict)
    copied: tuple[str, ...] = ()
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where visits come from. referrers: "" is none, `*` becomes a short random code. utm: without the
    `utm_` prefix. click_id: the advertiser's parameter. entries: landing pages, default the site's.
    kind, platform: what the tracker makes of the referrer; the server has its own, better opinion.
    haste: how many more of these visitors leave at once (1 = as many as anyone)."""

    weight: float
    referrers: tuple[str, ...] = ("",)
    kind: str = "direct"
    platform: str | None = None
    utm: Mapping[str, str] = field(default_factory=dict)
    click_id: str | None = None
    entries: Mapping[str, float] | None = None
    haste: float = 1.0


@dataclass(frozen=True, slots=True)
class Site:
    """share: part of all demo visits. hours, weekdays (Monday first): weights in the site's time zone.
    glance: how many visitors leave at once. single_page: an app that navigates by pushState."""

    site_id: str
    time_zone: str
    host: str
    share: float
    hours: Sequence[float]
    weekdays: Sequence[float]
    countries: Mapping[str, float]
    devices: Mapping[str, float]
    entries: Mapping[str, float]
    pages: Mapping[str, Page]
    sources: Sequence[Source]
    glance: float
    single_page: bool = False


def direct(weight: float, *, entries: Mapping[str, float] | None = None) -> Source:
    return Source(weight, entries=entries, haste=0.85)


def search(platform: str, weight: float, *referrers: str) -> Source:
    return Source(weight, referrers, "search", platform)


def social(platform: str, weight: float, *referrers: str, click_id: str | None = None) -> Source:
    return Source(weight, referrers, "social", platform, click_id=click_id, haste=1.25)


def referral(
    host: str, weight: float, path: str = "/", *, entries: Mapping[str, float] | None = None
) -> Source:
    return Source(weight, (f"https://{host}{path}",), "referral", host, entries=entries)


def newsletter(weight: float, campaign: str, *, entries: Mapping[str, float]) -> Source:
    """Mail programs send no referrer: only the parameters tell."""
    utm = {"source": "newsletter", "medium": "email", "campaign": campaign}
    return Source(weight, utm=utm, entries=entries, haste=0.7)


def search_ad(
    engine: str,
    weight: float,
    campaign: str,
    *,
    click_id: str,
    terms: str,
    entries: Mapping[str, float],
) -> Source:
    utm = {"source": engine, "medium": "cpc", "campaign": campaign, "term": terms}
    return Source(
        weight, (f"https://www.{engine}.com/",), "search", engine, utm, click_id, entries, haste=1.1
    )

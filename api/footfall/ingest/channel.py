"""The channel of a visit: the groups and the order of GA4's default channel group, first match wins.

Facts of the published definitions (support.google.com/analytics/answer/9756891, read 2026-11). Ours
differ in three things. An advertiser's click id makes a visit paid only together with its own network:
`gclid` on the way from DuckDuckGo is a leftover. A utm_source such as fb-ads or app-push says by its name
what a utm_medium would. And there is no `Unassigned`: a visit from somewhere is at least a Referral.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from footfall.ingest.source_table import Source

# Click id to the source whose advertising it is of; None: the network sets it on unpaid links, too.
CLICK_IDS: Final[dict[str, str | None]] = {
    "gclid": "google",
    "gclsrc": None,
    "gbraid": "google",
    "wbraid": "google",
    "gad_source": None,
    "gad_campaignid": None,
    "dclid": None,
    "srsltid": None,
    "msclkid": "bing",
    "yclid": "yandex",
    "ttclid": "tiktok",
    "twclid": "twitter",
    "li_fat_id": "linkedin",
    "rdt_cid": "reddit",
    "sccid": "snapchat",
    "fbclid": None,
    "igshid": None,
    "igsh": None,
    "epik": None,
    "ysclid": None,
    "mc_cid": None,
    "mc_eid": None,
}
# Whose link it was that carried the id, where nothing else tells: browsers and apps hide referrers.
NAMED_BY_CLICK_ID: Final = {
    **{click_id: name for click_id, name in CLICK_IDS.items() if name is not None},
    "fbclid": "facebook",
    "igshid": "instagram",
    "igsh": "instagram",
    "epik": "pinterest",
    "srsltid": "google",
    "ysclid": "yandex",
    "mc_cid": "mailchimp",
    "mc_eid": "mailchimp",
}

_PAID: Final = re.compile(r".*cp.*|ppc|retargeting|paid.*")
_SHOP: Final = re.compile(r"(?:.*(?:[^a-df-z]|^)shop|.*shopping).*")
_VIDEO: Final = re.compile(r".*video.*")
_DISPLAY: Final = ("display", "banner", "expandable", "interstitial", "cpm")
_SOCIAL: Final = (
    "social",
    "social-network",
    "social-media",
    "sm",
    "social network",
    "social media",
)
_EMAIL: Final = ("email", "e-mail", "e_mail", "e mail", "newsletter")
_REFERRAL: Final = ("referral", "app", "link")


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is known of how a visit came, in lower case; source is what utm_source or referrer stand for.

    is_known: something names a source, be it one that no list has.
    """

    source: Source | None = None
    is_known: bool = False
    is_paid: bool = False
    utm_source: str = ""
    medium: str = ""
    campaign: str = ""
    click_ids: Collection[str] = ()

    @property
    def category(self) -> str:
        return self.source.category if self.source else ""

    @property
    def paid(self) -> bool:
        """By its medium, by the name of its source, or by a click id of that very network."""
        if self.is_paid or _PAID.fullmatch(self.medium):
            return True
        return self.source is not None and any(
            CLICK_IDS.get(click_id) == self.source.name for click_id in self.click_ids
        )

    @property
    def shops(self) -> bool:
        return self.category == "shopping" or bool(_SHOP.fullmatch(self.campaign))


def _is_push(visit: Arrival) -> bool:
    return (
        visit.medium.endswith("push")
        or "mobile" in visit.medium
        or "notification" in visit.medium
        or visit.utm_source == "firebase"
        or visit.utm_source.endswith("push")
    )


def _is_email(visit: Arrival) -> bool:
    return (
        visit.category == "email"
        or visit.medium in _EMAIL
        or visit.utm_source in _EMAIL
        or "newsletter" in visit.utm_source
    )


Rule = Callable[[Arrival], bool]
RULES: Final[tuple[tuple[str, Rule], ...]] = (
    ("Direct", lambda v: not (v.is_known or v.medium or v.campaign)),
    ("Cross-network", lambda v: "cross-network" in v.campaign),
    ("Paid Shopping", lambda v: v.shops and v.paid),
    ("Paid Search", lambda v: v.category == "search" and v.paid),
    ("Paid Social", lambda v: v.category == "social" and v.paid),
    ("Paid Video", lambda v: v.category == "video" and v.paid),
    ("Display", lambda v: v.medium in _DISPLAY or "dclid" in v.click_ids),
    ("Paid Other", lambda v: v.paid),
    ("Organic Shopping", lambda v: v.shops),
    ("Organic Social", lambda v: v.category == "social" or v.medium in _SOCIAL),
    ("Organic Video", lambda v: v.category == "video" or bool(_VIDEO.fullmatch(v.medium))),
    ("Organic Search", lambda v: v.category == "search" or v.medium == "organic"),
    ("AI Assistants", lambda v: v.category == "ai" or v.medium in ("ai-assistant", "ai_assistant")),
    ("Email", _is_email),
    ("Affiliates", lambda v: v.medium in ("affiliate", "affiliates")),
    ("Referral", lambda v: v.medium in _REFERRAL),
    ("Audio", lambda v: v.medium == "audio"),
    ("SMS", lambda v: "sms" in (v.medium, v.utm_source)),
    ("Mobile Push Notifications", _is_push),
    ("Referral", lambda v: True),
)
CHANNELS: Final = tuple(dict.fromkeys(name for name, _ in RULES))


def channel_of(visit: Arrival) -> str:
    """The first of RULES that fits."""
    return next(name for name, fits in RULES if fits(visit))

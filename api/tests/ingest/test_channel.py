"""The channel of a visit: the field's cases, in GA4's order."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from conftest import Stack

from build import pageview
from footfall.ingest.channel import CHANNELS, CLICK_IDS, NAMED_BY_CLICK_ID
from footfall.ingest.page import split_url
from footfall.ingest.source import attribute
from footfall.ingest.source_table import shipped_sources

# (referrer, landing URL's parameters, channel)
CASES = [
    (None, "", "Direct"),
    ("https://shop.example/cart", "", "Direct"),
    ("http://[broken", "", "Direct"),
    (None, "utm_campaign=cross-network", "Cross-network"),
    (None, "utm_source=google&utm_medium=cpc&utm_campaign=Cross-Network-x", "Cross-network"),
    ("https://www.google.com/", "gclid=x", "Paid Search"),
    ("https://duckduckgo.com/", "gclid=x", "Organic Search"),
    ("https://www.bing.com/", "msclkid=x", "Paid Search"),
    ("https://www.bing.com/", "gclid=x", "Organic Search"),
    ("https://www.google.com/", "msclkid=x", "Organic Search"),
    ("https://yandex.ru/", "yclid=1", "Paid Search"),
    (None, "gclid=x", "Paid Search"),
    (None, "gbraid=x", "Paid Search"),
    (None, "msclkid=x", "Paid Search"),
    (None, "fbclid=x", "Organic Social"),
    ("https://l.facebook.com/", "fbclid=x", "Organic Social"),
    ("https://l.instagram.com/", "fbclid=x", "Organic Social"),
    (
        "https://m.facebook.com/",
        "fbclid=x&utm_medium=paid_social&utm_source=facebook",
        "Paid Social",
    ),
    ("https://www.tiktok.com/", "ttclid=x", "Paid Social"),
    ("https://t.co/x", "twclid=x", "Paid Social"),
    ("https://www.linkedin.com/", "li_fat_id=x", "Paid Social"),
    ("https://partner.example/", "fbclid=x", "Referral"),
    (None, "utm_medium=cpc", "Paid Other"),
    (None, "utm_source=partner&utm_medium=CPC", "Paid Other"),
    (None, "utm_source=google&utm_medium=CPC", "Paid Search"),
    (None, "utm_source=GOOGLE&utm_medium=ppc", "Paid Search"),
    (None, "utm_source=google&utm_medium=cpm", "Paid Search"),
    (None, "utm_source=google.com&utm_medium=cpc", "Paid Search"),
    (None, "utm_source=google", "Organic Search"),
    (None, "utm_medium=banner", "Display"),
    (None, "utm_source=partner&utm_medium=display", "Display"),
    (None, "utm_source=partner&utm_medium=cpm", "Display"),
    (None, "utm_source=partner&dclid=x", "Display"),
    (None, "utm_source=Adwords", "Paid Search"),
    (None, "utm_source=fb-ads", "Paid Social"),
    (None, "utm_source=Facebook_Ads", "Paid Social"),
    (None, "utm_source=yt-ads", "Paid Video"),
    (None, "utm_source=threads", "Organic Social"),
    (None, "utm_source=youtube&utm_medium=cpc", "Paid Video"),
    (None, "utm_source=Newsletter-UK", "Email"),
    (None, "utm_source=partner&utm_medium=email", "Email"),
    (None, "utm_source=mailchimp", "Email"),
    (None, "utm_source=app-push", "Mobile Push Notifications"),
    (None, "utm_source=firebase", "Mobile Push Notifications"),
    (None, "utm_source=partner&utm_medium=web-push", "Mobile Push Notifications"),
    (None, "utm_source=partner&utm_medium=mobile", "Mobile Push Notifications"),
    ("https://www.walmart.com/", "", "Organic Shopping"),
    ("https://www.amazon.de/", "", "Organic Shopping"),
    ("https://www.ebay.co.uk/", "", "Organic Shopping"),
    (None, "utm_source=partner&utm_campaign=summer-shop", "Organic Shopping"),
    (None, "utm_source=partner&utm_campaign=summer-shop&utm_medium=cpc", "Paid Shopping"),
    (None, "utm_source=partner&utm_campaign=workshop", "Referral"),
    (None, "utm_source=partner&utm_campaign=my-eshop", "Organic Shopping"),
    (None, "utm_source=amazon&utm_medium=cpc", "Paid Shopping"),
    ("https://vimeo.com/1", "", "Organic Video"),
    ("https://www.youtube.com/", "", "Organic Video"),
    ("https://youtu.be/x", "", "Organic Video"),
    ("https://www.twitch.tv/", "", "Organic Video"),
    (None, "utm_source=partner&utm_medium=promo-video", "Organic Video"),
    ("https://kagi.com/", "", "Organic Search"),
    ("https://www.ecosia.org/", "", "Organic Search"),
    ("https://search.brave.com/", "", "Organic Search"),
    ("https://www.baidu.com/", "", "Organic Search"),
    ("https://search.naver.com/", "", "Organic Search"),
    (None, "utm_source=partner&utm_medium=organic", "Organic Search"),
    ("https://www.perplexity.ai/", "", "AI Assistants"),
    ("https://chatgpt.com/", "", "AI Assistants"),
    (None, "utm_source=chatgpt.com", "AI Assistants"),
    ("https://claude.ai/", "", "AI Assistants"),
    ("https://gemini.google.com/", "", "AI Assistants"),
    ("https://copilot.microsoft.com/", "", "AI Assistants"),
    ("https://grok.com/", "", "AI Assistants"),
    ("https://chat.deepseek.com/", "", "AI Assistants"),
    ("https://news.ycombinator.com/", "", "Organic Social"),
    ("https://github.com/x", "", "Organic Social"),
    ("https://app.slack.com/", "", "Organic Social"),
    ("https://discord.com/", "", "Organic Social"),
    ("https://web.telegram.org/", "", "Organic Social"),
    ("https://t.me/x", "", "Organic Social"),
    ("https://t.co/x", "", "Organic Social"),
    (None, "utm_source=x.com", "Organic Social"),
    (None, "utm_source=partner&utm_medium=social", "Organic Social"),
    (None, "utm_source=somebody&utm_medium=social-media", "Organic Social"),
    ("https://mail.google.com/", "", "Email"),
    ("https://outlook.live.com/", "", "Email"),
    ("https://en.wikipedia.org/", "", "Referral"),
    ("https://notwikipedia.org/", "", "Referral"),
    ("https://linktr.ee/x", "", "Referral"),
    ("https://docs.google.com/", "", "Referral"),
    ("https://word-edit.officeapps.live.com/", "", "Referral"),
    ("https://partner.example/", "", "Referral"),
    (None, "utm_source=partner", "Referral"),
    (None, "utm_source=partner&utm_medium=referral", "Referral"),
    (None, "utm_source=partner&utm_medium=affiliate", "Affiliates"),
    (None, "utm_source=partner&utm_medium=audio", "Audio"),
    (None, "utm_source=sms", "SMS"),
    (None, "utm_source=partner&utm_medium=sms", "SMS"),
    (None, "ref=producthunt", "Organic Social"),
    (None, "ref=top-menu", "Direct"),
    (None, "source=hackernews", "Organic Social"),
    ("https://www.google.com/", "utm_source=newsletter", "Email"),
]


@pytest.mark.parametrize(("referrer", "query", "channel"), CASES)
def test_channel(referrer: str | None, query: str, channel: str) -> None:
    found = attribute(
        {"attribution": {"referrer": referrer}}, split_url(f"https://shop.example/?{query}")
    )
    assert found.channel == channel


def test_every_channel_has_a_case() -> None:
    assert {channel for _, _, channel in CASES} == set(CHANNELS)


def test_click_ids_name_sources_that_the_list_has() -> None:
    for name in {*CLICK_IDS.values(), *NAMED_BY_CLICK_ID.values()} - {None}:
        assert name is not None
        assert shipped_sources().by_name(name).source is not None, name


@pytest.mark.parametrize(
    ("query", "block", "click_id"),
    [
        ({"gclid": "x"}, {}, "gclid"),
        ({"GCLID": "x"}, {}, "gclid"),
        ({"gclid": ""}, {}, None),
        ({}, {"gclid": None, "msclkid": "x"}, "msclkid"),
        ({}, {"ScCid": "x"}, "sccid"),
        ({"fbclid": "x", "gclid": "y"}, {}, "gclid"),
    ],
)
def test_the_name_of_the_click_id_is_kept(
    query: dict[str, str], block: dict[str, str | None], click_id: str | None
) -> None:
    page = split_url(f"https://shop.example/?{urlencode(query)}")
    assert attribute({"attribution": {"campaignParams": block}}, page).click_id == click_id


async def test_channel_and_click_id_are_stored_with_the_event(stack: Stack) -> None:
    await stack.send(
        pageview(
            url="https://shop.example/?gclid=x", attribution={"referrer": "https://google.de/"}
        )
    )
    rows = await stack.rows("select channel, click_id, referrer_platform from events_log")
    assert [tuple(row.values()) for row in rows] == [("Paid Search", "gclid", "google")]

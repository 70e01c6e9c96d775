"""Referrers and UTM parameters to type and platform, at label edges."""

from __future__ import annotations

import re

import pytest

from footfall.ingest.page import split_url
from footfall.ingest.source import attribute, classify_referrer
from footfall.ingest.source_table import CATEGORIES, read_sources, shipped_sources, shipped_text
from footfall.site import Site

CASES = [
    (None, "direct", None),
    ("", "direct", None),
    ("https://www.google.com/", "search", "google"),
    ("https://www.google.co.uk/search?q=x", "search", "google"),
    ("https://google.de", "search", "google"),
    ("https://cn.bing.com/", "search", "bing"),
    ("https://search.yahoo.com/", "search", "yahoo"),
    ("https://duckduckgo.com/", "search", "duckduckgo"),
    ("https://google.evil.example/", "referral", "google.evil.example"),
    ("https://mail.google.com/", "referral", "gmail"),
    ("https://docs.google.com/", "referral", "google-docs"),
    ("https://gemini.google.com/", "referral", "gemini"),
    ("https://groups.google.com/", "referral", "groups.google.com"),
    ("https://images.google.com.br/", "search", "google"),
    ("https://WWW.GOOGLE.DE./", "search", "google"),
    ("https://www.google.de:443/", "search", "google"),
    ("https://uk.search.yahoo.com/", "search", "yahoo"),
    ("https://mail.yahoo.com/", "referral", "yahoo-mail"),
    ("https://news.ycombinator.com/item?id=1", "social", "hackernews"),
    ("https://teams.microsoft.com/", "social", "teams"),
    ("https://en.wikipedia.org/wiki/Hat", "referral", "wikipedia"),
    ("https://notwikipedia.org/", "referral", "notwikipedia.org"),
    ("https://word-edit.officeapps.live.com/", "referral", "office"),
    ("https://www.amazon.co.jp/dp/1", "referral", "amazon"),
    ("https://chatgpt.com/", "referral", "chatgpt"),
    ("https://vimeo.com/1", "referral", "vimeo"),
    ("https://box.com/", "referral", "box.com"),
    ("https://t.com/", "referral", "t.com"),
    ("https://xn--bcher-kva.example/", "referral", "xn--bcher-kva.example"),
    ("android-app://com.google.android.gm/", "referral", "gmail"),
    ("android-app://com.google.android.googlequicksearchbox/", "search", "google"),
    ("https://l.facebook.com/l.php", "social", "facebook"),
    ("https://fb.me/x", "social", "facebook"),
    ("https://t.co/abc", "social", "twitter"),
    ("https://x.com/", "social", "twitter"),
    ("https://www.linkedin.com/feed", "social", "linkedin"),
    ("https://youtu.be/x", "social", "youtube"),
    ("https://old.reddit.com/r/x", "social", "reddit"),
    ("https://www.pinterest.co.uk/", "social", "pinterest"),
    ("https://notreddit.com/", "referral", "notreddit.com"),
    ("https://shop.example/cart", "internal", "shop.example"),
    ("https://www.shop.example/cart", "internal", "www.shop.example"),
    ("https://partner.example/", "referral", "partner.example"),
    ("http://[broken", "unknown", None),
    ("not a url", "unknown", None),
]
NEVER_SOCIAL = [
    "microsoft.com",
    "netflix.com",
    "walmart.com",
    "target.com",
    "fedex.com",
    "dropbox.com",
    "app.box.com",
    "craigslist.com",
    "wix.com",
    "firefox.com",
    "linux.com",
]


@pytest.mark.parametrize(("referrer", "kind", "platform"), CASES)
def test_referrer(referrer: str | None, kind: str, platform: str | None) -> None:
    found = classify_referrer(referrer, "shop.example")
    assert (found.type, found.platform) == (kind, platform)


@pytest.mark.parametrize("host", NEVER_SOCIAL)
def test_hosts_that_only_look_like_networks(host: str) -> None:
    assert classify_referrer(f"https://{host}/", "shop.example").type == "referral"
    page = split_url("https://shop.example/")
    found = attribute({"attribution": {"referrer": f"https://{host}/"}}, page)
    assert found.channel is not None
    assert "Social" not in found.channel


def test_utm_of_the_block_wins_over_the_url_and_names_fold_case() -> None:
    page = split_url("https://shop.example/?UTM_Source=url&utm_medium=mail&utm_term=%20")
    found = attribute({"attribution": {"utmParams": {"utm_source": "block"}}}, page)
    assert found.utm == ("block", "mail", None, None, None)


def test_the_page_blocks_referrer_serves_when_there_is_no_attribution() -> None:
    assert attribute({"page": {"referrer": "direct"}}, None).referrer_type == "direct"
    assert attribute({"page": {"referrer": "https://t.co/x"}}, None).referrer_platform == "twitter"


def test_other_domains_of_the_site_are_its_own() -> None:
    page = split_url("https://shop.example/")
    raw = {"attribution": {"referrer": "https://blog.shop.example/"}}
    assert attribute(raw, page).referrer_type == "referral"
    site = Site("shop", allowed_domains=("shop.example", "*.shop.example"))
    found = attribute(raw, page, site)
    assert (found.referrer_type, found.channel) == ("internal", "Direct")


def test_the_list_is_well_formed_and_large() -> None:
    text = shipped_text()
    assert "Origin:" in text
    assert "Date:" in text
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    assert {category for category, _, _ in rows} == set(CATEGORIES)
    words = [word for _, _, given in rows for word in given.split(" ")]
    assert len(words) == len(set(words))
    assert len([word for word in words if "." in word]) > 800
    assert all(re.fullmatch(r"[=$]?[a-z0-9][a-z0-9._*-]*", word) for word in words)


def test_every_host_of_the_list_is_found_by_its_own_name() -> None:
    for line in shipped_text().splitlines():
        if not line or line.startswith("#"):
            continue
        _, name, words = line.split("\t")
        for word in words.split():
            if "." in word:
                host = word.lstrip("=").replace("*", "co.uk")
                found = shipped_sources().by_host(host)
                assert found is not None, host
                assert found.name == name, host


@pytest.mark.parametrize(
    "text", ["search\tgoogle", "search\tgoogle\ta.example\tb.example", "engine\tgoogle\ta.example"]
)
def test_a_list_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        read_sources([text])

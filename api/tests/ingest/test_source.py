"""Referrers and UTM parameters to type and platform, at label edges."""

from __future__ import annotations

import pytest

from footfall.ingest.page import path_of, site_id_of_host, split_url
from footfall.ingest.source import attribute, classify_referrer

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
    ("https://mail.google.com/", "referral", "mail.google.com"),
    ("https://docs.google.com/", "referral", "docs.google.com"),
    ("https://gemini.google.com/", "referral", "gemini.google.com"),
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
    assert classify_referrer(referrer, "shop.example") == (kind, platform)


@pytest.mark.parametrize("host", NEVER_SOCIAL)
def test_hosts_that_only_look_like_networks(host: str) -> None:
    assert classify_referrer(f"https://{host}/", "shop.example")[0] == "referral"


def test_utm_of_the_block_wins_over_the_url_and_names_fold_case() -> None:
    page = split_url("https://shop.example/?UTM_Source=url&utm_medium=mail&utm_term=%20")
    found = attribute({"attribution": {"utmParams": {"utm_source": "block"}}}, page)
    assert found.utm == ("block", "mail", None, None, None)


def test_the_page_blocks_referrer_serves_when_there_is_no_attribution() -> None:
    assert attribute({"page": {"referrer": "direct"}}, None).referrer_type == "direct"
    assert attribute({"page": {"referrer": "https://t.co/x"}}, None).referrer_platform == "twitter"


@pytest.mark.parametrize(
    ("host", "site_id"),
    [("www.shop.co.uk", "shop-co-uk"), ("m.shop.example", "shop-example"), ("mobile.a.b", "a-b"),
     ("www.m.a.b", "m-a-b"), ("localhost", "localhost"), ("WWW.A.B", "a-b")],
)  # fmt: skip
def test_site_id_of_host(host: str, site_id: str) -> None:
    assert site_id_of_host(host) == site_id


@pytest.mark.parametrize(
    ("path", "url", "expected"),
    [(None, "https://a.example", "/"), (None, "https://a.example/x?q#h", "/x"), ("/p?q=1", None, "/p"),
     ("", "https://a.example/x", "/"), (" /p ", None, "/p"), (None, None, None)],
)  # fmt: skip
def test_path(path: str | None, url: str | None, expected: str | None) -> None:
    assert path_of(path, split_url(url)) == expected

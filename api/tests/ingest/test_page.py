"""What a page's URL tells: its site and its path."""

from __future__ import annotations

import pytest

from footfall.ingest.page import path_of, site_id_of_host, split_url


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

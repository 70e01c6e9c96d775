"""/pixel/SITE/tracking.js: whose settings are in it, how it is cached, and that nothing can break out of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import TOKEN, Stack

from footfall.edge.script import SCRIPT, prelude
from footfall.site import ScriptOptions, Site, SiteSettings

PATH = "/pixel/shop/tracking.js"


async def add_site(stack: Stack, **settings: Any) -> None:
    answer = await stack.client.post(
        "/api/sites",
        json={"site_id": "shop", "settings": settings},
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    assert answer.status_code == 201


def options_of(script: str) -> dict[str, Any]:
    first = script.partition("\n")[0]
    start = first.index("window.FootfallConfig,") + len("window.FootfallConfig,")
    options: dict[str, Any] = json.loads(first[start : first.index(");document")])
    return options


async def test_the_sites_options_stand_before_the_script(stack: Stack) -> None:
    await add_site(stack, respect_dnt=False, script={"storage": "none", "sampleRate": 50})
    answer = await stack.client.get(PATH)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert options_of(answer.text) == {
        "site": "shop",
        "respectDnt": False,
        "storage": "none",
        "sampleRate": 50,
    }
    assert answer.text.partition("\n")[2] == SCRIPT.read_text()


async def test_a_known_script_is_not_sent_again_until_a_setting_changes(stack: Stack) -> None:
    await add_site(stack)
    etag = (await stack.client.get(PATH)).headers["etag"]
    assert etag.startswith('"')
    for given in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = await stack.client.get(PATH, headers={"If-None-Match": given})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
        assert answer.headers["cache-control"] == "public, max-age=300"
    await stack.client.patch(
        "/api/sites/shop",
        json={"settings": {"script": {"consent": "required"}}},
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    answer = await stack.client.get(PATH, headers={"If-None-Match": etag})
    assert (answer.status_code, options_of(answer.text)["consent"]) == (200, "required")


async def test_head_tells_the_same_without_the_script(stack: Stack) -> None:
    await add_site(stack)
    answer = await stack.client.head(PATH)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["etag"] == (await stack.client.get(PATH)).headers["etag"]


@pytest.mark.parametrize("site_id", ["nobody", "a/b", "%00", "%3C/script%3E"])
async def test_an_unknown_site_is_a_404_and_is_not_made(stack: Stack, site_id: str) -> None:
    answer = await stack.client.get(f"/pixel/{site_id}/tracking.js")
    document = answer.json()
    assert (answer.status_code, document["error"], document["field"]) == (
        404,
        "not_found",
        "site_id",
    )
    assert await stack.value("select count(*) from sites") == 0


def test_nothing_breaks_out_of_the_settings() -> None:
    hostile = "</script><!--&\u2028\u2029'\"\\"
    settings = SiteSettings(script=ScriptOptions(exclude=hostile))
    text = prelude(Site(hostile, settings=settings)).decode()
    assert not set("<>&\u2028\u2029") & set(text.replace("&&", ""))
    assert options_of(text) == {"site": hostile, "respectDnt": True, "exclude": hostile}

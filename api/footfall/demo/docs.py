"""demo-docs: a developer tool's documentation, a single-page app; office hours in India and beyond."""

from __future__ import annotations

from typing import Final

from footfall.demo.scenery import (
    Button,
    Form,
    Page,
    Site,
    Source,
    direct,
    newsletter,
    referral,
    search,
    search_ad,
    social,
)

_NAME: Final = "Loom CLI"

_GUIDES: Final = {
    "/install": ("Install", 1.0, "curl -fsSL https://demo-docs.example/install.sh | sh"),
    "/quickstart": ("Quickstart", 0.95, "loom init my-project && loom run"),
    "/guides/configuration": ("Configuration", 0.6, "loom config set workers 4"),
    "/guides/deploy": ("Deploy", 0.5, "loom deploy --to production"),
    "/guides/migrate-from-v1": ("Migrate from v1", 0.35, "loom migrate --from 1 --dry-run"),
    "/reference/commands": ("Commands", 0.55, "loom run --watch --filter 'changed()'"),
    "/reference/exit-codes": ("Exit codes", 0.18, "loom run; echo $?"),
}
_GUIDE_LINKS: Final = {path: weight for path, (_, weight, _) in _GUIDES.items()}
_ORDER: Final = tuple(_GUIDES)


def _guide(path: str) -> Page:
    """The next page in the side bar is the likeliest way on."""
    title, _, command = _GUIDES[path]
    following = _ORDER[(_ORDER.index(path) + 1) % len(_ORDER)]
    return Page(
        f"{title} | {_NAME}",
        {**_GUIDE_LINKS, following: 1.8, "/changelog": 0.15, "/downloads": 0.2},
        leave=0.3,
        height=3400,
        reading_s=62,
        buttons=(
            Button("copy-code", "Copy", 0.28, "code_copied", {"page": path}),
            Button("toggle-theme", "Dark", 0.05),
        ),
        outbound={"https://code.example/loom/loom": 0.07},
        copied=(command,),
        form=Form(
            "page-feedback",
            "/feedback",
            (
                ("helpful", "radio", ("yes", "no")),
                ("comment", "textarea", ("", "Clear, thanks", "Say more about Windows")),
            ),
            begun=0.05,
            sent=0.85,
        ),
    )


_PAGES: Final = {
    "/": Page(
        f"{_NAME} documentation",
        {**_GUIDE_LINKS, "/changelog": 0.3, "/downloads": 0.4},
        leave=0.16,
        height=1800,
        reading_s=16,
    ),
    "/changelog": Page(
        f"Changelog | {_NAME}",
        {"/guides/migrate-from-v1": 1, "/downloads": 0.8, "/": 0.4},
        leave=0.45,
        height=6200,
        reading_s=44,
    ),
    "/downloads": Page(
        f"Downloads | {_NAME}",
        {"/install": 1, "/changelog": 0.5, "/quickstart": 0.8},
        leave=0.4,
        height=1500,
        reading_s=20,
        downloads={"/downloads/loom-2.4-linux.zip": 0.34, "/downloads/loom-2.4-windows.zip": 0.2},
    ),
    "/reference/flags": Page(
        f"Page not found | {_NAME}",
        {"/reference/commands": 2, "/": 1},
        leave=0.35,
        height=900,
        reading_s=7,
        status=404,
    ),
    **{path: _guide(path) for path in _GUIDES},
}

_LANDING: Final = {**_GUIDE_LINKS, "/": 1.1, "/changelog": 0.15, "/reference/flags": 0.06}

_SOURCES: Final[tuple[Source, ...]] = (
    direct(34, entries={"/": 2, "/reference/commands": 1, "/quickstart": 0.6}),
    search("google", 30, "https://www.google.com/", "https://www.google.co.in/"),
    search("bing", 4, "https://www.bing.com/"),
    search("duckduckgo", 4, "https://duckduckgo.com/"),
    search_ad(
        "google",
        3,
        "task-runners",
        click_id="gclid",
        terms="task runner",
        entries={"/": 2, "/quickstart": 1},
    ),
    social("linkedin", 3, "https://www.linkedin.com/", "https://lnkd.in/*"),
    social("reddit", 3, "https://www.reddit.com/"),
    social("twitter", 2, "https://t.co/*"),
    social("youtube", 2, "https://www.youtube.com/"),
    referral("github.com", 9, entries={"/": 2, "/install": 2, "/changelog": 1}),
    referral(
        "stackoverflow.com",
        5,
        entries={"/reference/commands": 2, "/reference/exit-codes": 1, "/reference/flags": 0.4},
    ),
    referral("news.ycombinator.com", 2, entries={"/": 1}),
    newsletter(3, "release-2-4", entries={"/changelog": 3, "/guides/migrate-from-v1": 2}),
)

DOCS: Final = Site(
    site_id="demo-docs",
    time_zone="Asia/Kolkata",
    host="demo-docs.example",
    share=0.25,
    hours=(
        1.6,
        1.2,
        0.9,
        0.7,
        0.6,
        0.7,
        1.2,
        2,
        3.6,
        6.2,
        8.2,
        8.6,
        7.4,
        5.8,
        7.4,
        8.4,
        8.2,
        7.2,
        5.6,
        4.4,
        4,
        4,
        3.6,
        2.6,
    ),
    weekdays=(1.14, 1.2, 1.2, 1.16, 1.06, 0.68, 0.56),
    countries={"IN": 58, "US": 13, "DE": 6, "GB": 6, "SG": 6, "BR": 4, "JP": 3, "AU": 2, "NL": 2},
    devices={"desktop": 79, "mobile": 19, "tablet": 2},
    entries=_LANDING,
    pages=_PAGES,
    sources=_SOURCES,
    glance=0.46,
    single_page=True,
)

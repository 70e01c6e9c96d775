"""demo-blog: a gardener's blog in New York; long reads, mornings and evenings, shared on social networks."""

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
    social,
)

_NAME: Final = "Fire Escape Garden"

_POSTS: Final = {
    "tomatoes-on-a-fire-escape": ("Tomatoes on a fire escape", 1.0),
    "compost-in-a-shoebox": ("Compost in a shoebox", 0.72),
    "what-survives-august": ("What survives August", 0.5),
    "seed-saving-for-beginners": ("Seed saving for beginners", 0.42),
    "the-quiet-basil-trick": ("The quiet basil trick", 0.36),
    "rooftop-bees-one-year-on": ("Rooftop bees, one year on", 0.3),
    "garlic-goes-in-now": ("Garlic goes in now", 0.28),
    "frost-dates-are-guesses": ("Frost dates are guesses", 0.22),
}
_POST_LINKS: Final = {f"/posts/{slug}": weight for slug, (_, weight) in _POSTS.items()}

_SUBSCRIBE: Final = Form(
    "subscribe",
    "/subscribe",
    (("email", "email", ("rosa@mail.example", "omar@mail.example", "lee@mail.example")),),
    begun=0.06,
    sent=0.7,
)


def _post(place: int, title: str) -> Page:
    """Longer posts are read longer; every second one links to a seed merchant."""
    return Page(
        f"{title} · {_NAME}",
        {**_POST_LINKS, "/": 0.7, "/about": 0.25, "/newsletter": 0.3},
        leave=0.55,
        height=4200 + 500 * (place % 4),
        reading_s=95 + 20 * (place % 3),
        form=_SUBSCRIBE,
        buttons=(Button("like", "Like", 0.07, "like", {"post": title}),),
        outbound={"https://seeds.example/heirloom": 0.06} if place % 2 == 0 else {},
        copied=("Water at the root, never the leaf.",) if place % 3 == 0 else (),
    )


_PAGES: Final = {
    "/": Page(
        _NAME,
        {**_POST_LINKS, "/archive": 0.5, "/about": 0.4},
        leave=0.25,
        height=3200,
        reading_s=26,
    ),
    "/archive": Page(f"Archive · {_NAME}", {**_POST_LINKS, "/": 0.3}, height=2600, reading_s=22),
    "/about": Page(
        f"About · {_NAME}",
        {"/": 1, "/newsletter": 0.6, "/posts/rooftop-bees-one-year-on": 0.5},
        leave=0.5,
        height=1900,
        reading_s=38,
        outbound={"https://photos.example/@fire-escape": 0.12},
    ),
    "/newsletter": Page(
        f"The Sunday letter · {_NAME}",
        {"/": 1, "/archive": 0.6},
        leave=0.5,
        height=1200,
        reading_s=22,
        form=Form("newsletter", "/newsletter", _SUBSCRIBE.fields, begun=0.6, sent=0.8),
        downloads={"/downloads/planting-calendar.pdf": 0.2},
    ),
    "/2019/tomatos": Page(
        f"Page not found · {_NAME}",
        {"/": 1, "/archive": 1},
        leave=0.55,
        height=800,
        reading_s=7,
        status=404,
    ),
    **{
        f"/posts/{slug}": _post(place, title)
        for place, (slug, (title, _)) in enumerate(_POSTS.items())
    },
}

_LANDING: Final = {**_POST_LINKS, "/": 0.8, "/2019/tomatos": 0.04}

_SOURCES: Final[tuple[Source, ...]] = (
    direct(20, entries={"/": 2, "/posts/garlic-goes-in-now": 1, "/archive": 0.3}),
    search("google", 27, "https://www.google.com/"),
    search("bing", 5, "https://www.bing.com/"),
    search("duckduckgo", 4, "https://duckduckgo.com/"),
    search("yahoo", 1.5, "https://search.yahoo.com/"),
    social("reddit", 9, "https://www.reddit.com/", "https://old.reddit.com/"),
    social("facebook", 6, "https://l.facebook.com/", "https://m.facebook.com/", click_id="fbclid"),
    social("twitter", 4, "https://t.co/*"),
    social("youtube", 2, "https://www.youtube.com/"),
    social("pinterest", 4, "https://www.pinterest.com/"),
    newsletter(9, "sunday-letter-41", entries={"/posts/garlic-goes-in-now": 3, "/": 1}),
    newsletter(6, "sunday-letter-44", entries={"/posts/frost-dates-are-guesses": 3, "/": 1}),
    referral("news.ycombinator.com", 3, entries={"/posts/compost-in-a-shoebox": 1}),
    referral("balcony-growers.example", 3, "/links"),
    referral(
        "www.cityplants.example", 2, "/2019/reading-list", entries={"/": 1, "/2019/tomatos": 1}
    ),
)

BLOG: Final = Site(
    site_id="demo-blog",
    time_zone="America/New_York",
    host="demo-blog.example",
    share=0.3,
    hours=(
        2.2,
        1.4,
        1,
        0.7,
        0.7,
        1.4,
        3.4,
        5.8,
        6.6,
        6,
        5.4,
        5.4,
        6,
        5.6,
        5,
        4.8,
        4.8,
        5,
        5.4,
        6,
        6.8,
        6.8,
        5.4,
        3.6,
    ),
    weekdays=(1.0, 0.98, 1.0, 0.96, 0.88, 0.98, 1.25),
    countries={"US": 71, "CA": 10, "GB": 7, "AU": 4, "DE": 3, "FR": 2, "BR": 2, "JP": 1},
    devices={"desktop": 42, "mobile": 52, "tablet": 6},
    entries=_LANDING,
    pages=_PAGES,
    sources=_SOURCES,
    glance=0.48,
)

"""demo-shop: a furniture shop in Berlin; evenings and weekends are busy, ads bring part of the visits."""

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

_NAME: Final = "Eiche & Leinen"
_FIRST_NAMES: Final = ("Jana", "Murat", "Sophie", "Piotr", "Elena", "Ben", "Lucía", "Tom")
_MAILS: Final = tuple(f"{name.lower()}@mail.example" for name in ("jana", "murat", "sophie", "ben"))
# Never anybody's: they show in the log that such values are redacted before they are stored.
_PASSWORDS: Final = ("correct-horse", "tr0ub4dor", "sommer2026")
_CARDS: Final = ("4111 1111 1111 1111", "5555 5555 5555 4444")


def _product(slug: str, title: str, price: int, popularity: float) -> tuple[str, Page, float]:
    page = Page(
        f"{title} – {_NAME}",
        {"/cart": 1.1, "/products": 1.6, "/delivery": 0.35, "/": 0.25, "/products/oak-desk": 0.4},
        leave=0.3,
        height=3100,
        reading_s=42,
        buttons=(
            Button("gallery-next", "Next picture", 0.34),
            Button(
                "add-to-cart",
                "Add to cart",
                0.14,
                "add_to_cart",
                {"product": slug, "price": price, "currency": "EUR"},
            ),
        ),
        downloads={f"/downloads/{slug}-dimensions.pdf": 0.05},
    )
    return f"/products/{slug}", page, popularity


_PRODUCTS: Final = (
    _product("oak-desk", "Oak desk", 499, 1.0),
    _product("linen-chair", "Linen chair", 299, 0.8),
    _product("brass-lamp", "Brass lamp", 199, 0.65),
    _product("wool-rug", "Wool rug", 249, 0.5),
    _product("pine-shelf", "Pine shelf", 49, 0.4),
)
_PRODUCT_LINKS: Final = {path: popularity for path, _, popularity in _PRODUCTS}

_PAGES: Final = {
    "/": Page(
        f"{_NAME} – furniture that stays",
        {"/products": 2.2, "/sale": 1.0, "/about": 0.4, "/login": 0.25, **_PRODUCT_LINKS},
        leave=0.22,
        height=2900,
        reading_s=24,
        buttons=(Button("hero-pause", "Pause", 0.04),),
    ),
    "/products": Page(
        f"Products – {_NAME}",
        {**{path: 1.4 * weight for path, weight in _PRODUCT_LINKS.items()}, "/": 0.3, "/sale": 0.5},
        leave=0.24,
        height=3600,
        reading_s=32,
        buttons=(Button("filter-wood", "Wood", 0.22), Button("sort-price", "Price", 0.16)),
    ),
    "/sale": Page(
        f"Autumn sale – {_NAME}",
        {**_PRODUCT_LINKS, "/products": 0.8},
        leave=0.32,
        height=2600,
        reading_s=28,
    ),
    "/cart": Page(
        f"Your cart – {_NAME}",
        {"/checkout": 1.3, "/products": 0.9, "/delivery": 0.3},
        leave=0.34,
        height=1300,
        reading_s=26,
        buttons=(Button("quantity-more", "+", 0.16),),
    ),
    "/checkout": Page(
        f"Checkout – {_NAME}",
        {"/cart": 0.6, "/delivery": 0.4},
        leave=0.4,
        height=1900,
        reading_s=75,
        form=Form(
            "checkout",
            "/checkout",
            (
                ("name", "text", _FIRST_NAMES),
                ("email", "email", _MAILS),
                ("cardNumber", "text", _CARDS),
                ("cvv", "text", ("123", "737")),
            ),
            begun=0.74,
            sent=0.62,
            then="/checkout/thanks",
            event="order_placed",
        ),
    ),
    "/checkout/thanks": Page(
        f"Thank you – {_NAME}",
        {"/": 1, "/products": 1},
        leave=0.8,
        height=1100,
        reading_s=15,
    ),
    "/login": Page(
        f"Sign in – {_NAME}",
        {"/": 1, "/products": 1, "/cart": 0.6},
        leave=0.2,
        height=900,
        reading_s=18,
        form=Form(
            "login",
            "/login",
            (("email", "email", _MAILS), ("password", "password", _PASSWORDS)),
            begun=0.85,
            sent=0.86,
            then="/",
        ),
    ),
    "/about": Page(
        f"About us – {_NAME}",
        {"/products": 1, "/contact": 0.7, "/": 0.4},
        height=2700,
        reading_s=40,
        outbound={"https://fsc.example/certificates/eiche-leinen": 0.07},
    ),
    "/contact": Page(
        f"Contact – {_NAME}",
        {"/": 1, "/delivery": 0.5},
        leave=0.5,
        height=1600,
        reading_s=45,
        form=Form(
            "contact",
            "/contact",
            (
                ("name", "text", _FIRST_NAMES),
                ("email", "email", _MAILS),
                ("subject", "select-one", ("Delivery", "Return", "Question")),
                ("message", "textarea", ("Do you deliver to Potsdam?", "Is the oak oiled?")),
            ),
            begun=0.55,
            sent=0.6,
        ),
    ),
    "/delivery": Page(
        f"Delivery and returns – {_NAME}",
        {"/contact": 0.5, "/cart": 0.6, "/products": 0.8},
        height=2200,
        reading_s=34,
        downloads={"/downloads/return-form.pdf": 0.09},
    ),
    "/katalog-2024": Page(
        f"Page not found – {_NAME}",
        {"/": 1.2, "/products": 1},
        leave=0.5,
        height=900,
        reading_s=8,
        status=404,
    ),
    **{path: page for path, page, _ in _PRODUCTS},
}

_LANDING: Final = {"/": 1.6, "/products": 0.7, **_PRODUCT_LINKS, "/katalog-2024": 0.05}
_SALE: Final = {"/sale": 3, "/products": 1}

_SOURCES: Final[tuple[Source, ...]] = (
    direct(24, entries={"/": 3, "/products": 1, "/cart": 0.3, "/login": 0.3}),
    search("google", 25, "https://www.google.com/", "https://www.google.de/"),
    search("bing", 4, "https://www.bing.com/"),
    search("duckduckgo", 2.5, "https://duckduckgo.com/"),
    referral("www.ecosia.org", 3),
    search_ad("google", 8, "autumn-desks", click_id="gclid", terms="oak desk", entries=_SALE),
    search_ad("bing", 2.5, "autumn-desks", click_id="msclkid", terms="desk wood", entries=_SALE),
    social("instagram", 7, "https://l.instagram.com/", "https://www.instagram.com/"),
    social("pinterest", 5, "https://www.pinterest.com/", "https://www.pinterest.de/"),
    social("facebook", 3, "https://l.facebook.com/", "https://m.facebook.com/", click_id="fbclid"),
    Source(
        3,
        ("https://l.instagram.com/",),
        "social",
        "instagram",
        {
            "source": "instagram",
            "medium": "paid_social",
            "campaign": "autumn-rooms",
            "content": "reel-2",
        },
        "fbclid",
        _SALE,
        1.35,
    ),
    newsletter(7, "october-rooms", entries={"/sale": 2, "/products/wool-rug": 1}),
    newsletter(5, "november-light", entries={"/products/brass-lamp": 3, "/sale": 1}),
    referral(
        "www.wohnjournal.example", 3, "/schreibtische-im-test", entries={"/products/oak-desk": 1}
    ),
    referral("preisblick.example", 2, "/moebel?seite=2", entries=_PRODUCT_LINKS),
    referral("forum.holzfreunde.example", 1, "/t/4711", entries={"/": 1, "/katalog-2024": 1.5}),
)

SHOP: Final = Site(
    site_id="demo-shop",
    time_zone="Europe/Berlin",
    host="demo-shop.example",
    share=0.45,
    hours=(
        2,
        1,
        0.6,
        0.4,
        0.4,
        0.7,
        1.8,
        3.2,
        4.2,
        4.8,
        5.2,
        5.4,
        6,
        5.6,
        5,
        5,
        5.4,
        6,
        7,
        8.4,
        9.4,
        8.6,
        6,
        3.6,
    ),
    weekdays=(0.97, 0.94, 0.95, 0.98, 0.9, 1.08, 1.22),
    countries={"DE": 74, "AT": 9, "CH": 7, "NL": 3, "FR": 3, "GB": 2, "US": 2},
    devices={"desktop": 38, "mobile": 55, "tablet": 7},
    entries=_LANDING,
    pages=_PAGES,
    sources=_SOURCES,
    glance=0.46,
)

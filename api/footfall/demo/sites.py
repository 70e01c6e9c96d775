"""The demo's sites: exactly what `footfall demo` fills and `footfall demo-clear` takes away."""

from __future__ import annotations

from typing import Final

from footfall.demo.blog import BLOG
from footfall.demo.docs import DOCS
from footfall.demo.scenery import Site
from footfall.demo.shop import SHOP

SITES: Final[tuple[Site, ...]] = (SHOP, BLOG, DOCS)
SITE_IDS: Final = tuple(site.site_id for site in SITES)

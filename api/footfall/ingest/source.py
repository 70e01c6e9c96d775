"""Where a visit came from: referrer, UTM parameters and click ids to referrer type, platform and channel.

The classes are seed 003's: direct, search, social, internal, referral, unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl

from footfall.ingest.channel import CLICK_IDS, NAMED_BY_CLICK_ID, Arrival, channel_of
from footfall.ingest.page import split_url
from footfall.ingest.source_table import Source, SourceTable, shipped_sources
from footfall.site import Site

UTM_NAMES: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
MAX_UTM_CHARACTERS: Final = 500
MAX_REFERRER_CHARACTERS: Final = 8_000

# Seed 003 had it among the networks, so it stays one there; its channel is video.
_SOCIAL_OF_SEED: Final = frozenset(("youtube",))


@dataclass(frozen=True, slots=True)
class Attribution:
    """`referrer` is the raw URL; `utm` holds the five parameters in UTM_NAMES' order, verbatim.

    click_id: the name of the landing URL's first click id; None with channel where it is no pageview.
    """

    referrer: str | None
    referrer_type: str | None
    referrer_platform: str | None
    utm: tuple[str | None, str | None, str | None, str | None, str | None]
    channel: str | None = None
    click_id: str | None = None


NO_ATTRIBUTION: Final = Attribution(None, None, None, (None,) * 5)


@dataclass(frozen=True, slots=True)
class Referrer:
    """What a raw referrer stands for. type: seed 003's class; platform: its source's name, or its host."""

    type: str
    platform: str | None = None
    source: Source | None = None


def classify_referrer(
    referrer: str | None,
    own_host: str | None,
    table: SourceTable | None = None,
    is_own: Callable[[str], bool] = lambda host: False,
) -> Referrer:
    """own_host is the visited page's host; is_own tells of others of the site."""
    if not referrer:
        return Referrer("direct")
    parts = split_url(referrer)
    if parts is None or parts.hostname is None:
        return Referrer("unknown")
    host = parts.hostname.lower().rstrip(".")
    if own_host is not None and host.removeprefix("www.") == own_host.lower().removeprefix("www."):
        return Referrer("internal", host)
    if is_own(host):
        return Referrer("internal", host)
    source = (table or shipped_sources()).by_host(host)
    if source is None:
        return Referrer("referral", host.removeprefix("www."))
    if source.category in ("search", "social"):
        return Referrer(source.category, source.name, source)
    kind = "social" if source.name in _SOCIAL_OF_SEED else "referral"
    return Referrer(kind, source.name, source)


def attribute(
    raw: dict[str, Any],
    page: SplitResult | None,
    site: Site | None = None,
    table: SourceTable | None = None,
) -> Attribution:
    """What a pageview's attribution block, page block and landing URL say together."""
    table = table or shipped_sources()
    block = _object(raw.get("attribution"))
    sent = _object(block.get("utmParams"))
    in_url: dict[str, str] = {}
    if page is not None and "=" in page.query:
        in_url = {name.lower(): value for name, value in parse_qsl(page.query)}
    first, second, third, fourth, fifth = (
        _utm(sent.get(n)) or _utm(in_url.get(n)) for n in UTM_NAMES
    )
    referrer = _text(block.get("referrer")) or _text(_object(raw.get("page")).get("referrer"))
    if referrer == "direct":
        referrer = None
    # A site without a list of domains allows every one; that makes none of them its own.
    owns = site.allows if site is not None and site.allowed_domains else lambda host: False
    came_from = classify_referrer(referrer, page.hostname if page else None, table, owns)
    in_block = {name.lower(): value for name, value in _object(block.get("campaignParams")).items()}
    click_ids = [n for n in CLICK_IDS if _text(in_url.get(n)) or _text(in_block.get(n))]
    return Attribution(
        referrer[:MAX_REFERRER_CHARACTERS] if referrer else None,
        came_from.type,
        came_from.platform,
        (first, second, third, fourth, fifth),
        channel_of(
            _arrival(table, came_from, first or _tag(in_url, table), second, third, click_ids)
        ),
        click_ids[0] if click_ids else None,
    )


def _tag(in_url: Mapping[str, str], table: SourceTable) -> str | None:
    """`ref` or `source` of the landing URL, where a list knows it: sites use both for themselves, too."""
    given = (in_url.get(name) for name in ("ref", "source"))
    return next((value for value in given if value and table.by_name(value).source), None)


def _arrival(
    table: SourceTable,
    came_from: Referrer,
    utm_source: str | None,
    medium: str | None,
    campaign: str | None,
    click_ids: Sequence[str],
) -> Arrival:
    """utm_source before the referrer, the referrer before a click id, which says least."""
    named = table.by_name(utm_source or "")
    source = named.source
    is_known = bool(utm_source)
    if not is_known and came_from.type in ("search", "social", "referral", "unknown"):
        source, is_known = came_from.source, came_from.type != "unknown"
    if not is_known and click_ids:
        name = next((NAMED_BY_CLICK_ID[c] for c in click_ids if c in NAMED_BY_CLICK_ID), "")
        source = table.by_name(name).source
        is_known = source is not None
    return Arrival(
        source=source,
        is_known=is_known,
        is_paid=named.is_paid,
        utm_source=(utm_source or "").strip().lower(),
        medium=(medium or "").strip().lower(),
        campaign=(campaign or "").strip().lower(),
        click_ids=click_ids,
    )


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _utm(value: Any) -> str | None:
    text = _text(value)
    # A query string can spell NUL as %00, which PostgreSQL cannot store.
    return text[:MAX_UTM_CHARACTERS].replace("\x00", "\ufffd") if text else None

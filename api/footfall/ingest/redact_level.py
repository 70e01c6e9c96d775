"""Privacy levels: what of an event a site may keep, by its setting `privacy`.

Runs after everything that reads the event (source, search, bots), so that what is dropped has been
counted and is gone before the event is stored. docs/privacy.md says the same for people.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

from footfall.ingest.page import split_url
from footfall.ingest.page_query import SEARCH_NAMES, keep_parameters, kept_names
from footfall.ingest.redact_value import REDACTED
from footfall.site import SiteSettings


@dataclass(frozen=True, slots=True)
class Level:
    """What is dropped besides what no site keeps (redact, and query parameters off the list).

    personal: keys of eventData that are about a person. texts: words of the page that were clicked, marked
    or copied. contents: form values, titles, all queries and fragments, paths of other sites, what was
    searched for, values of click ids, region and city.
    """

    personal: bool = False
    texts: bool = False
    contents: bool = False


LEVELS: Final[dict[Literal["standard", "gdpr", "hipaa"], Level]] = {
    "standard": Level(),
    "gdpr": Level(personal=True, texts=True),
    "hipaa": Level(personal=True, texts=True, contents=True),
}

# Seed 003's list of what is personal: email|phone|ssn|credit|password|social.
_PERSONAL: Final = ("email", "phone", "credit", "password", "social")
_ORDINARY: Final = re.compile(r"(?:head|micro|saxo|xylo|mega|gramo)phones?|smartphones?|antisocial")
_WORD: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_TEXTS: Final = frozenset(("text", "textpreview", "innertext", "selectedtext"))
_CONTENTS: Final = frozenset(
    (
        "title",
        "pagetitle",
        "campaignparams",
        "queryparams",
        "hash",
        "fieldvalue",
        "values",
        *SEARCH_NAMES,
    )
)
_ADDRESSES: Final = frozenset(
    ("url", "path", "referrer", "href", "formaction", "queryparams", "hash", "previouspath", "newpath")
)  # fmt: skip
_OTHER_SITES: Final = frozenset(("referrer", "href", "formaction"))


def may_need_reduction(raw: dict[str, Any], stored: bytes, settings: SiteSettings) -> bool:
    """False only where reduce() would change nothing; `stored` is `raw` as JSON."""
    if settings.privacy != "standard" or b"?" in stored or b"#" in stored:
        return True
    page = raw.get("page")
    return isinstance(page, dict) and bool(page.get("queryParams"))


def reduce(raw: Any, settings: SiteSettings) -> Any:
    """A copy of the JSON value `raw` with what a site of these settings keeps."""
    level = LEVELS[settings.privacy]
    return _reduce(raw, level, kept_names(settings.query_parameters), is_data=False)


def reduce_address(address: str, key: str, settings: SiteSettings) -> str:
    """The address that an event has under `key` as a site of these settings keeps it."""
    return _address(address, key, LEVELS[settings.privacy], kept_names(settings.query_parameters))


@lru_cache(maxsize=4_096)
def is_personal(key: str) -> bool:
    """Whether a key of eventData is about a person: word by word, so that `className` holds no ssn."""
    words = [word.lower() for word in _WORD.findall(key)]
    joined = "".join(words)
    if "ssn" in words or joined.startswith("ssn") or "email" in joined:
        return True
    return any(
        (word.startswith(_PERSONAL) or word.endswith(_PERSONAL)) and not _ORDINARY.fullmatch(word)
        for word in words
    )


def _reduce(value: Any, level: Level, kept: Collection[str], *, is_data: bool) -> Any:
    if isinstance(value, list):
        return [_reduce(item, level, kept, is_data=is_data) for item in value]
    if isinstance(value, str):
        return _address(value, "", level, kept) if value.startswith(("http:", "https:")) else value
    if not isinstance(value, dict):
        return value
    named = value.get("name")
    is_personal_pair = (
        is_data and level.personal and isinstance(named, str) and is_personal(named[:100])
    )
    result: dict[str, Any] = {}
    for key, item in value.items():
        lower = key.lower()
        if _is_dropped(key, lower, level, is_data=is_data):
            continue
        if lower == "value" and (is_personal_pair or (level.contents and isinstance(item, str))):
            result[key] = REDACTED
        elif lower == "formdata" and level.contents:
            result[key] = _without_values(item)
        elif isinstance(item, str) and lower in _ADDRESSES:
            result[key] = _address(item, lower, level, kept)
        elif isinstance(item, dict) and lower == "queryparams":
            result[key] = {name: given for name, given in item.items() if name.lower() in kept}
        else:
            result[key] = _reduce(item, level, kept, is_data=is_data or lower == "eventdata")
    return result


def _is_dropped(key: str, lower: str, level: Level, *, is_data: bool) -> bool:
    if level.contents and lower in _CONTENTS:
        return True
    if not is_data:
        return False
    return (level.texts and lower in _TEXTS) or (level.personal and is_personal(key[:100]))


def _without_values(form_data: Any) -> dict[str, str]:
    """Which fields a form has, for reports of forms, but not what was put into them."""
    fields = form_data if isinstance(form_data, dict) else {}
    return {name: REDACTED for name in fields if not is_personal(name[:100])}


def _address(address: str, key: str, level: Level, kept: Collection[str]) -> str:
    if not level.contents:
        return keep_parameters(address, kept) if "?" in address or "#" in address else address
    bare = keep_parameters(address.partition("#")[0], ())
    parts = split_url(bare) if key in _OTHER_SITES else None
    return f"{parts.scheme}://{parts.netloc}/" if parts is not None else bare

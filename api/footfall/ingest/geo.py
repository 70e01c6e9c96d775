"""Address to country, region and city, by a database in MaxMind's format (MMDB), as DB-IP lite.

The database is a file that the operator names or that came with Footfall; without one, places stay open.
The address itself leaves with the answer: nothing here keeps or logs it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import maxminddb

logger = logging.getLogger("footfall.ingest")

MAX_TEXT: Final = 100


@dataclass(frozen=True, slots=True)
class Place:
    """country: ISO 3166-1 alpha-2. region, city: English names, where the database has them."""

    country: str | None = None
    region: str | None = None
    city: str | None = None


NOWHERE: Final = Place()


class Places:
    """Looks places up; with reader None every one is nowhere."""

    def __init__(self, reader: maxminddb.Reader | None = None) -> None:
        self._reader = reader

    @classmethod
    def open(cls, *files: Path) -> Places:
        """The first of `files` that exists. One that cannot be read is skipped with a warning."""
        for file in files:
            if not file.is_file():
                continue
            try:
                reader = maxminddb.open_database(file)
            except (maxminddb.InvalidDatabaseError, OSError) as error:
                logger.warning(
                    "geo database unreadable", extra={"file": str(file), "detail": str(error)}
                )
                continue
            built = reader.metadata()
            logger.info("geo database", extra={"file": str(file), "built_at": built.build_epoch})
            return cls(reader)
        return cls()

    def find(self, ip: str) -> Place:
        """The place of an IPv4 or IPv6 address; nowhere for private and unknown ones."""
        if self._reader is None:
            return NOWHERE
        try:
            record = self._reader.get(ip)
        except (ValueError, maxminddb.InvalidDatabaseError):
            return NOWHERE
        if not isinstance(record, dict):
            return NOWHERE
        return Place(_country(record), _region(record), _text(_name(record.get("city"))))


NO_PLACES: Final = Places()


def _country(record: dict[str, Any]) -> str | None:
    """From MaxMind's nested shape or from ip-location-db's flat one."""
    country = record.get("country")
    code = country.get("iso_code") if isinstance(country, dict) else record.get("country_code")
    return code.upper() if isinstance(code, str) and len(code) == 2 and code != "ZZ" else None


def _region(record: dict[str, Any]) -> str | None:
    divisions = record.get("subdivisions")
    if isinstance(divisions, list) and divisions:
        return _text(_name(divisions[0]))
    return _text(record.get("state1"))


def _name(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    names = value.get("names")
    return names.get("en") if isinstance(names, dict) else None


def _text(value: Any) -> str | None:
    return value.strip()[:MAX_TEXT] or None if isinstance(value, str) else None

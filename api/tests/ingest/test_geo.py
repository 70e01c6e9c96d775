"""Addresses to places, by a database that the test writes; and that no address is ever kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mmdb
import pytest
from conftest import Stack
from pydantic import ValidationError

from build import pageview
from footfall.config import Settings
from footfall.ingest.geo import NO_PLACES, NOWHERE, Place, Places

CITY = {
    "country": {"iso_code": "DE"},
    "subdivisions": [{"names": {"en": "Bavaria", "de": "Bayern"}}],
    "city": {"names": {"en": "Munich"}},
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mmdb.write(
        tmp_path_factory.mktemp("geo") / "places.mmdb",
        {
            "192.0.2.0/24": CITY,
            "198.51.100.0/25": {"country_code": "FR"},
            "2001:db8:1::/48": {"country_code": "se", "state1": "Skåne", "city": "Malmö"},
            "203.0.113.0/24": {"country": {"iso_code": 7}, "city": {"names": []}},
        },
    )


@pytest.fixture
def settings_overrides(database: Path) -> dict[str, Any]:
    return {"geo_database": database}


@pytest.mark.parametrize(
    ("ip", "expected"),
    [
        ("192.0.2.7", Place("DE", "Bavaria", "Munich")),
        ("198.51.100.1", Place("FR")),
        ("198.51.100.200", NOWHERE),
        ("2001:db8:1::5", Place("SE", "Skåne", "Malmö")),
        ("2001:db8:2::5", NOWHERE),
        ("203.0.113.9", NOWHERE),
        ("127.0.0.1", NOWHERE),
        ("::1", NOWHERE),
        ("unknown", NOWHERE),
        ("", NOWHERE),
    ],
)
def test_an_address_has_the_place_of_its_network(database: Path, ip: str, expected: Place) -> None:
    assert Places.open(database).find(ip) == expected
    assert NO_PLACES.find(ip) == NOWHERE


def test_a_file_that_is_missing_or_broken_is_skipped(database: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mmdb"
    broken.write_bytes(b"not a database")
    assert Places.open(tmp_path / "none", broken).find("192.0.2.7") == NOWHERE
    assert Places.open(tmp_path / "none", broken, database).find("192.0.2.7").country == "DE"


def test_a_file_that_the_operator_names_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="FOOTFALL_GEO_DATABASE"):
        Settings(FOOTFALL_GEO_DATABASE=tmp_path / "none.mmdb")


@pytest.mark.parametrize(
    ("ip", "expected"),
    [("192.0.2.7", ("DE", "Bavaria", "Munich")), ("2001:db8:1::5", ("SE", "Skåne", "Malmö"))],
)
async def test_the_row_has_the_place_and_nowhere_the_address(
    stack: Stack, ip: str, expected: tuple[str, str, str]
) -> None:
    await stack.post(pageview("/", visitorId=None), x_forwarded_for=ip)
    await stack.derive()
    [row] = await stack.rows("select * from events_log")
    assert (row["country"], row["region"], row["city"]) == expected
    for table in ("events_log", "user_sessions", "pageviews", "dead_letters"):
        assert not await stack.value(
            f"select count(*) from {table} t where t::text like '%' || $1 || '%'", ip
        )

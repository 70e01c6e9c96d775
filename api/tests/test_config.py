"""Settings: read once, wrong ones stopped with a sentence, all of them documented."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from footfall.config import PROJECT_DIR, Settings
from footfall.errors import Misconfigured

WRONG = [
    ("FOOTFALL_PORT", "eighty"),
    ("FOOTFALL_PORT", "70000"),
    ("FOOTFALL_MAX_EVENT_AGE", "0"),
    ("SITE_REGISTRATION", "maybe"),
    ("FOOTFALL_TRUSTED_PROXIES", "10.0.0.0/99"),
    ("FOOTFALL_PUBLIC_URL", "stats.example.org"),
    ("FOOTFALL_TOKEN", "short"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Misconfigured, match=name):
        Settings.from_environment()


def test_networks_are_read_from_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTFALL_TRUSTED_PROXIES", "10.0.0.0/8, 2001:db8::1")
    assert [str(n) for n in Settings.from_environment().trusted_proxies] == [
        "10.0.0.0/8",
        "2001:db8::1/128",
    ]


@pytest.mark.parametrize("password", ["simple", "p@ss:w/rd#?%"])
def test_the_password_comes_from_a_file(tmp_path: Path, password: str) -> None:
    file = tmp_path / "password"
    file.write_text(password + "\n")
    settings = Settings(
        database_url="postgresql://me@db.example:5432/footfall", database_password_file=file
    )
    parts = urlsplit(settings.require_database_url())
    assert (parts.username, unquote(parts.password or ""), parts.hostname, parts.port) == (
        "me",
        password,
        "db.example",
        5432,
    )


@pytest.mark.parametrize(
    ("url", "content", "reason"),
    [
        ("postgresql://me:known@db/footfall", "p", "must name a user and no password"),
        ("postgresql://db/footfall", "p", "must name a user and no password"),
        ("postgresql://me@db/footfall", None, "FOOTFALL_DATABASE_PASSWORD_FILE cannot be read"),
    ],
)
def test_a_password_file_that_does_not_fit(
    tmp_path: Path, url: str, content: str | None, reason: str
) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_text(content)
    with pytest.raises(Misconfigured, match=reason):
        Settings(database_url=url, database_password_file=file).require_database_url()


def test_age_limit_follows_registration() -> None:
    assert Settings(site_registration="open").event_age_limit_days == 100
    assert Settings(site_registration="closed").event_age_limit_days == 7
    assert Settings(site_registration="closed", max_event_age_days=30).event_age_limit_days == 30


def test_every_setting_is_documented() -> None:
    page = (PROJECT_DIR / "docs" / "configuration.md").read_text()
    names = [str(field.validation_alias) for field in Settings.model_fields.values()]
    assert [name for name in names if f"`{name}`" not in page] == []

"""Settings: every environment variable that Footfall reads, with type, default and meaning.

`Settings.from_environment()` is called once, at the composition roots; nothing else reads the
environment. docs/configuration.md is checked against this class by a test.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlsplit

from pydantic import Field, FilePath, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from footfall.errors import Misconfigured

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

PROJECT_DIR = Path(__file__).resolve().parents[2]

OPEN_MAX_EVENT_AGE_DAYS = 100
CLOSED_MAX_EVENT_AGE_DAYS = 7


def plain_url(url: str) -> str:
    """`url` as asyncpg and psql read it, without a SQLAlchemy driver name."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.partition("+")[0] not in ("postgresql", "postgres"):
        raise Misconfigured(
            "DATABASE_URL must look like postgresql://user:password@host:5432/database."
        )
    return f"postgresql://{rest}"


class Settings(BaseSettings):
    """Frozen; unknown variables are ignored, wrong values stop the start with one sentence each."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, env_ignore_empty=True
    )

    database_url: SecretStr | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="PostgreSQL 16 to 18 to use, as postgresql://user:password@host/database. "
        "`make up` starts an embedded one where this is not set.",
    )
    database_password_file: Path | None = Field(
        default=None,
        validation_alias="FOOTFALL_DATABASE_PASSWORD_FILE",
        description="File that holds the password for DATABASE_URL, for secrets mounted as files.",
    )
    port: int = Field(
        default=8080,
        ge=1,
        le=65535,
        validation_alias="FOOTFALL_PORT",
        description="TCP port of nginx, the only one that visitors need.",
    )
    bind: str = Field(
        default="127.0.0.1",
        validation_alias="FOOTFALL_BIND",
        description="Address that nginx listens on. The API always stays on loopback in `make up`.",
    )
    api_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        validation_alias="FOOTFALL_API_PORT",
        description="TCP port of the API on loopback; a free one is taken and printed by default.",
    )
    database_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        validation_alias="FOOTFALL_DATABASE_PORT",
        description="TCP port on 127.0.0.1 at which the PostgreSQL of `make up` lets in readers, which "
        "`footfall reader create` makes, and nobody else. Default: none, only its private socket.",
    )
    data_dir: Path = Field(
        default=Path(".footfall"),
        validation_alias="FOOTFALL_DATA_DIR",
        description="Folder of `make up` for the database, logs and secrets; fetched lists are in it everywhere.",
    )
    spool_dir: Path | None = Field(
        default=None,
        validation_alias="FOOTFALL_SPOOL_DIR",
        description="Folder where events wait while the database is away; API and worker share it. "
        "Default: spool in FOOTFALL_DATA_DIR.",
    )
    spool_max_mib: int = Field(
        default=1024,
        ge=1,
        validation_alias="FOOTFALL_SPOOL_MAX_MIB",
        description="MiB that may wait there; beyond, /collect answers 503 with Retry-After.",
    )
    public_url: str | None = Field(
        default=None,
        validation_alias="FOOTFALL_PUBLIC_URL",
        description="Address under which visitors' browsers reach nginx, as in https://stats.example.org; "
        "it stands in the snippet and in links for users. Default: the address that the dashboard is opened at.",
    )
    token: SecretStr | None = Field(
        default=None,
        validation_alias="FOOTFALL_TOKEN",
        description="Token for scripts, which opens the API and the dashboard, at least 16 characters. "
        "Generated and kept in the database where neither this nor the file is set.",
    )
    token_file: Path | None = Field(
        default=None,
        validation_alias="FOOTFALL_TOKEN_FILE",
        description="File that holds the token, for secrets mounted as files.",
    )
    site_registration: Literal["open", "closed"] = Field(
        default="open",
        validation_alias="SITE_REGISTRATION",
        description="open: an event of an unknown site creates the site (at most 1,000), and /events/* is "
        "readable. closed: unknown sites are refused and /events/* needs the token.",
    )
    max_event_age_days: int | None = Field(
        default=None,
        ge=1,
        validation_alias="FOOTFALL_MAX_EVENT_AGE",
        description="Days; an older event timestamp is replaced by the time of receipt. "
        f"Default {OPEN_MAX_EVENT_AGE_DAYS} with open, {CLOSED_MAX_EVENT_AGE_DAYS} with closed registration.",
    )
    limit_rate: int = Field(
        default=100,
        ge=1,
        validation_alias="FOOTFALL_LIMIT_RATE",
        description="Requests to collection a second that nginx takes from one address; more are answered by 429.",
    )
    limit_burst: int = Field(
        default=500,
        ge=0,
        validation_alias="FOOTFALL_LIMIT_BURST",
        description="Requests that one address may send at once beyond that.",
    )
    limit_loopback: bool = Field(
        default=False,
        validation_alias="FOOTFALL_LIMIT_LOOPBACK",
        description="Whether requests from loopback are limited, too.",
    )
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = Field(
        default=(ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128")),
        validation_alias="FOOTFALL_TRUSTED_PROXIES",
        description="Comma-separated addresses or networks whose X-Forwarded-For is believed.",
    )

    geo_database: FilePath | None = Field(
        default=None,
        validation_alias="FOOTFALL_GEO_DATABASE",
        description="MMDB file that tells places of addresses. Default: lists/dbip-city-lite.mmdb in "
        "FOOTFALL_DATA_DIR, else the countries of DB-IP lite that come with Footfall.",
    )

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_networks(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(
                ipaddress.ip_network(part.strip()) for part in value.split(",") if part.strip()
            )
        return value

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, value: str | None) -> str | None:
        if value is None or value == "":
            return None
        if not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")

    @field_validator("token")
    @classmethod
    def _check_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or value.get_secret_value() == "":
            return None
        if len(value.get_secret_value()) < 16:
            raise ValueError("must have at least 16 characters")
        return value

    @classmethod
    def from_environment(cls, **overrides: Any) -> Settings:
        """Read the environment once. Raises Misconfigured with one line per wrong variable."""
        try:
            return cls(**overrides)
        except ValidationError as error:
            lines = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
            raise Misconfigured("Wrong setting: " + "; ".join(lines)) from None

    @property
    def event_age_limit_days(self) -> int:
        if self.max_event_age_days is not None:
            return self.max_event_age_days
        is_open = self.site_registration == "open"
        return OPEN_MAX_EVENT_AGE_DAYS if is_open else CLOSED_MAX_EVENT_AGE_DAYS

    @property
    def geo_files(self) -> tuple[Path, ...]:
        """Databases of places, the better ones first."""
        if self.geo_database is not None:
            return (self.geo_database,)
        return (
            self.lists_folder / "dbip-city-lite.mmdb",
            PROJECT_DIR / "lists" / "dist" / "dbip-country.mmdb",
        )

    @property
    def lists_folder(self) -> Path:
        """Where `footfall lists update` puts what it fetched."""
        return self.data_dir / "lists"

    @property
    def spool_folder(self) -> Path:
        return self.spool_dir if self.spool_dir is not None else self.data_dir / "spool"

    def require_database_url(self) -> str:
        """The database's address with its password. Raises Misconfigured where none is set."""
        if self.database_url is None:
            raise Misconfigured(
                "DATABASE_URL is not set: name a PostgreSQL database, or use `make up`."
            )
        url = self.database_url.get_secret_value()
        if self.database_password_file is None:
            return url
        try:
            password = self.database_password_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Misconfigured(
                f"FOOTFALL_DATABASE_PASSWORD_FILE cannot be read: {error}"
            ) from None
        parts = urlsplit(url)
        user, at, host = parts.netloc.rpartition("@")
        if not at or ":" in user:
            raise Misconfigured(
                "DATABASE_URL must name a user and no password beside FOOTFALL_DATABASE_PASSWORD_FILE."
            )
        return parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}").geturl()

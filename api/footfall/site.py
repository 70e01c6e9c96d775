"""Sites and their cached look-up: what each asks for, and the automatic registration of new ones."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from footfall.database import AWAY, Connection, Pool, connection_within

MAX_AUTOMATIC_SITES: Final = 1_000
MAX_UNKNOWN_REMEMBERED: Final = 10_000
REGISTRATION_LOCK: Final = 7_207_004
LOOK_UP_LIMIT_S: Final = 5.0


class SiteSettings(BaseModel):
    """What a site's owner chose, as `sites.settings` holds it; every key may be left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bots: Literal["flag", "drop"] = Field(
        default="flag",
        description="flag: keep what bots do apart from the reports. drop: do not keep it.",
    )
    respect_dnt: bool = Field(
        default=True, description="Whether Do Not Track and Global Privacy Control stop everything."
    )
    privacy: Literal["standard", "gdpr", "hipaa"] = Field(
        default="standard", description="How much of what visitors do may be kept."
    )
    query_parameters: tuple[str, ...] = Field(
        default=(),
        description="Query parameters of page addresses that are kept besides the usual.",
    )
    requires_key: bool = Field(
        default=False, description="Whether events need an ingest key of the site."
    )
    events_per_minute: int | None = Field(
        default=None, ge=1, description="More events than this in a minute are answered by 429."
    )
    script: dict[str, str | int | float | bool] = Field(
        default_factory=dict,
        description="Options of the tracking script for /pixel/SITE/tracking.js, as storage or sampleRate.",
    )


DEFAULT_SETTINGS: Final = SiteSettings()


@dataclass(frozen=True, slots=True)
class Site:
    """A site that may be sent to. allowed_domains: hosts, `*.` before any sub-domain; empty allows all."""

    site_id: str
    timezone: str = "UTC"
    allowed_domains: tuple[str, ...] = ()
    settings: SiteSettings = DEFAULT_SETTINGS
    hmac_secret: str | None = None


_SITES: Final = TypeAdapter(list[Site])


class SiteDirectory:
    """The sites known to this process, read anew every REFRESH_S.

    Refused ids are remembered until then too, so that a flood of unknown ones costs no queries. While
    the database is away, what was known stays known, also to a process that starts meanwhile, by the
    file `memory`; open registration then takes an unknown id at its word, to be registered later.
    """

    REFRESH_S: Final = 30.0

    def __init__(self, pool: Pool, *, registers_unknown: bool, memory: Path | None = None) -> None:
        self._pool = pool
        self._registers_unknown = registers_unknown
        self._memory = memory
        self._known: dict[str, Site] = {}
        self._refused: set[str] = set()

    async def refresh(self) -> None:
        """Read all sites: some may have been added or deleted. Raises what the database raises."""
        async with self._pool.acquire() as connection:
            known = await _read(connection, None)
        if self._memory is not None and known != self._known:
            await asyncio.to_thread(_remember, self._memory, known)
        self._known = known
        self._refused.clear()

    def recall(self) -> None:
        """Know what the file tells, for a start without the database. Nothing where there is none."""
        if self._memory is not None:
            with suppress(FileNotFoundError, ValidationError):
                sites = _SITES.validate_json(self._memory.read_bytes())
                self._known = {site.site_id: site for site in sites}

    async def find(self, site_ids: Collection[str]) -> Mapping[str, Site]:
        """Those of `site_ids` that exist; open registration makes the missing ones (UTC) up to its limit."""
        found = {s: self._known[s] for s in site_ids if s in self._known}
        missing = {s for s in site_ids if s not in found and s not in self._refused}
        if missing:
            try:
                read = await self._look_up(missing)
            except AWAY:
                if not self._registers_unknown:
                    raise
                return found | {site_id: Site(site_id) for site_id in missing}
            found |= read
            self._known = self._known | read
            if len(self._refused) > MAX_UNKNOWN_REMEMBERED:
                self._refused.clear()
            self._refused |= missing - read.keys()
        return found

    async def _look_up(self, missing: Collection[str]) -> dict[str, Site]:
        async with (
            connection_within(self._pool, LOOK_UP_LIMIT_S) as connection,
            connection.transaction(),
        ):
            read = await _read(connection, missing)
            if self._registers_unknown and len(read) < len(missing):
                # One registration at a time, or many at once would each see room for one more.
                await connection.execute(f"select pg_advisory_xact_lock({REGISTRATION_LOCK})")
                await connection.execute(
                    _REGISTER, sorted(set(missing) - read.keys()), MAX_AUTOMATIC_SITES
                )
                read = await _read(connection, missing)
        return read


def _remember(path: Path, sites: Mapping[str, Site]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(f".{os.getpid()}")
    # Secrets of sites are in it.
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(_SITES.dump_json(list(sites.values())))
    draft.replace(path)


_REGISTER: Final = """
    insert into sites (site_id, registered_by)
    select site_id, 'event'
    from unnest($1::text[]) with ordinality as wanted (site_id, place)
    where place + (select count(*) from sites where registered_by = 'event') <= $2
    on conflict do nothing
"""


def _settings(document: dict[str, Any]) -> SiteSettings:
    """Settings of a newer release must not cost events: what this one does not know is left out."""
    try:
        return SiteSettings.model_validate(document)
    except ValidationError as error:
        wrong = {problem["loc"][0] for problem in error.errors()}
        return SiteSettings.model_validate({k: v for k, v in document.items() if k not in wrong})


async def _read(connection: Connection, site_ids: Collection[str] | None) -> dict[str, Site]:
    """Sites by id; None reads all."""
    rows = await connection.fetch(
        """
        select site_id, timezone, allowed_domains, settings, hmac_secret
        from sites
        where $1::text[] is null or site_id = any($1::text[])
        """,
        None if site_ids is None else list(site_ids),
    )
    return {
        row["site_id"]: Site(
            row["site_id"],
            row["timezone"],
            tuple(row["allowed_domains"]),
            _settings(row["settings"]),
            row["hmac_secret"],
        )
        for row in rows
    }

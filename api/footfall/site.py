"""Sites and their cached look-up: what each asks for, and the automatic registration of new ones."""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import os
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from footfall.database import AWAY, Connection, Pool, connection_within

MAX_AUTOMATIC_SITES: Final = 1_000
MAX_UNKNOWN_REMEMBERED: Final = 10_000
REGISTRATION_LOCK: Final = 7_207_004
LOOK_UP_LIMIT_S: Final = 5.0
LOOK_AGAIN_S: Final = 1.0
# RFC 1035: 253 characters, labels of at most 63. The underscore is no host's by the letter, and in use.
_HOST: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\Z")


def read_host(text: str) -> str | None:
    """A host as it is compared: lower case, without a dot at its end, Unicode as browsers send it."""
    host = text.strip().lower().rstrip(".")
    if not host.isascii():
        try:
            host = host.encode("idna").decode()
        except UnicodeError:
            return None
    try:
        return str(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        return host if _HOST.match(host) else None


def hash_key(key: str) -> str:
    """What is kept of a key, in hexadecimal: it holds 256 random bits, so no slow hash is needed."""
    return hashlib.sha256(key.encode()).hexdigest()


class ScriptOptions(BaseModel):
    """Options of the tracking script that its server gives it; see tracking/README.md for their meaning."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    storage: Literal["local", "none"] | None = None
    consent: Literal["required"] | None = None
    sampleRate: float | None = Field(default=None, gt=0, le=100)
    exclude: str | None = Field(default=None, max_length=1_000)
    trackHash: bool | None = None
    hashRouting: bool | None = None
    formValues: bool | None = None
    webVitals: bool | None = None
    textPreview: bool | None = None
    trackPageViews: bool | None = None
    trackClicks: bool | None = None
    trackForms: bool | None = None
    trackScrollDepth: bool | None = None
    trackTextSelection: bool | None = None
    trackPageVisibility: bool | None = None
    enableSpaDetection: bool | None = None


QueryParameter = Annotated[str, StringConstraints(min_length=1, max_length=100)]


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
    query_parameters: tuple[QueryParameter, ...] = Field(
        default=(),
        max_length=100,
        description="Query parameters of page addresses that are kept besides the usual.",
    )
    requires_key: bool = Field(
        default=False, description="Whether events need an ingest key of the site."
    )
    events_per_minute: int | None = Field(
        default=None, ge=1, description="More events than this in a minute are answered by 429."
    )
    keep_events_days: int | None = Field(
        default=None,
        ge=8,
        description="Days after which raw events are removed; none: they are kept. Sums stay.",
    )
    keep_details_days: int | None = Field(
        default=None,
        ge=8,
        description="Days after which sessions, pageviews, events and forms are removed. Sums stay.",
    )
    script: ScriptOptions = Field(
        default=ScriptOptions(),
        description="Options of the tracking script for /pixel/SITE/tracking.js, as storage or sampleRate.",
    )


DEFAULT_SETTINGS: Final = SiteSettings()


@dataclass(frozen=True, slots=True)
class Site:
    """A site that may be sent to. allowed_domains: hosts, `*.` before any sub-domain; empty allows all.

    ingest_keys: the hashes of those that are valid.
    """

    site_id: str
    timezone: str = "UTC"
    allowed_domains: tuple[str, ...] = ()
    settings: SiteSettings = DEFAULT_SETTINGS
    hmac_secret: str | None = None
    ingest_keys: tuple[str, ...] = ()

    @property
    def is_guarded(self) -> bool:
        """Whether it asks anything of those who send to it."""
        return bool(
            self.allowed_domains or self.settings.requires_key or self.hmac_secret is not None
        )

    def allows(self, host: str | None) -> bool:
        """Whether pages of `host` may send; a wildcard is for sub-domains, not for the domain itself."""
        if not self.allowed_domains:
            return True
        name = read_host(host) if host else None
        return name is not None and any(
            name.endswith(domain[1:]) if domain.startswith("*.") else name == domain
            for domain in self.allowed_domains
        )


_SITES: Final = TypeAdapter(list[Site])


class SiteDirectory:
    """The sites known to this process, read anew every REFRESH_S.

    Refused ids are remembered for LOOK_AGAIN_S, so that a flood of unknown ones costs few queries, and whoever
    adds a site after its first event was refused need not wait. While
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
        self._refused_since = -LOOK_AGAIN_S
        self._looked_again_at = -LOOK_AGAIN_S
        self._used_keys: set[str] = set()

    async def refresh(self) -> None:
        """Read all sites: some may have been added or deleted. Raises what the database raises."""
        async with self._pool.acquire() as connection:
            if self._used_keys:
                used, self._used_keys = self._used_keys, set()
                await connection.execute(_NOTE_USE, [bytes.fromhex(key) for key in used])
            known = await _read(connection, None)
        if self._memory is not None and known != self._known:
            await asyncio.to_thread(_remember, self._memory, known)
        self._known = known

    def note_use(self, key_hash: str) -> None:
        """Remember that an ingest key was used; the next refresh writes it down."""
        self._used_keys.add(key_hash)

    async def look_again(self, site_ids: Collection[str]) -> Mapping[str, Site]:
        """What these sites allow by now, for whom they refused: a key may be a second old.

        Reads at most once in LOOK_AGAIN_S, so that strangers cost no more; empty where it did not.
        """
        now = asyncio.get_running_loop().time()
        if now - self._looked_again_at < LOOK_AGAIN_S:
            return {}
        self._looked_again_at = now
        try:
            async with connection_within(self._pool, LOOK_UP_LIMIT_S) as connection:
                read = await _read(connection, site_ids)
        except AWAY:
            return {}
        self._known = self._known | read
        return read

    async def find_registered(self, site_id: str) -> Site | None:
        """The site, if it exists; unlike find() this makes none. Raises what the database raises."""
        self._forget_refused()
        if site_id in self._known or site_id in self._refused or "\x00" in site_id:
            return self._known.get(site_id)
        async with connection_within(self._pool, LOOK_UP_LIMIT_S) as connection:
            read = await _read(connection, [site_id])
        self._known = self._known | read
        return read.get(site_id)

    def recall(self) -> None:
        """Know what the file tells, for a start without the database. Nothing where there is none."""
        if self._memory is not None:
            with suppress(FileNotFoundError, ValidationError):
                sites = _SITES.validate_json(self._memory.read_bytes())
                self._known = {site.site_id: site for site in sites}

    async def find(self, site_ids: Collection[str]) -> Mapping[str, Site]:
        """Those of `site_ids` that exist; open registration makes the missing ones (UTC) up to its limit."""
        found = {s: self._known[s] for s in site_ids if s in self._known}
        if len(found) < len(site_ids):
            self._forget_refused()
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
            self._refused |= missing - read.keys()
        return found

    def _forget_refused(self) -> None:
        now = asyncio.get_running_loop().time()
        is_full = len(self._refused) > MAX_UNKNOWN_REMEMBERED
        if is_full or now - self._refused_since >= LOOK_AGAIN_S:
            self._refused.clear()
            self._refused_since = now

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


# To the hour: finer would be a write with each refresh.
_NOTE_USE: Final = """
    update api_keys
    set last_used_at = now()
    where key_hash = any($1::bytea[])
        and (last_used_at is null or last_used_at < now() - interval '1 hour')
"""


def read_settings(document: dict[str, Any]) -> SiteSettings:
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
        select
            site_id, timezone, allowed_domains, settings, hmac_secret,
            array(
                select encode(key_hash, 'hex')
                from api_keys
                where api_keys.site_id = sites.site_id
                    and scope = 'ingest'
                    and revoked_at is null
                order by key_id
            ) as ingest_keys
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
            read_settings(row["settings"]),
            row["hmac_secret"],
            tuple(row["ingest_keys"]),
        )
        for row in rows
    }

"""May this request send to that site? By the page's domain, an ingest key and a signature.

Each site says which of them it asks for (site.Site); nothing here knows of the database.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

from footfall.event import Dropped, DropReason, Hit
from footfall.ingest.page import split_url
from footfall.ingest.pipeline import site_id_of
from footfall.site import Site, hash_key


class Admission:
    """One request at the door. host: of the page that sends, None where no header names one.

    used_keys: the hashes of the ingest keys that let something in.
    """

    def __init__(
        self, headers: Mapping[bytes, bytes], signed: bytes | None, ip: str, *, by_referer: bool
    ) -> None:
        origin = headers.get(b"origin")
        if origin is None and by_referer:
            origin = headers.get(b"referer")
        self._names_origin = origin is not None
        self.host = _host(origin) if origin is not None else None
        self._headers = headers
        self._signed = signed
        self._ip = ip
        self.used_keys: set[str] = set()
        self._decided: dict[str, tuple[Site, Dropped | None]] = {}

    def refuse(self, hit: Hit, sites: Mapping[str, Site]) -> Dropped | None:
        """Why the hit may not enter its site; None where it may, and for a site that is not there."""
        site = sites.get(site_id_of(hit) or "")
        if site is None:
            return None
        return self._check_origin(hit, site) or self._check_credentials(site)

    def vouches(self, site: Site) -> bool:
        """Whether the site's own server sends this: it showed a key or a signature of the site."""
        is_signed = site.hmac_secret is not None and self._is_signed(site.hmac_secret.encode())
        return is_signed or (bool(site.ingest_keys) and self._valid_key(site) is not None)

    def _check_origin(self, hit: Hit, site: Site) -> Dropped | None:
        if not site.allowed_domains:
            return None
        host = self.host
        if not self._names_origin:
            # Not a browser's page: a server, which tells the page's address, or shows the site's key.
            parts = split_url(hit.url)
            host = parts.hostname if parts is not None else None
            if host is None and self._valid_key(site) is not None:
                return None
        if site.allows(host):
            return None
        return Dropped(DropReason.ORIGIN, "origin", "is none of the domains that this site allows")

    def _check_credentials(self, site: Site) -> Dropped | None:
        """Key and signature, once for each site of the request."""
        known = self._decided.get(site.site_id)
        if known is None or known[0] is not site:
            known = self._decided[site.site_id] = (site, self._decide(site))
        return known[1]

    def _decide(self, site: Site) -> Dropped | None:
        if site.settings.requires_key:
            key_hash = self._valid_key(site)
            if key_hash is None:
                return Dropped(
                    DropReason.KEY,
                    "X-Footfall-Key",
                    "is missing or wrong, and this site takes events with an ingest key only",
                )
            self.used_keys.add(key_hash)
        if site.hmac_secret is not None and not self._is_signed(site.hmac_secret.encode()):
            return Dropped(
                DropReason.SIGNATURE,
                "X-TA-Signature",
                "is missing or wrong, and this site takes signed events only",
            )
        return None

    def _valid_key(self, site: Site) -> str | None:
        """The hash of a key of the site, under any of the names that a key may come by."""
        for name in (b"x-footfall-key", b"x-ta-api-key", b"authorization"):
            given = self._headers.get(name, b"").decode("latin-1")
            if name == b"authorization":
                scheme, _, given = given.partition(" ")
                given = given if scheme.lower() == "bearer" else ""
            if given and (key_hash := hash_key(given.strip())) in site.ingest_keys:
                return key_hash
        return None

    def _is_signed(self, secret: bytes) -> bool:
        if self._signed is None:
            return False
        given = self._headers.get(b"x-ta-signature")
        if given is not None:
            return hmac.compare_digest(given, sign(secret, self._signed))
        given = self._headers.get(b"x-gotrack-hmac", b"")
        return hmac.compare_digest(given, sign(gotrack_key(secret, self._ip), self._signed))


def sign(secret: bytes, body: bytes) -> bytes:
    """Lower-case hexadecimal HMAC-SHA256, as Tiny Analytics signs a body."""
    return hmac.new(secret, body, hashlib.sha256).hexdigest().encode()


def gotrack_key(secret: bytes, ip: str) -> bytes:
    """What GoTrack signs with in the browser at `ip`, which never learns the secret itself."""
    return hmac.new(secret, f"client-key:{ip}".encode(), hashlib.sha256).digest()


def _host(address: bytes) -> str | None:
    try:
        return urlsplit(address.decode("latin-1")).hostname
    except ValueError:
        return None

"""Who may ask what: one row for each route of the app. A route without a row fails test_access.py.

A new row says the least role, where the request names the site, and a request that is answered well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from build import NOON

# public: everybody. when closed: the administrator, and everybody while registration is open. anyone: whoever is
# known. self: only a person who is signed in.
Need = Literal[
    "public", "when closed", "anyone", "self", "viewer", "editor", "owner", "administrator"
]

DAY: Final = NOON.date().isoformat()


@dataclass(frozen=True, slots=True)
class Row:
    """query, body: made for a site. Names in braces of the path are filled from the site's ids."""

    need: Need
    names_site: bool = False
    query: Callable[[str], dict[str, Any]] = lambda site: {}
    body: Callable[[str], Any] | None = None


def _query(site: str) -> dict[str, Any]:
    return {"site_id": site, "start_date": DAY, "end_date": DAY, "metrics": ["visitors"]}


def _days_of(site: str) -> dict[str, Any]:
    return {"site_id": site, "start_date": DAY, "end_date": DAY}


def _days(site: str) -> dict[str, Any]:
    return {"site_id": site, "from": DAY, "to": DAY}


ROUTES: Final[dict[str, Row]] = {
    # Collection, and what the pages of sites load.
    "POST /collect": Row("public"),
    "POST /e": Row("public"),
    "GET /px.gif": Row("public"),
    "POST /v1/collect": Row("public"),
    "GET /pixel/{site_id:path}/tracking.js": Row("public"),
    "HEAD /pixel/{site_id:path}/tracking.js": Row("public"),
    # The operator's, on the API's own port: nginx does not pass them on.
    "GET /metrics": Row("public"),
    "GET /openapi.json": Row("public"),
    "GET /docs": Row("public"),
    "GET /docs/oauth2-redirect": Row("public"),
    "GET /redoc": Row("public"),
    # Probes.
    "GET /healthz": Row("public"),
    "GET /readyz": Row("public"),
    "GET /health": Row("public"),
    # How strangers become somebody.
    "POST /api/session": Row("public"),
    "GET /api/setup": Row("public"),
    "POST /api/setup": Row("public"),
    "POST /api/setup/link": Row("public"),
    # Seed 003's.
    "GET /events/count": Row("when closed"),
    "GET /events/recent": Row("when closed"),
    # Of whoever asks.
    "GET /api/session": Row("anyone"),
    "DELETE /api/session": Row("self"),
    "PUT /api/session/password": Row("self", body=lambda site: {}),
    "GET /api/vocabulary": Row("anyone"),
    "GET /api/sites": Row("anyone"),
    "GET /api/overview": Row("anyone"),
    # Reports.
    "POST /api/query": Row("viewer", True, body=_query),
    "POST /api/query.csv": Row("viewer", True, body=_query),
    "POST /api/sessions": Row("viewer", True, body=_days_of),
    "POST /api/sessions.csv": Row("viewer", True, body=_days_of),
    "GET /api/sessions/{session}": Row("viewer", True, query=lambda site: {"site_id": site}),
    "POST /api/web-vitals": Row("viewer", True, body=_days_of),
    "GET /v1/metrics/pageviews": Row("viewer", True, query=_days),
    "GET /v1/metrics/unique-users": Row("viewer", True, query=_days),
    "GET /v1/metrics/top-pages": Row("viewer", True, query=_days),
    "GET /api/ledger": Row("viewer", True, query=lambda site: {"site_id": site}),
    "GET /api/sites/{site_id}/installation": Row("viewer", True),
    "GET /api/sites/{site_id}/quality": Row("viewer", True),
    "GET /api/sites/{site_id}/realtime": Row("viewer", True),
    "GET /api/sites/{site_id}/realtime/stream": Row("viewer", True),
    # A site's settings.
    "GET /api/sites/{site_id}": Row("editor", True),
    "PATCH /api/sites/{site_id}": Row("editor", True, body=lambda site: {"timezone": "Asia/Tokyo"}),
    # Keys, people, data subjects, and the site itself.
    "GET /api/keys": Row("owner"),
    "POST /api/keys": Row("owner", True, body=lambda site: {"scope": "read", "site_id": site}),
    "DELETE /api/keys/{key_id}": Row("owner", True),
    "POST /api/sites/{site_id}/reset": Row("owner", True),
    "POST /api/sites/{site_id}/secret": Row("owner", True),
    "DELETE /api/sites/{site_id}/secret": Row("owner", True),
    "GET /api/sites/{site_id}/users": Row("owner", True),
    "PUT /api/sites/{site_id}/users": Row(
        "owner", True, body=lambda site: {"name": "somebody new", "role": "viewer"}
    ),
    "DELETE /api/sites/{site_id}/users/{user_id}": Row("owner", True),
    "GET /api/privacy/export": Row(
        "owner", True, query=lambda site: {"site_id": site, "visitor_id": "kept-secret-visitor"}
    ),
    "POST /api/privacy/erase": Row(
        "owner", True, body=lambda site: {"site_id": site, "visitor_id": "kept-secret-visitor"}
    ),
    "DELETE /api/sites/{site_id}": Row("owner", True),
    # The installation.
    "POST /api/sites": Row("administrator", body=lambda site: {"site_id": "another"}),
    "GET /api/users": Row("administrator"),
    "POST /api/users": Row("administrator", body=lambda site: {"name": "somebody else"}),
    "PATCH /api/users/{user_id}": Row("administrator", body=lambda site: {"disabled": True}),
    "POST /api/users/{user_id}/link": Row("administrator"),
    "DELETE /api/users/{user_id}": Row("administrator"),
    "GET /api/connection": Row("administrator"),
    "GET /etl/status": Row("administrator"),
    "POST /etl/run": Row("administrator"),
    "POST /etl/daily": Row("administrator"),
    "POST /etl/cleanup": Row("administrator"),
}

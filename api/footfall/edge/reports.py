"""Sites, installation check and the query API for the dashboard; everything needs the token."""

from fastapi import APIRouter, Depends

from footfall.edge.auth import require_token

router = APIRouter(prefix="/api", dependencies=[Depends(require_token)])

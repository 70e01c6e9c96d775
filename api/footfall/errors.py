"""Every error that crosses a module boundary, as one tree by what the caller must do.

    FootfallError
      Rejected            the caller's fault; say which field, keep nothing         400
        TooLarge          the body or the batch is over its limit                   413
        UnsupportedType   neither JSON nor text                                     415
        Unprocessable     well-formed JSON of a shape or value we do not accept     422
        Unauthorized      no token or key, or a wrong one                           401
        Forbidden         a right one, for something else; an origin not listed     403
        NotFound          no such site, report or page                              404
        Conflict          it is there already                                       409
        TooMany           more than the site's limit; try again later               429
      Unavailable         the database is away or full; try again later             503
      Misconfigured       a setting or the machine is not usable; one sentence      (exit status 1)

A dropped hit is not an error but a value (`event.Dropped`). Each class holds its HTTP status; `edge`
renders `{"error": code, "detail": sentence}` in one place.
"""

from __future__ import annotations


class FootfallError(Exception):
    """Base of the tree. `detail` is one sentence for the person who reads the answer."""

    status = 500
    code = "internal"

    def __init__(self, detail: str, *, field: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field


class Rejected(FootfallError):
    status = 400
    code = "bad_request"


class TooLarge(Rejected):
    status = 413
    code = "too_large"


class UnsupportedType(Rejected):
    status = 415
    code = "unsupported_type"


class Unprocessable(Rejected):
    status = 422
    code = "unprocessable"


class Unauthorized(Rejected):
    status = 401
    code = "unauthorized"


class Forbidden(Rejected):
    status = 403
    code = "forbidden"


class NotFound(Rejected):
    status = 404
    code = "not_found"


class Conflict(Rejected):
    status = 409
    code = "conflict"


class TooMany(Rejected):
    status = 429
    code = "too_many_requests"

    def __init__(self, detail: str, *, retry_after_s: int, field: str | None = None) -> None:
        super().__init__(detail, field=field)
        self.retry_after_s = retry_after_s


class Unavailable(FootfallError):
    status = 503
    code = "unavailable"

    def __init__(self, detail: str, *, retry_after_s: int = 5) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class Misconfigured(FootfallError):
    """Raised at start only; `cli` prints the sentence and exits with 1."""

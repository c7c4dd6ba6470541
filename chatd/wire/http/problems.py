"""Problem details: errors as HTTP tells them (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec

from chatd.errors import ChatError, HttpError
from chatd.wire.commands import Command
from chatd.wire.http.message import PROBLEM, HttpResponse

REFERENCE = "/api/v1/"
"""Where people can read what the codes mean."""

STATUS_OF: Mapping[str, int] = {
    "bad_request": 400,
    "bad_frame": 400,
    "unsupported_version": 400,
    "unauthenticated": 401,
    "auth_failed": 401,
    "forbidden": 403,
    "banned": 403,
    "unknown_method": 404,
    "not_found": 404,
    "conflict": 409,
    "expired": 410,
    "too_large": 413,
    "rate_limited": 429,
    "internal": 500,
    "overloaded": 503,
    "storage_full": 507,
}

WORD_OF = {404: "not_found", 413: "too_large"}
"""The codes of requests that are refused for their form, where one fits better than others."""


OF_TOKENS: Mapping[str, str] = {"unauthenticated": "", "auth_failed": ""}
"""What a request that needs a token may be refused with. "" is: when the code's own words say."""


def refusals_of(command: Command) -> dict[str, str]:
    """Return what a command may be refused with over HTTP, and when."""
    return {**(OF_TOKENS if command.needs_login else {}), **command.refuses}


def problem(error: ChatError, now_ms: int = 0) -> HttpResponse:
    """Return the answer that tells of an error; now_ms: for how long to wait."""
    if isinstance(error, HttpError):
        status, code = error.status, WORD_OF.get(error.status, error.code)
        fields = dict(error.fields)
    else:
        status, code = STATUS_OF[error.code], error.code
        fields = _fields(error, status, now_ms)
    details = {
        "type": f"{REFERENCE}#{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": error.message,
        "code": code,
        **error.detail,
    }
    return HttpResponse(status, msgspec.json.encode(details), PROBLEM, fields)


def _fields(error: ChatError, status: int, now_ms: int) -> dict[str, str]:
    if status == 401:
        return {"www-authenticate": "Bearer"}
    reset_at = error.detail.get("reset_at")
    if status == 429 and isinstance(reset_at, int):
        return {"retry-after": str(max(1, -(-(reset_at - now_ms) // 1000)))}
    if status in (429, 503):
        return {"retry-after": "60" if status == 429 else "5"}
    return {}

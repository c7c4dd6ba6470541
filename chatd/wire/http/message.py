"""What HTTP says, free of how: a request that was read, and an answer to be written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

JSON = "application/json"
PROBLEM = "application/problem+json"
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A whole request. path: as it was sent, not decoded. fields: by names in lower case.

    body: empty if it comes in chunks behind the request.
    """

    method: str
    path: str
    query: str
    fields: Mapping[str, str]
    body: bytes = b""


class BodyChunk(NamedTuple):
    """The next bytes of a body that is taken in chunks. is_last: it ends behind them."""

    data: bytes
    is_last: bool


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A whole response.

    fields: those that differ from one answer to the other.
    gzipped: the body compressed, if that was done beforehand; else it is done where it pays.
    """

    status: int
    body: bytes = b""
    kind: str = TEXT
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    gzipped: bytes = b""


def accepts(request: HttpRequest, kind: str) -> bool:
    """Whether a request takes an answer of this kind (RFC 9110, section 12.5.1)."""
    kind = kind.partition(";")[0]
    ranges = _qualities(request.fields.get("accept", "*/*"))
    for name in (kind, kind.partition("/")[0] + "/*", "*/*"):
        if name in ranges:
            return ranges[name] > 0
    return False


def accepts_gzip(request: HttpRequest) -> bool:
    """Whether an answer may be compressed (RFC 9110, section 12.5.3)."""
    codings = _qualities(request.fields.get("accept-encoding", ""))
    return codings.get("gzip", codings.get("*", 0.0)) > 0


def media_type(request: HttpRequest) -> str:
    """Return what kind of body a request has, in lower case and without parameters."""
    return request.fields.get("content-type", "").partition(";")[0].strip().lower()


def _qualities(text: str) -> dict[str, float]:
    """Return the items of a list with their weights; what can't be read weighs nothing."""
    found: dict[str, float] = {}
    for item in text.split(","):
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        weights = [p[2:] for p in parameters if p.startswith("q=")]
        try:
            found[name] = float(weights[0]) if weights else 1.0
        except ValueError:
            found[name] = 0.0
    return found

"""Pages: what the server tells of its API over HTTP, to people and to programs."""

import gzip
from functools import cache

import msgspec

from chatd.http.api import Route, check_accepts
from chatd.http.sessions import HttpExchange
from chatd.wire.http import openapi, page
from chatd.wire.http.message import HTML, JSON, HttpResponse


class Pages:
    """The reference and the OpenAPI document. version: of the server."""

    def __init__(self, version: str) -> None:
        self._document, self._page = described(version)

    def routes(self) -> list[Route]:
        """Return what stands at which paths."""
        by = ("GET", "HEAD")
        api = openapi.BASE
        paths = ("/api", "/api/", api, api.rstrip("/"))
        return [
            *(Route(path, by, self._reference) for path in paths),
            Route(api + "openapi.json", by, self._openapi),
        ]

    def _reference(self, exchange: HttpExchange) -> HttpResponse:
        check_accepts(exchange.request, HTML)
        return self._page

    def _openapi(self, exchange: HttpExchange) -> HttpResponse:
        check_accepts(exchange.request, JSON)
        return self._document


@cache
def described(version: str) -> tuple[HttpResponse, HttpResponse]:
    """Return the OpenAPI document and the page made of it.

    Made once for all servers of a process, as it takes longer than all else that a start does.
    """
    document = openapi.document(version)
    as_page = static(page.page(document).encode(), HTML, page.POLICY)
    return static(msgspec.json.encode(document), JSON), as_page


def static(body: bytes, kind: str, policy: str = "") -> HttpResponse:
    """Return an answer that is always the same, and so compressed once only.

    policy: the Content-Security-Policy of a page.
    """
    fields = {"content-security-policy": policy} if policy else {}
    return HttpResponse(200, body, kind, fields, gzip.compress(body, mtime=0))

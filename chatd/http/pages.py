"""Pages: what the server tells of itself over HTTP, to people and to programs."""

import gzip
from functools import cache

import msgspec

from chatd.http.callers import Asked
from chatd.http.exchanges import Route, check_accepts
from chatd.wire.http import join_page, openapi, page
from chatd.wire.http.message import HTML, JSON, Answer


class Pages:
    """The reference, the OpenAPI document, and where a join link leads. version: of the server."""

    def __init__(self, version: str) -> None:
        self._document, self._page = described(version)
        self._join_page = static(join_page.PAGE.encode(), HTML, page.POLICY)

    def routes(self) -> list[Route]:
        """Return what stands at which paths."""
        by = ("GET", "HEAD")
        api = openapi.BASE
        return [
            *(Route(path, by, self._reference) for path in ("/", api, api.rstrip("/"))),
            Route(api + "openapi.json", by, self._openapi),
            Route(join_page.PATH, by, self._join),
        ]

    def _reference(self, asked: Asked) -> Answer:
        check_accepts(asked.request, HTML)
        return self._page

    def _join(self, asked: Asked) -> Answer:
        check_accepts(asked.request, HTML)
        return self._join_page

    def _openapi(self, asked: Asked) -> Answer:
        check_accepts(asked.request, JSON)
        return self._document


@cache
def described(version: str) -> tuple[Answer, Answer]:
    """Return the OpenAPI document and the page made of it.

    Made once for all servers of a process, as it takes longer than all else that a start does.
    """
    document = openapi.document(version)
    as_page = static(page.page(document).encode(), HTML, page.POLICY)
    return static(msgspec.json.encode(document), JSON), as_page


def static(body: bytes, kind: str, policy: str = "") -> Answer:
    """Return an answer that is always the same, and so compressed once only.

    policy: the Content-Security-Policy of a page.
    """
    fields = {"content-security-policy": policy} if policy else {}
    return Answer(200, body, kind, fields, gzip.compress(body, mtime=0))

"""The chat's page in the browser: the files that were built of `web/`, each at a path of its own.

    GET /, /join, /r/<room>/<seq>    the document; its script reads the rest of the address
    GET /assets/<name>-<hash>.<ext>  what never changes under its name
    GET /manifest.webmanifest, /sw.js, /THIRD-PARTY.txt

The files are read at the start and with new settings, never for a request: a path is looked up
among those that were read. Where nothing was built, `/` says how to do that, and a join link what
to do with it in the console.
"""

import hashlib
from collections.abc import Callable, Mapping
from functools import partial

from chatd.config import Settings
from chatd.errors import HttpError
from chatd.http.api import Branch, Route, check_accepts
from chatd.http.pages import static
from chatd.http.sessions import HttpExchange
from chatd.wire.http import join_page, page, unbuilt_page
from chatd.wire.http.message import HTML, TEXT, HttpResponse
from chatd.wire.http.ranges import is_known

ReadFiles = Callable[[], Mapping[str, bytes]]
"""Returns the built files by their names, with `.gz` behind it for the gzip form of one.

None at all if nothing was built. Raises OSError.
"""

ASSETS = "/assets/"
ROOMS = "/r/"
INDEX = "index.html"
ALONE = ("manifest.webmanifest", "sw.js", "THIRD-PARTY.txt")
KINDS = {
    ".css": "text/css; charset=utf-8",
    ".html": HTML,
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": TEXT,
    ".webmanifest": "application/manifest+json",
}
FIELDS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " connect-src 'self'; img-src 'self' blob:; media-src 'self' blob:; manifest-src 'self';"
    " worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types chatd",
    "cross-origin-opener-policy": "same-origin",
}
"""What all of the files are answered with, beside what every answer has."""
FOREVER = "public, max-age=31536000, immutable"
CHECKED = "no-cache"  # kept, and asked for again each time

Responses = Mapping[str, HttpResponse]


class Site:
    """Answers with the built files. read: reads them."""

    def __init__(self, read: ReadFiles) -> None:
        self._read = read
        self._unbuilt = static(unbuilt_page.PAGE.encode(), HTML, page.POLICY)
        self._join_page = static(join_page.PAGE.encode(), HTML, page.POLICY)
        self._take(_responses(read()))

    def prepare(self, settings: Settings) -> Callable[[], None]:
        """Read the files again; return what switches to them. Raises OSError."""
        return partial(self._take, _responses(self._read()))

    def _take(self, responses: Responses) -> None:
        self._responses = responses

    def routes(self) -> list[Route | Branch]:
        """Return what stands at which paths."""
        by = ("GET", "HEAD")
        return [
            Route("/", by, self._index),
            Route(join_page.PATH, by, self._join),
            Branch(ROOMS, by, self._room),
            Branch(ASSETS, by, lambda name, exchange: self._file(ASSETS[1:] + name, exchange)),
            *(Route(f"/{name}", by, partial(self._file, name)) for name in ALONE),
        ]

    def _index(self, exchange: HttpExchange) -> HttpResponse:
        return self._document(exchange, self._unbuilt)

    def _join(self, exchange: HttpExchange) -> HttpResponse:
        return self._document(exchange, self._join_page)

    def _room(self, below: str, exchange: HttpExchange) -> HttpResponse:
        return self._document(exchange, self._unbuilt)

    def _document(self, exchange: HttpExchange, unbuilt: HttpResponse) -> HttpResponse:
        check_accepts(exchange.request, HTML)
        return self._file(INDEX, exchange) if INDEX in self._responses else unbuilt

    def _file(self, name: str, exchange: HttpExchange) -> HttpResponse:
        response = self._responses.get(name)
        if response is None:
            raise HttpError(404, "there is nothing at this path")
        tag = response.fields.get("etag")
        if tag is not None and is_known(exchange.request.fields, tag.removeprefix("W/")):
            return HttpResponse(304, b"", response.kind, response.fields)
        return response


def _responses(files: Mapping[str, bytes]) -> Responses:
    """Return the answers by the names of the files; what is of no known kind is left out."""
    return {
        name: HttpResponse(200, body, kind, _fields(name, body), files.get(name + ".gz", b""))
        for name, body in files.items()
        if (kind := KINDS.get(name[name.rfind(".") :]))
    }


def _fields(name: str, body: bytes) -> dict[str, str]:
    if f"/{name}".startswith(ASSETS):
        return {**FIELDS, "cache-control": FOREVER}
    # Weak, as it is the same for the file and its gzip form.
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    return {**FIELDS, "cache-control": CHECKED, "etag": tag}

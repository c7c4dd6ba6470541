"""Forms with a file: multipart/form-data, read chunk by chunk (RFC 7578).

Its fields come first and its file last, so that all is known of the file before its first byte,
and a refused one costs nothing. The parser is that of the package `multipart`, within bounds.
"""

import re
from urllib.parse import unquote

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from chatd.errors import BadRequest, HttpError, drop_tracebacks
from chatd.wire.http.message import HttpRequest
from chatd.wire.sizes import size_text
from chatd.wire.surrogates import REPLACED

KIND = "multipart/form-data"
FILE = "file"
FIELDS_MAX = 8
HEADERS_MAX = 8
"""Of one part."""
HEADER_BYTES_MAX = 4 * 1024
BESIDE_BYTES_MAX = 64 * 1024
"""What a form has besides the bytes of its file: fields, heads of parts, boundaries."""
BOUNDARY_CHARACTERS_MAX = 70
"""RFC 2046, section 5.1.1."""
_QUOTED = re.compile(r'=[ \t]*+"(?:\\.|[^"\\])*+"')
_EXTENDED = re.compile(
    r";[ \t]*+filename\*[ \t]*+=[ \t]*+(utf-8|iso-8859-1)'[^';]*+'([^;\s]*+)", re.IGNORECASE
)


class Form:
    """The form in the body of one request.

    fields: those that have come whole. file_name: the file's, None until its bytes begin.
    """

    def __init__(self, request: HttpRequest) -> None:
        """Raises HttpError for another kind of body, or one without a boundary."""
        kind, options = parse_options_header(request.fields["content-type"])
        if kind != KIND:
            raise HttpError(415, f"a multipart body has to be {KIND}")
        boundary = options.get("boundary", "")
        if not 1 <= len(boundary) <= BOUNDARY_CHARACTERS_MAX or not boundary.isascii():
            raise HttpError(400, f"{KIND} needs a boundary of 1 to 70 characters")
        self.fields: dict[str, str] = {}
        self.file_name: str | None = None
        self._is_over = False
        self._field = ""
        self._value = bytearray()
        self._beside_bytes = 0
        self._parser = PushMultipartParser(
            boundary,
            max_header_size=HEADER_BYTES_MAX,
            max_header_count=HEADERS_MAX,
            max_segment_count=FIELDS_MAX + 1,
        )

    def feed(self, data: bytes) -> bytes:
        """Return what of the next chunk of a body is the file's. Raises BadRequest, HttpError."""
        found = bytearray()
        try:
            for event in self._parser.parse(data):
                if isinstance(event, MultipartSegment):
                    self._begin(event)
                elif event is None:
                    self._end_part()
                elif self.file_name is None:
                    self._value += event
                else:
                    found += event
        except MultipartError as error:
            drop_tracebacks(error)
            raise HttpError(400, "not a well-formed form, or one with too many parts") from None
        self._beside_bytes += len(data) - len(found)
        if self._beside_bytes > BESIDE_BYTES_MAX:
            most = size_text(BESIDE_BYTES_MAX)
            raise HttpError(413, f"a form has at most {most} besides its file")
        return bytes(found)

    def end(self) -> None:
        """The body is over. Raises BadRequest, HttpError."""
        try:
            self._parser.close()
        except MultipartError as error:
            drop_tracebacks(error)
            raise HttpError(400, "the form is incomplete") from None
        if self.file_name is None:
            raise BadRequest(f"the form has no {FILE}")

    def _begin(self, part: MultipartSegment) -> None:
        name = part.name or ""
        if self._is_over:
            raise BadRequest(f"the {FILE} is the last part of a form, and the only one of its kind")
        file_name = file_name_of(part)
        if file_name is None:
            if name in self.fields:
                raise BadRequest(f"the form has {name[:64]!r} twice")
            self._field, self._value = name, bytearray()
        elif name == FILE:
            self.file_name = file_name
        else:
            raise BadRequest(f"the file is called {FILE} in a form, not {name[:64]!r}")

    def _end_part(self) -> None:
        if self.file_name is not None:
            self._is_over = True
            return
        try:
            self.fields[self._field] = self._value.decode("utf-8", REPLACED)
        except UnicodeDecodeError:
            raise BadRequest(f"{self._field[:64]!r} is not UTF-8") from None


def file_name_of(part: MultipartSegment) -> str | None:
    """Return the name of a part's file, None if it is none. Raises BadRequest.

    A name of more than ASCII has two forms at some clients, and that with a star is the right one;
    others have that alone (RFC 8187; RFC 7578 knows neither).
    """
    header = _QUOTED.sub("=", part.header("Content-Disposition", ""))
    found = _EXTENDED.search(header)
    simple: str | None = part.filename
    if found is None:
        return simple
    charset, quoted = found.groups()
    try:
        return unquote(quoted, charset, "strict")
    except UnicodeDecodeError:
        if simple is not None:
            return simple
        raise BadRequest(f"the name of the {FILE} is not {charset[:32]!r}") from None

"""Lone surrogates: halves of characters, which UTF-8 has no bytes for, become U+FFFD.

Programs that count in UTF-16 cut texts in the middle of an emoji. What is left of it is read as one
character that can't be shown; all else of the text is as it was sent.
"""

import codecs
import re

REPLACED = "surrogate-replaced"
"""Names the error handler under which decoding UTF-8 replaces lone surrogates, and refuses what
else is no UTF-8."""
_ESCAPES = re.compile(
    rb"(?P<pair>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|(?P<lone>\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\xed[\xa0-\xbf][\x80-\xbf])"
    rb"|\\[\x00-\xff]"
)


def is_whole(text: str) -> bool:
    """Whether UTF-8 has bytes for all of a text."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def mended(text: str) -> str:
    """Return a text whose pairs of surrogates are characters, and whose lone ones are U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def mended_json(text: bytes) -> bytes:
    """Return a JSON text without lone surrogates, whether they are escaped or not."""
    return _ESCAPES.sub(_mended, text)


def _mended(found: re.Match[bytes]) -> bytes:
    return b"\\ufffd" if found["lone"] else found[0]


def _replace(error: UnicodeError) -> tuple[str, int]:
    if isinstance(error, UnicodeDecodeError):
        surrogate = error.object[error.start : error.start + 3]
        if _ESCAPES.fullmatch(surrogate):
            return "\ufffd", error.start + 3
    try:
        raise error
    finally:
        del error  # it would hold this frame, which held it, until a collection


codecs.register_error(REPLACED, _replace)

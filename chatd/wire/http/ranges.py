"""Ranges and conditions: which part of something a request asks for, if it is still the same.

Source: RFC 9110, sections 13 and 14. Of several ranges at once none is served: a server may
answer with all of it, and the parts of some are a way to make it send more than there is.
"""

import re
from collections.abc import Mapping

from chatd.errors import HttpError

_RANGE = re.compile(r"bytes[ \t]*=[ \t]*(?:([0-9]{1,18})[ \t]*-[ \t]*([0-9]{0,18})|-([0-9]{1,18}))")
# Each of a list begins behind a comma: else every blank in front of one would be tried for that.
_TAG = re.compile(r'(?:^|,)[ \t]*(?:W/)?("[!#-~\x80-\xff]*")[ \t]*(?=,|$)')


def is_known(fields: Mapping[str, str], tag: str) -> bool:
    """Whether who asks has it already, by If-None-Match. tag: with its quotes.

    Raises HttpError if who asks wants something else, by If-Match.
    """
    if not _names(fields.get("if-match", "*"), tag):
        raise HttpError(412, "it is not what If-Match names")
    return _names(fields.get("if-none-match", ""), tag)


def _names(given: str, tag: str) -> bool:
    return given.strip() == "*" or tag in _TAG.findall(given)


def range_of(fields: Mapping[str, str], tag: str, size: int) -> range | None:
    """Return the bytes that a request asks for, None for all `size` of them.

    Raises HttpError if there are no such bytes. What can't be read is as good as absent, and so
    is a range of something that was another when the first part of it was fetched (If-Range).
    """
    found = _RANGE.fullmatch(fields.get("range", "").strip().lower())
    if found is None or fields.get("if-range", tag) != tag:
        return None
    first, last, suffix = found.groups()
    if first is None:
        part = range(max(0, size - int(suffix)), size)
    else:
        part = range(int(first), min(size, int(last or size) + 1))
    if last and int(last) < int(first):
        return None  # not a range: section 14.1.1
    if not part:
        raise HttpError(416, f"there are {size} bytes", content_range=f"bytes */{size}")
    return part


def content_range(part: range, size: int) -> str:
    """Return the Content-Range of a part."""
    return f"bytes {part.start}-{part.stop - 1}/{size}"

"""Queries: what a request says behind its path.

Percent and plus are a form's: `%2B` is a plus, and `+` a blank, but for one that a value begins
with. No value begins with a blank, while the title of a room does with a plus, and whoever types
`?room=+ops` means that.
"""

from urllib.parse import parse_qsl

from chatd.errors import BadRequest
from chatd.wire.surrogates import REPLACED

NAME_CHARACTERS_MAX = 64


def read_query(query: str, names: frozenset[str]) -> dict[str, str]:
    """Return what a query says, each of `names` at most once. Raises BadRequest."""
    try:
        pairs = parse_qsl(
            query.replace("=+", "=%2B"),
            keep_blank_values=True,
            errors=REPLACED,
            max_num_fields=len(names),
        )
    except UnicodeDecodeError:
        raise BadRequest("the query is not UTF-8") from None
    except ValueError:
        raise BadRequest(f"the query has no more than {_listed(names)}") from None
    told = dict(pairs)
    for name in told.keys() - names:
        shown = name[:NAME_CHARACTERS_MAX]
        raise BadRequest(f"the query has {_listed(names)}, and no {shown!r}")
    if len(told) < len(pairs):
        raise BadRequest("the query has the same name twice")
    return told


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))

"""Attachments: where a file stands, and the name under which a browser is to save it.

    /files/general/7/na%C3%AFve.txt
    attachment; filename="na_ve.txt"; filename*=UTF-8''na%C3%AFve.txt

Source: RFC 6266, appendix D, and RFC 8187. There is nothing about what a file holds: nobody
knows but its sender, so it is bytes to everyone else.
"""

import re
from urllib.parse import quote

_UNSAFE = re.compile(r"[^ !#-$&-\[\]-~]")
"""What old readers of a quoted string take for something else; `%` and the backslash, too."""
_ATTR_CHARACTERS = "!#$&+-.^_`|~"


FILES = "/files/"


def file_path(room: str, seq: int, name: str) -> str:
    """Return the path of a file."""
    return f"{FILES}{quote(room, safe='')}/{seq}/{quote(name, safe='')}"


def disposition(name: str) -> str:
    """Return the Content-Disposition of a file."""
    plain = _UNSAFE.sub("_", name)
    value = f'attachment; filename="{plain}"'
    if plain != name:
        value += f"; filename*=UTF-8''{quote(name, safe=_ATTR_CHARACTERS)}"
    return value

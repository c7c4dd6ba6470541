"""Attachments: where a file stands, and the name under which a browser is to save it.

    /files/general/7/na%C3%AFve.txt
    /f/J7yx…/na%C3%AFve.txt
    attachment; filename="na_ve.txt"; filename*=UTF-8''na%C3%AFve.txt

Source: RFC 6266, appendix D, and RFC 8187. A browser saves a file; only where its address was asked
for, and it is a picture, a sound or a film, the browser may show it in place.
"""

import re
from urllib.parse import quote

_UNSAFE = re.compile(r"[^ !#-$&-\[\]-~]")
"""What old readers of a quoted string take for something else; `%` and the backslash, too."""
_ATTR_CHARACTERS = "!#$&+-.^_`|~"


FILES = "/files/"
LINKS = "/f/"


def file_path(room: str, seq: int, name: str) -> str:
    """Return the path of a file."""
    return f"{FILES}{quote(room, safe='')}/{seq}/{quote(name, safe='')}"


def link_path(capability: str, name: str) -> str:
    """Return the path that opens a file to whoever knows it."""
    return f"{LINKS}{capability}/{quote(name, safe='')}"


def capability_in(path: str) -> str:
    """Return what in such a path opens the file."""
    return path.removeprefix(LINKS).partition("/")[0]


def disposition(name: str, way: str = "attachment") -> str:
    """Return the Content-Disposition of a file. way: what is to be done, if not to save it."""
    plain = _UNSAFE.sub("_", name)
    value = f'{way}; filename="{plain}"'
    if plain != name:
        value += f"; filename*=UTF-8''{quote(name, safe=_ATTR_CHARACTERS)}"
    return value

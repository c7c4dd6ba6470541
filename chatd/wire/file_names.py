"""File names: what can be one, and what stands in the place of what would do harm.

A name may be whatever a file system takes: any script, emoji of several characters, blanks of any
width. What steers a terminal or turns the direction of what stands around it, and what leads out
of a folder on some system, is replaced by `_`, visibly and alike at the server and at clients.
"""

from chatd.wire.steering import steering_in

FORBIDDEN = {"/": "send it without its folder", "\0": "no file system allows it"}
REPLACEMENT = "_"


def fault_of(name: str) -> str:
    """Return why no file can have a name, "" if one can."""
    for character, advice in FORBIDDEN.items():
        if character in name:
            shown = f"`{character}` (" if character.isprintable() else "("
            return f"the name of a file has no {shown}U+{ord(character):04X}): {advice}"
    if name in (".", ".."):
        return f"`{name}` is a folder and can't be the name of a file"
    if not name.strip():
        return "the name of a file can't be only spaces"
    return ""


def harmless(name: str) -> str:
    """Return a name with `_` for each character that steers, or parts folders on some system."""
    steering = steering_in(name)
    kept = (REPLACEMENT if at in steering else one for at, one in enumerate(name))
    return "".join(kept).replace("\\", REPLACEMENT)

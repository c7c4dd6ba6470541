"""Display names: what users want to be called besides their name, as they spell it.

Source: RFC 8266 (Nickname), in the form that preserves case.
"""

import unicodedata

import precis_i18n

from chatd.errors import BadRequest

CHARACTERS_MAX = 64
_profile = precis_i18n.get_profile("NicknameCasePreserved")


def map_display_name(text: str) -> str:
    """Return a display name as it is shown: composed, with single blanks inside.

    Raises BadRequest for what no user can be called.
    """
    try:
        mapped: str = _profile.enforce(text)
    except UnicodeError:
        raise BadRequest("a display name is one line of visible characters") from None
    if len(mapped) > CHARACTERS_MAX:
        raise BadRequest(f"a display name has at most {CHARACTERS_MAX} characters")
    if not letters_of(mapped):
        raise BadRequest("a display name has a letter or a digit")
    return mapped


def letters_of(text: str) -> str:
    """Return the letters, with their marks, and digits of a text."""
    return "".join(c for c in text if unicodedata.category(c)[0] in "LMN")

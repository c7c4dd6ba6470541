"""User names: the mapped form is the identity, and two that look alike are not two.

Source: RFC 8265 (UsernameCaseMapped), Unicode TR 39 for why scripts may not mix.
"""

import unicodedata

import precis_i18n
from scramp import ScramException
from scramp.core import Username

from chatd.errors import BadRequest, ChatError
from chatd.wire.commands import NAME_BYTES_MAX

CHARACTERS_MAX = 32
RESERVED = frozenset({"general", "admin"})
PUNCTUATION = frozenset("._-")
"""What may stand in a name besides letters, marks and digits. Everything else is syntax
somewhere: `general#42`, `+ops`, `@bob`, `alice,bob`, `/command`."""

_SCRIPTS_OFTEN_TOGETHER = (
    frozenset({"CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"CJK", "HANGUL"}),
    frozenset({"CJK", "BOPOMOFO"}),
)
_profile = precis_i18n.get_profile("UsernameCaseMapped")


def map_name(name: str) -> str:
    """Return the identity behind a name as somebody typed it.

    Raises BadRequest if no user can have this name.
    """
    try:
        if len(name.encode()) > NAME_BYTES_MAX:
            raise BadRequest(f"a name has at most {NAME_BYTES_MAX} bytes")
        mapped: str = _profile.enforce(name)
    except UnicodeError:
        raise BadRequest("a name has letters, digits, and . _ - inside, no spaces") from None
    _check_characters(mapped)
    if len(mapped) > CHARACTERS_MAX:
        raise BadRequest(f"a name has at most {CHARACTERS_MAX} characters")
    if mapped in RESERVED:
        raise BadRequest(f"the name {mapped} is reserved")
    if not _is_one_script(mapped):
        raise BadRequest("a name may not mix scripts")
    return mapped


def new_name(text: str) -> str:
    """Return the identity of a name that an account can be made for.

    SCRAM logs nobody in under a name that its own, older profile forbids or maps to another.
    Raises BadRequest. Source: RFC 5802, section 5.1; RFC 4013.
    """
    name = map_name(text)
    try:
        as_claimed = map_name(str(Username(name)))
    except (ScramException, ChatError):
        as_claimed = ""
    if as_claimed != name:
        raise BadRequest("nobody could log in under this name: SASLprep (RFC 4013) forbids it")
    return name


def looked_up(text: str) -> str:
    """Return what to look for among the names that exist, for a name as somebody typed it.

    The mapping of `map_name` without its checks, which are for names that do not exist yet and
    take twenty times as long: to the narrow form, to lower case, composed (RFC 8265, section 3.3).
    """
    if text.isascii():
        return text.lower()
    narrow = "".join(
        unicodedata.normalize("NFKC", c) if unicodedata.east_asian_width(c) in "FH" else c
        for c in text
    )
    return unicodedata.normalize("NFC", narrow.lower())


def _check_characters(name: str) -> None:
    if not name[0].isalnum():
        raise BadRequest("a name starts with a letter or a digit")
    if not all(map(may_be_inside, name)):
        raise BadRequest("a name has letters, digits, and . _ - inside, no spaces")


def may_be_inside(character: str) -> bool:
    """Whether a character may stand in a name, behind the first."""
    return character in PUNCTUATION or unicodedata.category(character)[0] in "LMN"


def _is_one_script(name: str) -> bool:
    scripts = {_script_of(c) for c in name if unicodedata.category(c)[0] == "L"}
    return len(scripts) <= 1 or any(scripts <= usual for usual in _SCRIPTS_OFTEN_TOGETHER)


def _script_of(letter: str) -> str:
    # The Unicode name of a letter starts with its script; the standard library has no
    # better source, and this one is stable by Unicode's own policy.
    return unicodedata.name(letter, "UNKNOWN").split()[0].split("-")[0]

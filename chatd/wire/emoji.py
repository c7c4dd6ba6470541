"""Emoji: what may stand as a reaction, and one way to write each.

An emoji is one character as people see it: a pictograph, perhaps with a skin tone, several of them
joined, a flag, or a keycap (Unicode TR 51). Keyboards differ in whether they add the selector that
asks for its picture; here it stands where the picture would not be shown without, and nowhere else.
"""

import re
from unicodedata import category, east_asian_width

EMOJI_CHARACTERS_MAX = 12
"""The longest emoji that Unicode recommends has ten: a kiss of two with their skin tones."""

_AS_TEXT, _AS_PICTURE = "\ufe0e", "\ufe0f"
_KEYCAP = "\u20e3"
_WIDE_AS_TEXT = "〰〽㊗㊙🈂🈷"
_PICTOGRAPH = (
    "©®‼⁉™ℹ↔-↙↩↪⌚⌛⌨⏏⏩-⏳⏸-⏺Ⓜ▪▫▶◀◻-◾☀-☄☎☑☔☕☘☝☠☢☣☦☪☮☯☸-☺♀♂♈-♓♟♠♣♥♦♨♻♾♿⚒-⚗⚙⚛⚜⚠⚡⚧⚪⚫⚰⚱⚽⚾⛄⛅⛈⛎⛏⛑⛓⛔⛩"
    "⛪⛰-⛵⛷-⛺⛽✂✅✈-✍✏✒✔✖✝✡✨✳✴❄❇❌❎❓-❕❗❣❤➕-➗➡➰➿⤴⤵⬅-⬇⬛⬜⭐⭕〰〽㊗㊙"
    # Blocks of pictographs, without what is a letter in a frame, and skin tones.
    "\U0001f004\U0001f0cf\U0001f170\U0001f171\U0001f17e\U0001f17f\U0001f18e\U0001f191-\U0001f19a"
    "\U0001f201\U0001f202\U0001f21a\U0001f22f\U0001f232-\U0001f23a\U0001f250\U0001f251"
    "\U0001f300-\U0001f3fa\U0001f400-\U0001f64f\U0001f680-\U0001f6ff\U0001f7e0-\U0001f7f0"
    "\U0001f900-\U0001f9ff\U0001fa70-\U0001faff"
)
_ELEMENT = f"[{_PICTOGRAPH}][\U0001f3fb-\U0001f3ff]?"
_EMOJI = re.compile(
    f"{_ELEMENT}(?:\u200d{_ELEMENT})*"
    "|[\U0001f1e6-\U0001f1ff]{2}"  # a country's flag, by its two letters
    "|\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{2,6}\U000e007f"  # that of a part of it
    f"|[0-9#*]{_KEYCAP}"
)
_PICTURE_WANTED = re.compile(f"[{_PICTOGRAPH}](?![\U0001f3fb-\U0001f3ff])|[0-9#*]")


def emoji_in(text: str) -> str | None:
    """Return the one emoji that a text is, as it is written here; None if it is anything else."""
    if len(text) > EMOJI_CHARACTERS_MAX:
        return None
    bare = text.replace(_AS_TEXT, "").replace(_AS_PICTURE, "")
    if not _EMOJI.fullmatch(bare):
        return None
    return _PICTURE_WANTED.sub(lambda found: _as_picture(found[0]), bare)


def _as_picture(character: str) -> str:
    """Return a character with the selector, if it is not shown as a picture without."""
    is_wide = east_asian_width(character) == "W" or category(character) == "Cn"  # newer ones
    is_picture = is_wide and character not in _WIDE_AS_TEXT
    return character if is_picture else character + _AS_PICTURE

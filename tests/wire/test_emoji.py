"""Emoji: one character as people see it, written in one way."""

import unicodedata

import pytest
from wcwidth import iter_graphemes

from chatd.wire.emoji import EMOJI_CHARACTERS_MAX, emoji_in

KISS = "👨🏻‍❤️‍💋‍👨🏼"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    "text",
    [
        "👍",
        "❤️",
        "☝🏻",
        "👩‍⚕️",
        KISS,
        "🏳️‍🌈",
        ENGLAND,
        "🇩🇪",
        "1️⃣",
        "#️⃣",
        "🏴‍☠️",
        "👁️‍🗨️",
        "©️",
        "ℹ️",
        "〰️",
        "㊗️",
        "🅰️",
        "🫩",
    ],
)
def test_emoji_is_taken_as_it_is_written_in_full(text: str) -> None:
    assert emoji_in(text) == text
    assert list(iter_graphemes(text)) == [text]
    assert unicodedata.normalize("NFC", text) == text
    assert len(text) <= EMOJI_CHARACTERS_MAX


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("❤", "❤️"),
        ("❤\ufe0e", "❤️"),
        ("👍\ufe0f", "👍"),
        ("👍\ufe0e", "👍"),
        ("#⃣", "#️⃣"),
        ("🏳‍🌈", "🏳️‍🌈"),
        ("☝\ufe0f🏻", "☝🏻"),
    ],
)
def test_emoji_with_and_without_selectors_is_the_same(text: str, full: str) -> None:
    assert emoji_in(text) == full


NO_EMOJI = (
    *("", " ", "a", "1", "#", "é", "中", "ab", "⠿", "█", "ⓐ", "👍👍", "👍a", "a👍", "👍 ", "👍\n"),
    *(
        "\n👍",
        "👍\0",
        "🇩",
        "🇩🇪🇫",
        "👍🇩",
        "\u200d",
        "👍\u200d",
        "\u200d👍",
        "\ufe0f",
        "🏻",
        "👍🏻🏻",
    ),
    *("\u20e3", "1️⃣2️⃣", "\u202e👍", "👍\u0301", ENGLAND[:-1]),
)


@pytest.mark.parametrize("text", NO_EMOJI)
def test_anything_else_is_no_emoji(text: str) -> None:
    assert emoji_in(text) is None


def test_emoji_has_a_bound() -> None:
    joined = "\u200d".join(["👨"] * 6)
    assert len(joined) == EMOJI_CHARACTERS_MAX - 1 and emoji_in(joined) == joined
    assert emoji_in(joined + "\u200d👨") is None

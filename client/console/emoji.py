"""Emoji by name: those that people react with most, under the names that other chats have taught.

Any other is typed or pasted as it is.
"""

EMOJI = {
    ":+1:": "👍",
    ":-1:": "👎",
    ":100:": "💯",
    ":clap:": "👏",
    ":cry:": "😢",
    ":eyes:": "👀",
    ":fire:": "🔥",
    ":grin:": "😁",
    ":heart:": "❤️",
    ":joy:": "😂",
    ":laughing:": "😆",
    ":muscle:": "💪",
    ":ok_hand:": "👌",
    ":open_mouth:": "😮",
    ":party:": "🎉",
    ":pray:": "🙏",
    ":question:": "❓",
    ":raised_hands:": "🙌",
    ":rocket:": "🚀",
    ":sad:": "🙁",
    ":smile:": "😄",
    ":tada:": "🎉",
    ":thinking:": "🤔",
    ":thumbsdown:": "👎",
    ":thumbsup:": "👍",
    ":warning:": "⚠️",
    ":wave:": "👋",
    ":white_check_mark:": "✅",
    ":wink:": "😉",
    ":x:": "❌",
}


def emoji_named(word: str) -> str:
    """Return the emoji of a name such as `:heart:`; any other word is returned as it is."""
    return EMOJI.get(word.lower(), word)

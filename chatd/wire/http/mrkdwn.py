"""Slack's markup, as people read it.

    deployed <https://example.org?a=1&amp;b=2|the shop>      deployed the shop (https://…)

Only what Slack takes for markup is: links, and what names somebody, a channel, a group, a time.
All other brackets are the text's own, and so are all entities but three. Asterisks and the like
stay, as people write them in plain text, too. Source:
https://docs.slack.dev/messaging/formatting-message-text.
"""

import re
from datetime import UTC, datetime

_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_ENTITY = re.compile("|".join(_ENTITIES))
_MARKUP = re.compile(
    r"<((?i:https?://|mailto:|tel:)[^<>|]+|[@#][\w.-]+|![a-z]+(?:\^[^<>|]*)?)(?:\|([^<>]*))?>"
    "|" + _ENTITY.pattern
)
_SCHEME = re.compile(r"(?:https?://|(mailto:|tel:))", re.IGNORECASE)
_SECONDS = re.compile(r"([0-9]{1,11})(?:\.[0-9]*)?")


def plain(text: str) -> str:
    """Return a text without its markup."""
    return _MARKUP.sub(_read, text)


def unescaped(text: str) -> str:
    """Return a text that has no markup but the three entities."""
    return _ENTITY.sub(lambda found: _ENTITIES[found[0]], text)


def named(label: str, url: str) -> str:
    """Return a link as people read it: what it is called, and where it leads."""
    scheme = _SCHEME.match(url)
    bare = url[scheme.end() :] if scheme else url
    shown = bare if scheme and scheme[1] else url  # nobody reads `mailto:`
    if not label or label in (url, bare):
        return shown
    return f"{label} ({shown})" if url else label


def time_of(seconds: str) -> str:
    """Return a time by its seconds since 1970, "" if it is none."""
    found = _SECONDS.fullmatch(seconds)
    try:
        time = datetime.fromtimestamp(int(found[1]) if found else -1, UTC)
    except ValueError:  # behind the year 9999
        return ""
    return f"{time:%Y-%m-%d %H:%M} UTC" if found else ""


def _read(found: re.Match[str]) -> str:
    if found[0] in _ENTITIES:
        return _ENTITIES[found[0]]
    target, label = unescaped(found[1]), unescaped(found[2] or "")
    if target[0] not in "!@#":
        return named(label, target)
    name, *more = target[1:].split("^")  # names of others there are none of anybody here
    if name != "date":
        return label or name
    time, _, url, *_ = (*more, "", "", "")
    return named(label or time_of(time), url)

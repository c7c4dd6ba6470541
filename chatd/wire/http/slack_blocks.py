"""Slack's blocks and attachments: what a person would read of them, as lines in reading order.

Values are read as they come, whatever should stand in their place: what is a text, a number or a
truth value is shown, what holds others is looked into, and what says nothing is passed over. Kinds
of blocks that nobody has heard of yet are read by the names that all kinds give to their texts.
What is about looks, such as icons and colours, and what only a program reads, is passed over.

A value is of JSON, with its numbers as they were written: None, bool, str, list, dict. Source:
https://docs.slack.dev/reference/block-kit and
https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from chatd.wire.http.mrkdwn import named, plain, time_of, unescaped

DEPTH_MAX = 24
"""What lies deeper is not read: Slack nests half as deep."""
VALUES_MAX = 10_000
"""... nor what comes behind so many values: a hundred of the largest blocks that Slack takes."""
INDENT_MAX = 8
"""Of a list; Slack has the same."""
_READ = (
    "title subtitle label text body description details output fields elements rows accessory "
    "element placeholder options option_groups hint positive_button negative_button actions "
    "sources blocks children cards"
).split()
"""The parts of any block in which something is to read, in reading order."""
_WORD = re.compile(r"[^\W_]+")
_CODE_POINTS = re.compile(r"[0-9a-fA-F]{1,5}(-[0-9a-fA-F]{1,5}){0,15}")

Value = Any
Map = dict[str, Value]
T = TypeVar("T")


def bounded(value: Value, values: Iterator[int], depth: int = 0) -> Value:
    """Return a value without what lies too deep in it, or comes when no number is left."""
    if depth > DEPTH_MAX or next(values, None) is None:
        return None
    if isinstance(value, list):
        return [bounded(item, values, depth + 1) for item in value]
    if isinstance(value, dict):
        return {name: bounded(part, values, depth + 1) for name, part in value.items()}
    return value


def lines_of(value: Value) -> list[str]:
    """Return what is to be read of a value that stands in blocks, or of several."""
    if isinstance(value, str):
        return _shown(plain(value))
    if isinstance(value, bool):
        return [str(value).lower()]
    if isinstance(value, list):
        return [line for item in value for line in lines_of(item)]
    if isinstance(value, dict):
        return _kind_of(value, _BLOCKS, _block)(value)
    return []


def attachment_lines(value: Value) -> list[str]:
    """Return what is to be read of an attachment, or of several."""
    return [line for attachment in _list_of(value) for line in _attachment(attachment)]


def _attachment(value: Value) -> list[str]:
    if not isinstance(value, dict):
        return lines_of(value)
    blocks = lines_of(value.get("blocks"))
    head = [*lines_of(value.get("pretext"))]
    head += _shown(_named(value, "author_name", "author_link"))
    head += lines_of(value.get("author_subname"))
    head += _shown(_named(value, "title", "title_link"))
    head += lines_of(value.get("text"))
    head += [line for field in _list_of(value.get("fields")) for line in _field(field)]
    tail = lines_of(value.get("actions")) + lines_of(value.get("footer"))
    tail += _shown(time_of(_text(value.get("ts"))))
    image, fallback = _text(value.get("image_url")), _text(value.get("fallback"))
    lines = [*without_repeats(head, blocks), *blocks]
    lines += _shown(named("" if lines else fallback, image) if image else "")
    return [*lines, *tail] or _shown(fallback)


def without_repeats(lines: list[str], others: list[str]) -> list[str]:
    """Return of some lines those that others don't say anyway, whatever their signs are."""
    if not lines or not others:
        return lines
    said = [_words(line) for other in others for line in other.split("\n")]
    whole = _words(" ".join(lines))
    if " " in whole and f" {whole} " in f" {' '.join(said)} ":
        return []
    known = set(said)
    parts = (part for line in lines for part in line.split("\n"))
    return [part for part in parts if not part.strip() or _words(part) not in known]


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text.lower())) or text.strip()


def _block(block: Map) -> list[str]:
    """Return what is to be read of a block, an element or an object of any kind."""
    lines = []
    for part in _READ:
        value = block.get(part)
        if part == "accessory" or block.get("type") == "context":
            value = _small(value)
        lines += lines_of(value)
    url = block.get("url")
    if isinstance(url, str) and url:
        lines[:1] = [named(lines[0] if lines else "", url)]
    return lines


def _small(value: Value) -> Value:
    """Return a part of a block whose images are icons, which nobody would open."""
    if isinstance(value, list):
        return [_small(item) for item in value]
    if isinstance(value, dict) and value.get("type") == "image":
        return {**value, "image_url": ""}
    return value


def _image(block: Map) -> list[str]:
    title, alt = _text(block.get("title")), _text(block.get("alt_text"))
    said = [text for text in dict.fromkeys((title, alt)) if text]
    said[-1:] = _shown(named(said[-1] if said else "", _text(block.get("image_url"))))
    return said


def _video(block: Map) -> list[str]:
    url = "title_url" if block.get("title_url") else "video_url"
    said = [_named(block, "title", url)]
    parts = ("author_name", "provider_name", "description")
    said += [_text(block.get(part)) for part in parts]
    shown = [text for text in dict.fromkeys(said) if text]
    return shown or _shown(_text(block.get("alt_text")))


def _table(block: Map) -> list[str]:
    rows = [_list_of(row) for row in _list_of(block.get("rows"))]
    cells = ([" ".join(lines_of(cell)) for cell in row] for row in rows)
    return [" | ".join(row) for row in cells if any(row)]


# -- rich text -------------------------------------------------------------------------------


def _section(block: Map) -> list[str]:
    return _shown(_inline(block.get("elements")))


def _quote(block: Map) -> list[str]:
    return ["> " + line for text in _section(block) for line in text.split("\n")]


def _list(block: Map) -> list[str]:
    indent = "  " * min(_number(block.get("indent")), INDENT_MAX)
    number, lines = _number(block.get("offset")), []
    for item in _list_of(block.get("elements")):
        text = "\n".join(lines_of(item))
        if isinstance(item, dict) and item.get("type") == "rich_text_list":
            lines += [indent + "  " + line for line in text.split("\n") if line]
        elif text:
            number += 1
            mark = f"{number}. " if block.get("style") == "ordered" else "• "
            lines.append(indent + mark + text.replace("\n", "\n" + indent + " " * len(mark)))
    return lines


def _inline(value: Value) -> str:
    """Return elements that stand in one line, one behind the other."""
    if isinstance(value, str):
        return unescaped(value)
    if isinstance(value, list):
        return "".join(_inline(item) for item in value)
    if isinstance(value, dict):
        return _kind_of(value, _INLINE, _anything)(value)
    return ""


def _anything(element: Map) -> str:
    return _inline(element.get("text") or element.get("elements"))


def _link(element: Map) -> str:
    return named(_inline(element.get("text")), _inline(element.get("url")))


def _emoji(element: Map) -> str:
    points = _text(element.get("unicode"))
    if _CODE_POINTS.fullmatch(points):
        return "".join(chr(int(point, 16)) for point in points.split("-"))
    name = _text(element.get("name"))
    return f":{name}:" if name else ""


def _date(element: Map) -> str:
    time = time_of(_text(element.get("timestamp")))
    return named(_text(element.get("fallback")) or time, _text(element.get("url")))


def _naming(part: str) -> Callable[[Map], str]:
    """Return what reads an element that names something by one of its parts."""
    return lambda element: _text(element.get(part))


_INLINE: dict[str, Callable[[Map], str]] = {
    "link": _link,
    "emoji": _emoji,
    "date": _date,
    "user": _naming("user_id"),
    "usergroup": _naming("usergroup_id"),
    "channel": _naming("channel_id"),
    "team": _naming("team_id"),
    "broadcast": _naming("range"),
    "color": _naming("value"),
}


def _alone(element: Map) -> list[str]:
    """Return an element of a line that stands where blocks do."""
    return _shown(_inline(element))


_BLOCKS: dict[str, Callable[[Map], list[str]]] = {
    **dict.fromkeys(_INLINE, _alone),
    "rich_text_section": _section,
    "rich_text_preformatted": _section,
    "rich_text_quote": _quote,
    "rich_text_list": _list,
    "image": _image,
    "video": _video,
    "table": _table,
    "data_table": _table,
}

# -- values ----------------------------------------------------------------------------------


def _kind_of(value: Map, kinds: dict[str, T], other: T) -> T:
    kind = value.get("type")
    return kinds.get(kind, other) if isinstance(kind, str) else other


def _field(field: Value) -> list[str]:
    """Return the line of an attachment's field."""
    if not isinstance(field, dict):
        return lines_of(field)
    said = (_text(field.get("title")), _text(field.get("value")))
    return _shown(": ".join(part for part in said if part))


def _named(value: Map, label: str, url: str) -> str:
    said = _text(value.get(label))
    return named(said, _text(value.get(url))) if said else ""


def _text(value: Value) -> str:
    """Return a value as one text, "" if it says nothing."""
    return (", " if isinstance(value, list) else "\n").join(lines_of(value))


def _list_of(value: Value) -> list[Value]:
    return value if isinstance(value, list) else [value]


def _number(value: Value) -> int:
    """Return a small number, 0 for what is none."""
    is_number = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 6
    return int(value) if is_number else 0


def _shown(text: str) -> list[str]:
    """Return the line of a text; none for one that says nothing."""
    return [text] if text.strip() else []

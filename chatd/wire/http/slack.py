"""What Slack's incoming webhooks take, as the text of a message.

    {"text": "deployed <https://example.org|the shop>"}     JSON
    payload={"text": …}                                      a form

Attachments, which Grafana and others send, become lines of the text, and so do blocks where
there is no text: a text beside blocks says the same in short. What is about looks, such as names,
icons and colours, is passed over. Source: https://api.slack.com/messaging/webhooks,
https://api.slack.com/reference/surfaces/formatting and
https://api.slack.com/reference/messaging/attachments.
"""

import html
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs

import msgspec

from chatd.errors import BadRequest, HttpError
from chatd.wire.http.message import JSON, HttpRequest, media_type

FORM = "application/x-www-form-urlencoded"
_LINK = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_NUMBER = re.compile(r"&#(?:([xX])0*([0-9a-fA-F]+)|0*([0-9]+))")
DIGITS_MAX = 8
"""Of a character's number: with more it is the number of none, and how many more is the same."""


class SlackText(msgspec.Struct):
    """A part of a block; of those that say nothing, such as images, `text` is missing."""

    text: Any = None


class SlackBlock(msgspec.Struct):
    text: SlackText | str | None = None
    fields: list[SlackText] | None = None
    elements: list[SlackText] | None = None


class SlackField(msgspec.Struct):
    title: str | None = None
    value: str | int | float | None = None


class SlackAttachment(msgspec.Struct):
    pretext: str | None = None
    title: str | None = None
    title_link: str | None = None
    text: str | None = None
    fields: list[SlackField] | None = None
    blocks: list[SlackBlock] | None = None
    fallback: str | None = None


class SlackMessage(msgspec.Struct):
    """What is read of a message."""

    text: str | None = None
    blocks: list[SlackBlock] | None = None
    attachments: list[SlackAttachment] | None = None


def hook_text(request: HttpRequest) -> str:
    """Return the text that a request wants posted. Raises BadRequest, HttpError."""
    try:
        payload = msgspec.json.decode(_json(request), type=SlackMessage)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BadRequest("invalid_payload: JSON with a `text` is needed") from None
    said = payload.text or _lines(map(_block, payload.blocks or ()))
    text = _lines([said, *map(_attachment, payload.attachments or ())])
    if not text:
        raise BadRequest("no_text: there is nothing to post")
    return _plain(text)


def _json(request: HttpRequest) -> bytes:
    kind = media_type(request)
    if kind == JSON:
        return request.body
    if kind != FORM:
        raise HttpError(415, f"the body is {JSON}, or a form with a payload")
    if request.body.lstrip().startswith(b"{"):
        return request.body  # what `curl -d` sends says that it is a form
    try:
        form = parse_qs(request.body.decode(), max_num_fields=20)
    except ValueError:
        raise BadRequest("invalid_payload: not a form") from None
    return form.get("payload", [""])[0].encode()


def _attachment(attachment: SlackAttachment) -> str:
    title = attachment.title or ""
    if title and attachment.title_link:
        title += f" ({attachment.title_link})"
    fields = map(_field, attachment.fields or ())
    blocks = map(_block, attachment.blocks or ())
    lines = [attachment.pretext, title, attachment.text, *fields, *blocks]
    return _lines(lines) or attachment.fallback or ""


def _field(field: SlackField) -> str:
    return ": ".join(str(part) for part in (field.title, field.value) if part not in (None, ""))


def _block(block: SlackBlock) -> str:
    pieces = [SlackText(block.text)] if isinstance(block.text, str) else [block.text]
    pieces += [*(block.fields or ()), *(block.elements or ())]
    return _lines(p.text for p in pieces if p is not None and isinstance(p.text, str))


def _lines(parts: Iterable[str | None]) -> str:
    """Return what there is of some parts, each on a line of its own."""
    return "\n".join(part for part in parts if part)


def _plain(text: str) -> str:
    return html.unescape(_NUMBER.sub(_short_number, _LINK.sub(_link, text)))


def _short_number(found: re.Match[str]) -> str:
    x, hexadecimal, decimal = found.groups(default="")
    return f"&#{x}{(hexadecimal or decimal)[:DIGITS_MAX]}"


def _link(found: re.Match[str]) -> str:
    target, label = found.groups()
    if target[0] in "!@#":  # of a group, a user, a channel: their names here are others
        return label or target[1:].partition("^")[0]
    return f"{label} ({target})" if label and label != target else target

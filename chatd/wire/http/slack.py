"""What Slack's incoming webhooks take, as the text of a message.

    {"text": "deployed <https://example.org|the shop>"}     JSON
    payload={"text": …}                                      a form

Attachments, which Grafana and others send, become lines of the text. What is about looks, such
as names, icons and colours, is passed over. Source: https://api.slack.com/messaging/webhooks and
https://api.slack.com/reference/surfaces/formatting.
"""

import html
import re
from urllib.parse import parse_qs

import msgspec

from chatd.errors import BadRequest, HttpError
from chatd.wire.http.message import JSON, HttpRequest, media_type

FORM = "application/x-www-form-urlencoded"
_LINK = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")


class _Attachment(msgspec.Struct):
    pretext: str | None = None
    title: str | None = None
    title_link: str | None = None
    text: str | None = None
    fallback: str | None = None


class _Payload(msgspec.Struct):
    text: str | None = None
    attachments: list[_Attachment] | None = None


def hook_text(request: HttpRequest) -> str:
    """Return the text that a request wants posted. Raises BadRequest, HttpError."""
    try:
        payload = msgspec.json.decode(_json(request), type=_Payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BadRequest("invalid_payload: JSON with a `text` is needed") from None
    lines = [payload.text or "", *map(_attachment, payload.attachments or ())]
    text = "\n".join(line for line in lines if line)
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


def _attachment(attachment: _Attachment) -> str:
    title = attachment.title or ""
    if title and attachment.title_link:
        title += f" ({attachment.title_link})"
    lines = [line for line in (attachment.pretext, title, attachment.text) if line]
    return "\n".join(lines) or attachment.fallback or ""


def _plain(text: str) -> str:
    return html.unescape(_LINK.sub(_link, text))


def _link(found: re.Match[str]) -> str:
    target, label = found.groups()
    if target[0] in "!@#":  # of a group, a user, a channel: their names here are others
        return label or target[1:].partition("^")[0]
    return f"{label} ({target})" if label and label != target else target

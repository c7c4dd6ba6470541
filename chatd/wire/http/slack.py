"""What Slack's incoming webhooks take, as the text of a message.

    {"text": "deployed <https://example.org|the shop>"}     JSON
    payload={"text": …}                                      a form

Everything in it that a person would read becomes a line: the text, the blocks and the attachments.
A body that begins like JSON is JSON whatever it is said to be, and what is wrong in it is passed
over as long as anything else is to be read. Source:
https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks.
"""

import json
from typing import Any
from urllib.parse import parse_qs

from chatd.errors import BadRequest, HttpError
from chatd.wire.commands import HOOK_TEXT_CHARACTERS_MAX
from chatd.wire.http import form
from chatd.wire.http.message import JSON, HttpRequest, media_type
from chatd.wire.http.slack_blocks import (
    VALUES_MAX,
    attachment_lines,
    bounded,
    lines_of,
    without_repeats,
)
from chatd.wire.surrogates import mended

FORM = "application/x-www-form-urlencoded"
PAYLOAD = "payload"
MARK = "… and more than can be shown"
FIELDS_MAX = 20
"""Of a form."""
NAMES_MAX = 5
"""So many of the names that a body has are told when none is one that is read."""
NAME_CHARACTERS_MAX = 32


def hook_text(request: HttpRequest) -> str:
    """Return the text that a request wants posted. Raises BadRequest, HttpError."""
    message, values = _message(_json(request)), iter(range(VALUES_MAX))
    said = lines_of(bounded(message.get("text"), values))
    blocks = lines_of(bounded(_decoded(message.get("blocks")), values))
    attachments = bounded(_decoded(message.get("attachments")), values)
    lines = [*without_repeats(said, blocks), *blocks, *attachment_lines(attachments)]
    if next(values, None) is None:
        lines.append(MARK)
    text = mended("\n".join(lines)).replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        raise BadRequest(
            "no_text: neither `text` nor `blocks` nor `attachments` has anything to read; "
            + _what_is_there(message)
        )
    return text[:HOOK_TEXT_CHARACTERS_MAX]


def _message(text: str) -> dict[str, Any]:
    """Return the message that a JSON text is, its numbers as they are written."""
    try:
        message = _load(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadRequest(f"invalid_payload: not JSON from {where} on") from None
    except RecursionError:
        raise BadRequest("invalid_payload: nested too deeply") from None
    if not isinstance(message, dict):
        raise BadRequest("invalid_payload: JSON, but not an object with a `text`")
    return message


def _load(text: str) -> Any:
    """Return a value of JSON in which line breaks may stand in a text, as shells make them."""
    return json.loads(text, strict=False, parse_int=str, parse_float=str, parse_constant=str)


def _json(request: HttpRequest) -> str:
    """Return the JSON text in a body."""
    text, kind = _read(request.body), media_type(request)
    if text.startswith("{"):
        return text  # what `curl -d` sends says that it is a form
    if kind == form.KIND:
        return _of_form({name: [value] for name, value in _multipart(request).items()})
    if kind == FORM or text.startswith(f"{PAYLOAD}="):
        try:
            return _of_form(parse_qs(text, max_num_fields=FIELDS_MAX))
        except ValueError:
            raise BadRequest(f"invalid_payload: a form has {FIELDS_MAX} fields at most") from None
    if kind == JSON and text:
        return text
    if not text:
        raise BadRequest("invalid_payload: the body is empty")
    raise HttpError(415, f"the body is {JSON}, or a form with a `{PAYLOAD}`; it has no {{ in front")


def _read(body: bytes) -> str:
    """Return a body as text; what is none in it is U+FFFD."""
    encoding = json.detect_encoding(body)
    try:
        text = body.decode(encoding, "surrogatepass")
    except UnicodeDecodeError:
        text = body.decode(encoding, "replace")
    return text.strip("\ufeff \t\r\n")


def _of_form(fields: dict[str, list[str]]) -> str:
    payload = fields.get(PAYLOAD)
    if payload is None:
        raise BadRequest(f"invalid_payload: the form has no `{PAYLOAD}`; {_what_is_there(fields)}")
    return payload[0].strip("\ufeff \t\r\n")


def _multipart(request: HttpRequest) -> dict[str, str]:
    read = form.Form(request)
    read.feed(request.body)
    return read.fields


def _decoded(value: Any) -> Any:
    """Return blocks or attachments, which some put in as a text of JSON."""
    if not isinstance(value, str) or not value.lstrip().startswith(("[", "{")):
        return value
    try:
        return _load(value)
    except (json.JSONDecodeError, RecursionError):
        return value


def _what_is_there(found: dict[str, Any]) -> str:
    """Return what a body has instead, by names."""
    names = [f"`{mended(name)[:NAME_CHARACTERS_MAX]}`" for name in list(found)[:NAMES_MAX]]
    return f"there is {', '.join(names)}" if names else "there is nothing"

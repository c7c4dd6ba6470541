"""What the OpenAPI document says of hooks, which take what Slack's take and answer in a word.

POST /hooks/{token}
"""

from typing import Any

import msgspec

from chatd.wire.commands import COMMANDS, Token
from chatd.wire.http.message import JSON
from chatd.wire.http.openapi_files import KEY, Responses
from chatd.wire.http.slack import FORM

Map = dict[str, Any]

_OBJECTS: Map = {"type": "array", "items": {"type": "object"}}
MESSAGE: Map = {
    "title": "SlackMessage",
    "description": "What is read of a message; at least one of these has something to read.",
    "type": "object",
    "properties": {"text": {"type": "string"}, "blocks": _OBJECTS, "attachments": _OBJECTS},
}


def paths(responses: Responses) -> Map:
    """Return the item of the path."""
    return {"/hooks/{token}": {"post": _post(responses)}}


def _post(responses: Responses) -> Map:
    message = {"$ref": "#/components/schemas/SlackMessage"}
    payload = {"type": "string", "description": "the same as JSON, in one field"}
    form = {"type": "object", "properties": {"payload": payload}, "required": ["payload"]}
    return {
        "operationId": "post-by-hook",
        "summary": "post into the room of a hook, as Slack's incoming webhooks do",
        "description": (
            "text, blocks and attachments become the lines of a text; a long one becomes "
            "several messages"
        ),
        "parameters": [
            {
                "name": "token",
                "in": "path",
                "required": True,
                "schema": msgspec.json.schema(Token),
            },
            {**KEY, "description": "the same request with the same key is posted once"},
        ],
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": message}, FORM: {"schema": form}},
        },
        "responses": {
            "200": {
                "description": "it is posted",
                "content": {"text/plain": {"schema": {"description": "ok"}}},
            },
            **responses(COMMANDS["hook-post"].refuses, (411, 413, 415)),
        },
        "security": [],
    }

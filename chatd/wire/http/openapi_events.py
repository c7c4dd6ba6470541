"""What the OpenAPI document says of the stream of events, which ends when one of the two hangs up.

GET /api/v1/events
"""

from typing import Any

from chatd.wire.commands import Start
from chatd.wire.event_stream import KIND
from chatd.wire.http.openapi_files import Responses
from chatd.wire.http.problems import OF_TOKENS

Map = dict[str, Any]

PATH = "/api/v1/events"


def paths(responses: Responses) -> Map:
    """Return the item of the path."""
    return {PATH: {"get": _events(responses)}}


def _events(responses: Responses) -> Map:
    starts = [start.value for start in Start]
    return {
        "operationId": "events",
        "summary": "entries as they happen, as server-sent events",
        "description": (
            "the data of an `entry` is an Entry; the other events are the notices of the "
            "protocol. Nothing is acknowledged"
        ),
        "parameters": [
            {
                "name": "start",
                "in": "query",
                "description": "from what is unread, from now, or from the end of each room",
                "schema": {"type": "string", "enum": starts, "default": Start.UNREAD.value},
            },
            {
                "name": "Last-Event-ID",
                "in": "header",
                "description": "the last id received, to resume after it",
                "schema": {"type": "string"},
            },
        ],
        "responses": {
            "200": {
                "description": "the stream begins",
                "content": {KIND: {"schema": {"description": "an endless stream of events"}}},
            },
            **responses(OF_TOKENS, (406,)),
        },
        "security": [{"token": []}],
    }

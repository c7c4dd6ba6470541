"""What the OpenAPI document says of files, which come and go as they are and not as JSON.

POST /api/v1/files
GET /files/{room}/{seq}/{name}
GET /f/{capability}/{name}
"""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from chatd.wire.commands import COMMANDS, Caption, FileName, RoomId
from chatd.wire.http.attachment import FILES, LINKS
from chatd.wire.http.message import JSON
from chatd.wire.http.problems import refusals_of

Map = dict[str, Any]
Responses = Callable[[Mapping[str, str], Iterable[int]], Map]
"""Returns what a request is refused with: by codes, each with when, and by statuses."""

BINARY = "application/octet-stream"
KEY: Map = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "pattern": '^("[!#-~]{1,62}"|[!#-~]{1,64})$'},
}
TOLD: Map = {
    "room": {**msgspec.json.schema(RoomId), "description": "a room, or a user"},
    "name": msgspec.json.schema(FileName),
    "caption": msgspec.json.schema(Caption),
}
"""What is told of a file besides its bytes."""
REUSED = "the key was used for something else"
AMBIGUOUS = "several rooms have that title; give the id of one"
BYTES: Map = {"type": "string", "format": "binary", "description": "the bytes of the file"}
FORM: Map = {
    "type": "object",
    "properties": {"room": TOLD["room"], "file": BYTES},
    "required": ["room", "file"],
}
"""As a generated client fills it in: with what is required alone, as it sends the rest behind that,
and so behind the file."""


def paths(responses: Responses) -> Map:
    """Return the items of all paths."""
    seq = {"type": "integer", "minimum": 1}
    place: Map = {"room": TOLD["room"], "seq": seq, "name": TOLD["name"]}
    link: Map = {"capability": {"type": "string"}, "name": TOLD["name"]}
    by_link = {
        "operationId": "linked-file",
        "summary": "the same by a path that `file-link` has returned, without a token",
        "description": "a picture, a sound or a film has its own media type, to be shown in place",
        "security": [],
    }
    return {
        "/api/v1/files": {"post": _upload(responses)},
        FILES + "{room}/{seq}/{name}": {"get": _download(responses, place)},
        LINKS + "{capability}/{name}": {"get": _download(responses, link) | by_link},
    }


def _upload(responses: Responses) -> Map:
    return {
        "operationId": "files",
        "summary": "post a file: the body, or the file of a form, in which it comes last",
        "description": (
            "room, name, caption and sha256 are in the query, or in the form before the file, each "
            "once; room is required, and so is name unless the form's file has one"
        ),
        "parameters": [
            *({"name": name, "in": "query", "schema": schema} for name, schema in TOLD.items()),
            {
                "name": "sha256",
                "in": "query",
                "schema": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                "description": "of the file; it is refused if its bytes are others",
            },
            {**KEY, "description": "the same request with the same key is posted once"},
        ],
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {"schema": FORM},
                BINARY: {"schema": BYTES},
            },
        },
        "responses": {
            "201": {
                "description": "it is posted",
                "headers": {"Location": {"schema": {"type": "string"}}},
                "content": {JSON: {"schema": {"$ref": "#/components/schemas/Posted"}}},
            },
            **responses(_codes("upload", conflict=REUSED), (406, 411, 413, 415)),
        },
        "security": [{"token": []}],
    }


def _download(responses: Responses, place: Map) -> Map:
    return {
        "operationId": "file",
        "summary": "fetch the file of an entry, or a range of its bytes",
        "parameters": [
            *(
                {"name": name, "in": "path", "required": True, "schema": schema}
                for name, schema in place.items()
            ),
            *(
                {"name": name, "in": "header", "schema": {"type": "string"}}
                for name in ("Range", "If-Range", "If-None-Match", "If-Match")
            ),
        ],
        "responses": {
            **{
                str(int(status)): {
                    "description": status.phrase,
                    "headers": {"ETag": {"schema": {"type": "string"}}},
                    "content": {BINARY: {"schema": BYTES}},
                }
                for status in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT)
            },
            "304": {"description": HTTPStatus.NOT_MODIFIED.phrase},
            **responses(_codes("download", conflict=AMBIGUOUS), (412, 416)),
        },
        "security": [{"token": []}],
    }


def _codes(method: str, conflict: str) -> dict[str, str]:
    """Return what a command refuses, and when. conflict: another reason for that."""
    codes = refusals_of(COMMANDS[method])
    codes["conflict"] = "; or ".join(filter(None, (codes.get("conflict"), conflict)))
    return codes

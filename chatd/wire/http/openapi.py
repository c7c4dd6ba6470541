"""The OpenAPI document of the API, made from the command table.

    GET /api/v1/openapi.json

Source: https://spec.openapis.org/oas/v3.1.0. Schemas are JSON Schema as msgspec derives them
from the structs, so the document can't say other bounds than those that are checked.
"""

from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from chatd.errors import WIRE_ERRORS
from chatd.wire.commands import COMMANDS, Command, Result
from chatd.wire.entries import AnyEntry
from chatd.wire.http import openapi_events as events
from chatd.wire.http import openapi_files as files
from chatd.wire.http import openapi_hooks as hooks
from chatd.wire.http.message import JSON, PROBLEM
from chatd.wire.http.problems import STATUS_OF, refusals_of

BASE = "/api/v1/"
REFS = "#/components/schemas/{name}"
ANYWHERE = ("bad_request", "overloaded", "internal")
"""What every command may be refused with."""
HEADS = (414, 417, 421, 431)
"""What any request may be refused with for its head."""
BODIES = (406, 411, 413, 415)
"""What one with a body may be refused with for that, and for what it wants back."""

Map = dict[str, Any]


class Problem(msgspec.Struct):
    """Why a request was refused (RFC 9457); fields of the error's own stand beside these.

    `code` is the word that the protocol has for it.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str


def offered() -> list[Command]:
    """Return the commands that make sense without a live connection."""
    return [command for command in COMMANDS.values() if not command.live]


def document(version: str) -> Map:
    """Return the whole document."""
    kinds: list[type[msgspec.Struct]] = []
    for command in offered():
        kinds += (command.params, _result(command))
    kinds.append(Problem)
    _, schemas = msgspec.json.schema_components([*kinds, AnyEntry], ref_template=REFS)
    any_entry, _ = msgspec.json.schema_components([AnyEntry], ref_template=REFS)
    schemas["Entry"] = any_entry[0]
    schemas["SlackMessage"] = hooks.MESSAGE
    for schema in schemas.values():
        _name_entries(schema)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "chatd",
            "version": version,
            "description": "Every command of the chat that needs no live connection, files, "
            "events and hooks. A WebSocket at /ws has all of it on one connection. "
            "All times are ms UTC; binary fields are base64.",
        },
        "paths": {
            **dict(_paths()),
            **files.paths(_responses),
            **events.paths(_responses),
            **hooks.paths(_responses),
        },
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "a device token, by `login-finish` or `token-create`",
                }
            },
        },
    }


def _paths() -> Iterator[tuple[str, Map]]:
    for command in offered():
        yield BASE + command.method, {"post": _operation(command)}


def _operation(command: Command) -> Map:
    operation: Map = {
        "operationId": command.method,
        "summary": command.help,
        "requestBody": {"required": True, "content": {JSON: {"schema": _ref(command.params)}}},
        "responses": {
            "200": {
                "description": "it is done",
                "content": {JSON: {"schema": _ref(_result(command))}},
            },
            **_responses(refusals_of(command), BODIES),
        },
        "security": [{"token": []}] if command.needs_login else [],
    }
    if command.takes_nonce:
        operation["parameters"] = [
            {**files.KEY, "description": "the same as `nonce`; one of them is enough"}
        ]
    return operation


def _responses(codes: Mapping[str, str], statuses: Iterable[int]) -> Map:
    """Return the answers that are no success, by status, each with the codes that it stands for.

    codes: and when they are answered, where that is not the same everywhere. statuses: those of
    requests that are refused for their form, besides those of any request.
    """
    reasons: dict[int, list[str]] = {status: [] for status in (*HEADS, *statuses)}
    for code, when in {**dict.fromkeys(ANYWHERE, ""), **codes}.items():
        when = when or " ".join((WIRE_ERRORS[code].__doc__ or "").split())
        reasons.setdefault(STATUS_OF[code], []).append(f"`{code}`: {when}")
    content = {PROBLEM: {"schema": {"$ref": REFS.format(name="Problem")}}}
    return {
        str(status): {
            "description": "; ".join(lines) or HTTPStatus(status).phrase,
            "content": content,
        }
        for status, lines in sorted(reasons.items())
    }


def _result(command: Command) -> type[Result]:
    assert command.result is not None  # what has no answer makes sense on a live connection only
    return command.result


def _ref(kind: type[msgspec.Struct]) -> Map:
    return {"$ref": REFS.format(name=kind.__name__)}


def _name_entries(schema: Map) -> None:
    """Say what a list of entries holds: in memory they are bytes that are passed on as they are."""
    properties: Iterable[Map] = schema.get("properties", {}).values()
    for field in properties:
        if field.get("type") == "array" and not field["items"]:
            field["items"] = {"$ref": REFS.format(name="Entry")}

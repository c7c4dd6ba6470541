"""The page that people read about the API, made from the OpenAPI document.

    GET /api/v1/

No script and no style sheet from anywhere: it reads in a terminal's browser, too.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from html import escape
from typing import Any

from chatd.errors import WIRE_ERRORS
from chatd.wire.http.message import JSON
from chatd.wire.http.problems import STATUS_OF

Map = dict[str, Any]

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
code, pre { font: 14px/1.4 ui-monospace, monospace }
pre { padding: .7rem; overflow-x: auto; border: 1px solid #8884 }
table { border-collapse: collapse } td { padding: .1rem 1rem .1rem 0; vertical-align: top }
h2 { margin-top: 2.5rem; border-top: 1px solid #8884; padding-top: 1rem }
"""
STYLE_HASH = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; frame-ancestors 'none'"
"""The Content-Security-Policy under which the page looks as it should."""

HEAD = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The API of chatd</title>
<style>{STYLE}</style>
<h1>The API of chatd</h1>
<p>A request is a POST with a JSON body to <code>/api/v1/</code> and the name of a command, with a
device token: made by <code>token create</code> in the console, or by <code>login-start</code> and
<code>login-finish</code>. Files come and go as they are.</p>
<pre>curl --json '{{"text": "hello"}}' -H "Authorization: Bearer $TOKEN" $URL/api/v1/send
curl -F room=general -F file=@a.png -H "Authorization: Bearer $TOKEN" $URL/api/v1/files</pre>
<p>Entries as they happen: <code>curl -N -H "Authorization: Bearer $TOKEN"
$URL/api/v1/events</code>; everything that the console does: a WebSocket at <code>/ws</code>.
This page for programs: <a href="/api/v1/openapi.json">openapi.json</a>.</p>
"""


def page(document: Map) -> str:
    """Return the page of an OpenAPI document."""
    schemas: dict[str, Map] = document["components"]["schemas"]
    parts = [HEAD, "<h2>Commands</h2>\n<ul>\n"]
    operations = [
        (f"{method.upper()} {path}", operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]
    for _, operation in operations:
        name = escape(operation["operationId"])
        parts.append(f'<li><a href="#{name}"><code>{name}</code></a> ')
        parts.append(f"{escape(operation['summary'])}\n")
    parts.append("</ul>\n")
    for line, operation in operations:
        parts += _operation(line, operation, schemas)
    parts += _codes()
    return "".join(parts)


def _operation(line: str, operation: Map, schemas: dict[str, Map]) -> Iterator[str]:
    name = escape(operation["operationId"])
    yield f'<h2 id="{name}">{name}</h2>\n<p>{escape(operation["summary"])}</p>\n'
    yield f"<pre>{escape(line)}</pre>\n"
    if "description" in operation:
        yield f"<p>{escape(operation['description'])}.</p>\n"
    if not operation["security"]:
        yield "<p>Needs no token.</p>\n"
    yield from _content("Body", operation.get("requestBody", {}), schemas)
    responses = operation["responses"]
    done = [status for status in responses if status.startswith("2")]
    yield from _content("Answer", responses[done[0]], schemas)
    yield "<h3>Refusals</h3>\n<table>\n"
    for status, answer in responses.items():
        if status not in done:
            yield f"<tr><td>{status}<td>{escape(answer['description'])}\n"
    yield "</table>\n"


def _content(heading: str, message: Map, schemas: dict[str, Map]) -> Iterator[str]:
    """Say what may be in a body, for each kind of it."""
    for kind, content in message.get("content", {}).items():
        schema = content["schema"]
        yield f"<h3>{heading}</h3>\n" if kind == JSON else f"<h3>{heading}: {kind}</h3>\n"
        if _is_bytes(schema):
            yield f"<p>{escape(schema['description'])}</p>\n"
        else:
            owner = schemas[_name(schema)] if "$ref" in schema else schema
            yield from _fields(heading, owner, schemas)


def _fields(heading: str, owner: Map, schemas: dict[str, Map]) -> Iterator[str]:
    if not owner.get("properties"):
        yield "<p>An empty object.</p>\n"
        return
    required = owner.get("required", ())
    yield "<table>\n"
    for name, field in owner["properties"].items():
        need = "required" if heading == "Body" and name in required else ""
        yield f"<tr><td><code>{escape(name)}</code><td>{escape(_kind(field, schemas))}<td>{need}\n"
    yield "</table>\n"


def _is_bytes(schema: Map) -> bool:
    """Whether something has no schema, but words only that say what it is."""
    return schema.keys() == {"description"}


def _kind(field: Map, schemas: dict[str, Map]) -> str:
    """Return what a field holds, in words."""
    if _is_bytes(field):
        return str(field["description"])
    if "$ref" in field:
        name = _name(field)
        choices = schemas[name].get("enum")
        return " or ".join(map(str, choices)) if choices else name
    if "anyOf" in field:
        return " or ".join(_kind(choice, schemas) for choice in field["anyOf"])
    if field.get("type") == "array":
        return f"list of {_kind(field['items'], schemas)}"
    kind = "base64" if field.get("contentEncoding") == "base64" else str(field.get("type", "any"))
    low = field.get("minimum", field.get("minLength"))
    high = field.get("maximum", field.get("maxLength"))
    if high is None:
        return kind
    unit = " characters" if kind in ("string", "base64") else ""
    return f"{kind}, {low or 0} to {high}{unit}"


def _codes() -> Iterator[str]:
    """Say what each code means, at the place that a problem's `type` points to."""
    yield "<h2>Codes</h2>\n<table>\n"
    for code, status in STATUS_OF.items():
        meaning = " ".join((WIRE_ERRORS[code].__doc__ or "").split())
        yield f'<tr id="{code}"><td><code>{code}</code><td>{status}<td>{escape(meaning)}\n'
    yield "</table>\n</html>\n"


def _name(schema: Map) -> str:
    return str(schema["$ref"]).rpartition("/")[2]

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
<code>login-finish</code>.</p>
<pre>curl --json '{{"text": "hello"}}' -H "Authorization: Bearer $TOKEN" $URL/api/v1/send</pre>
<p>Entries as they happen: <code>curl -N -H "Authorization: Bearer $TOKEN"
$URL/api/v1/events</code>; everything that the console does: a WebSocket at <code>/ws</code>.
This page for programs: <a href="/api/v1/openapi.json">openapi.json</a>.</p>
"""


def page(document: Map) -> str:
    """Return the page of an OpenAPI document."""
    schemas: dict[str, Map] = document["components"]["schemas"]
    parts = [HEAD, "<h2>Commands</h2>\n<ul>\n"]
    for path, item in document["paths"].items():
        name = escape(item["post"]["operationId"])
        parts.append(f'<li><a href="#{name}"><code>{name}</code></a> ')
        parts.append(f"{escape(item['post']['summary'])}\n")
    parts.append("</ul>\n")
    for path, item in document["paths"].items():
        parts += _operation(path, item["post"], schemas)
    parts += _codes()
    return "".join(parts)


def _operation(path: str, operation: Map, schemas: dict[str, Map]) -> Iterator[str]:
    name = escape(operation["operationId"])
    yield f'<h2 id="{name}">{name}</h2>\n<p>{escape(operation["summary"])}</p>\n'
    yield f"<pre>POST {escape(path)}</pre>\n"
    if not operation["security"]:
        yield "<p>Needs no token.</p>\n"
    yield from _fields("Body", _content(operation["requestBody"]), schemas)
    yield from _fields("Answer", _content(operation["responses"]["200"]), schemas)
    yield "<h3>Refusals</h3>\n<table>\n"
    for status, answer in operation["responses"].items():
        if status != "200":
            yield f"<tr><td>{status}<td>{escape(answer['description'])}\n"
    yield "</table>\n"


def _content(owner: Map) -> Map:
    (content,) = owner["content"].values()
    schema: Map = content["schema"]
    return schema


def _fields(heading: str, schema: Map, schemas: dict[str, Map]) -> Iterator[str]:
    owner = schemas[_name(schema)]
    yield f"<h3>{heading}</h3>\n"
    if not owner.get("properties"):
        yield "<p>An empty object.</p>\n"
        return
    required = owner.get("required", ())
    yield "<table>\n"
    for name, field in owner["properties"].items():
        need = "required" if heading == "Body" and name in required else ""
        yield f"<tr><td><code>{escape(name)}</code><td>{escape(_kind(field, schemas))}<td>{need}\n"
    yield "</table>\n"


def _kind(field: Map, schemas: dict[str, Map]) -> str:
    """Return what a field holds, in words."""
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

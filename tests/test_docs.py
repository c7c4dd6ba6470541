"""The documents say what the code does: names, tables and examples are held against it."""

import hashlib
import hmac
import re
from base64 import b64decode
from pathlib import Path

import msgspec
import pytest

from chatd import __main__, config
from chatd.errors import WIRE_ERRORS
from chatd.wire import commands as c
from chatd.wire import reference
from chatd.wire.entries import encode_entry
from chatd.wire.envelope import Request, decode_envelope, encode_result
from chatd.wire.frames import HEADER
from client.console import command_help
from tests.recipe.steps import steps

ROOT = Path(__file__).parent.parent
DOCUMENTS = [str(p.relative_to(ROOT)) for p in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"))]


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def section(text: str, heading: str) -> str:
    """Return what stands between a heading and the next one of its level."""
    level = heading.split(" ")[0]
    return text.split(f"\n{heading}\n", 1)[1].split(f"\n{level} ", 1)[0]


def rows(text: str) -> list[list[str]]:
    """Return the cells of a page's tables without their heads, backticks dropped."""
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    cells = [re.split(r"(?<!\\)\|", line.strip("|")) for line in lines]
    return [[cell.strip().strip("`").replace(r"\|", "|") for cell in row] for row in cells]


# -- The protocol ----------------------------------------------------------------------------


def test_the_protocol_reference_is_what_the_tables_say() -> None:
    stale = "docs/protocol.md is stale: python -m chatd.wire.reference > docs/protocol.md"
    assert read("docs/protocol.md") == reference.reference(), stale


def test_the_protocol_reference_has_every_command_notice_entry_and_error() -> None:
    text = reference.reference()
    for method in c.COMMANDS:
        assert f"\n### `{method}`\n" in text
    for method in c.NOTICES:
        assert f"\n### `{method}` (notice)\n" in text
    for code in WIRE_ERRORS:
        assert f"\n| `{code}` | " in section(text, "## Errors")
    assert '\n| `kind` | "message" |\n' in section(text, "## Entries")


def test_the_protocol_reference_tells_types_bounds_and_defaults() -> None:
    text = section(reference.reference(), "### `history`")
    assert "| `room` | string (1 to 256 characters) | required |" in text
    assert "| `before` | integer (0 to 2^53) or nil | `nil` |" in text
    assert "| `limit` | integer (1 to 200) | `50` |" in text
    assert "| `entries` | list of [entries](#entries) |" in text
    assert "- `next`: the number to continue with" in text


def test_what_commands_are_said_to_refuse_are_codes() -> None:
    for command in c.COMMANDS.values():
        assert command.refuses.keys() <= WIRE_ERRORS.keys(), command.method


def test_the_example_of_the_protocol_reference_is_what_the_codec_does() -> None:
    request_id, send = reference.SAMPLE_REQUEST
    response_id, posted = reference.SAMPLE_RESPONSE
    tables = section(reference.reference(), "## An example, byte by byte").split("| --- | --- |")
    request, response, entry = (
        bytes.fromhex("".join(data for data, _ in rows(table))) for table in tables[1:]
    )
    envelope = decode_envelope(request[HEADER.size :])
    assert isinstance(envelope, Request)
    assert (envelope.id, envelope.method) == (request_id, "send")
    assert msgspec.convert(envelope.params, c.Send) == send
    assert HEADER.unpack_from(request) == (len(request) - HEADER.size,)
    assert response == encode_result(response_id, posted)
    assert entry == encode_entry(reference.SAMPLE_ENTRY)


def test_the_scram_example_of_the_protocol_reference_holds() -> None:
    first, challenge, final, proof = (message for _, message in reference.SCRAM_EXAMPLE)
    _, salt, iterations = (part[2:] for part in challenge.split(","))
    salted = hashlib.pbkdf2_hmac("sha256", b"pencil", b64decode(salt), int(iterations))
    without_proof = final.rpartition(",")[0]
    signed = f"{first.removeprefix('n,,')},{challenge},{without_proof}".encode()
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    signature = hmac.digest(hashlib.sha256(client_key).digest(), signed, "sha256")
    client_proof = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
    assert b64decode(final.rpartition(",p=")[2]) == client_proof
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    assert b64decode(proof.removeprefix("v=")) == hmac.digest(server_key, signed, "sha256")


def test_the_page_of_commands_is_what_the_console_helps_with() -> None:
    stale = "docs/commands.md is stale: python -m client.console.command_help > docs/commands.md"
    assert read("docs/commands.md") == command_help.page(), stale


# -- Settings and guarantees -------------------------------------------------------------------


def test_the_operations_page_lists_every_flag() -> None:
    text = section(read("docs/operations.md"), "## Starting and stopping").split("###")[0]
    flags = {config.BY_NAME[name].flag for name in __main__.FLAGS}
    assert set(re.findall(r"`(--[a-z-]+)[ `]", text)) == flags


def test_the_guarantees_name_tests_that_exist() -> None:
    text = read("docs/guarantees.md")
    listed = re.findall(r"^\| [^|]+ \| \[`(test_\w+)`\]\(\.\./(tests/[^)]+)\) \|$", text, re.M)
    assert len(listed) == len(re.findall(r"^\| (?!What \||---)", text, re.M)) > 20
    assert [name for name, path in listed if f"def {name}(" not in read(path)] == []


def test_the_readme_links_every_promise_to_the_tests_that_show_it() -> None:
    promised = re.findall(
        r"\(docs/guarantees\.md#([^)]+)\)", section(read("README.md"), "## What it promises")
    )
    assert promised == slugs(read("docs/guarantees.md"))[1:-1], "but for the last, the rest"


# -- The architecture ------------------------------------------------------------------------


def test_the_architecture_has_ten_files_to_read_that_exist_and_are_short() -> None:
    text = section(read("docs/architecture.md"), "## Ten files, in this order")
    listed = re.findall(r"^\d+\. `([\w/.]+)`: ", text, re.MULTILINE)
    assert len(set(listed)) == 10
    assert all(len(read(path).splitlines()) <= 500 for path in listed)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_path_that_a_document_names_exists(name: str) -> None:
    folders = "chatd|client|tests|docs|conf|bench"
    paths = re.findall(rf"(?<![\w/])((?:{folders})/[\w./]+\.\w+)", read(name))
    made = {step.path for step in steps() if not step.line}  # by who follows the recipe
    assert [path for path in paths if not (ROOT / path).exists() and path not in made] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_of_make_that_a_document_names_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", read("Makefile"), re.MULTILINE))
    named = re.findall(r"`make ([a-z ]+?)(?: ARGS[^`]*)?`", read(name))
    named += re.findall(r"^make ([a-z]+)(?: ARGS.*|  .*)?$", read(name), re.MULTILINE)
    assert {target for names in named for target in names.split()} <= targets


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_of_a_document_leads_somewhere(name: str) -> None:
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", read(name)) if "://" not in link]
    assert [link for link in links if not leads_somewhere(ROOT / name, link)] == []


def leads_somewhere(page: Path, link: str) -> bool:
    """Tell whether a relative link names a file, and a heading in it where it has an anchor."""
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    if not target.exists():
        return False
    return not anchor or anchor in slugs(target.read_text("utf-8"))


def slugs(page: str) -> list[str]:
    """Return the anchors of a page's headings."""
    headings = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    return [re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings]


def test_the_architecture_lists_the_phases_of_a_tick_in_their_order() -> None:
    source = read("chatd/server.py")
    tick = source.split("    def tick(self", 1)[1].split("\n    def _goes_on", 1)[0]
    table = section(read("docs/architecture.md"), "## The tick")
    phases = re.findall(r"^\| \d+ \| `(\w+)`", table, re.MULTILINE)
    calls = [name for name in re.findall(r"\.(\w+)\(", tick) if name in phases]
    assert phases == calls

"""What programs send to Slack, as text."""

import codecs
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from chatd.errors import BadRequest, HttpError
from chatd.wire.http.codec import BODY_BYTES_MAX
from chatd.wire.http.message import HttpRequest
from chatd.wire.http.slack import FORM, MARK, hook_text
from chatd.wire.http.slack_blocks import DEPTH_MAX, VALUES_MAX
from tests.wire.slack_senders import SENDERS, Sent, button, mrkdwn, plain, section

JSON = "application/json"


def posted(body: bytes, kind: str = JSON) -> str:
    return hook_text(HttpRequest("POST", "/hooks/x", "", {"content-type": kind}, body))


def shown(**payload: Any) -> list[str]:
    """Return the lines that a message becomes."""
    return posted(json.dumps(payload).encode()).split("\n")


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": list(elements)}


def line(*elements: Any, kind: str = "rich_text_section", **more: Any) -> dict[str, Any]:
    told = [{"type": "text", "text": e} if isinstance(e, str) else e for e in elements]
    return {"type": kind, "elements": told, **more}


@pytest.mark.parametrize("sent", SENDERS.values(), ids=SENDERS)
def test_what_a_sender_sends_reads_as_a_person_would_read_it(sent: Sent) -> None:
    assert shown(**sent.payload) == sent.lines


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("deployed", "deployed"),
        ("one\ntwo", "one\ntwo"),
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("&amp;lt;", "&lt;"),
        ("https://e.org?a=1&region=2&copy=3", "https://e.org?a=1&region=2&copy=3"),
        ("&eacute; &#65; &#x41; &quot; &nbsp; &AMP; &amp", None),
        ("vector<int> a < 5 and b > 3", "vector<int> a < 5 and b > 3"),
        ("<b>bold</b> <!DOCTYPE html> <!-- x --> <> <http> <@> <#>", None),
        ("List<http_request> and <ftp://e.org|x> and < https://e.org >", None),
        ("see <https://e.org|the page>", "see the page (https://e.org)"),
        ("see <HTTP://e.org>", "see HTTP://e.org"),
        ("<https://e.org?a=1&amp;region=2|a &lt; b>", "a < b (https://e.org?a=1&region=2)"),
        ("<http://e.org|e.org> <https://e.org|https://e.org>", "http://e.org https://e.org"),
        ("<mailto:a@e.org|Al>", "Al (a@e.org)"),
        ("<mailto:a@e.org|a@e.org> <mailto:b@e.org>", "a@e.org b@e.org"),
        ("<tel:+4930|call>", "call (+4930)"),
        ("<!channel> <!here|here> <@U123|bob> <@U9> <#C1|ops> <#C2>", "channel here bob U9 ops C2"),
        ("<!subteam^S1|@ops> <!subteam^S1>", "@ops subteam"),
        ("<!date^1732870800^{date}|noon> <!date^1732870800^{date}>", "noon 2024-11-29 09:00 UTC"),
        ("<!date^1732870800^{date}^https://e.org|noon>", "noon (https://e.org)"),
        ("&lt;https://e.org|no link&gt;", "<https://e.org|no link>"),
        ("<https://e.org|open", "<https://e.org|open"),
        ("tabs\tand\r\nlines\rend", "tabs\tand\nlines\nend"),
    ],
)  # fmt: skip
def test_markup_is_what_slack_takes_for_it_and_nothing_else(text: str, said: str | None) -> None:
    body = json.dumps({"text": text})
    expected = text if said is None else said
    assert posted(body.encode()) == expected
    assert posted(urlencode({"payload": body}).encode(), FORM) == expected
    assert posted(body.encode(), FORM) == expected, "what `curl -d` sends"


@pytest.mark.parametrize(
    ("block", "lines"),
    [
        ({"type": "header", "text": plain("Build")}, ["Build"]),
        (section("*built* in 3 s", fields=[mrkdwn("a"), plain("b")]), ["*built* in 3 s", "a", "b"]),
        (section("x", accessory=button("Open", "https://e.org")), ["x", "Open (https://e.org)"]),
        (
            section("x", accessory={"type": "image", "image_url": "https://i", "alt_text": "cat"}),
            ["x", "cat"],
        ),
        (
            {"type": "context", "elements": [mrkdwn("by ci"), plain("branch")]},
            ["by ci", "branch"],
        ),
        (
            {"type": "actions", "elements": [button("A", "https://a"), button("B", "https://b")]},
            ["A (https://a)", "B (https://b)"],
        ),
        (
            {"type": "image", "image_url": "https://i", "alt_text": "alt", "title": plain("T")},
            ["T", "alt (https://i)"],
        ),
        ({"type": "image", "slack_file": {"id": "F1"}, "alt_text": "alt"}, ["alt"]),
        (
            {
                "type": "input",
                "label": plain("Why"),
                "element": {"type": "plain_text_input", "placeholder": plain("reason")},
                "hint": plain("short"),
            },
            ["Why", "reason", "short"],
        ),
        (
            {
                "type": "video",
                "title": plain("How"),
                "title_url": "https://v",
                "video_url": "https://v/embed",
                "alt_text": "how",
                "author_name": "Zoe",
                "description": plain("in short"),
            },
            ["How (https://v)", "Zoe", "in short"],
        ),
        ({"type": "markdown", "text": "# done"}, ["# done"]),
        (
            {
                "type": "table",
                "rows": [
                    [{"type": "raw_text", "text": "host"}, {"type": "raw_text", "text": "load"}],
                    [rich(line("db-1")), {"type": "raw_number", "value": 3, "text": "3"}],
                ],
            },
            ["host | load", "db-1 | 3"],
        ),
        (
            {"type": "checkboxes", "options": [{"text": mrkdwn("one"), "description": plain("d")}]},
            ["one", "d"],
        ),
        (
            {"type": "card", "title": plain("T"), "body": mrkdwn("b"), "actions": [plain("A")]},
            ["T", "b", "A"],
        ),
        ({"type": "nobody has heard of it", "elements": [{"title": "x"}]}, ["x"]),
        (rich(line("a ", {"type": "text", "text": "b", "style": {"bold": True}})), ["a b"]),
        (rich(line("a &amp; b &region; <https://e.org>")), ["a & b &region; <https://e.org>"]),
        (
            rich(line("see ", {"type": "link", "url": "https://e.org", "text": "it"}, "!")),
            ["see it (https://e.org)!"],
        ),
        (
            rich(
                line(
                    {"type": "emoji", "name": "wave", "unicode": "1f44b-1f3fb"},
                    {"type": "emoji", "name": "shipit"},
                    " ",
                    {"type": "user", "user_id": "U1"},
                    " ",
                    {"type": "usergroup", "usergroup_id": "S1"},
                    " ",
                    {"type": "channel", "channel_id": "C1"},
                    " ",
                    {"type": "broadcast", "range": "here"},
                    " ",
                    {"type": "color", "value": "#fff"},
                    " ",
                    {"type": "date", "timestamp": 1732870800, "format": "{time}", "fallback": "9"},
                    " ",
                    {"type": "date", "timestamp": 1732870800, "format": "{time}"},
                )
            ),
            ["👋🏻:shipit: U1 S1 C1 here #fff 9 2024-11-29 09:00 UTC"],
        ),
        (
            rich(
                line(line("one\nmore"), line("two"), kind="rich_text_list", style="ordered"),
                line(line("deep"), kind="rich_text_list", style="bullet", indent=1),
                line(
                    line("three"),
                    line(line("in it"), kind="rich_text_list", style="bullet"),
                    kind="rich_text_list",
                    style="ordered",
                    offset=2,
                ),
            ),
            ["1. one", "   more", "2. two", "  • deep", "3. three", "  • in it"],
        ),
        (rich(line("a\nb", kind="rich_text_quote")), ["> a", "> b"]),
        (rich(line("if x:\n  y", kind="rich_text_preformatted")), ["if x:", "  y"]),
    ],
)  # fmt: skip
def test_block_is_the_lines_that_a_person_would_read(block: Any, lines: list[str]) -> None:
    assert shown(blocks=[block, {"type": "divider"}]) == lines
    assert shown(attachments=[{"blocks": [block]}]) == lines
    assert shown(blocks=json.dumps([block])) == lines


def test_attachment_shows_all_of_its_parts_in_reading_order() -> None:
    attachment = {
        "fallback": "not shown beside the rest",
        "color": "#D63232",
        "pretext": "now:",
        "author_name": "Zoe",
        "author_link": "https://zoe",
        "author_icon": "https://zoe/icon.png",
        "title": "CPU",
        "title_link": "https://g",
        "text": "98 %",
        "fields": [{"title": "job", "value": "api", "short": True}, {"value": 3}],
        "image_url": "https://i",
        "thumb_url": "https://t",
        "actions": [{"type": "button", "text": "Undo", "url": "https://u"}],
        "footer": "ci",
        "footer_icon": "https://f",
        "ts": 1732870800,
    }
    lines = ["now:", "Zoe (https://zoe)", "CPU (https://g)", "98 %", "job: api", "3", "https://i"]
    lines += ["Undo (https://u)", "ci", "2024-11-29 09:00 UTC"]
    assert shown(attachments=[attachment]) == lines
    assert shown(text="a", attachments=[attachment]) == ["a", *lines]
    assert shown(attachments=[{"fallback": "CPU is high", "color": "#D63232"}]) == ["CPU is high"]
    assert shown(attachments=[{"fallback": "CPU", "image_url": "https://i"}]) == ["CPU (https://i)"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("in short", ["in short", "Build 7 failed", "see the log"]),
        ("Build 7 failed", ["Build 7 failed", "see the log"]),
        ("build 7 failed: see *the log*", ["Build 7 failed", "see the log"]),
        ("at last\nBuild 7 failed", ["at last", "Build 7 failed", "see the log"]),
        ("Build", ["Build", "Build 7 failed", "see the log"]),
    ],
)
def test_text_beside_blocks_is_shown_where_they_do_not_say_the_same(
    text: str, lines: list[str]
) -> None:
    blocks = [{"type": "header", "text": plain("Build 7 failed")}, section("see _the log_")]
    assert [line.replace("_", "") for line in shown(text=text, blocks=blocks)] == lines


def fields(*values: Any) -> dict[str, Any]:
    """Return an attachment with a field of each value."""
    return {"fields": [{"title": "a", "value": value} for value in values]}


ODD: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a number": ({"text": 1.50}, ["1.5"]),
    "a truth value": ({"text": True}, ["true"]),
    "a list of texts": ({"text": ["a", None, 2]}, ["a", "2"]),
    "a text object": ({"text": plain("a")}, ["a"]),
    "a text for blocks": ({"blocks": "deployed"}, ["deployed"]),
    "one block, and no list": ({"blocks": plain("a")}, ["a"]),
    "texts among blocks": ({"blocks": [None, 1, "a", [], {}, {"type": 3}]}, ["1", "a"]),
    "no blocks at all": ({"text": "a", "blocks": 7, "attachments": True}, ["a", "7", "true"]),
    "one attachment, and no list": ({"attachments": {"text": "a"}}, ["a"]),
    "a list in fields": ({"attachments": fields([1, 2], {}, [])}, ["a: 1, 2", "a", "a"]),
    "a truth value in fields": ({"attachments": fields(True, None, 0)}, ["a: true", "a", "a: 0"]),
    "a text for fields": ({"attachments": [{"fields": "x"}]}, ["x"]),
    "one field, and no list": ({"attachments": [{"fields": {"title": "y"}}]}, ["y"]),
    "no time": ({"text": "a", "attachments": [{"ts": "x"}, {"ts": -1}, {"ts": {}}]}, ["a"]),
    "an endless time": ({"text": "a", "attachments": [{"ts": 10**11}, {"ts": "9" * 99}]}, ["a"]),
    "an odd list": ({"blocks": line(line("a"), kind="rich_text_list", indent=[])}, ["• a"]),
    "an odd place": ({"blocks": line(line("a"), kind="rich_text_list", offset="x")}, ["• a"]),
    "an odd link": ({"attachments": [{"title": "a", "title_link": None}]}, ["a"]),
    "an odd emoji": ({"blocks": rich(line("a", {"type": "emoji", "unicode": "zz"}))}, ["a"]),
    "a text for elements": ({"blocks": {"type": "rich_text_section", "elements": "a"}}, ["a"]),
}


@pytest.mark.parametrize(("payload", "lines"), ODD.values(), ids=ODD)
def test_odd_values_are_shown_or_passed_over(payload: dict[str, Any], lines: list[str]) -> None:
    assert shown(**payload) == lines


@pytest.mark.parametrize("kind", [JSON, FORM, "text/plain", "", "application/octet-stream", "x"])
@pytest.mark.parametrize("start", [b"", b" \r\n\t", codecs.BOM_UTF8, codecs.BOM_UTF8 + b"\n"])
def test_body_that_begins_like_json_is_json_whatever_it_says(start: bytes, kind: str) -> None:
    assert posted(start + b'{"text": "hello"}', kind) == "hello"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'{"text": "a\\ud83d"}', "a\ufffd"),
        (b'{"text": "\\udc00a"}', "\ufffda"),
        (b'{"text": "\\ud83d\\ud83d\\udc00"}', "\ufffd\U0001f400"),
        (b'{"text": "\\\\ud83d"}', "\\ud83d"),
        (b'{"text": "a\xed\xa0\xbd"}', "a\ufffd"),
        (b'{"text": "caf\xe9"}', "caf\ufffd"),
        ('{"text": "é"}'.encode("utf-16"), "é"),
        (b'{"text": "two\nlines"}', "two\nlines"),
        (b'{"text": "a", "x": NaN, "y": 1' + b"0" * 5_000 + b"}", "a"),
    ],
)
def test_text_of_an_odd_encoding_is_read_as_far_as_it_can_be(body: bytes, text: str) -> None:
    assert posted(body) == text


def test_payload_of_a_form_in_parts_is_taken() -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="payload"\r\n\r\n{"text":"a"}\r\n--x--\r\n'
    assert posted(body, "multipart/form-data; boundary=x") == "a"


@pytest.mark.parametrize(
    ("body", "kind", "why"),
    [
        (b"", JSON, "the body is empty"),
        (b" ", "", "the body is empty"),
        (b'{"text":\n "a" "b"}', JSON, "not JSON from line 2, column 6 on"),
        (b"[]", JSON, "JSON, but not an object with a `text`"),
        (b"\xff", JSON, "not JSON from line 1, column 1 on"),
        (b"{" * 5_000, JSON, "not JSON from line 1, column 2 on"),
        (b'{"a":' * 5_000, JSON, "invalid_payload: "),
        (b"{}", JSON, "there is nothing"),
        (b'{"text": ""}', JSON, "there is `text`"),
        (b'{"content": "hi", "embeds": []}', JSON, "there is `content`, `embeds`"),
        (b'{"attachments": [{}], "blocks": [{"type": "divider"}]}', JSON, "has anything to read"),
        (b"text=hello", FORM, "the form has no `payload`; there is `text`"),
        (b"payload=", FORM, "the form has no `payload`; there is nothing"),
        (b"payload=%ff", FORM, "not JSON from line 1, column 1 on"),
        (b"&".join([b"a=b"] * 100), FORM, "a form has 20 fields at most"),
    ],
)
def test_refusal_says_what_is_wrong_and_where(body: bytes, kind: str, why: str) -> None:
    with pytest.raises(BadRequest) as refused:
        posted(body, kind)
    assert why in refused.value.message
    assert len(refused.value.message) < 300


@pytest.mark.parametrize("kind", ["text/plain", ""])
def test_what_is_neither_json_nor_a_form_is_refused(kind: str) -> None:
    with pytest.raises(HttpError) as refused:
        posted(b"hello", kind)
    assert refused.value.status == 415


def test_what_lies_too_deep_is_passed_over_and_the_rest_is_shown() -> None:
    deep: Any = "deep"
    for _ in range(DEPTH_MAX + 1):
        deep = [deep]
    assert shown(text="a", blocks=deep) == ["a"]
    assert shown(text="a", blocks=deep[0]) == ["a", "deep"]


def test_more_values_than_are_read_end_with_a_mark() -> None:
    lines = shown(blocks=["x"] * VALUES_MAX)
    assert len(lines) < VALUES_MAX
    assert (lines[0], lines[-1]) == ("x", MARK)
    assert MARK not in shown(blocks=["x"] * (VALUES_MAX // 2))


def test_as_much_text_as_a_body_holds_is_taken() -> None:
    text = "x" * (BODY_BYTES_MAX - len('{"text": ""}'))
    assert shown(text=text) == [text]

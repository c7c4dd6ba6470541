"""What programs send to Slack, as text."""

import json
from urllib.parse import urlencode

import pytest

from chatd.errors import BadRequest, HttpError
from chatd.wire.http.message import HttpRequest
from chatd.wire.http.slack import hook_text

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*built* in 3 s"}}
HEADER = {"type": "header", "text": {"type": "plain_text", "text": "Build"}}
CONTEXT = {
    "type": "context",
    "elements": [
        {"type": "image", "image_url": "https://example.org/a.png", "alt_text": "ci"},
        {"type": "mrkdwn", "text": "by ci"},
        {"type": "button", "text": {"type": "plain_text", "text": "undo"}},
        {"type": "plain_text", "text": "branch"},
    ],
}
FORM = "application/x-www-form-urlencoded"


def posted(body: bytes, kind: str = "application/json") -> str:
    return hook_text(HttpRequest("POST", "/hooks/x", "", {"content-type": kind}, body))


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ({"text": "deployed"}, "deployed"),
        ({"text": "one\ntwo", "username": "ci", "icon_emoji": ":tada:"}, "one\ntwo"),
        ({"text": "a &lt;b&gt; &amp; c"}, "a <b> & c"),
        ({"text": "see <https://example.org|the page>"}, "see the page (https://example.org)"),
        ({"text": "see <https://example.org>"}, "see https://example.org"),
        ({"text": "<!channel> <@U123|bob> <#C1|ops> <!date^1|noon>"}, "channel bob ops noon"),
        ({"text": "&lt;https://example.org|no link&gt;"}, "<https://example.org|no link>"),
        ({"text": "a", "attachments": [{"title": "CPU", "text": "98 %"}]}, "a\nCPU\n98 %"),
        ({"attachments": [{"title": "CPU", "title_link": "https://g"}]}, "CPU (https://g)"),
        ({"attachments": [{"fallback": "CPU is high", "color": "#D63232"}]}, "CPU is high"),
        ({"text": None, "attachments": [{"pretext": "now:", "fields": []}]}, "now:"),
        (
            {"attachments": [{"fields": [{"title": "job", "value": "api"}, {"value": 3}]}]},
            "job: api\n3",
        ),
        ({"attachments": [{"color": "#0f0", "blocks": [SECTION]}]}, "*built* in 3 s"),
        ({"blocks": [HEADER, {"type": "divider"}, SECTION]}, "Build\n*built* in 3 s"),
        ({"blocks": [CONTEXT, {"type": "markdown", "text": "done"}]}, "by ci\nbranch\ndone"),
        ({"text": "in short", "blocks": [SECTION]}, "in short"),
    ],
)
def test_a_payload_is_its_text(payload: dict[str, object], text: str) -> None:
    body = json.dumps(payload)
    assert posted(body.encode()) == text
    assert posted(urlencode({"payload": body}).encode(), FORM) == text
    assert posted(body.encode(), FORM) == text, "what `curl -d` sends"


@pytest.mark.parametrize("digits", [9, 4_300, 4_301, 60_000])
@pytest.mark.parametrize("begin", ["&#{}", "&#{};", "&#x{}", "&#X{};"])
def test_number_of_no_character_is_none_however_many_digits_it_has(
    begin: str, digits: int
) -> None:
    body = json.dumps({"text": "a" + begin.format("9" * digits)})
    assert posted(body.encode()) == "a\ufffd"


@pytest.mark.parametrize("zeros", [0, 1, 4_301])
def test_number_of_a_character_may_have_zeros_in_front(zeros: int) -> None:
    number = "0" * zeros + "65"
    body = json.dumps({"text": f"&#{number};&#x{number}; &#{number}b"})
    assert posted(body.encode()) == "Ae Ab"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/json"),
        (b"{}", "application/json"),
        (b'{"text": ""}', "application/json"),
        (b'{"text": 1}', "application/json"),
        (b"[]", "application/json"),
        (b"\xff", "application/json"),
        (b"[" * 5_000, "application/json"),
        (b'{"attachments": [{}]}', "application/json"),
        (b'{"blocks": [{"type": "divider"}]}', "application/json"),
        (b'{"blocks": "deployed"}', "application/json"),
        (b"text=hello", FORM),
        (b"payload=", FORM),
        (b"payload=%ff", FORM),
        (b"\xff=\xff", FORM),
        (b"&".join([b"a=b"] * 100), FORM),
    ],
)
def test_what_says_nothing_is_refused(body: bytes, kind: str) -> None:
    with pytest.raises(BadRequest):
        posted(body, kind)


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", ""])
def test_another_kind_of_body_is_refused(kind: str) -> None:
    with pytest.raises(HttpError) as refused:
        posted(b'{"text": "hello"}', kind)
    assert refused.value.status == 415

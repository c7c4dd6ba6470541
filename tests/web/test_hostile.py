"""What hostile people write stays what they wrote: texts, names, titles of rooms and of files."""

from itertools import chain, product

from playwright.sync_api import expect

from tests.e2e.client import Client, Refused, connect, send_file
from tests.e2e.server import ServerProcess
from tests.web.conftest import Opens
from tests.web.people import Person, register

TAGS = (
    *("script", "img", "svg", "iframe", "style", "link", "meta", "base", "object", "embed"),
    *("form", "input", "video", "audio", "math", "template", "details", "marquee", "textarea"),
)
MARK_UPS = (
    "<{0} src=x href=x onerror=alert(1) onload=alert(1)>",
    "</{0}><{0}/onload=alert(1)//",
    "<{0} style='position:fixed;inset:0' autofocus onfocus=alert(1)>x</{0}>",
)
SCHEMES = (
    *("javascript:", "JaVaScRiPt:", "java\tscript:", "\x01javascript:", "javascript&colon;"),
    *("&#106;avascript:", "vbscript:", "data:text/html,", "data:image/svg+xml,", "file:///"),
    *("blob:", "filesystem:", "about:", "chrome:", "view-source:", "ws:", "//", "/\\"),
)
LINKS = (
    "[x]({0}alert(1))",
    "![x]({0}alert(1))",
    "<{0}alert(1)>",
    "[{0}alert(1)](https://a.example)",
)
BIDI = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ZALGO = "Z" + "\u0300\u0316\u0334\u035b\u0323\u0489" * 40
ONE_BY_ONE = (
    *("${alert(1)}", "{{constructor.constructor('alert(1)')()}}", "<${Icon} />", "<%= 7 * 7 %>"),
    *("#{7*7}", "`${alert(1)}`", "</script><script>alert(1)</script>", "<!--", "]]>", "--!>"),
    *("</textarea><img src=x>", "&lt;script&gt;", "%3Cscript%3E", "\\u003cscript\\u003e"),
    *("}*{display:none}", "url(javascript:alert(1))", "expression(alert(1))", "@import 'x'"),
    *("`<b>`", "```html\n<script>alert(1)</script>\n```", "``` onclick=alert(1)\nx\n```"),
    *(
        "[x]: javascript:alert(1)\n[x]",
        "[a](<javascript:alert(1)>)",
        "[a](x 'onmouseover=alert(1)')",
    ),
    *(
        "__proto__",
        "constructor",
        "[object Object]",
        "null",
        "undefined",
        "NaN",
        "\ufeff",
        "a\u200bb",
    ),
    *("# heading", "| a | b |\n|---|---|\n| c | d |", "a\n===", "---", "1) " * 300, "- " * 300),
    *("*" * 600, ">" * 300 + " deep", "[" * 4000, "`" * 8192, "_a" * 4000, "(" * 8192, "\\" * 8192),
    *(
        "W" * 8192,
        "﷽" * 2700,
        "👩‍👩‍👧‍👦" * 320,
        "\n" * 4000 + "x",
        "x " * 4096,
        ZALGO * 30,
        "־" * 4000,
    ),
)
TEXTS = list(
    chain(
        (mark.format(tag) for tag, mark in product(TAGS, MARK_UPS)),
        (link.format(scheme) for scheme, link in product(SCHEMES, LINKS)),
        (f"{letter}abc {letter}דובר{letter} def" for letter in BIDI),
        (f"a{chr(code)}b" for code in range(1, 32)),
        ONE_BY_ONE,
    )
)
NAMES = (
    *(
        "<script>",
        "<img/src=x>",
        "a<b>c",
        "${alert}",
        "{{7*7}}",
        "__proto__",
        "constructor",
        "../up",
    ),
    *(
        "ann\u202e",
        "ann\u200b",
        "аnn",
        "Ann",
        "ａｎｎ",
        "ann​",
        "a b",
        "@all",
        "javascript:alert(1)",
    ),
    *(
        "дмитрий",
        "דניאל",
        "محمد",
        "ｗｉｄｅ",
        "w" * 32,
        "ж" * 32,
        ZALGO[:32],
        "e\u0301",
        "ﬁ",
        "ß",
        "İ",
    ),
    *(
        "toString",
        "hasownproperty",
        "style",
        "null",
        "undefined",
        "о" * 31 + "o",
        "a" + "\u0301" * 31,
    ),
)
FILES = (
    *(
        "<svg onload=alert(1)>.svg",
        "<img src=x onerror=alert(1)>.png",
        "a.html",
        "x.js",
        "'\"><b>.txt",
    ),
    *(
        "gpj.\u202eexe",
        "con",
        "a" * 250,
        "Ж" * 120,
        "${alert(1)}.md",
        "&amp;.txt",
        "javascript:x",
        ".htaccess",
    ),
)
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9' onload='alert(1)'/>"

FOREIGN = """(() => {
    const ours = new Set(("HTML HEAD META TITLE LINK SCRIPT BODY DIV MAIN NAV ASIDE HEADER FOOTER"
        + " SECTION ARTICLE H1 H2 H3 P A SPAN BDI SMALL TIME BUTTON UL OL LI FORM INPUT TEXTAREA"
        + " LABEL KBD STRONG EM DEL CODE PRE BR BLOCKQUOTE svg path DIALOG NOSCRIPT").split(" "));
    const found = [];
    for (const one of document.querySelectorAll("*")) {
        if (!ours.has(one.tagName)) found.push(one.outerHTML.slice(0, 200));
        for (const { name, value } of one.attributes) {
            const isStyle = name === "style" && !/^--hue: \\d+;$/.test(value);
            const isCode = name.startsWith("on") || name === "srcdoc";
            if (isStyle || isCode) found.push(`${name}=${value}`);
        }
    }
    for (const one of document.querySelectorAll(".log a")) {
        if (!/^(https?|mailto):$/.test(one.protocol)) found.push(one.href);
    }
    if (document.scripts.length !== 1) found.push(`${document.scripts.length} scripts`);
    return found;
})()"""
"""What is in the document that the page does not make of anybody's words."""

SPILLED = """(() => {
    const found = [];
    const column = document.querySelector("main .log").getBoundingClientRect();
    for (const box of document.querySelectorAll("html, .log, .sidebar, .beside, dialog")) {
        if (box.scrollWidth > box.clientWidth) found.push(`${box.className} scrolls sideways`);
    }
    let above = -Infinity;
    for (const row of document.querySelectorAll("main .log article")) {
        const { top, bottom, left, right } = row.getBoundingClientRect();
        const isOut = left < column.left || right > column.right + 0.5;
        if (isOut || top < above - 0.5) found.push(row.innerText.slice(0, 80));
        above = bottom;
        const body = row.querySelector(".body");
        if (getComputedStyle(body).overflowY !== "clip") found.push("letters may leave their row");
        for (const part of body.querySelectorAll("*")) {
            const isScrolled = part.closest("pre") !== null || part.closest(".spoken") !== null;
            if (!isScrolled && part.getBoundingClientRect().right > column.right + 0.5) {
                found.push(`${part.tagName}: ${part.innerText?.slice(0, 80)}`);
            }
        }
    }
    return found;
})()"""
"""Which rows leave their column, or lie over others."""

MINGLED = """(() => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const turns = /[\\u0590-\\u08ff\\u202a-\\u202e\\u2066-\\u2069]/.test(node.data);
        const around = node.parentElement.closest("bdi, [dir=auto], .avatar");
        if (turns && around === null) found.push(node.data.slice(0, 80));
    }
    return found;
})()"""
"""Which words from right to left could turn those beside them."""


def attempt(client: Client, method: str, **params: object) -> bool:
    """Do something that the server may refuse; return whether it did it."""
    try:
        client.call(method, **params)
    except Refused:
        return False
    return True


def names_of(port: int) -> list[str]:
    """Make every account that the server takes; each has written, and wants to be shown so."""
    taken = []
    for name in NAMES:
        with connect(port) as client:
            try:
                client.register(name)
                client.login(name)
            except (Refused, ValueError):
                continue
            attempt(client, "display-name", display_name=name[::-1])
            client.call("send", text=f"it is {name}, @ann")
            taken.append(name)
            for title in NAMES[len(taken) :: 6]:
                if attempt(client, "create", title=title):
                    rooms = client.call("rooms")["rooms"]
                    room = next(one["room"] for one in rooms if one["room"].startswith("+"))
                    attempt(client, "invite", room=room, user="ann")
    return taken


def expect_only_words(person: Person) -> None:
    """Fail if anything but words has come of what was written."""
    for expression in (FOREIGN, SPILLED, MINGLED):
        assert person.tab.evaluate(expression) == []


def test_what_hostile_people_write_stays_text(opens: Opens, server: ServerProcess) -> None:
    assert len(TEXTS) + len(NAMES) + len(FILES) >= 200
    ann = register(opens, "ann", width=360)
    names = names_of(server.port)
    assert "дмитрий" in names and "аnn" not in names
    with connect(server.port) as eve:
        eve.register("eve")
        eve.login("eve")
        files = 0
        for name in FILES:
            try:
                send_file(eve, "general", name, SVG, caption=name[:100])
            except Refused:
                continue
            files += 1
        for display_name in NAMES:
            attempt(eve, "display-name", display_name=display_name)
        texts = sum(attempt(eve, "send", text=text) for text in TEXTS)
        last = eve.call("send", text="the end")["seq"]
    assert files >= 8 and texts >= 200
    expect(ann.log.locator(f"#e{last}")).to_be_visible()
    expect(ann.log.locator("article")).to_have_count(len(names) + files + texts + 1)
    expect_only_words(ann)
    for note in ann.page.locator(".note").all():
        expect(note).to_be_attached()
    ann.page.get_by_role("button", name="People").click()
    expect(ann.page.locator(".people li")).to_have_count(len(names) + 2)
    expect_only_words(ann)
    ann.page.keyboard.press("Escape")
    ann.page.keyboard.press("Control+k")
    expect(ann.page.get_by_role("dialog")).to_be_visible()
    expect_only_words(ann)

"""The page for everyone: by keyboard alone, with input methods, and without a fault by axe."""

import re

import pytest
from playwright.sync_api import expect

from tests.web.conftest import Opens
from tests.web.people import PASSWORD, Person, register

LOOKS = [("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)]
FOCUSED = "document.activeElement?.tagName"
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    "![x](javascript:alert(1))",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](data:text/html,<script>alert(1)</script>)",
    "`<b>`",
    "```html\n<script>alert(1)</script>\n```",
    "&lt;script&gt;",
    "\u202eright to left",
    "a\u200bb",
    "<!--",
    "]]>",
    "${alert(1)}",
    "{{constructor.constructor('alert(1)')()}}",
    "<iframe srcdoc='x'></iframe>",
    "<style>*{display:none}</style>",
    "*" * 600,
    ">" * 300 + " deep",
]


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_sign_in_hinders_nobody(opens: Opens, theme: str, width: int) -> None:
    tab = opens(theme=theme, width=width)
    expect(tab.page.get_by_label("Password")).to_be_visible()
    assert tab.violations() == []
    tab.page.get_by_role("button", name="New here").click()
    assert tab.violations() == []


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_rooms_log_thread_and_dialogs_hinder_nobody(opens: Opens, theme: str, width: int) -> None:
    ann = register(opens, "ann", theme=theme, width=width)
    ann.write("**so** `it` is\n\n> quoted\n\n```\ncode\n```\n\n- [a link](https://example.com)")
    ann.write("hello @ann")
    ann.row("hello").hover()
    expect(ann.page.get_by_role("toolbar")).to_be_visible()
    assert ann.tab.violations() == []
    ann.row("hello").get_by_role("button", name="Open the thread").click()
    expect(ann.page.locator("#thread-composer")).to_be_focused()
    assert ann.tab.violations() == []
    ann.page.keyboard.press("Escape")
    ann.page.get_by_role("button", name="People").click()
    expect(ann.page.locator(".people a")).to_have_count(1)
    assert ann.tab.violations() == []
    ann.page.keyboard.press("Escape")
    for keys in ("Control+k", "?"):
        ann.page.locator("main .log").focus()
        ann.page.keyboard.press(keys)
        expect(ann.page.get_by_role("dialog")).to_be_visible()
        assert ann.tab.violations() == []
        ann.page.keyboard.press("Escape")
        expect(ann.page.get_by_role("dialog")).to_have_count(0)
    ann.page.goto(ann.tab.origin + "/")
    expect(ann.page.locator(".rooms a")).to_have_count(1)
    assert ann.tab.violations() == []


def test_from_registration_to_sign_out_by_keyboard_alone(opens: Opens) -> None:
    tab = opens()
    page = tab.page

    def press(*keys: str) -> None:
        for key in keys:
            page.keyboard.press(key)
            assert tab.evaluate(FOCUSED) not in (None, "BODY"), key

    def tab_to(name: str, key: str = "Tab") -> None:
        for _ in range(40):
            press(key)
            label = tab.evaluate(
                "document.activeElement.getAttribute('aria-label')"
                " || document.activeElement.innerText || ''"
            )
            if re.search(name, label):
                return
        raise AssertionError(f"no Tab leads to {name}")

    expect(page.get_by_label("Name")).to_be_focused()
    tab_to("New here")
    press("Enter")
    page.get_by_label("Name").focus()
    page.keyboard.type("ann")
    press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".rooms a")).to_have_count(1)
    press("Control+k")
    page.keyboard.type("gen")
    page.keyboard.press("Enter")
    expect(page.locator("#composer")).to_be_focused()
    page.keyboard.type("by hand")
    press("Shift+Enter")
    page.keyboard.type("on two lines")
    press("Enter")
    ann = Person(tab, "ann")
    ann.expects("by hand")
    press("ArrowUp", "Escape")
    page.locator("main .log").focus()
    press("ArrowUp")
    expect(page.locator("article:focus")).to_contain_text("by hand")
    press("r")
    expect(page.locator("#composer")).to_be_focused()
    page.keyboard.type("a reply")
    press("Enter")
    ann.expects("a reply")
    tab_to("Settings", "Shift+Tab")
    press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    tab_to("Sign out")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name")).to_be_focused()


def test_enter_of_an_input_method_sends_nothing(opens: Opens) -> None:
    ann = register(opens, "ann")
    ann.composer.focus()
    compose = {"text": "にほん", "selectionStart": 3, "selectionEnd": 3}
    ann.tab.devtools.send("Input.imeSetComposition", compose)
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    ann.tab.devtools.send("Input.dispatchKeyEvent", {"type": "keyDown", **enter})
    ann.tab.devtools.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
    assert ann.composer.input_value() == "にほん"
    ann.tab.devtools.send("Input.insertText", {"text": "日本"})
    expect(ann.composer).to_have_value("日本")
    expect(ann.log.locator("article")).to_have_count(0)
    ann.page.keyboard.press("Enter")
    ann.expects("日本")


def test_hostile_texts_stay_text(opens: Opens) -> None:
    ann = register(opens, "ann")
    for text in HOSTILE:
        ann.write(text)
    expect(ann.log.locator("article:not(.pending)")).to_have_count(len(HOSTILE))
    for tag in ("script", "img", "iframe", "style", "svg:not(.icon)"):
        expect(ann.log.locator(f".text {tag}")).to_have_count(0)
    hrefs = ann.log.locator(".text a").evaluate_all("(all) => all.map((one) => one.href)")
    assert all(re.match("https?:|mailto:", href) for href in hrefs)


def test_page_speaks_russian_where_that_is_preferred(opens: Opens) -> None:
    ann = register(opens, "ann", locale="ru-RU")
    expect(ann.page.get_by_role("heading", name="Общая")).to_be_visible()
    assert ann.tab.evaluate("document.documentElement.lang") == "ru"
    assert ann.tab.violations() == []

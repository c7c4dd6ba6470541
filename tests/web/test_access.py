"""The page for everyone: by keyboard alone, with input methods, in the reader's language."""

import re

from playwright.sync_api import expect

from tests.web.conftest import Opens
from tests.web.people import PASSWORD, Person, register

FOCUSED = "document.activeElement?.tagName"


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


def test_page_speaks_russian_where_that_is_preferred(opens: Opens) -> None:
    ann = register(opens, "ann", locale="ru-RU")
    expect(ann.page.get_by_role("heading", name="Общая")).to_be_visible()
    assert ann.tab.evaluate("document.documentElement.lang") == "ru"

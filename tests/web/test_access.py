"""The page for everyone: by keyboard alone, with input methods, in the reader's language."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.server import ServerProcess
from tests.web.browser import Tab
from tests.web.conftest import Opens
from tests.web.people import PASSWORD, Person, register
from tests.web.screens import Walk, furnish

FOCUSED = "document.activeElement?.tagName"
FIELDS = ", ".join(
    ["textarea", *(f"input[type={kind}]" for kind in ("text", "search", "password", "url"))]
    + ["input:not([type])"]
)
FIELDS_MIN = 27
ITS_NAME = "it => it.labels?.[0]?.innerText || it.ariaLabel || it.placeholder || it.id"
COUNT_SUBMITS = """globalThis.submits ??= (addEventListener(
    "submit", () => { globalThis.submits += 1; }, { capture: true }), 0); globalThis.submits = 0"""


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
    compose(ann.tab, "にほん")
    press_while_composing(ann.tab, "Enter")
    assert ann.composer.input_value() == "にほん"
    ann.tab.devtools.send("Input.insertText", {"text": "日本"})
    expect(ann.composer).to_have_value("日本")
    expect(ann.log.locator("article")).to_have_count(0)
    ann.page.keyboard.press("Enter")
    ann.expects("日本")


@pytest.mark.parametrize("server", [{"ADMINS": "root"}], indirect=True)
def test_keys_of_an_input_method_are_its_own_in_every_field(
    opens: Opens, server: ServerProcess
) -> None:
    link = furnish(server)
    tab = opens()
    tried = set[str]()
    for screen in Walk(tab, server, link).screens():
        tab.evaluate(COUNT_SUBMITS)
        has_dialog = tab.page.locator("dialog[open]").count() > 0
        top = tab.page.locator("dialog[open]" if has_dialog else "body")
        for field in top.locator(FIELDS).all():
            if not field.is_visible() or not field.is_editable():
                continue
            field.focus()
            before, name = field.input_value(), f"{screen}: {field.evaluate(ITS_NAME)}"
            compose(tab, "に")
            composed = field.input_value()
            assert composed != before, name
            for key in ("Enter", "Escape"):
                press_while_composing(tab, key)
                assert field.input_value() == composed, (name, key)
                assert field.evaluate("it => it === document.activeElement"), (name, key)
            assert tab.evaluate("globalThis.submits") == 0, name
            compose(tab, "")
            assert field.input_value() == before, name
            tried.add(name)
    assert len(tried) >= FIELDS_MIN, sorted(tried)


def compose(tab: Tab, text: str) -> None:
    """Have an input method show a text at the cursor, which it has not given yet."""
    end = {"selectionStart": len(text), "selectionEnd": len(text)}
    tab.devtools.send("Input.imeSetComposition", {"text": text, **end})


def press_while_composing(tab: Tab, key: str) -> None:
    """Press a key that goes to the input method: the page hears of it, by its code."""
    codes = {"key": key, "code": key, "windowsVirtualKeyCode": 229}
    tab.devtools.send("Input.dispatchKeyEvent", {"type": "keyDown", **codes})
    tab.devtools.send("Input.dispatchKeyEvent", {"type": "keyUp", **codes})


def test_page_speaks_russian_where_that_is_preferred(opens: Opens) -> None:
    ann = register(opens, "ann", locale="ru-RU")
    expect(ann.page.get_by_role("heading", name="Общая")).to_be_visible()
    assert ann.tab.evaluate("document.documentElement.lang") == "ru"

"""The page for everyone: by keyboard alone, with input methods, in the reader's language."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.e2e.client import connect
from tests.e2e.server import ServerProcess
from tests.web.browser import Tab
from tests.web.conftest import Opens
from tests.web.people import PASSWORD, register
from tests.web.screens import Walk, furnish

FOCUSED = "document.activeElement?.tagName"
FOCUSED_NAME = """(it => (it.ariaLabel || it.labels?.[0]?.innerText || it.innerText || "")
    + (it.role ? `, ${it.role}` : ""))(document.activeElement)"""
DRAWN = "new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))"
STEPS_MAX = 40
LISTED = {
    "Ctrl+K": ["Control+k"],
    "Ctrl+Shift+F": ["Control+Shift+f"],
    "Alt+↑ / Alt+↓": ["Alt+ArrowUp", "Alt+ArrowDown"],
    "Alt+Shift+↓": ["Alt+Shift+ArrowDown"],
    "Enter": ["Enter"],
    "Shift+Enter": ["Shift+Enter"],
    "↑": ["ArrowUp"],
    "Esc": ["Escape"],
    "↑ / ↓ / Home / End": ["ArrowUp", "ArrowDown", "Home", "End"],
    "R": ["r"],
    "T": ["t"],
    "E": ["e"],
    "Delete": ["Delete"],
    "?": ["?"],
}
"""The keys that the help lists, as a keyboard sends them."""
FIELDS = ", ".join(
    ["textarea", *(f"input[type={kind}]" for kind in ("text", "search", "password", "url"))]
    + ["input:not([type])"]
)
FIELDS_MIN = 27
ITS_NAME = "it => it.labels?.[0]?.innerText || it.ariaLabel || it.placeholder || it.id"
COUNT_SUBMITS = """globalThis.submits ??= (addEventListener(
    "submit", () => { globalThis.submits += 1; }, { capture: true }), 0); globalThis.submits = 0"""


class Hands:
    """Somebody with no mouse. pressed: the keys that were, all but those of text."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.page = tab.page
        self.pressed = set[str]()

    def press(self, *keys: str) -> None:
        """Press keys, each of which leaves the focus somewhere."""
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed.add(key)
            self.tab.evaluate(DRAWN)
            assert self.tab.evaluate(FOCUSED) not in (None, "BODY"), key

    def type(self, text: str, *keys: str) -> None:
        """Type a text where the focus is, then press keys."""
        self.page.keyboard.type(text)
        self.press(*keys)

    def go_to(self, name: str, key: str = "Tab") -> None:
        """Go on until the focus is on what has a name like this."""
        seen = [self.tab.evaluate(FOCUSED_NAME)]
        for _ in range(STEPS_MAX):
            if re.search(name, seen[-1]):
                return
            self.press(key)
            seen.append(self.tab.evaluate(FOCUSED_NAME))
        raise AssertionError(f"no {key} leads to {name}, but to {seen}")

    def use(self, name: str, key: str = "Tab") -> None:
        """Go to something and press it."""
        self.go_to(name, key)
        self.press("Enter")

    def expects(self, text: str) -> None:
        """Wait until one posted entry of the room has this text."""
        said = self.page.locator(".text", has_text=text)
        expect(self.page.locator("main article:not(.pending)", has=said)).to_have_count(1)

    def open_row(self, text: str) -> Locator:
        """Go up from the composer to the entry with a text, and return it."""
        self.expects(text)
        self.go_to(", log$", "Shift+Tab")
        row = self.page.locator("article:focus")
        for _ in range(STEPS_MAX):
            self.press("ArrowUp")
            if any(text in said for said in row.locator(".text").all_inner_texts()):
                return row
        raise AssertionError(f"no arrow leads to {text}")


def test_from_registration_to_sign_out_by_keyboard_alone(opens: Opens, tmp_path: Path) -> None:
    tab = opens()
    with connect(tab.port) as client:
        client.register("ben", PASSWORD)
    hands, page, composer = Hands(tab), tab.page, tab.page.locator("#composer")
    dialog, aside = page.get_by_role("dialog"), page.get_by_role("complementary")

    expect(page.get_by_label("Name")).to_be_focused()
    hands.use("New here")
    hands.go_to("^Name", "Shift+Tab")
    hands.type("ann", "Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")  # the form goes, and the room comes
    expect(page.locator(".rooms a")).to_have_count(1)
    hands.press("Control+k")
    hands.type("gen", "Enter")
    expect(composer).to_be_focused()

    hands.type("by hand", "Shift+Enter")
    hands.type("on two lines", "Enter")
    hands.expects("on two lines")
    hands.press("ArrowUp")
    hands.type(", edited", "Enter")
    hands.expects("two lines, edited")
    hands.press("ArrowUp", "Escape")
    expect(composer).to_have_value("")

    hands.open_row("by hand")
    hands.press("r")
    expect(composer).to_be_focused()
    hands.type("a reply", "Enter")
    hands.open_row("by hand")
    hands.press("e")
    hands.type(" again", "Enter")
    hands.expects("edited again")

    hands.open_row("edited again")
    hands.use("React")
    hands.press("ArrowRight", "ArrowRight", "ArrowLeft", "Enter")
    expect(page.locator("main .reactions [aria-pressed=true]")).to_have_count(1)
    hands.press("Escape")
    expect(composer).to_be_focused()

    hands.open_row("edited again")
    hands.press("t")
    expect(aside.get_by_role("textbox")).to_be_focused()
    hands.type("in the thread", "Enter")
    expect(aside.locator("article", has_text="in the thread")).to_have_count(1)
    hands.press("Escape")
    expect(aside).to_have_count(0)
    expect(composer).to_be_focused()

    hands.type("to be gone", "Enter")
    hands.open_row("to be gone")
    hands.press("Home", "End", "Delete")
    expect(dialog).to_be_visible()
    hands.use("^Delete")
    expect(page.locator("main article", has_text="to be gone")).to_have_count(0)
    expect(page.locator("article:focus")).to_contain_text("Deleted")
    hands.press("Escape")
    expect(composer).to_be_focused()

    hands.press("Control+Shift+f")
    expect(page.locator("#search-words")).to_be_focused()
    hands.type("edited", "Enter")
    expect(page.locator(".found a")).to_have_count(1)
    hands.press("ArrowDown", "Enter")
    expect(page).to_have_url(re.compile("/r/general/1$"))
    hands.press("Escape")
    expect(aside).to_have_count(0)

    hands.press("Control+k")
    hands.type("ben", "Enter")
    expect(page.locator("#room-title")).to_have_text("ben")
    hands.type("between us", "Enter")
    hands.expects("between us")

    hands.use("New private room", "Shift+Tab")
    hands.type("secret", "Enter")
    expect(page.locator("#room-title")).to_have_text("+secret")
    hands.use("People", "Shift+Tab")
    expect(aside.get_by_label("Name of a user")).to_be_visible()
    hands.go_to("Name of a user")
    hands.type("ben", "ArrowDown", "Enter", "Enter")
    expect(aside.get_by_text("ben is invited.")).to_be_visible()
    hands.press("Escape")
    expect(aside).to_have_count(0)

    (tmp_path / "notes.txt").write_text("by hand")
    with page.expect_file_chooser() as chosen:
        hands.use("Attach", "Shift+Tab")
    chosen.value.set_files(tmp_path / "notes.txt")
    expect(page.locator("main article", has_text="notes.txt")).to_have_count(1)
    hands.go_to("Message ")
    hands.type("later")
    hands.use("Scheduled messages")
    hands.use("^Schedule")
    expect(dialog.locator(".scheduled li")).to_have_count(1)
    hands.press("Escape")
    expect(dialog).to_have_count(0)

    for key in ("Alt+ArrowUp", "Alt+ArrowDown"):
        before = page.locator("#room-title").inner_text()
        hands.press(key)
        expect(page.locator("#room-title")).not_to_have_text(before)
    with connect(tab.port) as client:
        client.login("ben", PASSWORD)
        client.call("send", text="something new")
    expect(page.locator(".rooms .badge")).to_have_count(1)
    hands.press("Alt+Shift+ArrowDown")
    expect(page.locator("#room-title")).to_have_text("General")

    hands.press("Escape")
    hands.go_to(", log$", "Shift+Tab")
    hands.press("?")
    listed = set(dialog.locator("dt").all_inner_texts())
    assert listed == LISTED.keys()
    assert {key for keys in LISTED.values() for key in keys} <= hands.pressed
    hands.press("Escape")
    hands.use("Settings", "Shift+Tab")
    expect(dialog).to_be_visible()
    hands.go_to("Sign out")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name")).to_be_focused()


def test_what_is_typed_while_a_view_is_loaded_goes_to_nobody(opens: Opens) -> None:
    ann = register(opens, "ann", service_workers="block")
    loads, is_slow = list[Route](), True

    def on_load(load: Route) -> None:
        if is_slow:
            loads.append(load)
        else:
            load.continue_()

    ann.page.route("**/assets/*.js", on_load)
    ann.composer.focus()
    with ann.page.expect_request("**/assets/*.js"):
        ann.page.keyboard.press("Control+Shift+f")
    ann.page.keyboard.type("secret")
    ann.page.keyboard.press("Enter")
    is_slow = False
    for load in loads:
        load.continue_()
    expect(ann.page.locator("#search-words")).to_be_focused()
    expect(ann.composer).to_have_value("")
    expect(ann.log.locator("article")).to_have_count(0)


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

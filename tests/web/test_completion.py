"""Names and emoji are completed where one writes, and any emoji can be picked as a reaction."""

import json
import subprocess
from typing import Any

from playwright.sync_api import Locator, expect

from chatd.wire.emoji import emoji_in
from tests.e2e.client import connect
from tests.e2e.server import ServerProcess
from tests.web.conftest import Opens
from tests.web.people import Person, register
from tests.web.scene import as_user
from web import toolchain

ABSENT = ("bea", "benedict", "carol", "дмитрий")


def offered(person: Person) -> Locator:
    """Return what is offered to somebody who writes."""
    return person.page.locator(".completion [role=option]")


def chosen(person: Person, field: str = "composer") -> str:
    """Return the text of the option that a field names as the active one."""
    found = person.page.evaluate(
        "(id) => document.getElementById("
        "document.getElementById(id).getAttribute('aria-activedescendant'))?.innerText ?? ''",
        field,
    )
    return str(found).strip()


def test_names_and_emoji_are_completed_by_keyboard_and_mouse(
    opens: Opens, server: ServerProcess
) -> None:
    with connect(server.port) as client:
        for name in ABSENT:
            client.register(name)
    ann = register(opens, "ann")
    ben = register(opens, "ben")
    ann.composer.press_sequentially("hi @be")
    expect(offered(ann)).to_have_count(3)
    assert chosen(ann).endswith("ben")  # who is here comes first, then those who are absent
    assert ann.tab.violations() == []
    ann.page.emulate_media(color_scheme="dark")
    ann.page.set_viewport_size({"width": 360, "height": 640})
    assert ann.tab.violations() == []
    assert ann.tab.evaluate("document.querySelector('.completion').scrollWidth <= 360")
    ann.composer.press("ArrowDown")
    assert chosen(ann).endswith("bea")
    ann.composer.press("Tab")
    expect(ann.composer).to_have_value("hi @bea ")
    expect(offered(ann)).to_have_count(0)
    ann.composer.press_sequentially("@car")
    expect(offered(ann)).to_have_count(1)
    ann.composer.press("Escape")
    expect(offered(ann)).to_have_count(0)
    ann.composer.press_sequentially("o")  # it stays closed at this word
    ann.composer.press("Backspace")
    expect(ann.composer).to_have_value("hi @bea @car")
    expect(offered(ann)).to_have_count(0)
    ann.composer.press_sequentially(" @ben")
    expect(offered(ann)).to_have_count(2)
    ann.composer.press("Enter")  # a whole name needs no completion
    ann.expects("hi @bea @car @ben")
    ben.expects("hi @bea @car @ben")

    ann.composer.press_sequentially("well :tad")
    expect(offered(ann)).to_have_count(1)
    offered(ann).click()
    expect(ann.composer).to_have_value("well 🎉 ")
    expect(ann.composer).to_be_focused()
    ann.composer.press_sequentially(":fire: `:x: @be")
    expect(ann.composer).to_have_value("well 🎉 🔥 `:x: @be")  # in code, signs are code
    expect(offered(ann)).to_have_count(0)
    ann.composer.fill("so")
    ann.page.keyboard.type(" :heart:")
    expect(ann.composer).to_have_value("so ❤️")
    ann.page.keyboard.press("Control+z")
    expect(ann.composer).to_have_value("so :heart:")
    ann.composer.fill("")
    compose = {"text": "@be", "selectionStart": 3, "selectionEnd": 3}
    ann.tab.devtools.send("Input.imeSetComposition", compose)
    expect(ann.composer).to_have_value("@be")
    expect(offered(ann)).to_have_count(0)
    ann.tab.devtools.send("Input.insertText", {"text": "@be"})
    expect(offered(ann)).to_have_count(3)


def test_completion_in_a_thread_of_a_private_room_offers_its_members_by_touch_in_russian(
    opens: Opens, server: ServerProcess
) -> None:
    options: dict[str, Any] = {
        "locale": "ru-RU",
        "width": 360,
        "height": 640,
        "has_touch": True,
        "is_mobile": True,
    }
    ann = register(opens, "ann", **options)
    with connect(server.port) as client:
        for name in ABSENT:
            client.register(name)
    room = as_user(server, "benedict", "create", title="ops")["room"]
    for name in ("ann", "дмитрий"):
        as_user(server, "benedict", "invite", room=room, user=name)
    as_user(server, "дмитрий", "join", room=room)
    as_user(server, "benedict", "post", room=room, text="a question")
    ann.page.get_by_role("button", name="Войти в комнату").tap()
    expect(ann.page.get_by_role("heading", name="+ops")).to_be_visible()
    ann.row("a question").tap()
    ann.page.get_by_role("button", name="Открыть обсуждение").tap()
    field = ann.page.locator("#thread-composer")
    expect(field).to_be_focused()
    field.press_sequentially("@")
    expect(offered(ann)).to_have_text(["B benedict", "Д дмитрий"])  # nobody else is told
    field.fill("")
    compose = {"text": "@дми", "selectionStart": 4, "selectionEnd": 4}
    ann.tab.devtools.send("Input.imeSetComposition", compose)  # as most keyboards on glass do
    expect(offered(ann)).to_have_count(1)
    offered(ann).tap()
    expect(field).to_have_value("@дмитрий ")
    expect(field).to_be_focused()
    field.press_sequentially(":ого")
    expect(offered(ann).first).to_have_text("😮 :ого:")


def test_any_emoji_is_found_by_its_name_and_picked_as_a_reaction(opens: Opens) -> None:
    ann = register(opens, "ann")
    ann.write("good news")
    ann.row("good news").focus()
    ann.page.get_by_role("button", name="React").press("Enter")
    ann.page.get_by_role("button", name="Any other emoji").press("Enter")
    picker = ann.page.get_by_role("dialog", name="React")
    expect(picker.get_by_role("combobox")).to_be_focused()
    expect(picker.get_by_role("option").nth(1_800)).to_be_attached()
    assert ann.tab.violations() == []
    ann.page.keyboard.type("rock")
    expect(picker.get_by_role("option").first).to_have_attribute("title", ":rock:")
    ann.page.keyboard.press("ArrowRight")
    ann.page.keyboard.press("Enter")
    expect(picker).to_have_count(0)
    expect(ann.page.get_by_role("button", name="🚀 1 ann")).to_be_visible()
    assert ann.tab.evaluate("document.activeElement !== document.body")


def test_every_emoji_that_is_offered_is_one_for_the_server(node: list[str]) -> None:
    script = (
        'import { EMOJI } from "./src/state/emoji.js";'
        "console.log(JSON.stringify(EMOJI.map(({ emoji }) => emoji)))"
    )
    command = [*node, "--input-type=module", "--eval", script]
    done = subprocess.run(command, cwd=toolchain.WEB, capture_output=True, check=True)
    offered = json.loads(done.stdout)
    assert len(offered) > 1_800
    assert [emoji for emoji in offered if emoji_in(emoji) is None] == []

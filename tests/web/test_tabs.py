"""Browsers that keep nothing, tabs, and leaving: what is kept, and what people are told of it."""

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.cable import Cable
from tests.e2e.client import connect
from tests.e2e.server import ServerProcess
from tests.e2e.waiting import until
from tests.web.browser import Tab
from tests.web.conftest import Opens
from tests.web.people import EVERYONE, PASSWORD, Person, register, register_by_form

FORBIDDEN = """
for (const name of ["indexedDB", "sessionStorage"]) {
    Object.defineProperty(window, name, {
        get() { throw new DOMException("forbidden", "SecurityError"); },
    });
}
navigator.locks.request = async () => { throw new DOMException("forbidden", "SecurityError"); };
"""
FULL = """
const { put } = IDBObjectStore.prototype;
IDBObjectStore.prototype.put = function (...given) {
    const request = put.apply(this, given);
    request.transaction.abort();
    return request;
};
"""
KEPT = """new Promise((done) => {
    const opening = indexedDB.open("chatd", 1);
    opening.onsuccess = () => {
        const store = opening.result.transaction("kept").objectStore("kept");
        const [keys, values] = [store.getAllKeys(), store.getAll()];
        values.onsuccess = () => {
            opening.result.close();
            done(Object.fromEntries(keys.result.map((key, at) => [key, values.result[at]])));
        };
    };
})"""
"""All that is kept on the disk."""
SENDERS = """navigator.locks.query().then(({ held, pending }) =>
    [held, pending].map((all) => all.filter(({ name }) => name === "chatd outbox ann").length)
)"""
"""How many tabs send Ann's texts, and how many wait to do so."""


def test_browser_that_keeps_nothing_says_so_and_the_page_works(opens: Opens) -> None:
    ann = register_by_form(opens, "ann", before=FORBIDDEN)
    ben = register_by_form(opens, "ben", before=FULL)
    for person in (ann, ben):
        expect(person.page.get_by_text("This browser keeps nothing")).to_be_visible()
        person.composer.fill("not yet")
        person.write(f"{person.name} is here")
    for person in (ann, ben):
        person.expects("ann is here")
        person.expects("ben is here")
        expect(person.pending).to_have_count(0)


def test_what_was_seen_last_is_read_though_one_leaves_at_once(
    opens: Opens, server: ServerProcess
) -> None:
    ann = register(opens, "ann")
    ben = register(opens, "ben")
    for text in ("one", "two", "three"):
        ben.write(text)
        ann.expects(text)
    ann.page.goto("about:blank")
    until(lambda: unread(server, "ann") == [0], "all is read")


def unread(server: ServerProcess, name: str) -> list[int]:
    """Return how many texts to everyone a user has not read, as the server counts."""
    with connect(server.port) as client:
        client.login(name, PASSWORD)
        rooms = client.call("rooms")["rooms"]
        return [one["unread"] for one in rooms if one["room"] == "general"]


def test_tab_that_sends_crashes_and_another_one_sends_its_texts_once_and_in_order(
    browser: Browser, server: ServerProcess, cable: Cable
) -> None:
    context = browser.new_context(locale="en-GB")
    sender, other = (Tab(context, f"http://127.0.0.1:{cable.port}") for _ in range(2))
    ann = register(lambda *_, **__: sender, "ann")
    until(lambda: sender.evaluate(SENDERS) == [1, 0], "a tab that sends")
    other.open(EVERYONE)
    beside = Person(other, "ann")
    until(lambda: sender.evaluate(SENDERS) == [1, 1], "a tab that would send")
    ann.write("with a line")
    beside.expects("with a line")
    cable.pull()
    for person in (ann, beside):
        expect(person.page.get_by_text("No connection.")).to_be_visible()
    for person, text in ((ann, "first"), (beside, "second"), (ann, "third")):
        person.write(text)
        for one in (ann, beside):
            expect(one.pending.filter(has_text=text)).to_have_count(1)
    sender.crash()
    sender.page.close()
    until(lambda: other.evaluate(SENDERS) == [1, 0], "another tab that sends")
    expect(beside.pending).to_have_count(3)
    cable.plug(server.port)
    other.evaluate("dispatchEvent(new Event('online'))")
    beside.expects("third")
    expect(beside.pending).to_have_count(0)
    with connect(server.port) as client:
        client.login("ann", PASSWORD)
        posted = client.call("history", room="general")["entries"]
    assert [entry["text"] for entry in posted] == ["with a line", "first", "second", "third"]
    other.forget_lost_lines()
    other.check()
    context.close()


@pytest.mark.parametrize("server", [{"LIMIT_MESSAGES": "1"}], indirect=True)
def test_who_signs_out_in_one_tab_leaves_all_and_nothing_behind_but_how_the_page_looks(
    opens: Opens,
) -> None:
    ann = register(opens, "ann")
    beside = Person(opens(EVERYONE, beside=ann.tab), "ann")
    ben = register(opens, "ben", "/r/ann%2Cben", beside=ann.tab)
    ben.composer.fill("a draft of ben")
    ann.write("all that ann may post")
    ann.expects("all that ann may post")
    for text in ("held back", "behind it"):
        ann.write(text)
    expect(beside.pending).to_have_count(2)
    expect(ben.pending).to_have_count(0)
    beside.composer.fill("a draft of ann")
    ann.page.get_by_role("button", name="Settings").click()
    ann.page.get_by_label("Theme").select_option("dark")
    for person, theme in ((ann, "dark"), (beside, "dark"), (ben, "auto")):
        expect(person.page.locator("html")).to_have_attribute("data-theme", theme)
    ann.page.get_by_role("button", name="Sign out").click()
    for person in (ann, beside):
        expect(person.page.get_by_label("Password")).to_be_visible()
        expect(person.page.locator("article, .rooms, dialog")).to_have_count(0)
    until(lambda: "session ann" not in ben.tab.evaluate(KEPT), "a token that is forgotten")
    kept = ben.tab.evaluate(KEPT)
    assert [key for key in kept if "ann" in key.split(" ")] == ["settings ann"]
    assert kept["settings ann"] == {"room": "", "theme": "dark"}
    beside.page.reload()
    expect(beside.page.get_by_label("Password")).to_be_visible()
    ben.page.reload()
    expect(ben.composer).to_have_value("a draft of ben")

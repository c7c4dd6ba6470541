"""Browsers that keep nothing, tabs, and leaving: what is kept, and what people are told of it."""

from playwright.sync_api import expect

from tests.e2e.client import connect
from tests.e2e.server import ServerProcess
from tests.e2e.waiting import until
from tests.web.conftest import Opens
from tests.web.people import PASSWORD, register, register_by_form

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

"""The row that is being read stays where it is, whatever happens around it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.client import Client, send_file
from tests.e2e.server import ServerProcess
from tests.e2e.waiting import until
from tests.web.conftest import Opens
from tests.web.files import png
from tests.web.people import Person, register

ENTRIES = 400
PAGE = 50
"""As many entries as are loaded at once."""
MOVED_PX_MAX = 1
ROWS_MAX = 600
NODES_MAX = 6_000
PLACE = """(seq) => document.getElementById(`e${seq}`)?.getBoundingClientRect().top"""
READING = """() => {
    const top = document.querySelector("main .log").getBoundingClientRect().top;
    const rows = [...document.querySelectorAll("main article[data-seq]")];
    return Number(rows.find((row) => row.getBoundingClientRect().top >= top).dataset.seq);
}"""
SCROLL = """(by) => { document.querySelector("main .log").scrollTop += by; }"""
TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture
def bob(server: ServerProcess) -> Iterator[Client]:
    """Somebody who has written much before anybody came to the page."""
    with Client(server.port) as client:
        client.hello()
        client.register("bob")
        client.login("bob")
        for number in range(1, ENTRIES + 1):
            client.call("send", text=f"number {number}: " + "word " * (number % 40))
        yield client


@pytest.fixture
def ann(opens: Opens, bob: Client) -> Person:
    """A reader who sees all of it, as it came after her. Her requests can be held."""
    person = register(opens, "ann", service_workers="block")
    person.write("here I am")
    person.expects("here I am")
    for number in range(ENTRIES + 1, 2 * ENTRIES + 1):
        bob.call("send", text=f"number {number}: " + "word " * (number % 40))
    person.expects(f"number {2 * ENTRIES}:")
    return person


def place(person: Person, seq: int) -> float:
    """Return how far down a row is, once all that is under way has been painted."""
    person.tab.evaluate(TWO_FRAMES)
    return float(person.page.evaluate(PLACE, seq))


@contextmanager
def stays(person: Person) -> Iterator[None]:
    """Fail if the row that is being read moves in the meantime."""
    reading = person.page.evaluate(READING)
    before = place(person, reading)
    yield
    assert abs(place(person, reading) - before) <= MOVED_PX_MAX


def scroll(person: Person, by: int) -> None:
    """Scroll the log by so many pixels."""
    person.page.evaluate(SCROLL, by)
    person.tab.evaluate(TWO_FRAMES)


def test_row_being_read_stays_whatever_happens_around_it(ann: Person, bob: Client) -> None:
    held: list[Route] = []
    ann.page.route("**/f/*/*", lambda route: held.append(route))
    bob.call("send-to", to="ann", text="a word")
    send_file(bob, "general", "a.png", png(300, 300))
    image = 2 * ENTRIES + 2  # behind ann's own entry
    for number in range(1, PAGE):
        bob.call("send", text=f"and number {number}")

    ann.page.reload()
    ann.expects(f"and number {PAGE - 1}")
    scroll(ann, -100_000)
    with stays(ann):  # when a page is loaded above the line of the day
        expect(ann.page.locator(f"#e{image - 1}")).to_be_attached()

    ann.go(f"general/{image + 2}")
    expect(ann.page.locator(f"#e{image + 2}")).to_be_in_viewport()
    until(lambda: ann.tab.evaluate("0") or held, "a request for the image")
    with stays(ann):  # when an image arrives
        for route in held:
            route.continue_()
        expect(ann.log.locator("img")).to_have_js_property("naturalHeight", 300)

    with stays(ann):  # when an entry comes
        bob.call("send", text="something new")
        expect(ann.page.locator(".to-latest")).to_be_visible()

    with stays(ann):  # when entries above change
        bob.call("edit", room="general", seq=image - 1, text="much longer\n\n" * 30)
        bob.call("react", room="general", seq=image, emoji="🎉")
        bob.call("comment", room="general", seq=image - 2, text="a reply")
        expect(ann.row("much longer")).to_have_count(1)
        expect(ann.log.locator(".reactions")).to_have_count(1)
        expect(ann.log.locator("button.comments")).to_have_count(1)

    with stays(ann):  # when the window is resized
        ann.page.set_viewport_size({"width": 800, "height": 700})

    with stays(ann):  # when one leaves and returns
        ann.page.locator(".rooms a", has_text="a word").click()
        expect(ann.row("a word")).to_be_in_viewport()
        ann.page.locator(".rooms a", has_text="General").click()
        expect(ann.page.locator(f"#e{image + 2}")).to_be_in_viewport()


def test_rows_stay_under_the_finger_when_a_page_is_loaded_above(ann: Person) -> None:
    for _ in range(60):
        reading = ann.page.evaluate(READING)
        before = place(ann, reading)
        scroll(ann, -300)
        after = ann.page.evaluate(PLACE, reading)
        if after is not None:
            assert abs(after - before - 300) <= MOVED_PX_MAX


def test_page_has_few_rows_and_nodes_however_far_one_scrolls(ann: Person) -> None:
    for _ in range(60):
        scroll(ann, -3_000)
    rows = ann.page.locator("main article").count()
    nodes = ann.page.evaluate("document.querySelectorAll('*').length")
    assert 100 < rows <= ROWS_MAX
    assert nodes <= NODES_MAX
    ann.page.locator(".to-latest").click()
    expect(ann.row(f"number {2 * ENTRIES}:")).to_be_in_viewport()


def test_address_of_an_entry_leads_to_it_and_back_to_the_row_that_was_read(ann: Person) -> None:
    for _ in range(5):
        scroll(ann, -700)
    reading = ann.page.evaluate(READING)
    before = place(ann, reading)
    ann.page.evaluate("history.scrollRestoration")
    ann.page.keyboard.press("Control+k")
    ann.page.keyboard.press("Escape")
    ann.page.evaluate("""() => {
        const link = Object.assign(document.createElement("a"), {href: "/r/general/500"});
        document.querySelector(".rooms").append(link);
        link.click();
        link.remove();
    }""")
    expect(ann.page.locator("#e500")).to_be_in_viewport()
    ann.page.go_back()
    until(lambda: ann.page.evaluate(PLACE, reading) is not None, "the row that was read")
    until(lambda: abs(place(ann, reading) - before) <= MOVED_PX_MAX, "the same place")


def test_unread_line_stands_before_what_is_new_and_goes_when_one_writes(
    opens: Opens, bob: Client
) -> None:
    ann = register(opens, "ann", path="/", width=360)
    expect(ann.badge("General")).to_contain_text("20")
    ann.go("general")
    line = ann.page.locator(".line.unread")
    expect(line).to_be_in_viewport()
    expect(ann.page.locator(".line.unread + article")).to_contain_text(f"number {ENTRIES - 19}:")
    ann.write("thanks")
    expect(line).to_have_count(0)
    expect(ann.row("thanks")).to_be_in_viewport()
    expect(ann.badge("General")).to_have_count(0)
    bob.call("send", text="you are welcome")
    ann.expects("you are welcome")
    expect(line).to_have_count(0)

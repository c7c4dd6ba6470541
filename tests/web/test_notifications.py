"""What tells people of the page while they look elsewhere, and what is read when they look."""

from typing import Any

from playwright.sync_api import Worker, expect

from tests.e2e.client import connect
from tests.e2e.server import ServerProcess
from tests.e2e.waiting import until
from tests.web.conftest import Opens
from tests.web.people import PASSWORD, Person, register
from tests.web.test_tabs import unread

AWAY = """
let isAway = false;
document.hasFocus = () => !isAway;
Object.defineProperty(document, "visibilityState", { get: () => (isAway ? "hidden" : "visible") });
globalThis.lookAway = (away) => {
    isAway = away;
    document.dispatchEvent(new Event("visibilitychange"));
};
"""
"""Headless tabs are all looked at, always: this lets one look away."""
SHOWN = """navigator.serviceWorker.ready.then((kept) => kept.getNotifications()).then(
    (all) => all.map(({ title, body, data }) => [title, body, data.room, data.seq]))"""
TELLING = """navigator.locks.query().then(
    ({ held }) => held.some(({ name }) => name === "chatd notifies ann"))"""
WATCH = """
const show = registration.showNotification.bind(registration);
registration.showNotification = async (...all) => {
    await show(...all);
    globalThis.shown += 1;
};
globalThis.shown = 0;
"""
"""Run in the service worker: Chromium loses what is shown while it is asked what is shown."""
CLICK = """async (room) => {
    const all = await registration.getNotifications();
    const notification = all.find(({ data }) => data.room === room);
    dispatchEvent(new NotificationEvent("notificationclick", { notification }));
}"""
"""Run in the service worker: there is no desktop here on which to click."""


def notifications(person: Person) -> list[list[Any]]:
    """Return what is shown of all tabs of this browser: title, text, room and number."""
    shown: list[list[Any]] = person.tab.evaluate(SHOWN)
    return shown


def worker_of(person: Person) -> Worker:
    """Return the service worker of this browser."""
    context = person.page.context
    return (
        context.service_workers[0]
        if context.service_workers
        else context.wait_for_event("serviceworker")
    )


def tells(person: Person, count: int) -> None:
    """Wait until this many have been shown in this browser, whatever became of them."""
    worker = worker_of(person)
    until(lambda: worker.evaluate("shown") == count, f"{count} notifications are shown")


def choose(person: Person, setting: str, choice: str) -> None:
    """Set something for this browser."""
    person.page.get_by_role("button", name="Settings").click()
    person.page.get_by_label(setting).select_option(choice)
    person.page.keyboard.press("Escape")


def test_mention_is_told_of_once_while_nobody_looks_and_taken_back_when_it_is_read(
    opens: Opens,
) -> None:
    ann = register(opens, "ann", before=AWAY)
    ann.page.context.grant_permissions(["notifications"], origin=ann.tab.origin)
    second = opens("/r/general", beside=ann.tab, before=AWAY)
    ben = register(opens, "ben")
    choose(ann, "Notifications", "Of mentions and private messages")
    until(lambda: ann.tab.evaluate(TELLING), "a tab tells of what comes")
    worker_of(ann).evaluate(WATCH)
    ben.write("@ann are you there?")
    ann.expects("@ann are you there?")
    for tab in (ann.tab, second):
        tab.evaluate("lookAway(true)")
    ben.write("just so")
    ben.write("@ann look at **this**")
    said = ["\u2068ben\u2069 to everyone", "@ann look at this", "general", 3]
    tells(ann, 1)
    assert notifications(ann) == [said]
    with connect(ben.tab.port) as client:
        client.login(ben.name, PASSWORD)
        pair = [client.request("send-to", to="ann", text=text) for text in ("in", "private")]
        for request in pair:
            client.response(request)
    tells(ann, 3)
    private = ["\u2068ben\u2069", "private", "ann,ben", 2]
    assert sorted(notifications(ann)) == sorted([said, private])
    worker_of(ann).evaluate(CLICK, "ann,ben")
    until(
        lambda: any("ben" in tab.evaluate("location.pathname") for tab in (ann.tab, second)),
        "the tab that told of it shows it",
    )
    until(lambda: notifications(ann) == [said], "what was clicked is gone")
    ann.tab.evaluate("lookAway(false)")
    second.evaluate("lookAway(false)")
    until(lambda: notifications(ann) == [], "what was read is taken back")
    ben.write("@ann now you see it")
    ann.go("general")
    ann.expects("@ann now you see it")
    assert notifications(ann) == []


def test_what_is_shown_stays_unread_until_it_is_marked_where_that_is_wanted(
    opens: Opens, server: ServerProcess
) -> None:
    ann = register(opens, "ann")
    ben = register(opens, "ben")
    choose(ann, "What is read", "What I mark as read (Esc)")
    for text in ("one", "two"):
        ben.write(text)
        ann.expects(text)
    expect(ann.badge("General")).to_contain_text("2")
    ann.page.get_by_role("button", name="Mark as read").click()
    expect(ann.badge("General")).to_have_count(0)
    until(lambda: unread(server, "ann") == [0], "it is read")
    ben.write("three")
    ann.expects("three")
    expect(ann.badge("General")).to_contain_text("1")
    ann.composer.press("Escape")
    until(lambda: unread(server, "ann") == [0], "it is read")


def test_page_can_be_made_an_app(opens: Opens) -> None:
    tab = opens()
    tab.evaluate("navigator.serviceWorker.ready.then(() => 0)")
    manifest = tab.devtools.send("Page.getAppManifest")
    assert not manifest["errors"]
    found = tab.devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [one["errorId"] for one in found] in ([], ["in-incognito"])

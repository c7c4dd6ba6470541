"""People chat in the page: what one does the others see, once, and nothing gets lost."""

from playwright.sync_api import FilePayload, Route, expect

from tests.e2e.client import connect
from tests.e2e.server import ServerProcess
from tests.e2e.waiting import until
from tests.web.conftest import Opens
from tests.web.files import png, wav
from tests.web.people import PASSWORD, Person, register, register_by_form

GIVE_FILE = """(target, kind) => {
    const data = new DataTransfer();
    data.items.add(new File(["x"], `by ${kind}.txt`));
    const given = { bubbles: true, cancelable: true, dataTransfer: data, clipboardData: data };
    const Kind = kind === "drop" ? DragEvent : ClipboardEvent;
    target.dispatchEvent(new Kind(kind, given));
}"""
"""Drops a file on an element, or pastes it there."""


def choose(person: Person, name: str, content: bytes) -> None:
    """Choose a file to be sent."""
    file: FilePayload = {"name": name, "mimeType": "text/plain", "buffer": content}
    person.page.locator("input[type=file]").set_input_files(file)


def test_what_one_writes_all_see_as_it_was_meant(opens: Opens) -> None:
    ann = register(opens, "ann")
    ben = register(opens, "ben")
    with connect(ann.tab.port) as client:
        client.register("cem")
        client.login("cem")
        client.call("display-name", display_name="Cem A.")
        client.call("send", text="bye")
    expect(ann.row("bye").locator("header")).to_contain_text("Cem A.")
    ann.write("so **strong**, @ben")
    ben.expects("so strong, @ben")
    expect(ben.log.locator("strong")).to_have_text("strong")
    expect(ben.log.locator(".mention.me")).to_have_text("@ben")
    expect(ann.pending).to_have_count(0)


def test_a_reply_quotes_and_stands_in_its_thread(opens: Opens) -> None:
    ann = register(opens, "ann")
    ann.write("a question")
    ann.row("a question").hover()
    ann.page.get_by_role("button", name="Reply", exact=True).click()
    ann.write("an answer")
    expect(ann.row("an answer").locator(".quote")).to_contain_text("a question")
    ann.page.get_by_role("button", name="1 reply").click()
    field = ann.page.get_by_role("textbox", name="Reply in this thread")
    expect(field).to_be_focused()
    field.fill("another answer")
    field.press("Enter")
    expect(ann.page.locator("aside article:not(.pending)")).to_have_count(3)
    ann.expects("another answer")
    field.press("Escape")
    expect(ann.composer).to_be_focused()


def test_own_posts_are_edited_and_deleted_for_everyone_and_the_draft_comes_back(
    opens: Opens,
) -> None:
    ann = register(opens, "ann")
    ben = register(opens, "ben")
    ann.write("teh first")
    ben.expects("teh first")
    ann.composer.press("ArrowUp")
    expect(ann.composer).to_have_value("teh first")
    ann.write("the first")
    ben.expects("the first(edited)")
    ann.composer.fill("half a thought")
    ann.row("the first").focus()
    ann.page.keyboard.press("Delete")
    ann.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    ben.expects("Deleted")
    expect(ann.composer).to_have_value("half a thought")


def test_direct_room_begins_with_the_first_text_and_shows_what_is_unread(opens: Opens) -> None:
    ann = register(opens, "ann")
    ben = register(opens, "ben")
    ann.go("ann,ben")
    ann.write("just for you")
    ann.expects("just for you")
    expect(ben.badge("ann")).to_contain_text("1")
    ben.page.keyboard.press("Control+k")
    ben.page.keyboard.type("an")
    ben.page.keyboard.press("Enter")
    ben.expects("just for you")
    expect(ben.badge("ann")).to_have_count(0)
    ben.tab.page.reload()
    ben.expects("just for you")
    expect(ben.badge("ann")).to_have_count(0)


def test_what_is_sent_without_a_line_waits_over_a_reload_and_goes_out_once_in_order(
    opens: Opens, server: ServerProcess
) -> None:
    ann = register(opens, "ann")
    ben = register(opens, "ben")
    ann.tab.evaluate("navigator.serviceWorker.ready.then(() => 0)")
    server.settings["PORT"] = str(server.port)
    server.kill()
    expect(ann.page.get_by_text("No connection.")).to_be_visible()
    for text in ("first", "second", "third"):
        ann.write(text)
    expect(ann.pending).to_have_count(3)
    ann.page.reload()
    expect(ann.pending).to_have_count(3)
    expect(ann.page.locator(".rooms a")).to_contain_text(["General"])
    expect(ann.page.get_by_text("No connection.")).to_be_visible()
    server.start()
    for person in (ann, ben):
        person.tab.evaluate("dispatchEvent(new Event('online'))")
        person.expects("third")
        texts = person.log.locator("article .text").all_inner_texts()
        assert texts == ["first", "second", "third"]
        person.tab.faults.clear()  # a browser reports each connection that was refused
    expect(ann.pending).to_have_count(0)


def test_password_that_is_wrong_is_told_and_signing_out_forgets_who_was_here(opens: Opens) -> None:
    ann = register(opens, "ann")
    ann.page.get_by_role("button", name="Settings").click()
    ann.page.get_by_role("button", name="Sign out").click()
    expect(ann.page.get_by_role("heading", name="Sign in")).to_be_visible()
    name = ann.page.get_by_label("Name")
    name.fill("ann")
    password = ann.page.get_by_label("Password")
    password.fill("wrong")
    password.press("Enter")
    expect(ann.page.get_by_role("alert")).to_have_text("Wrong name or password.")
    password.fill(PASSWORD)
    password.press("Enter")
    expect(ann.page.locator("footer .me")).to_have_text("ann")


def test_file_is_chosen_dropped_or_pasted_sent_once_and_fetched(opens: Opens) -> None:
    ann = register(opens, "ann")
    uploads = ann.page.get_by_role("list", name="Files on their way")
    choose(ann, "notes <b>.txt", b"all of it")
    ann.expects("notes <b>.txt")
    with ann.page.expect_download() as download:
        ann.row("notes <b>.txt").get_by_role("button").first.click()
    assert download.value.suggested_filename == "notes _b_.txt"
    assert download.value.path().read_bytes() == b"all of it"
    for kind, target in (("drop", "main"), ("paste", "#composer")):
        ann.page.locator(target).evaluate(GIVE_FILE, kind)
        ann.expects(f"by {kind}.txt")

    choose(ann, "film.mkv", bytes(5 * 1024 * 1024 + 1))
    expect(uploads.get_by_role("alert")).to_have_text("Too large: at most 5 MB.")
    assert not any("film.mkv" in url for url in ann.tab.requests)
    expect(uploads.get_by_role("button", name="Try again")).to_have_count(0)
    uploads.get_by_role("button", name="Cancel").click()

    held: list[Route] = []
    ann.page.route("**/api/v1/files?*", lambda route: held.append(route))
    choose(ann, "plan.txt", b"plan")
    until(lambda: ann.tab.evaluate("0") or held, "a file on its way")
    expect(uploads.get_by_role("progressbar", name="plan.txt")).to_be_visible()
    held[0].fetch()  # the server has it, and the answer is lost
    held[0].abort()
    ann.page.unroute_all()
    expect(uploads.get_by_role("alert")).to_contain_text("No connection.")
    uploads.get_by_role("button", name="Try again").click()
    expect(uploads).to_have_count(0)
    ann.expects("plan.txt")
    ann.tab.expect_fault("Failed to load resource")


def test_tabs_of_one_user_share_drafts_and_sign_out_and_another_user_has_nothing_of_it(
    opens: Opens,
) -> None:
    ann = register(opens, "ann")
    other = opens("/r/general", beside=ann.tab).page
    expect(other.locator("#composer")).to_be_visible()
    ann.composer.fill("in both")
    expect(other.locator("#composer")).to_have_value("in both")
    ann.page.get_by_role("button", name="Settings").click()
    link = ann.page.get_by_role("link", name="Sign in as somebody else, too")
    ben = register_by_form(opens, "ben", path=str(link.get_attribute("href")), beside=ann.tab)
    expect(ben.composer).to_have_value("")
    ben.page.reload()
    expect(ben.page.locator("footer .me")).to_have_text("ben")
    ann.page.reload()
    expect(ann.composer).to_have_value("in both")
    ann.page.get_by_role("button", name="Settings").click()
    ann.page.get_by_role("button", name="Sign out").click()
    expect(other.get_by_label("Password")).to_be_visible()
    ben.write("still here")
    ben.expects("still here")
    ann.page.get_by_role("button", name="Go on as ben").click()
    expect(ann.page.locator("footer .me")).to_have_text("ben")


def test_pictures_keep_their_room_and_open_large_and_sounds_play_in_place(opens: Opens) -> None:
    ann = register(opens, "ann")
    choose(ann, "silence.wav", wav(3))
    sound = ann.log.locator("audio")
    until(lambda: sound.evaluate("(one) => one.duration") == 3, "a sound that can be played")
    for name, width in (("grey.png", 300), ("wide.png", 900)):
        choose(ann, name, png(width, 200))
        expect(ann.log.locator(f"img[alt='{name}']")).to_have_js_property("complete", True)
        ann.write(f"after {name}")
    picture = ann.log.locator("img").first
    assert picture.evaluate("(one) => [one.width, one.height]") == [300, 200]
    until(lambda: picture.evaluate("(one) => one.naturalWidth") == 300, "the picture")
    opener = ann.log.get_by_role("link", name="grey.png")
    opener.focus()
    ann.page.keyboard.press("Enter")
    viewer = ann.page.get_by_role("dialog", name="grey.png")
    expect(viewer.get_by_role("img", name="grey.png")).to_be_visible()
    ann.page.keyboard.press("ArrowRight")
    viewer = ann.page.get_by_role("dialog", name="wide.png")
    expect(viewer.get_by_role("img", name="wide.png")).to_have_js_property("naturalWidth", 900)
    assert ann.tab.violations() == []
    viewer.get_by_role("button", name="Next image").click()
    expect(viewer.get_by_role("status")).to_have_text("There is no other image that way.")
    with ann.page.expect_download() as download:
        viewer.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "wide.png"
    ann.page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    opener.click()
    ann.page.get_by_role("button", name="Show in the room").click()
    expect(ann.page).to_have_url(f"{ann.tab.origin}/r/general/2")
    expect(ann.page.get_by_role("dialog")).to_have_count(0)

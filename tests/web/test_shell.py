"""The shell: the page opens without its server, and nothing else of it is kept."""

import shutil
import signal
import subprocess
from pathlib import Path

from playwright.sync_api import Route, expect

from chatd.page_files import read_page_files
from tests.e2e.server import ROOT, ServerProcess
from tests.e2e.waiting import until
from tests.web.browser import Tab
from tests.web.conftest import Opens
from tests.web.people import register

KEPT = """(async () => {
    const found = [];
    for (const name of await caches.keys()) {
        const requests = await (await caches.open(name)).keys();
        found.push(...requests.map(({ url }) => new URL(url).pathname));
    }
    return found.sort();
})()"""


def kept(tab: Tab) -> list[str]:
    """Return the paths of what is kept, when all is."""
    tab.page.wait_for_load_state("load")
    tab.evaluate("navigator.serviceWorker.ready.then(() => 0)")
    paths: list[str] = tab.evaluate(KEPT)
    return paths


def test_page_opens_at_any_of_its_paths_while_the_server_is_away(
    opens: Opens, server: ServerProcess
) -> None:
    tab = opens()
    assert "/" in kept(tab)
    server.kill()
    for path in ("/", "/r/general/42", "/join"):
        tab.open(path)
        assert tab.page.locator("#app").inner_text()
    tab.faults.clear()  # that the server is away, the browser says in its console


def test_nothing_is_kept_but_what_was_built(opens: Opens) -> None:
    tab = opens()
    files = {f"/{name}" for name in read_page_files()} | {"/"}
    assert set(kept(tab)) <= files
    tab.evaluate("fetch('/healthz').then(() => 0)")
    tab.evaluate("fetch('/api/v1/openapi.json').then(() => 0)")
    assert set(kept(tab)) <= files


def test_other_pages_of_the_server_are_none_of_its_business(
    opens: Opens, server: ServerProcess
) -> None:
    tab = opens()
    kept(tab)
    tab.open("/api/")
    assert tab.page.title() == "The API of chatd"
    tab.open("/")
    assert tab.page.title() != "The API of chatd"


def test_newer_page_takes_the_place_of_the_one_that_was_kept(
    built: Path, node: list[str], opens: Opens, server: ServerProcess, tmp_path: Path
) -> None:
    root = tmp_path / "project"
    shutil.copytree(ROOT / "chatd", root / "chatd")
    server.stop()
    server.root = root
    server.settings["PORT"] = str(server.port)
    server.start()
    tab = opens()
    kept(tab)
    (old,) = tab.evaluate("caches.keys()")
    page = root / "chatd/web"
    shutil.rmtree(page)
    subprocess.run([*node, "build.mjs", str(page), "newer"], cwd=ROOT / "web", check=True)
    server.signal(signal.SIGHUP)
    until(lambda: "settings reloaded" in server.log, "a page that is read again")
    tab.evaluate("navigator.serviceWorker.ready.then((kept) => kept.update()).then(() => 0)")
    until(lambda: tab.evaluate("caches.keys()") == ["shell newer"], "a newer page that is kept")
    assert old != "shell newer"


def test_part_that_cannot_be_had_is_tried_again_in_place_and_a_newer_page_asks_to_reload(
    opens: Opens,
) -> None:
    ann = register(opens, "ann", service_workers="block")
    ann.composer.fill("half a thought")
    page = ann.page

    def be_newer(route: Route) -> None:
        route.fulfill(status=404 if "/assets/" in route.request.url else 200, body="another page")

    page.route("**/assets/more-*", lambda route: route.abort())
    page.get_by_role("button", name="Settings").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("No connection.")
    for address in ("**/assets/more-*", f"{ann.tab.origin}/"):
        page.route(address, be_newer)
    alert.get_by_role("button", name="Try again").click()
    expect(alert).to_contain_text("another version")
    expect(page.get_by_text("This server has a new version.")).to_be_visible()
    page.unroute_all()
    alert.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Reload the page").click()
    expect(page.get_by_text("This server has a new version.")).to_have_count(0)
    expect(ann.composer).to_have_value("half a thought")
    ann.tab.expect_fault("Failed to load resource")

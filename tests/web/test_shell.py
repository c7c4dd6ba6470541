"""The shell: the page opens without its server, and nothing else of it is kept."""

from chatd.page_files import read_page_files
from tests.e2e.server import ServerProcess
from tests.web.browser import Tab
from tests.web.conftest import Opens

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

"""What a first look at the page costs: how many requests, and how many bytes."""

from pathlib import Path
from urllib.parse import urlsplit

from chatd.page_files import read_page_files
from tests.web.browser import Tab
from tests.web.conftest import Opens
from tests.web.people import register_by_form

REQUESTS_MAX = 6
SIGN_IN_BYTES_MAX = 20 * 1024
ROOM_BYTES_MAX = 60 * 1024


def scripts_bytes(tab: Tab, files: dict[str, bytes]) -> int:
    """Return the bytes over the line of all scripts that a tab has asked for."""
    names = {urlsplit(url).path[1:] for url in tab.requests if url.endswith(".js")}
    return sum(len(files.get(name + ".gz", files[name])) for name in names)


def test_sign_in_takes_few_requests_and_little_script(built: Path, opens: Opens) -> None:
    tab = opens(None)
    tab.open()
    tab.page.wait_for_load_state("networkidle")
    paths = [urlsplit(url).path for url in tab.requests if url.startswith(tab.origin)]
    assert len(tab.requests) == len(paths), "something came from elsewhere"
    assert len(paths) <= REQUESTS_MAX, paths
    assert scripts_bytes(tab, read_page_files(built)) <= SIGN_IN_BYTES_MAX


def test_room_is_read_and_answered_with_little_script(built: Path, opens: Opens) -> None:
    alice = register_by_form(opens, "alice")
    alice.write("hello")
    alice.expects("hello")
    assert scripts_bytes(alice.tab, read_page_files(built)) <= ROOM_BYTES_MAX

"""What a first look at the page costs: how many requests, and how many bytes."""

from pathlib import Path
from urllib.parse import urlsplit

from chatd.page_files import read_page_files
from tests.web.conftest import Opens

REQUESTS_MAX = 6
SIGN_IN_BYTES_MAX = 20 * 1024


def test_sign_in_takes_few_requests_and_little_script(built: Path, opens: Opens) -> None:
    tab = opens(None)
    tab.open()
    tab.page.wait_for_load_state("networkidle")
    files = read_page_files(built)
    paths = [urlsplit(url).path for url in tab.requests if url.startswith(tab.origin)]
    assert len(tab.requests) == len(paths), "something came from elsewhere"
    assert len(paths) <= REQUESTS_MAX, paths
    scripts = [path[1:] for path in paths if path.endswith(".js")]
    assert sum(len(files.get(name + ".gz", files[name])) for name in scripts) <= SIGN_IN_BYTES_MAX

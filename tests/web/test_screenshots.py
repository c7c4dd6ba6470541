"""Pictures of the page, in a folder of the test's own, or in that which SCREENSHOTS names."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.e2e.client import PASSWORD
from tests.e2e.server import ROOT, ServerProcess
from tests.web import scene
from tests.web.browser import Tab
from tests.web.conftest import Opens

PICTURES: dict[str, dict[str, Any]] = {
    "sign-in": {"path": "/"},
    "light": {"path": "/r/general"},
    "dark": {"path": "/r/general", "theme": "dark"},
    "phone": {"path": "/r/general", "width": 360, "height": 740},
    "phone-rooms": {"path": "/", "width": 360, "height": 740},
    "russian": {"path": "/r/general", "locale": "ru-RU"},
    "thread": {"path": "/r/general"},
}


def sign_in(tab: Tab) -> None:
    """Sign in as alice."""
    tab.page.locator("input[autocomplete=username]").fill("alice")
    tab.page.locator("input[autocomplete=current-password]").fill(PASSWORD)
    tab.page.keyboard.press("Enter")
    expect(tab.page.locator("nav .rooms a")).to_have_count(4)


def open_thread(tab: Tab) -> None:
    """Open the thread beside the room."""
    tab.page.get_by_role("button", name="3 replies").click()
    expect(tab.page.locator("aside article")).to_have_count(1 + len(scene.REPLIES))


LAST_STEPS: dict[str, Callable[[Tab], None]] = {"thread": open_thread}


def test_pictures_of_the_page(opens: Opens, server: ServerProcess, tmp_path: Path) -> None:
    folder = ROOT / os.environ.get("SCREENSHOTS", tmp_path / "pictures")
    folder.mkdir(parents=True, exist_ok=True)
    scene.play(server)
    for name, options in PICTURES.items():
        tab = opens(timezone_id="Europe/Berlin", **options)
        if name != "sign-in":
            sign_in(tab)
        if options["path"] == "/r/general":
            expect(tab.page.locator("main article").last).to_be_visible()
        if name in LAST_STEPS:
            LAST_STEPS[name](tab)
        picture = tab.page.screenshot(animations="disabled")
        (folder / f"{name}.png").write_bytes(picture)
        assert len(picture) > 5_000, name

"""No screen of the page hinders anybody: by axe-core's rules, in both themes, wide and narrow."""

import pytest

from tests.e2e.server import ServerProcess
from tests.web.conftest import Opens
from tests.web.screens import PHONE, WIDE, Walk, furnish

OF_COLOURS = ("color-contrast", "link-in-text-block")
OVERFLOWING = """[...document.querySelectorAll("html, dialog, .log, .beside, .sidebar")]
    .filter((one) => one.scrollWidth > one.clientWidth)
    .map((one) => `${one.tagName} ${one.className} ${one.scrollWidth} > ${one.clientWidth}`)"""


@pytest.mark.parametrize("server", [{"ADMINS": "root"}], indirect=True)
def test_no_screen_hinders_anybody(opens: Opens, server: ServerProcess) -> None:
    link = furnish(server)
    tab = opens()
    found: list[str] = []
    for screen in Walk(tab, server, link).screens():
        for size in (PHONE, WIDE):
            tab.page.set_viewport_size(size)  # type: ignore[arg-type]
            tab.page.emulate_media(color_scheme="light")
            faults = tab.violations()
            tab.page.emulate_media(color_scheme="dark")
            faults += tab.violations(*OF_COLOURS)
            faults += tab.evaluate(OVERFLOWING)
            found += [f"{screen}, {size['width']} px: {fault}" for fault in faults]
    assert not found, "\n".join(found)

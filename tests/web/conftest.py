"""A browser for this folder, a server for each test, and tabs that must stay without fault."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.e2e.cable import Cable
from tests.e2e.server import ServerProcess
from tests.web import browser as browsers
from tests.web.browser import Tab
from web import toolchain

Opens = Callable[..., Tab]


@pytest.fixture(scope="session")
def built() -> Path:
    """The folder of the page, built of the sources as they are."""
    try:
        toolchain.build()
    except toolchain.ToolError as error:
        pytest.skip(f"the page can't be built here: {str(error).splitlines()[0]}")
    return toolchain.BUILT


@pytest.fixture(scope="session")
def node() -> list[str]:
    """The command that runs Node, with all packages in their place."""
    try:
        return toolchain.install()
    except toolchain.ToolError as error:
        pytest.skip(f"the page's tools can't be installed here: {str(error).splitlines()[0]}")


@pytest.fixture(scope="package")
def browser(built: Path) -> Iterator[Browser]:
    """A browser. For this folder only, as others run event loops of their own."""
    executable = browsers.program()
    if executable is None:
        pytest.skip("there is no Chromium here, so nothing was tried in a browser")
    with browsers.running(executable) as browser:
        yield browser


@pytest.fixture
def server(tmp_path: Path, request: pytest.FixtureRequest, built: Path) -> Iterator[ServerProcess]:
    """A running server without limits, and with the settings of an indirect parameter if any."""
    settings: dict[str, str] = getattr(request, "param", {})
    with ServerProcess(tmp_path, **settings) as process:
        yield process


@pytest.fixture
def cable(server: ServerProcess) -> Iterator[Cable]:
    """A line to the server that can be pulled out."""
    with Cable(server.port) as cable:
        yield cable


@pytest.fixture
def opens(browser: Browser, server: ServerProcess) -> Iterator[Opens]:
    """Opens tabs, each by default with a storage of its own; they must stay without fault.

    width, height: of the window in CSS pixels. beside: a tab to share the storage of. before: a
    script that runs before those of the page. More options are those of Playwright's contexts.
    """
    tabs: list[Tab] = []
    origin = f"http://127.0.0.1:{server.port}"

    def open_tab(
        path: str | None = "/",
        width: int = 1280,
        height: int = 800,
        theme: Any = "light",
        beside: Tab | None = None,
        before: str = "",
        **options: Any,
    ) -> Tab:
        context = beside.page.context if beside else None
        if context is None:
            size: Any = {"width": width, "height": height}
            options = {"locale": "en-GB", **options}
            context = browser.new_context(viewport=size, color_scheme=theme, **options)
        tab = Tab(context, origin)
        if before:
            tab.page.add_init_script(before)
        tabs.append(tab)
        if path is not None:
            tab.open(path)
        return tab

    yield open_tab
    try:
        for tab in tabs:
            tab.check()
    finally:
        for context in browser.contexts:
            context.close()


@pytest.fixture
def tab(opens: Opens) -> Tab:
    """A tab that shows the page as somebody sees it who was never here."""
    return opens()

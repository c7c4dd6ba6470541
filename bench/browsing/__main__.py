"""Measure how long people wait for the page: medians of five, on a quick machine and a slow one.

    python -m bench.browsing              all figures, into docs/page.md
    python -m bench.browsing login key    those with one of the words in their name

Slow is a quarter of the processor's speed behind a line of 150 ms and 200 KB/s. The server syncs
each post before it answers (FSYNC = always).
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

from playwright.sync_api import Browser

from bench.browsing.stopwatch import (
    ENTRY,
    FORM,
    ME,
    Stage,
    fill_store,
    sign_in,
    sign_up,
    since_begun,
    since_navigation,
)
from bench.process import describe_machine
from tests.e2e.client import connect
from tests.e2e.server import ServerProcess
from tests.web import browser as browsers
from web import toolchain

PAGE = Path("docs/page.md")
ROUNDS = 5
KEYS = "what somebody types while others talk "
TALK_PER_S = 50


class Figure(NamedTuple):
    """What is measured, in ms. aim, slow_aim: at most so much; None if it is measured only so."""

    name: str
    measure: Callable[[Stage], float]
    aim: int
    slow_aim: int | None


def first_paint(stage: Stage) -> float:
    tab = stage.tab()
    since_navigation(tab, FORM)
    return float(
        tab.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    )


def form(stage: Stage) -> float:
    return since_navigation(stage.tab(), FORM)


def register(stage: Stage) -> float:
    tab = stage.tab()
    sign_up(tab, stage.newcomer())
    return since_begun(tab, ME)


def login(stage: Stage) -> float:
    _, name = stage.registered()
    tab = stage.tab()
    sign_in(tab, name)
    return since_begun(tab, ME)


def reload(stage: Stage) -> float:
    tab, _ = stage.registered()
    tab.page.wait_for_selector(ENTRY)
    tab.page.reload(wait_until="commit")
    return since_navigation(tab, ENTRY)


def long_room(stage: Stage) -> float:
    name = stage.newcomer()
    tab = stage.tab(f"/r/author,{name}")  # where nothing has been said yet
    sign_up(tab, name)
    tab.page.locator(".rooms a", has_text="General").click()
    return since_begun(tab, ENTRY)


def key(stage: Stage) -> float:
    """Return what 95 of 100 keys take at most until they are seen, while others talk."""
    tab, _ = stage.registered()
    tab.page.wait_for_selector(ENTRY)
    tab.page.locator("#composer").focus()
    with connect(stage.server.port) as author:
        author.login("author")
        for letter in KEYS:
            tab.page.keyboard.press(letter)
            for number in range(TALK_PER_S // 10):
                author.call("send", text=f"{letter} {number}")
            tab.page.wait_for_timeout(100)
    return float(quantiles(tab.evaluate("watch.keys"), n=20)[-1])


FIGURES = (
    Figure("first paint", first_paint, 200, None),
    Figure("sign-in form", form, 400, 1_300),
    Figure("register", register, 400, None),
    Figure("login", login, 250, None),
    Figure("reload with a token, to the last entries", reload, 500, 1_500),
    Figure("a room of 10,000 entries opens", long_room, 150, 600),
    Figure("key to paint, p95, at 50 entries/s", key, 16, 50),
)


HEAD = """\
# The page in figures

Made by `make page-bench`: how long people wait, in ms, each the median of five rounds in new tabs
of a real Chromium. Slow is a quarter of the processor's speed behind a line of 150 ms and 200 KB/s.
The server syncs each post before it answers. What can be counted (bytes, requests) is held by the
tests in `tests/web`.

"""
TABLE = """\
| | ms | at most | | slow: ms | at most | |
| --- | --- | --- | --- | --- | --- | --- |
"""


def measured(figure: Figure, stage: Stage) -> float:
    """Return the median of some rounds, each in tabs of its own."""
    found = []
    for _ in range(ROUNDS):
        found.append(figure.measure(stage))
        for context in stage.browser.contexts:
            context.close()
    return median(found)


def row(figure: Figure, browser: Browser, server: ServerProcess) -> str:
    """Measure a figure, and return its row of the table."""
    cells = [figure.name]
    for aim, is_slow in ((figure.aim, False), (figure.slow_aim, True)):
        if aim is None:
            cells += ["", "", ""]
        else:
            ms = measured(figure, Stage(browser, server, is_slow))
            cells += [f"{ms:.0f}", f"{aim:,}", "held" if ms <= aim else "**missed**"]
    return f"| {' | '.join(cells)} |\n"


def main(words: Sequence[str]) -> int:
    """Print a table, a row as soon as it is known; return the exit status."""
    executable = browsers.program()
    if executable is None:
        print("there is no Chromium here: see .ci/browser", file=sys.stderr)
        return 1
    toolchain.build()
    page = HEAD
    with (
        tempfile.TemporaryDirectory() as folder,
        ServerProcess(Path(folder), FSYNC="everysec") as server,
        browsers.running(executable) as browser,
    ):
        machine = {**describe_machine(Path(folder)), "browser": f"Chromium {browser.version}"}
        page += "".join(f"- {name}: {what}\n" for name, what in machine.items()) + "\n" + TABLE
        print(TABLE, end="")
        fill_store(server)
        for figure in FIGURES:
            if not words or any(word in figure.name for word in words):
                line = row(figure, browser, server)
                print(line, end="", flush=True)
                page += line
    if not words:
        PAGE.write_text(page, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

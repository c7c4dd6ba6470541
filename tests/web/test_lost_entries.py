"""Where entries are gone that a page had or missed, it says so, and shows what there is."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.cable import Cable
from tests.e2e.client import connect
from tests.e2e.server import ServerProcess
from tests.web.browser import LOST_LINE, Tab
from tests.web.people import register

LONG = "long " * 1_600
"""A text of nearly 8 KiB, of which a log of 1 MiB holds fewer than 131."""
SMALL_LOGS = pytest.mark.parametrize("server", [{"LOG_BYTES_MAX": "1M"}], indirect=True)


def post(server: ServerProcess, *texts: str) -> None:
    """Have root write to everyone."""
    with connect(server.port) as client:
        client.login("root")
        for text in texts:
            client.call("send", text=text)


@SMALL_LOGS
def test_gap_is_told_in_its_place_and_a_restored_server_in_a_note(
    browser: Browser, server: ServerProcess, cable: Cable, tmp_path: Path
) -> None:
    context = browser.new_context(locale="en-GB")
    tab = Tab(context, f"http://127.0.0.1:{cable.port}")
    ann = register(lambda *_, **__: tab, "ann")
    with connect(server.port) as client:
        client.register("root")
    ann.write("before")
    ann.expects("before")

    cable.pull()
    expect(ann.page.get_by_text("No connection.")).to_be_visible()
    post(server, *[LONG] * 150, "behind the gap")
    cable.plug(server.port)
    tab.evaluate("dispatchEvent(new Event('online'))")
    ann.expects("behind the gap")
    expect(ann.log.locator(".gap")).to_contain_text("messages are no longer there")

    server.stop()
    backup = tmp_path / "backup"
    backup.mkdir()
    store = server.db_path.parent
    for file in store.glob("chat.db*"):
        (shutil.copytree if file.is_dir() else shutil.copy2)(file, backup / file.name)
    server.start()
    cable.plug(server.port)
    tab.evaluate("dispatchEvent(new Event('online'))")
    post(server, "not in the backup")
    ann.expects("not in the backup")

    server.stop()
    for file in store.glob("chat.db*"):
        (shutil.rmtree if file.is_dir() else Path.unlink)(file)
    for file in backup.iterdir():
        shutil.move(file, store / file.name)
    assert server.run("new-epoch").returncode == 0
    server.start()
    cable.plug(server.port)
    tab.evaluate("dispatchEvent(new Event('online'))")
    note = ann.page.locator(".note")
    expect(note).to_contain_text("The server was restored from a backup")
    ann.expects("behind the gap")
    expect(ann.row("not in the backup")).to_have_count(0)
    ann.write("and on we go")
    ann.expects("and on we go")
    assert [fault for fault in tab.faults if not LOST_LINE.search(fault)] == []
    context.close()

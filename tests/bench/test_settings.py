"""chatd is measured as delivered but for what the page lists."""

import os
from pathlib import Path

import pytest

from bench import settings
from bench.page import render_page
from bench.servers import running
from chatd import config
from tests.bench.reports import report_of

DELIVERED = Path(__file__).parents[2] / "conf/chat.ini"


@pytest.mark.parametrize("changes", [settings.UNLIMITED, settings.PAUSES])
def test_every_setting_that_differs_while_measuring_is_listed_on_the_page(
    changes: settings.Changes,
) -> None:
    delivered = config.load(DELIVERED, {}, {})
    measured = config.load(DELIVERED, settings.variables(changes), {})
    differs = {o.name for o in config.OPTIONS
               if getattr(delivered, o.field) != getattr(measured, o.field)}  # fmt: skip
    assert differs == changes.keys(), "what is no change need not be named"
    page = render_page(report_of(chatd=10.0, redis=1.0))
    for name, change in changes.items():
        assert f"\n| `{name}` | `{config.BY_NAME[name].default}` | `{change.value}` |" in page


def test_a_measured_server_has_these_settings_and_logs_each_action(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHATD_LOG_LEVEL", "error")  # of whoever runs the bench; not delivered
    log = tmp_path / "log"
    with running("chatd", ["alice"], log=log, pinned=False) as server:
        environment = Path(f"/proc/{server.pid}/environ").read_bytes().split(b"\0")
        set_by_us = {text for text in map(os.fsdecode, environment) if text.startswith("CHATD_")}
    expected = {f"{k}={v}" for k, v in settings.variables(settings.UNLIMITED).items()}
    assert set_by_us == expected | {f"CHATD_DB_NAME={server.store_path}"}
    assert " listens on " in log.read_text()

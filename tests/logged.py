"""The actions in the server's log, as LOG_FORMAT = json writes them."""

import json
from typing import Any

import pytest

from chatd.logs import JsonFormatter


def logged_actions(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """Return an object for each action that was logged; "place" is "" where there is none."""
    records = [record for record in caplog.records if hasattr(record, "actions")]
    lines = [line for r in records for line in JsonFormatter().format(r).split("\n")]
    return [{"place": ""} | json.loads(line) for line in lines]

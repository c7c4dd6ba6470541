"""Requests that the API's own document calls for, right ones and wrong ones, made up by a tool.

Each answer has to be one that the document tells of: its status, its kind, its shape; and what
the document does not allow has to be refused.
"""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from chatd.wire.http import openapi, openapi_events
from tests.e2e.client import newcomer
from tests.e2e.server import ServerProcess

EXAMPLES_MAX = settings().max_examples // 4
"""For each command; there are many."""
CHECKS = {"negative_data_rejection": {"expected-statuses": ["4xx"]}}
"""Which refusals there are, the document says; any of them will do for what it does not allow."""

schema = schemathesis.openapi.from_dict(
    openapi.document("test"), config=schemathesis.Config.from_dict({"checks": CHECKS})
).exclude(path=openapi_events.PATH)  # an answer without end

Tokens = Callable[[str], str]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server for all of it; no limit of requests holds."""
    folder: Path = tmp_path_factory.mktemp("api")
    with ServerProcess(folder) as process:
        yield process
        assert not process.has_ended
        assert "Traceback" not in process.log, process.log


@pytest.fixture(scope="module")
def tokens(running: ServerProcess) -> Tokens:
    """Gives each path a user of its own: one may revoke what the others need."""
    names = (f"user-{number}" for number in count())

    @cache
    def token_of(path: str) -> str:
        with newcomer(running.port, next(names)) as client:
            token: str = client.call("token-create", label="test")["token"]
            return token

    return token_of


@schema.parametrize()
@settings(
    max_examples=EXAMPLES_MAX,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_api_does_what_its_document_says(
    case: schemathesis.Case[Any], running: ServerProcess, tokens: Tokens
) -> None:
    response = case.call(
        base_url=f"http://127.0.0.1:{running.port}",
        headers={"Authorization": f"Bearer {tokens(case.path)}"},
    )
    case.validate_response(
        response,
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
            ignored_auth,
            negative_data_rejection,
        ],
    )

"""A client that is generated from the API's own document, by a program that knows nothing of us."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.request import urlopen

import pytest

from tests.e2e.conftest import token_of
from tests.e2e.server import ServerProcess
from tests.e2e.waiting import DEADLINE_S

PACKAGE = "generated_chat_client"
CONTENT = bytes(range(256)) * 1_000


class Generated:
    """The package that was generated, with a token of one user. call: returns what is answered."""

    def __init__(self, port: int, token: str) -> None:
        url = f"http://127.0.0.1:{port}"
        self.client = self.module("client").AuthenticatedClient(base_url=url, token=token)
        self.models = self.module("models")

    def module(self, name: str) -> ModuleType:
        return importlib.import_module(f"{PACKAGE}.{name}")

    def file(self, content: bytes, name: str | None = None) -> Any:
        return self.module("types").File(payload=BytesIO(content), file_name=name)

    def call(self, operation: str, *path: object, **more: object) -> Any:
        request = self.module(f"api.default.{operation}")
        return request.sync(*path, client=self.client, **more)


@pytest.fixture
def generated(
    server: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Generated]:
    with urlopen(f"http://127.0.0.1:{server.port}/api/v1/openapi.json") as answer:
        (tmp_path / "openapi.json").write_bytes(answer.read())
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    places = ["--path", "openapi.json", "--output-path", PACKAGE]
    limits: dict[str, Any] = {"timeout": DEADLINE_S * 2, "capture_output": True, "check": True}
    subprocess.run([*command, *places], cwd=tmp_path, **limits)
    monkeypatch.syspath_prepend(tmp_path)
    package = Generated(server.port, token_of("alice", server))
    with package.client:  # its connections end with it
        yield package
    for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
        del sys.modules[name]


def test_generated_client_posts_uploads_and_downloads(generated: Generated) -> None:
    models = generated.models
    said = generated.call("send", body=models.Send(text="hello"))
    assert (said.room, said.seq) == ("general", 1)

    form = models.FilesFilesBody(room="general", file=generated.file(CONTENT, "naïve photo.jpg"))
    posted = generated.call("files", body=form, caption="as promised + more")
    assert (posted.room, posted.seq) == ("general", 2)

    body = generated.file(CONTENT[:100])
    more: dict[str, Any] = {"room": "general", "name": "+1.bin", "idempotency_key": "once"}
    for _ in range(2):
        assert generated.call("files", body=body, **more).seq == 3
        body = generated.file(CONTENT[:100])

    whole = generated.call("file", "general", 2, "naïve photo.jpg")
    assert whole.payload.read() == CONTENT
    part = generated.call("file", "general", 2, "naïve photo.jpg", range_="bytes=10-19")
    assert part.payload.read() == CONTENT[10:20]

    history = generated.call("history", body=models.History(room="general"))
    entries = [entry.to_dict() for entry in history.entries]
    assert [entry.get("name") for entry in entries] == [None, "naïve photo.jpg", "+1.bin"]
    assert entries[1]["text"] == "as promised + more"


def test_generated_client_posts_by_a_hook(generated: Generated) -> None:
    models = generated.models
    hook = generated.call("hook", body=models.MakeHook(room="general", label="ci"))
    message = models.SlackMessage.from_dict({"blocks": [{"type": "header", "text": "built"}]})
    response = generated.module("api.default.post_by_hook").sync_detailed(
        hook.token, client=generated.client, body=message
    )
    assert response.status_code == 200
    history = generated.call("history", body=models.History(room="general"))
    assert [entry.to_dict()["text"] for entry in history.entries] == ["built"]
    refused = generated.call("send", body=models.Send(text=" "))
    assert (refused.code, refused.status) == ("bad_request", 400)
    assert json.dumps(refused.to_dict())

"""What the recipe has made: its command is answered, offered, listed and typed like any other.

The recipe's test runs this in the copy of the project in which it has followed the recipe.
"""

import asyncio

from chatd.wire import commands as c
from chatd.wire.http import openapi
from client.console.completion import candidates
from client.console.directory import Directory
from tests.client.console.fakes import FakeConsole
from tests.simulation.world import World

ROW = c.COMMANDS["note"]


def test_server_answers_over_msgpack() -> None:
    with World() as world:
        alice = world.user("alice")
        assert alice.call("note", text="milk") == {"before": ""}
        assert alice.refusal("note", text="milk", txt="?")["code"] == "bad_request"


def test_server_answers_over_http() -> None:
    with World() as world:
        alice = world.web(world.token("alice"))
        for before in ("", "milk"):
            reply = alice.call("note", text="milk")
            assert (reply.status, reply.json) == (200, {"before": before})
        assert alice.call("note", text="").status == 400


def test_openapi_offers_it() -> None:
    document = openapi.document("1")
    operation = document["paths"]["/api/v1/note"]["post"]
    assert operation["summary"] == ROW.help and "507" in operation["responses"]
    assert set(document["components"]["schemas"]) >= {"KeepNote", "NoteKept"}


def test_console_helps_completes_and_does_it() -> None:
    assert ROW.result is not None
    answer = ROW.result("bread")

    async def typed() -> FakeConsole:
        console = FakeConsole()
        await console.types("help", "help note", "note milk", answers=(answer,))
        return console

    console = asyncio.run(typed())
    for shown in ("note <text>", ROW.help, "it was: bread"):
        assert console.shows(shown)
    assert console.server.asked == [ROW.params("milk")]
    assert candidates("not", Directory("me"), here="general")[1] == ["note"]

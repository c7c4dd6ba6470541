"""The bridge: events are handed over one by one, answers come back, the loop never waits."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from chatd.errors import AuthFailed, NotFound
from chatd.wire import commands as c
from client import Client
from client.console.bridge import Bridge
from client.errors import LoginRequired
from client.events import Event
from tests.client.network import Network, posted, said


class Listener:
    """Hears what a bridge hands over, and lets a test wait for it."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[Event] = asyncio.Queue()
        self.ended: asyncio.Queue[Exception] = asyncio.Queue()


def crossing(client: Client, test: Callable[[Bridge, Listener], Coroutine[Any, Any, None]]) -> None:
    """Run a test with a bridge to a client, which is closed at the end."""

    async def run() -> None:
        listener = Listener()
        bridge = Bridge(client, listener.heard.put_nowait, listener.ended.put_nowait)
        bridge.start()
        try:
            await asyncio.wait_for(test(bridge, listener), 10)
        finally:
            await bridge.close()

    asyncio.run(run())


def test_events_come_in_order(network: Network, following: Client) -> None:
    async def test(bridge: Bridge, listener: Listener) -> None:
        network.made[0].says(said(1), said(2), c.Live())
        assert [await listener.heard.get() for _ in range(3)] == [said(1), said(2), c.Live()]

    crossing(following, test)


def test_only_what_was_handed_over_counts_as_read(network: Network, following: Client) -> None:
    peer = network.made[0]

    async def test(bridge: Bridge, listener: Listener) -> None:
        peer.says(said(1))
        await listener.heard.get()

    crossing(following, test)
    acks = [envelope for envelope in peer.heard() if getattr(envelope, "method", "") == "ack"]
    assert [ack.params for ack in acks] == [{"room": "general", "seq": 1}]  # type: ignore


def test_answers_and_refusals_come_back(network: Network, following: Client) -> None:
    async def test(bridge: Bridge, listener: Listener) -> None:
        said_aloud = asyncio.create_task(bridge.ask(c.Send("hi", "n1"), c.Posted))
        said_to_one = asyncio.create_task(bridge.ask(c.SendTo("bob", "hi", "n2"), c.Posted))
        while following.pending_count < 2:
            await asyncio.sleep(0)
        network.made[0].answers(2, posted(1), NotFound("nobody"))
        assert await said_aloud == posted(1)
        with pytest.raises(NotFound):
            await said_to_one

    crossing(following, test)


def test_login_that_opens_no_more_is_told(network: Network, following: Client) -> None:
    async def test(bridge: Bridge, listener: Listener) -> None:
        network.peer().turns_away(AuthFailed("revoked"))
        network.made[0].hangs_up()
        assert isinstance(await listener.ended.get(), LoginRequired)

    crossing(following, test)

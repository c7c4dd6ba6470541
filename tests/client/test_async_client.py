"""The client in an event loop: events come one by one, answers come back, nothing waits."""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from chatd.errors import AuthFailed, NotFound, TooLarge
from chatd.wire import commands as c
from chatd.wire.envelope import Notification, Request
from client import Client, ClientError, Connected, Disconnected, Environment
from client.async_client import AsyncClient
from client.errors import Closed, LoginRequired
from client.events import Event
from client.protocol import PENDING_MAX
from tests.client.network import SYNCED, Network, Peer, posted, said

Test = Callable[[AsyncClient, "Listener"], Coroutine[Any, Any, None]]
DEADLINE_S = 20.0


class Listener:
    """Takes what a client hands over, and lets a test wait for it."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self.ended: asyncio.Queue[Exception] = asyncio.Queue()


@pytest.fixture
def following(network: Network) -> Client:
    """A client that is logged in on the first peer, in real time, without delays."""
    environment = Environment(
        connect=network.connect, monotonic=time.monotonic, uniform=lambda low, high: low
    )
    client = Client(environment=environment)
    network.peer().lets_in()
    client.log_in_token("secret")
    network.made[0].answers(1, SYNCED)
    return client


def in_loop(client: Client, test: Test) -> None:
    """Run a test with an asynchronous client that goes on with this one."""

    async def run() -> None:
        listener = Listener()
        server = AsyncClient(client, listener.events.put_nowait, listener.ended.put_nowait)
        server.start()
        try:
            async with asyncio.timeout(DEADLINE_S):
                await test(server, listener)
        finally:
            await server.close()

    asyncio.run(run())


async def requests(peer: Peer, count: int) -> list[Request]:
    """Wait until the client has made so many requests, and return them."""
    made: list[Request] = []
    while len(made) < count:
        made += [one for one in peer.heard() if isinstance(one, Request)]
        await asyncio.sleep(0)
    return made


def acked(peer: Peer) -> list[object]:
    heard = [one for one in peer.heard() if isinstance(one, Notification)]
    return [(one.params["room"], one.params["seq"]) for one in heard if one.method == "ack"]


def test_events_come_in_order(network: Network, following: Client) -> None:
    async def test(server: AsyncClient, listener: Listener) -> None:
        network.made[0].says(said(1), said(2), c.Live())
        assert [await listener.events.get() for _ in range(3)] == [said(1), said(2), c.Live()]

    in_loop(following, test)


def test_what_was_handed_over_counts_as_read(network: Network, following: Client) -> None:
    async def test(server: AsyncClient, listener: Listener) -> None:
        network.made[0].says(said(1))
        await listener.events.get()

    in_loop(following, test)
    assert acked(network.made[0]) == [("general", 1)]


def test_an_entry_that_could_not_be_shown_ends_the_client_and_is_not_acknowledged(
    network: Network, following: Client
) -> None:
    async def run() -> None:
        ended: asyncio.Queue[Exception] = asyncio.Queue()

        def show(event: Event) -> None:
            raise ZeroDivisionError

        server = AsyncClient(following, show, ended.put_nowait)
        server.start()
        network.made[0].says(said(1))
        assert isinstance(await asyncio.wait_for(ended.get(), DEADLINE_S), ZeroDivisionError)
        await server.close()

    asyncio.run(run())
    assert acked(network.made[0]) == []


def test_answers_and_refusals_come_back(network: Network, following: Client) -> None:
    async def test(server: AsyncClient, listener: Listener) -> None:
        sent = server.call(c.Send("hi", "n1"))
        refused = server.call(c.SendTo("bob", "hi", "n2"))
        network.made[0].answers(2, posted(1), NotFound("nobody"))
        assert await sent == posted(1)
        with pytest.raises(NotFound):
            await refused

    in_loop(following, test)


def test_requests_over_the_bound_wait_for_answers_and_keep_their_order(
    network: Network, following: Client
) -> None:
    async def test(server: AsyncClient, listener: Listener) -> None:
        count, sent = 2 * PENDING_MAX, list[str]()
        answers = [server.call(c.Send(str(at), f"n{at}")) for at in range(count)]
        assert following.pending_count == PENDING_MAX
        while len(sent) < count:
            for request in await requests(network.made[0], 1):
                if request.method == "send":
                    sent.append(request.params["text"])
                    network.made[0].answers(request.id, posted(len(sent)))
            assert following.pending_count <= PENDING_MAX
        assert [(await answer).seq for answer in answers] == list(range(1, count + 1))
        assert sent == [str(at) for at in range(count)]

    in_loop(following, test)


def test_a_request_that_fits_no_frame_is_refused_to_its_asker_alone(
    network: Network, following: Client
) -> None:
    async def test(server: AsyncClient, listener: Listener) -> None:
        with pytest.raises(TooLarge):
            await server.call(c.Send("x" * 70_000, "n1"))
        network.made[0].answers(3, posted(1))
        assert await server.call(c.Send("hi", "n2")) == posted(1)

    in_loop(following, test)


def test_a_lost_connection_comes_back_and_nothing_is_missed(
    network: Network, following: Client
) -> None:
    async def test(server: AsyncClient, listener: Listener) -> None:
        network.made[0].says(said(1))
        assert await listener.events.get() == said(1)
        answer = server.call(c.Send("hi", "n1"))
        await requests(network.made[0], 2)
        network.refuse(2)
        second = network.peer().lets_in(SYNCED).answers(2, posted(2)).says(said(2))
        network.made[0].hangs_up()
        assert await answer == posted(2)
        kinds = [type(await listener.events.get()) for _ in range(2)]
        assert kinds == [Disconnected, Connected]
        assert await listener.events.get() == said(2)
        assert second.requests("send") == [{"text": "hi", "nonce": "n1"}]

    in_loop(following, test)


def test_login_that_is_valid_no_more_ends_the_client(network: Network, following: Client) -> None:
    async def test(server: AsyncClient, listener: Listener) -> None:
        waiting = server.call(c.Status())
        network.peer().turns_away(AuthFailed("revoked"))
        network.made[0].hangs_up()
        assert isinstance(await listener.ended.get(), LoginRequired)
        with pytest.raises(ClientError):
            await waiting

    in_loop(following, test)


def test_closing_fails_what_waits_and_is_no_end_to_be_told(
    network: Network, following: Client
) -> None:
    async def test(server: AsyncClient, listener: Listener) -> None:
        waiting = server.call(c.Status())
        await server.close()
        with pytest.raises(Closed):
            await waiting
        assert listener.ended.empty()

    in_loop(following, test)


def test_much_to_send_goes_out_as_the_server_takes_it(network: Network, following: Client) -> None:
    async def test(server: AsyncClient, listener: Listener) -> None:
        data = random.randbytes(c.CHUNK_BYTES_MAX)
        answers = [server.call(c.UploadChunk(1, at * len(data), data)) for at in range(40)]
        sent = await requests(network.made[0], 3 + 40)  # hello, login-token and sync before them
        assert [one.params["data"] for one in sent[3:]] == [data] * 40
        state = c.UploadState(1, 0, 0)
        network.made[0].answers(2, *[state] * 40)
        assert await asyncio.gather(*answers) == [state] * 40

    in_loop(following, test)

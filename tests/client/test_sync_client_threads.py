"""Two threads on one client: the one that waits reads for both, and closing frees all."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import pytest

from chatd.errors import RateLimited
from chatd.wire.commands import Nothing, Posted, Send, Status
from chatd.wire.envelope import Request
from client import Client, ConnectionLost
from client.events import Event
from client.sync_client import Reply
from tests.client.network import Network, posted, said

DEADLINE_S = 20.0

T = TypeVar("T")


def beside(doing: Callable[[], T]) -> "tuple[ThreadPoolExecutor, Future[T]]":
    """Begin to do something in another thread."""
    pool = ThreadPoolExecutor(1)
    return pool, pool.submit(doing)


def texts(events: list[Event]) -> list[object]:
    return [getattr(event, "text", type(event).__name__) for event in events]


def test_the_thread_that_follows_reads_the_answers_of_the_other(
    network: Network, following: Client
) -> None:
    pool, events = beside(lambda: list(following.events()))
    with pool:
        for number in range(2, 12):
            reply = following.request(Send("hi", f"n{number}"))
            network.made[0].says(said(number)).answers(number, posted(number))
            assert reply.result(DEADLINE_S) == posted(number)
        following.close()
    assert texts(events.result(DEADLINE_S)) == ["hi"] * 10


def test_a_thread_that_waited_for_the_reader_takes_over_when_that_one_leaves(
    network: Network, following: Client
) -> None:
    pool, event = beside(lambda: following.next_event(DEADLINE_S))
    with pool:
        first = following.request(Send("hi", "n"))
        network.made[0].says(said(1))
        assert event.result(DEADLINE_S) == said(1)
        network.made[0].answers(2, posted(2))
        assert first.result(DEADLINE_S) == posted(2)


def test_a_thread_that_asks_reads_events_for_the_one_that_follows(
    network: Network, following: Client
) -> None:
    pool, event = beside(lambda: following.request(Status()).result(DEADLINE_S))
    with pool:
        network.made[0].says(said(1))
        assert following.next_event(DEADLINE_S) == said(1)
        network.made[0].answers(2, RateLimited("later"))
        assert isinstance(event.exception(DEADLINE_S), RateLimited)


def test_closing_frees_a_thread_that_follows_and_one_that_asks(following: Client) -> None:
    follower, events = beside(lambda: list(following.events()))
    with follower:
        asker, answer = beside(following.status)
        with asker:
            following.close()
            assert isinstance(answer.exception(DEADLINE_S), ConnectionLost)
    assert events.result(DEADLINE_S) == []


def test_who_follows_hears_of_no_loss_when_another_thread_logs_out(
    network: Network, following: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower, events = beside(lambda: list(following.events()))
    monkeypatch.setattr(following, "close", lambda: events.exception(DEADLINE_S))  # comes later
    with follower:
        asker, answer = beside(following.log_out)
        with asker:
            while not network.made[0].requests("logout"):
                pass
            network.made[0].answers(2, Nothing()).hangs_up()
            answer.result(DEADLINE_S)
    assert events.result(DEADLINE_S) == []


def test_requests_of_two_threads_are_answered_to_whom_they_belong(
    network: Network, following: Client
) -> None:
    def ask(name: str) -> dict[str, Reply[Posted]]:
        nonces = [f"{name}{number}" for number in range(20)]
        return {nonce: following.request(Send(name, nonce)) for nonce in nonces}

    pool, asked = beside(lambda: ask("other"))
    with pool:
        replies = ask("own") | asked.result(DEADLINE_S)
    sent = [one for one in network.made[0].heard() if isinstance(one, Request)]
    for place, request in enumerate(sent[-40:], 1):
        network.made[0].answers(request.id, posted(place))
    places = {request.params["nonce"]: place for place, request in enumerate(sent[-40:], 1)}
    assert {nonce: reply.result(DEADLINE_S).seq for nonce, reply in replies.items()} == places

"""A question on a line where the answer is quicker than the place of the question."""

import io
from argparse import Namespace
from pathlib import Path

import pytest

from client import Client
from client.console.keyring import Keyring
from client.credentials import Credentials
from client.options import ConsoleOptions
from client.pipes.asking import ask
from client.pipes.output import Output
from client.pipes.pipe import Pipe
from client.pipes.status import Status, TimedOut
from tests.client.network import SYNCED, Network, posted, said


@pytest.fixture
def printed() -> io.StringIO:
    """What was printed."""
    return io.StringIO()


@pytest.fixture
def pipe(network: Network, client: Client, printed: io.StringIO, tmp_path: Path) -> Pipe:
    """A question to everyone, of somebody who is logged in on the first peer."""
    network.peer().lets_in()
    client.log_in_token("secret")
    arguments = Namespace(
        to="general", text=["deploy?"], options=["yes", "no"], by="", timeout=0.0, json=False
    )
    options = ConsoleOptions()
    keyring = Keyring(Credentials(tmp_path), options.origin)
    return Pipe(client, options, keyring, arguments, Output(printed))


def test_answer_that_comes_before_the_place_of_the_question_is_heard(
    network: Network, pipe: Pipe, printed: io.StringIO
) -> None:
    network.made[0].answers(1, SYNCED).says(said(8, "no", author="bob")).answers(2, posted(7))
    assert ask(pipe) == Status.SECOND_OPTION
    assert printed.getvalue() == "no\n"
    (question,) = network.made[0].requests("post")
    assert (question["room"], question["text"]) == ("general", "deploy? (yes/no)")


def test_what_was_said_before_the_question_is_no_answer(network: Network, pipe: Pipe) -> None:
    network.made[0].answers(1, SYNCED).says(said(6, "yes", author="bob")).answers(2, posted(7))
    with pytest.raises(TimedOut):
        ask(pipe)

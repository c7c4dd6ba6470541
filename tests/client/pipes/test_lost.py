"""A connection that is lost in the middle of a command: tried again for a while, then told."""

import pytest

from client.options import ConsoleOptions
from client.pipes.command import run
from client.pipes.parser import build
from client.pipes.status import Status
from client.protocol import ANSWER_SECONDS
from tests.client.network import Network


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("who", "the server did not answer in time"),
        ("send hi", "the server did not answer in time"),
        ("revoke 1", "the server ended the connection; it may or may not have been done"),
    ],
)
def test_connection_that_is_lost_for_good_ends_as_documented(
    network: Network, capsys: pytest.CaptureFixture[str], words: str, complaint: str
) -> None:
    network.peer().lets_in().hangs_up()
    network.refuse(100)
    options = ConsoleOptions(token="secret", environment=network.environment())
    assert run(build({}).parse_args(words.split()), options) == Status.CONNECTION
    assert capsys.readouterr() == ("", f"chat: {complaint}\n")
    assert words == "revoke 1" or sum(network.slept) >= ANSWER_SECONDS

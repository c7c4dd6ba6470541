"""What the client's tests share: a network in the test's hands, and a real server."""

from collections.abc import Iterator

import pytest

from client import Client
from tests.client.network import SYNCED, Network


@pytest.fixture
def network() -> Iterator[Network]:
    """A network whose far ends the test holds."""
    network = Network()
    yield network
    network.close()


@pytest.fixture
def client(network: Network) -> Iterator[Client]:
    """A client that is not connected yet."""
    with network.client() as client:
        yield client


@pytest.fixture
def following(network: Network, client: Client) -> Client:
    """A client that is logged in on the first peer (`network.made[0]`) and follows."""
    network.peer().lets_in().answers(1, SYNCED)
    client.log_in_token("secret")
    client.sync()
    return client

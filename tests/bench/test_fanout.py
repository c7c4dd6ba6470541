"""Fan-out over WebSockets, at the servers themselves: what the dialects say is understood."""

import pytest

from bench.connections import network
from bench.fanout import FanOut, fan_out_users
from bench.servers import SOCKET_DIALECTS, running

READERS = 3


@pytest.mark.parametrize("name", SOCKET_DIALECTS)
def test_every_reader_hears_every_text_over_a_websocket(name: str) -> None:
    users = fan_out_users(READERS)
    with running(name, users, dialects=SOCKET_DIALECTS) as server, network(server) as net:
        figures = FanOut(server, net, READERS).saturate(0.05, 2)
    assert figures.messages_per_s and figures.deliveries_per_s
    assert figures.deliveries_per_s == pytest.approx(READERS * figures.messages_per_s)

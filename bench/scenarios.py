"""The scenarios: what each needs, does, and is read by."""

import resource
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import NamedTuple

from bench.connections import network
from bench.fanout import FanOut, fan_out_users
from bench.figures import Figures, median_of, with_yield
from bench.idle import Idle, idle_users
from bench.pairs import Pairs, pairs_users
from bench.pauses import measure_pauses
from bench.servers import DIALECTS, SOCKET_DIALECTS, running

PACED_RATE = 20
FILES_BESIDE = 200
"""Open files that a server or the load needs beside those of its idle connections."""


@dataclass(frozen=True)
class Effort:
    """How much is done. runs: measured ones, after one that warms up."""

    runs: int
    warm_up_s: float
    run_s: float
    paced_s: float
    pairs_s: float
    idle_connections: int
    stored_messages: int


FULL = Effort(3, 0.5, 3.0, 4.0, 2.0, 10_000, 1_000_000)
QUICK = Effort(1, 0.2, 0.5, 1.5, 0.5, 1_000, 20_000)


@dataclass(frozen=True)
class Scenario:
    """One row of figures for each server.

    headline: the figure to compare by; more_is_better: how.
    """

    name: str
    title: str
    headline: str
    more_is_better: bool


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "fan-out-100",
            "Fan-out, saturated: 100 readers, 10 writers, window 50",
            "deliveries_per_s",
            True,
        ),
        Scenario(
            "fan-out-1000",
            "Fan-out, saturated: 1,000 readers, 10 writers, window 20",
            "deliveries_per_s",
            True,
        ),
        Scenario(
            "paced",
            "Fan-out, paced: 1,000 readers, 20 messages a second",
            "cpu_us_per_delivery",
            False,
        ),
        Scenario(
            "websocket",
            "WebSocket fan-out, saturated: 1,000 readers, 10 writers, window 20",
            "deliveries_per_cpu_s",
            True,
        ),
        Scenario(
            "one-to-one-1",
            "One to one, window 1: 100 pairs",
            "cpu_us_per_message",
            False,
        ),
        Scenario(
            "one-to-one-16",
            "One to one, window 16: 100 pairs",
            "cpu_us_per_message",
            False,
        ),
        Scenario(
            "idle",
            "Idle connections, each of another user",
            "bytes_per_connection",
            False,
        ),
        Scenario(
            "pauses",
            "Pauses: a large store, a steady trickle and a snapshot",
            "latency_max_ms",
            False,
        ),
    )
}

Results = dict[str, Figures]
"""Figures by the name of their scenario."""


def measure_fan_out_100(server_name: str, effort: Effort) -> Results:
    """Measure saturated fan-out to 100 readers."""
    with running(server_name, fan_out_users(100)) as server, network(server) as net:
        room = FanOut(server, net, 100)
        return {"fan-out-100": _median(effort, effort.run_s, lambda s: room.saturate(s, 50))}


def measure_fan_out_1000(server_name: str, effort: Effort) -> Results:
    """Measure paced and saturated fan-out to 1,000 readers."""
    with running(server_name, fan_out_users(1_000)) as server, network(server) as net:
        room = FanOut(server, net, 1_000)
        saturated = _median(effort, effort.run_s, lambda s: room.saturate(s, 20))
        paced = _median(effort, effort.paced_s, lambda s: room.pace(s, PACED_RATE))
        return {"fan-out-1000": saturated, "paced": paced}


def measure_websocket(server_name: str, effort: Effort) -> Results:
    """Measure saturated fan-out to 1,000 readers who are connected as browsers are."""
    users = fan_out_users(1_000)
    with running(server_name, users, dialects=SOCKET_DIALECTS) as server, network(server) as net:
        room = FanOut(server, net, 1_000)
        saturated = _median(effort, effort.run_s, lambda s: room.saturate(s, 20))
        return {"websocket": with_yield(saturated)}


def measure_pairs(server_name: str, effort: Effort) -> Results:
    """Measure pairs who write to each other."""
    with running(server_name, pairs_users()) as server, network(server) as net:
        pairs = Pairs(server, net)
        one = _median(effort, effort.pairs_s, lambda s: pairs.run(s, 1))
        many = _median(effort, effort.pairs_s, lambda s: pairs.run(s, 16))
        return {"one-to-one-1": one, "one-to-one-16": many}


def measure_idle(server_name: str, effort: Effort) -> Results:
    """Measure connections that do nothing."""
    connections = idle_connections(effort.idle_connections)
    with running(server_name, idle_users(connections)) as server, network(server) as net:
        return {"idle": Idle(server, net, connections).run()}


def measure_chatd_pauses(server_name: str, effort: Effort) -> Results:
    """Measure how long a large store keeps others waiting."""
    assert server_name == "chatd"
    return {"pauses": measure_pauses(effort.stored_messages)}


class Measurement(NamedTuple):
    """What is measured in one go, and of which servers it can be."""

    measure: Callable[[str, Effort], Results]
    servers: Collection[str]


MEASUREMENTS = {
    "fan-out-100": Measurement(measure_fan_out_100, DIALECTS),
    "fan-out-1000": Measurement(measure_fan_out_1000, DIALECTS),
    "websocket": Measurement(measure_websocket, SOCKET_DIALECTS),
    "one-to-one": Measurement(measure_pairs, DIALECTS),
    "idle": Measurement(measure_idle, DIALECTS),
    "pauses": Measurement(measure_chatd_pauses, {"chatd"}),  # none of the peers has a store
}


def idle_connections(wanted: int) -> int:
    """Return how many of the wanted connections the limit of open files allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard - FILES_BESIDE)


def _median(effort: Effort, run_s: float, run: Callable[[float], Figures]) -> Figures:
    run(effort.warm_up_s)
    return median_of([run(run_s) for _ in range(effort.runs)])

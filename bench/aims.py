"""The aims: what the figures of one run are held against."""

from dataclasses import dataclass

from bench.report import OURS, Report


@dataclass(frozen=True)
class Aim:
    """One figure of ours and its bound. peer: the bound is that many times this server's."""

    text: str
    scenario: str
    figure: str
    bound: float
    at_least: bool = False
    peer: str = ""


AIMS = (
    Aim(
        "one to one, window 16: CPU for each message, times the relay's",
        "one-to-one-16",
        "cpu_us_per_message",
        1.25,
        peer="relay",
    ),
    Aim(
        "100 readers, saturated: deliveries a second, times redis'",
        "fan-out-100",
        "deliveries_per_s",
        1.8,
        at_least=True,
        peer="redis",
    ),
    Aim(
        "1,000 readers, saturated: deliveries a second, times redis'",
        "fan-out-1000",
        "deliveries_per_s",
        5,
        at_least=True,
        peer="redis",
    ),
    Aim(
        "1,000 readers, paced: CPU for each delivery, times redis'",
        "paced",
        "cpu_us_per_delivery",
        1,
        peer="redis",
    ),
    Aim(
        "WebSocket, 1,000 readers, saturated: deliveries per CPU second, times broadcast's",
        "websocket",
        "deliveries_per_cpu_s",
        20,
        at_least=True,
        peer="broadcast",
    ),
    Aim("an idle connection: bytes of the server's memory", "idle", "bytes_per_connection", 2048),
    Aim("a large store, a snapshot included: the longest wait, ms", "pauses", "latency_max_ms", 20),
)
"""Ratios within one run first: absolute figures differ from machine to machine and day to day."""


@dataclass(frozen=True)
class Verdict:
    """An aim and what a run reached of it."""

    aim: Aim
    value: float

    @property
    def held(self) -> bool:
        """Whether the aim was reached."""
        aim = self.aim
        return self.value >= aim.bound if aim.at_least else self.value <= aim.bound


def judge(report: Report) -> list[Verdict]:
    """Return a verdict on each aim that the run has the figures for."""
    return [Verdict(aim, value) for aim in AIMS if (value := _value(report, aim)) is not None]


def _value(report: Report, aim: Aim) -> float | None:
    ours = report.figure(aim.scenario, OURS, aim.figure)
    if ours is None or not aim.peer:
        return ours
    theirs = report.figure(aim.scenario, aim.peer, aim.figure)
    return ours / theirs if theirs else None

"""A report: all that one run measured, and how the servers compare."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from bench.figures import Figures
from bench.scenarios import Scenario

OURS = "chatd"
REFERENCES = ("redis", "ngircd", "relay", "broadcast")
"""What the others are compared with: the first of these that was measured in the same run."""


@dataclass(frozen=True)
class Report:
    """One run. missing: servers that are not installed.

    failures: `server, measurement: reason` for what gave no figures.
    results: figures by the name of the scenario, then by server.
    """

    machine: dict[str, str]
    quick: bool
    missing: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    results: dict[str, dict[str, Figures]] = field(default_factory=dict)

    def add(self, server_name: str, results: dict[str, Figures]) -> None:
        """Take what was measured of one server."""
        for scenario_name, figures in results.items():
            self.results.setdefault(scenario_name, {})[server_name] = figures

    def figure(self, scenario_name: str, server_name: str, name: str) -> float | None:
        """Return one figure, None if it was not measured."""
        figures = self.results.get(scenario_name, {}).get(server_name)
        value: float | None = getattr(figures, name) if figures else None
        return value

    def reference(self, scenario: Scenario) -> str | None:
        """Return the server that the others are compared with in a scenario, if there is one."""
        for name in REFERENCES:
            if self.figure(scenario.name, name, scenario.headline) is not None:
                return name
        return None

    def times_as_good(self, scenario: Scenario, server_name: str) -> float | None:
        """Return how many times as good as the reference a server is, by the headline figure."""
        reference = self.reference(scenario)
        if reference is None:
            return None
        theirs = self.figure(scenario.name, reference, scenario.headline)
        its = self.figure(scenario.name, server_name, scenario.headline)
        if not its or not theirs:
            return None
        return its / theirs if scenario.more_is_better else theirs / its


def encode_report(report: Report) -> bytes:
    """Return a report as JSON; what was not measured is not in it."""
    results = {
        scenario_name: {name: figures.as_dict() for name, figures in servers.items()}
        for scenario_name, servers in report.results.items()
    }
    tree: dict[str, Any] = {
        "machine": report.machine,
        "quick": report.quick,
        "missing": report.missing,
        "failures": report.failures,
        "results": results,
    }
    return msgspec.json.format(msgspec.json.encode(tree)) + b"\n"


def decode_report(data: bytes) -> Report:
    """Return the report that JSON of ours tells of. Raises msgspec.ValidationError."""
    return msgspec.json.decode(data, type=Report)

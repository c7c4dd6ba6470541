"""The aims, at their bounds and just over."""

import pytest

from bench.aims import AIMS, Aim, judge
from bench.figures import Figures
from bench.report import Report
from bench.scenarios import SCENARIOS
from tests.bench.reports import MACHINE

THEIRS = 8.0


def report_with(aim: Aim, value: float) -> Report:
    """A report in which one aim's figure is `value`, or that many times its peer's."""
    report = Report(MACHINE, quick=False)
    ours = value * THEIRS if aim.peer else value
    for server, figure in (("chatd", ours), (aim.peer or "redis", THEIRS)):
        report.add(server, {aim.scenario: Figures(**{aim.figure: figure})})
    return report


@pytest.mark.parametrize("aim", AIMS, ids=lambda aim: aim.scenario)
def test_aim_is_held_at_its_bound_and_missed_behind_it(aim: Aim) -> None:
    worse = aim.bound * (0.99 if aim.at_least else 1.01)
    (reached,) = judge(report_with(aim, aim.bound))
    (missed,) = judge(report_with(aim, worse))
    assert reached.held and reached.value == pytest.approx(aim.bound)
    assert not missed.held and missed.value == pytest.approx(worse)


@pytest.mark.parametrize("aim", AIMS, ids=lambda aim: aim.scenario)
def test_aim_is_of_a_scenario_and_agrees_on_what_is_better(aim: Aim) -> None:
    assert aim.at_least == SCENARIOS[aim.scenario].more_is_better


def test_aim_without_its_figures_is_not_judged() -> None:
    report = Report(MACHINE, quick=False)
    assert judge(report) == []
    report.add("chatd", {"fan-out-100": Figures(deliveries_per_s=1e9)})
    assert judge(report) == []

"""The tables: figures in their forms, aligned."""

import pytest

from bench.aims import AIMS, Verdict
from bench.figures import Figures
from bench.report import Report
from bench.scenarios import SCENARIOS
from bench.table import (
    COLUMNS,
    LOAD_CPU_MAX,
    format_decimal,
    format_figure,
    render,
    scenario_table,
    scenario_tables,
    verdict_table,
)
from tests.bench.reports import MACHINE, report_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.04564, "0.0456"),
        (0.17, "0.170"),
        (1, "1.00"),
        (8.957, "8.96"),
        (47.319, "47.32"),
        (206.02, "206"),
        (6354.9, "6,355"),
    ],
)
def test_decimals_keep_the_digits_that_count(value: float, text: str) -> None:
    assert format_decimal(value) == text


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("deliveries_per_s", 9_496_738.05, "9,496,738"),
        ("memory_bytes", 39_006_208.0, "37.2 MiB"),
        ("server_cpu", 0.966, "97 %"),
        ("load_cpu", LOAD_CPU_MAX, "95 %"),
        ("load_cpu", 0.99, "99 % !"),
        ("latency_p50_ms", None, ""),
    ],
)
def test_each_figure_has_its_form(name: str, value: float | None, text: str) -> None:
    assert format_figure(name, value) == text


def test_every_figure_has_a_column() -> None:
    everything = Figures(*[1.0] * len(COLUMNS))
    assert set(everything.as_dict()) == set(COLUMNS)


def test_rows_are_aligned_and_the_first_column_stands_left() -> None:
    assert render([["", "n"], ["redis", "1"], ["a", "1,000"]]) == (
        "|       |     n |\n| ----- | ----: |\n| redis |     1 |\n| a     | 1,000 |\n"
    )


def test_scenario_has_a_row_for_each_server_and_the_ratio_to_the_reference() -> None:
    table = scenario_table(report_of(chatd=21_000.0, redis=4_000.0), SCENARIOS["fan-out-1000"])
    assert table == (
        "|       | deliveries/s | load's CPU | times redis |\n"
        "| ----- | -----------: | ---------: | ----------: |\n"
        "| chatd |       21,000 |       50 % |        5.25 |\n"
        "| redis |        4,000 |       50 % |        1.00 |\n"
    )


def test_scenario_without_a_reference_has_no_ratio() -> None:
    table = scenario_table(report_of(chatd=21_000.0), SCENARIOS["fan-out-1000"])
    assert "times" not in table and "21,000" in table


def test_server_without_the_headline_figure_has_no_ratio() -> None:
    report = Report(MACHINE, quick=False)
    report.add("redis", {"idle": Figures(bytes_per_connection=9.0, logins_per_s=7.0)})
    report.add("ngircd", {"idle": Figures(logins_per_s=7.0)})
    assert scenario_table(report, SCENARIOS["idle"]).splitlines()[3].endswith("|             |")


def test_only_what_was_measured_is_told_under_its_title() -> None:
    text = scenario_tables(report_of(chatd=1.0))
    assert text.count("### ") == 1
    assert f"### {SCENARIOS['fan-out-1000'].title}\n" in text
    assert "Compared by deliveries/s: more is better." in text


def test_verdicts_say_what_was_reached_and_whether_that_is_enough() -> None:
    most, least = AIMS[0], AIMS[1]
    lines = verdict_table([Verdict(most, 1.25), Verdict(least, 1.4)]).splitlines()
    assert lines[2].endswith("| ≤ 1.25 |    1.25 |       held |")
    assert lines[3].endswith("|  ≥ 1.8 |    1.40 | **missed** |")

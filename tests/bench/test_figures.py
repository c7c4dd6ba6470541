"""Figures: medians, percentiles, arrivals."""

import pytest

from bench.figures import (
    Figures,
    arrivals,
    latencies_ms,
    median_of,
    percentile,
    with_yield,
)


def test_figures_as_a_dict_leave_out_what_was_not_measured() -> None:
    assert Figures(messages_per_s=2.0, load_cpu=0.0).as_dict() == {
        "messages_per_s": 2.0,
        "load_cpu": 0.0,
    }


def test_median_is_of_each_figure_by_itself() -> None:
    runs = [
        Figures(messages_per_s=1.0, latency_p50_ms=9.0),
        Figures(messages_per_s=5.0, latency_p50_ms=7.0),
        Figures(messages_per_s=2.0, latency_p50_ms=8.0),
    ]
    assert median_of(runs) == Figures(messages_per_s=2.0, latency_p50_ms=8.0)


def test_deliveries_of_a_cpu_second_are_those_for_which_it_is_enough() -> None:
    figures = Figures(cpu_us_per_delivery=0.5, load_cpu=1.0)
    assert with_yield(figures) == Figures(
        cpu_us_per_delivery=0.5, load_cpu=1.0, deliveries_per_cpu_s=2_000_000
    )


@pytest.mark.parametrize(
    ("percent", "value"), [(0, 1), (10, 1), (10.1, 2), (50, 5), (99, 10), (100, 10)]
)
def test_percentile_is_the_nearest_rank(percent: float, value: int) -> None:
    assert percentile(range(1, 11), percent) == value


def test_latencies_are_told_in_ms_whatever_their_order() -> None:
    assert latencies_ms(n * 1_000_000 for n in reversed(range(1, 101))) == (50.0, 99.0)


def test_a_text_has_arrived_with_the_read_that_reaches_its_end() -> None:
    assert arrivals([10, 20, 30, 40], [(9, 1), (10, 2), (35, 3), (40, 4)]) == [2, 3, 3, 4]


def test_a_text_that_was_not_read_to_its_end_has_not_arrived() -> None:
    assert arrivals([10, 20], [(19, 1)]) == [1]

"""The report: how servers compare, and there and back again as JSON."""

import json

import msgspec
import pytest

from bench.figures import Figures
from bench.report import Report, decode_report, encode_report
from bench.scenarios import SCENARIOS
from tests.bench.reports import MACHINE, report_of

FAN_OUT = SCENARIOS["fan-out-1000"]


def test_where_more_is_better_twice_as_many_is_twice_as_good() -> None:
    report = report_of(chatd=10.0, redis=4.0, ngircd=2.0)
    assert report.times_as_good(FAN_OUT, "chatd") == 2.5
    assert report.times_as_good(FAN_OUT, "redis") == 1.0
    assert report.times_as_good(FAN_OUT, "ngircd") == 0.5


def test_where_less_is_better_half_is_twice_as_good() -> None:
    report = Report(MACHINE, quick=False)
    report.add("chatd", {"paced": Figures(cpu_us_per_delivery=3.0)})
    report.add("redis", {"paced": Figures(cpu_us_per_delivery=6.0)})
    assert report.times_as_good(SCENARIOS["paced"], "chatd") == 2.0


def test_reference_is_the_first_that_was_measured_and_never_ours() -> None:
    assert report_of(chatd=1.0, relay=1.0, ngircd=1.0, redis=1.0).reference(FAN_OUT) == "redis"
    assert report_of(chatd=1.0, relay=1.0).reference(FAN_OUT) == "relay"
    assert report_of(chatd=1.0).reference(FAN_OUT) is None


def test_without_a_reference_or_a_figure_there_is_no_ratio() -> None:
    assert report_of(chatd=1.0).times_as_good(FAN_OUT, "chatd") is None
    assert report_of(redis=1.0).times_as_good(FAN_OUT, "chatd") is None
    assert report_of(chatd=1.0, redis=1.0).times_as_good(SCENARIOS["idle"], "chatd") is None


def test_report_is_the_same_after_a_way_through_json() -> None:
    report = report_of(chatd=10.5, redis=4.0)
    report.missing.append("ngircd")
    report.failures.append("relay, idle: it was lost")
    assert decode_report(encode_report(report)) == report


def test_json_holds_no_figure_that_was_not_measured() -> None:
    tree = json.loads(encode_report(report_of(chatd=10.5)))
    assert tree["results"]["fan-out-1000"]["chatd"] == {"deliveries_per_s": 10.5, "load_cpu": 0.5}


def test_json_of_something_else_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        decode_report(b'{"machine": 3, "quick": false}')

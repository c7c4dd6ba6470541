"""The page: the machine, the aims, and what is missing."""

from bench.page import render_page
from bench.report import Report
from tests.bench.reports import MACHINE, report_of


def test_page_names_the_machine_the_aims_and_what_is_missing() -> None:
    report = report_of(chatd=10.0, redis=1.0)
    report.missing.append("ngircd")
    report.failures.append("relay, fan-out-1000: it was lost")
    page = render_page(report)
    assert "- cpu: Quick & Co. 3000\n- cores: 2\n- ngircd is not installed" in page
    assert "- no figures: relay, fan-out-1000: it was lost\n" in page
    assert "| 1,000 readers, saturated: deliveries a second, times redis' |" in page
    assert "quick run" not in page


def test_page_of_a_quick_run_says_so() -> None:
    assert "- a quick run" in render_page(Report(MACHINE, quick=True))

"""The page, and that the one in docs/ is what its figures say."""

from pathlib import Path

from bench.page import render_page
from bench.plot import draw
from bench.report import Report, decode_report
from tests.bench.reports import MACHINE, report_of

DOCS = Path(__file__).parent.parent.parent / "docs"


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


def test_page_and_plot_in_docs_are_what_the_figures_beside_them_say() -> None:
    report = decode_report((DOCS / "benchmarks.json").read_bytes())
    stale = "bench/ has changed what it writes: run `make bench` again"
    assert (DOCS / "benchmarks.md").read_text("utf-8") == render_page(report), stale
    assert (DOCS / "benchmarks.svg").read_text("utf-8") == draw(report), stale
    assert not report.quick and not report.failures

"""The plot: one panel for each comparison, one bar for each server."""

from xml.etree.ElementTree import Element, fromstring

from bench.figures import Figures
from bench.plot import BAR_HEIGHT, BAR_WIDTH_MAX, COLOURS, WIDTH, draw
from bench.report import Report
from tests.bench.reports import MACHINE, report_of

SVG = "{http://www.w3.org/2000/svg}"


def bars(svg: Element) -> list[Element]:
    return [rect for rect in svg.iter(f"{SVG}rect") if rect.get("height") == str(BAR_HEIGHT)]


def texts(svg: Element) -> list[str]:
    return [text.text or "" for text in svg.iter(f"{SVG}text")]


def test_bars_are_as_long_as_their_figures_and_ours_stands_out() -> None:
    ours, theirs = bars(fromstring(draw(report_of(chatd=2000.0, redis=500.0))))
    assert float(ours.get("width", "")) == BAR_WIDTH_MAX
    assert float(theirs.get("width", "")) == BAR_WIDTH_MAX / 4
    assert (ours.get("fill"), theirs.get("fill")) == (COLOURS[True], COLOURS[False])


def test_labels_tell_figure_and_ratio() -> None:
    labels = texts(fromstring(draw(report_of(chatd=2000.0, redis=500.0))))
    assert labels[1:] == ["chatd", "2,000 (4.00 times redis)", "redis", "500"]
    assert labels[0].endswith("deliveries/s, more is better")


def test_bar_of_next_to_nothing_can_be_seen() -> None:
    assert float(bars(fromstring(draw(report_of(chatd=1e9, redis=1.0))))[1].get("width", "")) >= 1


def test_everything_lies_inside_the_picture() -> None:
    report = report_of(chatd=2000.0, redis=500.0)
    for server in ("chatd", "redis"):
        report.add(server, {"paced": Figures(cpu_us_per_delivery=5.0)})
    svg = fromstring(draw(report))
    height = float(svg.get("height", ""))
    assert len(bars(svg)) == 4
    for bar in bars(svg):
        assert float(bar.get("x", "")) + float(bar.get("width", "")) < WIDTH
        assert float(bar.get("y", "")) + BAR_HEIGHT < height


def test_where_nobody_else_was_measured_there_is_no_panel() -> None:
    assert bars(fromstring(draw(report_of(chatd=1.0)))) == []
    assert bars(fromstring(draw(Report(MACHINE, quick=False)))) == []

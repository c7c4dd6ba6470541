"""The plot: bars, one panel for each scenario, as an SVG of a few dozen elements.

Written by hand: bars need no plotting library, and the common ones bring tens of megabytes of
others along, for people who only want to run a benchmark.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from bench.report import OURS, Report
from bench.scenarios import SCENARIOS, Scenario
from bench.table import COLUMNS, format_decimal, format_figure

WIDTH, MARGIN = 800, 16
LABEL_WIDTH, VALUE_WIDTH = 80, 250
BAR_HEIGHT, BAR_STEP = 16, 22
TITLE_HEIGHT, PANEL_GAP = 26, 18
BAR_WIDTH_MAX = WIDTH - 2 * MARGIN - LABEL_WIDTH - VALUE_WIDTH
COLOURS = {True: "#1f6feb", False: "#9aa5b1"}
"""Of our bars, and of the others'."""
STYLE = "text { font: 13px sans-serif; fill: #1c2128 } .title { font-weight: bold }"


def draw(report: Report) -> str:
    """Return the plot of every scenario in which servers can be compared."""
    scenarios = [s for s in SCENARIOS.values() if len(_bars(report, s)) > 1]
    height = MARGIN + sum(_panel_height(report, scenario) for scenario in scenarios)
    svg = Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        width=str(WIDTH),
        height=str(height),
        viewBox=f"0 0 {WIDTH} {height}",
    )
    SubElement(svg, "style").text = STYLE
    SubElement(svg, "rect", width="100%", height="100%", fill="white")
    top = MARGIN
    for scenario in scenarios:
        svg.extend(_panel(report, scenario, top))
        top += _panel_height(report, scenario)
    indent(svg)
    return tostring(svg, encoding="unicode") + "\n"


def _bars(report: Report, scenario: Scenario) -> dict[str, float]:
    """Return the headline figure of each server that has one."""
    values = {
        server: report.figure(scenario.name, server, scenario.headline)
        for server in report.results.get(scenario.name, ())
    }
    return {server: value for server, value in values.items() if value is not None}


def _panel_height(report: Report, scenario: Scenario) -> int:
    return TITLE_HEIGHT + BAR_STEP * len(_bars(report, scenario)) + PANEL_GAP


def _panel(report: Report, scenario: Scenario, top: int) -> Iterator[Element]:
    better = "more" if scenario.more_is_better else "less"
    unit = COLUMNS[scenario.headline][0]
    title = _text(MARGIN, top + 13, f"{scenario.title}: {unit}, {better} is better")
    title.set("class", "title")
    yield title
    bars = _bars(report, scenario)
    longest = max(bars.values())
    top += TITLE_HEIGHT
    for server, value in bars.items():
        width = max(1.0, BAR_WIDTH_MAX * value / longest)
        yield _text(MARGIN, top + 13, server)
        yield _rect(MARGIN + LABEL_WIDTH, top, width, COLOURS[server == OURS])
        label = _label(report, scenario, server, value)
        yield _text(MARGIN + LABEL_WIDTH + width + 6, top + 13, label)
        top += BAR_STEP


def _label(report: Report, scenario: Scenario, server: str, value: float) -> str:
    label = format_figure(scenario.headline, value)
    times = report.times_as_good(scenario, server)
    reference = report.reference(scenario)
    if times is None or server == reference:
        return label
    return f"{label} ({format_decimal(times)} times {reference})"


def _text(x: float, y: float, text: str) -> Element:
    element = Element("text", x=f"{x:.1f}", y=f"{y:.1f}")
    element.text = text
    return element


def _rect(x: float, y: float, width: float, colour: str) -> Element:
    return Element(
        "rect",
        x=f"{x:.1f}",
        y=f"{y:.1f}",
        width=f"{width:.1f}",
        height=str(BAR_HEIGHT),
        fill=colour,
    )

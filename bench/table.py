"""Tables of figures, in Markdown that is aligned to be read in a terminal as well."""

from collections.abc import Callable, Sequence

from bench.aims import Verdict
from bench.figures import Figures
from bench.report import Report
from bench.scenarios import SCENARIOS, Scenario

LOAD_CPU_MAX = 0.95
"""With a larger share of its core, the load may be what was measured."""


def format_count(value: float) -> str:
    """Return a number of things: `9,496,738`."""
    return f"{value:,.0f}"


def format_decimal(value: float) -> str:
    """Return a measure with three digits that count: `0.0456`, `8.96`, `206`."""
    if not value or value >= 100:
        return f"{value:,.0f}"
    digits = 2 if value >= 1 else 3
    return f"{value:.{digits}f}" if value >= 0.1 else f"{value:.4f}"


def format_share(value: float) -> str:
    """Return a share: `97 %`."""
    return f"{value:.0%}".replace("%", " %")


def format_bytes(value: float) -> str:
    """Return a large number of bytes: `37.2 MiB`."""
    return f"{value / 2**20:.1f} MiB"


def format_load(value: float) -> str:
    """Return the load's share of its core, with a mark where it was nearly all of it."""
    return format_share(value) + (" !" if value > LOAD_CPU_MAX else "")


COLUMNS: dict[str, tuple[str, Callable[[float], str]]] = {
    "connections": ("connections", format_count),
    "stored_messages": ("stored", format_count),
    "messages_per_s": ("messages/s", format_count),
    "deliveries_per_s": ("deliveries/s", format_count),
    "logins_per_s": ("logins/s", format_count),
    "cpu_us_per_message": ("µs/message", format_decimal),
    "cpu_us_per_delivery": ("µs/delivery", format_decimal),
    "deliveries_per_cpu_s": ("deliveries/CPU s", format_count),
    "cpu_us_per_login": ("µs/login", format_decimal),
    "bytes_per_connection": ("bytes/connection", format_count),
    "latency_p50_ms": ("p50 ms", format_decimal),
    "latency_p99_ms": ("p99 ms", format_decimal),
    "latency_max_ms": ("max ms", format_decimal),
    "memory_bytes": ("memory", format_bytes),
    "server_cpu": ("CPU", format_share),
    "load_cpu": ("load's CPU", format_load),
}
"""The heading and the form of each figure."""


def format_figure(name: str, value: float | None) -> str:
    """Return one figure in its form; empty if it was not measured."""
    return "" if value is None else COLUMNS[name][1](value)


def scenario_table(report: Report, scenario: Scenario) -> str:
    """Return the table of one scenario: a row for each server, a column for each figure."""
    servers = report.results[scenario.name]
    reference = report.reference(scenario)
    names = [name for name in COLUMNS if any(_has(figures, name) for figures in servers.values())]
    head = ["", *(COLUMNS[name][0] for name in names)]
    rows = [
        [server, *(format_figure(name, getattr(figures, name)) for name in names)]
        for server, figures in servers.items()
    ]
    if reference is not None:
        head.append(f"times {reference}")
        for row in rows:
            times = report.times_as_good(scenario, row[0])
            row.append("" if times is None else format_decimal(times))
    return render([head, *rows])


def scenario_tables(report: Report) -> str:
    """Return every scenario that was measured, each under its title."""
    parts = []
    for scenario in SCENARIOS.values():
        if scenario.name in report.results:
            headline = COLUMNS[scenario.headline][0]
            better = "more" if scenario.more_is_better else "less"
            parts.append(
                f"### {scenario.title}\n\nCompared by {headline}: {better} is better.\n\n"
                + scenario_table(report, scenario)
            )
    return "\n".join(parts)


def verdict_table(verdicts: Sequence[Verdict]) -> str:
    """Return the table of the aims: what was reached, and whether that is enough."""
    rows = [["aim", "bound", "reached", ""]]
    for verdict in verdicts:
        sign = "≥" if verdict.aim.at_least else "≤"
        bound = f"{sign} {verdict.aim.bound:,g}"
        outcome = "held" if verdict.held else "**missed**"
        rows.append([verdict.aim.text, bound, format_decimal(verdict.value), outcome])
    return render(rows)


def render(rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, its first column to the left and the others to the right."""
    widths = [max(3, *map(len, column)) for column in zip(*rows, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "".join(_line(row, widths) for row in [rows[0], rule, *rows[1:]])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(row, widths, strict=True)
    cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return f"| {' | '.join(cells)} |\n"


def _has(figures: Figures, name: str) -> bool:
    return getattr(figures, name) is not None

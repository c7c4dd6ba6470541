"""The figures of attacks as a table, and its place in docs/security.md."""

import re
from collections.abc import Mapping, Sequence

from bench.hostile.attacks import ATTACKS
from bench.hostile.run import Outcome
from bench.servers import ROOT
from bench.table import format_bytes, format_count, format_decimal, format_share, render

PAGE = ROOT / "docs" / "security.md"
BEGIN, END = "<!-- made by make hostile: begin -->\n", "<!-- made by make hostile: end -->\n"
HEAD = (
    "", "honest pings", "p99 ms", "longest ms", "longest after it, ms", "CPU", "memory", "disk",
    "sent by them", "connections", "internal errors",
)  # fmt: skip


def outcome_table(outcomes: Sequence[Outcome]) -> str:
    """Return a row for each attack."""
    return render([HEAD, *(_row(outcome) for outcome in outcomes)])


def _row(outcome: Outcome) -> Sequence[str]:
    return (
        ATTACKS[outcome.name].title if outcome.name in ATTACKS else outcome.name,
        format_count(outcome.pings),
        format_decimal(outcome.p99_ms),
        format_decimal(outcome.longest_ms),
        format_decimal(outcome.after_ms),
        format_share(outcome.server_cpu),
        format_bytes(outcome.memory_bytes),
        format_bytes(outcome.disk_bytes),
        format_bytes(outcome.sent_bytes),
        format_count(outcome.opened),
        format_count(outcome.internal_errors),
    )


def write_page(outcomes: Sequence[Outcome], machine: Mapping[str, str]) -> None:
    """Put the figures of a whole run into the page."""
    named = "; ".join(f"{name}: {value}" for name, value in machine.items())
    figures = f"{BEGIN}\nMeasured on {named}.\n\n{outcome_table(outcomes)}\n{END}"
    page = PAGE.read_text("utf-8")
    pattern = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    PAGE.write_text(pattern.sub(lambda _: figures, page), "utf-8")

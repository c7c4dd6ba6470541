"""The page docs/benchmarks.md, made of one run's report."""

from bench.aims import judge
from bench.report import Report
from bench.settings import settings_table
from bench.table import scenario_tables, verdict_table

HEAD = """\
# Benchmarks

Made by `make bench`, which takes about five minutes and needs two cores to itself;
`make bench ARGS=--quick` takes about a minute and shows roughly the same. Everything measured is
in [benchmarks.json](benchmarks.json).
"""

AIMS = """\
## Ratios and aims

Ratios of servers that were measured in the same run hold on other machines, too; absolute figures,
[below](#figures), differ by half from day to day even on this one.
"""

METHOD = """\
![The figures by which servers are compared](benchmarks.svg)

## How it is measured

Each server runs as a process of its own on one core, the load on another, over loopback, one after
the other in the same run. chatd runs as it is delivered, with the [settings](#settings) below
changed: it checks every message, stores and syncs it before anybody sees it, and writes a line into
its log, a file, for each action. The others do nothing of the kind: redis passes messages on by
publish and subscribe, ngircd is an IRC server, and the relay is 50 lines over asyncio streams
(`bench/relay.py`). Over WebSockets, chatd speaks JSON at `/ws`, as to a browser, and is compared
with broadcast: a plain server of the Python library `websockets` over asyncio, with the library's
own `broadcast` (`bench/broadcast.py`).

- Each text has 100 bytes, and no two are the same. Every delivery to every reader is compared with
  what was sent; none may be missing, doubled or out of order, and every confirmation is counted;
  otherwise there are no figures.
- A window is how many texts of each writer are on their way; a writer sends the next one when one
  has been delivered. The figures are medians of several runs, after one that warms up.
- µs are processor time of the server, kernel included, as the operating system counts it. Latency
  is the time from sending to receiving. CPU and load's CPU are shares of a core; where the load's
  is marked with `!`, the load has used up its core, and a server that has not could have done more.
- Memory is what belongs to the process, with its share of shared pages (PSS); for an idle
  connection, how much that has grown from before the logins to after them, divided by their number.
- `times` says how many times as good a server is as the one named, by the figure compared.

## Settings

What is not as it is delivered:

""" + settings_table()


def render_page(report: Report) -> str:
    """Return the page: ratios first, how they came about, then all figures."""
    verdicts = judge(report)
    aims = [AIMS, verdict_table(verdicts)] if verdicts else []
    parts = [HEAD, "## The machine\n", _machine(report), *aims, METHOD]
    return "\n".join([*parts, "## Figures\n", scenario_tables(report)])


def _machine(report: Report) -> str:
    lines = [f"- {name}: {value}\n" for name, value in report.machine.items()]
    if report.quick:
        lines.append("- a quick run: single, short, with fewer connections and a smaller store\n")
    lines += [f"- {name} is not installed, so not compared\n" for name in report.missing]
    lines += [f"- no figures: {failure}\n" for failure in report.failures]
    return "".join(lines)

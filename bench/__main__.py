"""Measure chatd beside other servers: python -m bench [--quick] [measurement …]

Prints tables. A full run of everything writes docs/benchmarks.md, .json and .svg; any other
writes them to build/, or to the folder that --out names.
"""

import argparse
import resource
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.aims import judge
from bench.page import render_page
from bench.plot import draw
from bench.process import describe_machine
from bench.report import Report, encode_report
from bench.scenarios import FULL, MEASUREMENTS, QUICK, Effort
from bench.servers import ROOT, SCRATCH, SERVERS, is_installed
from bench.table import scenario_tables, verdict_table
from bench.texts import VerificationError

DOCS = ROOT / "docs"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status, 1 if something gave no figures."""
    parser = _parser()
    options = parser.parse_args(arguments)
    measurements = options.measurements or list(MEASUREMENTS)
    if unknown := set(measurements) - set(MEASUREMENTS):
        parser.error(f"no measurement: {', '.join(sorted(unknown))}; there are {_all()}")
    _allow_all_files()
    SCRATCH.mkdir(exist_ok=True)
    report = measure(measurements, options.server or SERVERS, options.quick)
    print(scenario_tables(report))
    print(verdict_table(judge(report)))
    for name in report.missing:
        print(f"{name} is not installed, so not compared")
    is_whole = not (options.quick or options.measurements or options.server)
    write(report, options.out or (DOCS if is_whole else SCRATCH))
    return 1 if report.failures else 0


def measure(measurements: Sequence[str], servers: Sequence[str], quick: bool) -> Report:
    """Measure each of the servers that are installed, one after the other."""
    missing = [name for name in servers if not is_installed(name)]
    report = Report(describe_machine(SCRATCH), quick, missing)
    effort = QUICK if quick else FULL
    for measurement in measurements:
        for server_name in servers:
            if server_name in MEASUREMENTS[measurement].servers and server_name not in missing:
                _measure_one(report, measurement, server_name, effort)
    return report


def write(report: Report, folder: Path) -> None:
    """Write the page, its plot and the figures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "benchmarks.json").write_bytes(encode_report(report))
    (folder / "benchmarks.svg").write_text(draw(report), "utf-8")
    (folder / "benchmarks.md").write_text(render_page(report), "utf-8")
    print(f"written: {folder}/benchmarks.md, .json and .svg", file=sys.stderr)


def _measure_one(report: Report, measurement: str, server_name: str, effort: Effort) -> None:
    """Add what is measured; what one server does wrong must not cost the others' figures."""
    print(f"measuring {measurement}: {server_name}", file=sys.stderr, flush=True)
    try:
        report.add(server_name, MEASUREMENTS[measurement].measure(server_name, effort))
    except (VerificationError, OSError, RuntimeError) as error:
        report.failures.append(f"{server_name}, {measurement}: {error}")
        print(f"  no figures: {error}", file=sys.stderr)


def _allow_all_files() -> None:
    """Allow this process and the servers all the open files that the system lets them have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _all() -> str:
    return ", ".join(MEASUREMENTS)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure chatd.")
    parser.add_argument(
        "measurements", nargs="*", metavar="MEASUREMENT", help=f"one of {_all()}; all if none"
    )
    parser.add_argument(
        "--quick", action="store_true", help="about a minute: short single runs, a small store"
    )
    parser.add_argument(
        "--server", action="append", choices=SERVERS, help="only this one; may be repeated"
    )
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where the files go")
    return parser


if __name__ == "__main__":
    sys.exit(main())

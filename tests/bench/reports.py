"""Reports for the tests."""

from bench.figures import Figures
from bench.report import Report

MACHINE = {"cpu": "Quick & Co. 3000", "cores": "2"}


def report_of(**deliveries: float) -> Report:
    """A report of one scenario: deliveries a second by server."""
    report = Report(MACHINE, quick=False)
    for server, value in deliveries.items():
        report.add(server, {"fan-out-1000": Figures(deliveries_per_s=value, load_cpu=0.5)})
    return report

"""Reports that are open: each reporter has a share, and who fills most of the list gives way."""

from collections import defaultdict

from chatd.core.events.moderation import REPORTS_OPEN_MAX
from chatd.core.model import Report, User
from chatd.core.state import State

REPORTS_PER_REPORTER = 50
"""Open reports by one user; with one more, that user's oldest is dropped."""


def pushed_out(state: State, reporter: User) -> list[int]:
    """Return the numbers of the open reports that give way to one more of a reporter's."""
    by_reporter: dict[str, list[Report]] = defaultdict(list)
    for report in state.tables.reports.values():
        by_reporter[report.reporter].append(report)
    mine = by_reporter[reporter.name]
    if len(mine) >= REPORTS_PER_REPORTER:
        return [_least_needed(state, [mine])]
    if len(state.tables.reports) < REPORTS_OPEN_MAX:
        return []
    return [_least_needed(state, sorted(by_reporter.values(), key=len, reverse=True))]


def _least_needed(state: State, shares: list[list[Report]]) -> int:
    """Return the oldest report of the first share that has one without a warning that stands."""
    for share in shares:
        for report in share:
            if not _warns(state, report):
                return report.number
    return shares[0][0].number


def _warns(state: State, report: Report) -> bool:
    user = state.users.get(report.user)
    given = None if user is None else user.warned.get(report.reporter)
    return given is not None and given.report == report.number

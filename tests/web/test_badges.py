"""Every badge of every page of somebody is what the server counts, whatever has happened."""

import random
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.cable import Cable
from tests.e2e.server import ServerProcess
from tests.e2e.waiting import until
from tests.web.company import Company, counted
from tests.web.proof import IS_LONG, SEED

STEPS = 1_000 if IS_LONG else 90
UNSETTLED_MAX = 8
"""How many steps are taken at most before all have to agree."""
BADGES = r"""(() => ({
    title: Number(/^\((\d+)\)/.exec(document.title)?.[1] ?? 0),
    rooms: Object.fromEntries([...document.querySelectorAll(".rooms a")].map((link) => [
        decodeURIComponent(link.pathname.slice(3)),
        link.querySelector(".badge")?.title ?? "",
    ])),
}))()"""


@pytest.fixture
def company(browser: Browser, server: ServerProcess, cable: Cable) -> Iterator[Company]:
    """Ann and others, whose pages are closed at the end."""
    company = Company(browser, server.port, cable, random.Random(SEED))
    yield company
    company.close()


def are_settled(company: Company) -> bool:
    """Tell whether all pages show what the server counts."""
    badges = counted(company.console)
    return all(person.tab.evaluate(BADGES) == badges for person in company.pages)


def test_badges_of_two_pages_equal_those_of_the_server_after_random_steps(
    company: Company,
) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    left = STEPS
    while left > 0:
        steps = [company.step() for _ in range(min(left, chance.randint(1, UNSETTLED_MAX)))]
        left -= len(steps)
        company.mend()
        try:
            until(lambda: are_settled(company), "badges as the server counts")
        except AssertionError:
            shown = [person.tab.evaluate(BADGES) for person in company.pages]
            pytest.fail(f"{steps}: the server {counted(company.console)}, the pages {shown}")
    for person in company.pages:
        person.tab.forget_lost_lines()
        person.tab.check()

"""The table of actions: what each command of the book does in the console."""

from collections.abc import Callable

from client.console.book import BOOK
from client.console.console import Action

ACTIONS: dict[str, Action] = {}


def action(*names: str) -> Callable[[Action], Action]:
    """Enter a function as what these commands do."""

    def enter(function: Action) -> Action:
        for name in names:
            assert name in BOOK and name not in ACTIONS, name
            ACTIONS[name] = function
        return function

    return enter

"""The table of actions: what each command does in the console."""

from collections.abc import Callable

from ..command_help import COMMAND_HELP
from ..console import Action

ACTIONS: dict[str, Action] = {}


def action(*names: str) -> Callable[[Action], Action]:
    """Enter a function as what these commands do."""

    def enter(function: Action) -> Action:
        for name in names:
            assert name in COMMAND_HELP and name not in ACTIONS, name
            ACTIONS[name] = function
        return function

    return enter

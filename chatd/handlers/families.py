"""All handlers together. They keep nothing, so new settings just make new ones."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from chatd.config import Settings
from chatd.core.lifetime import Lifetime
from chatd.handlers.dispatch import Dispatcher
from chatd.handlers.expiry import ExpiryHandlers
from chatd.handlers.moderation import ModerationHandlers
from chatd.handlers.status import StatusHandlers
from chatd.handlers.timed import Action


class Families(NamedTuple):
    """What is made of one set of settings. timed: what timers call, by their kind."""

    dispatcher: Dispatcher
    timed: Mapping[str, Action]
    expiry: ExpiryHandlers
    lifetime: Lifetime
    status: StatusHandlers
    moderation: ModerationHandlers


class Handlers:
    """The handlers by the settings as they are: `current`. make: makes them."""

    def __init__(self, make: Callable[[Settings], Families], settings: Settings) -> None:
        self._make = make
        self._take(make(settings))

    def prepare(self, settings: Settings) -> Callable[[], None]:
        """Make others; return what switches to them."""
        return partial(self._take, self._make(settings))

    def _take(self, families: Families) -> None:
        self.current = families

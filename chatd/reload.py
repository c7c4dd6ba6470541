"""New settings while the server runs: they are taken as a whole, or not at all."""

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from chatd.config import ConfigError, Settings, changed

log = logging.getLogger(__name__)

Prepare = Callable[[Settings], Callable[[], None]]
"""Does all that can fail with new settings, and returns what switches to them.

Raises ConfigError and OSError, which say why.
"""


class Part(Protocol):
    """Whatever goes by the settings."""

    def configure(self, settings: Settings) -> None:
        """Go on with other settings, for what there is already, too. Nothing here can fail."""


class Reload:
    """Reads the settings again. settings: as they are.

    read: reads them, or raises ConfigError. prepares, parts: all that takes new settings; first
    everything is prepared, then everything is switched, in this order.
    """

    def __init__(
        self,
        settings: Settings,
        read: Callable[[], Settings],
        prepares: Sequence[Prepare],
        parts: Sequence[Part],
    ) -> None:
        self.settings = settings
        self._read = read
        self._prepares = prepares
        self._parts = parts

    def run(self) -> bool:
        """Take what can change while running from the settings as they are now, or nothing.

        Return whether they were taken.
        """
        try:
            settings, late = changed(self.settings, self._read())
            switches = [prepare(settings) for prepare in self._prepares]
        except (ConfigError, OSError) as error:
            log.error("the settings are unchanged: %s", error)
            return False
        except Exception:  # nothing has changed yet, so this costs nothing but the new settings
            log.exception("the settings are unchanged")
            return False
        self.settings = settings
        for switch in switches:
            switch()
        for part in self._parts:
            part.configure(settings)
        log.info("settings reloaded")
        for name in late:
            log.warning("%s takes effect after a restart only", name)
        return True

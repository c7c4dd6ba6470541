"""Display names: what users are called besides their names."""

from tests.simulation.machine.day import NAMES
from tests.simulation.machine.drawing import Asked, Draw, asks
from tests.simulation.machine.moderation import Moderation

DISPLAY_NAMES = ("Alice", "B.O.B", "Carol Ann", "Dodo", "D0d0", "", "General")


class DisplayNames(Moderation):
    """Other names."""

    @asks(["display-name"])
    def other_name(self, draw: Draw) -> Asked:
        return self.reader(draw.number(5)), {"display_name": draw.one(DISPLAY_NAMES)}

    @asks(["clear-name"], when=lambda day: any(day.model.display_names.values()))
    def bad_name(self, draw: Draw) -> Asked:
        called = [name for name, text in self.model.display_names.items() if text]
        return self.admin(draw), {"user": draw.mostly(called, NAMES)}

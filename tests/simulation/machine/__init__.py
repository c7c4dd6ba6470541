"""Days in the life of a server, made up by hypothesis and held against the model, by feature.

The machine is a chain of classes, each with what is drawn of one feature: `Day` is the first, a
world and the model of it; `Faults` is the last, and befalls them all.
"""

from typing import Any, ClassVar, NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from chatd.config import Fsync
from tests.simulation.machine.day import MINUTE_MS, NAMES
from tests.simulation.machine.drawing import Draw, Step, step
from tests.simulation.machine.faults import Faults
from tests.simulation.machine.table import ROWS, Row


class Mode(NamedTuple):
    """What no day draws, so that all of it has its turn in few days.

    clock_is_set: whether somebody may do that, behind which neither power nor disk fails.
    """

    fsync: Fsync
    clock_is_set: bool


MODES = tuple(Mode(fsync, is_set) for fsync in Fsync for is_set in (False, True))


class Machine(Faults):
    """Everything that users do, and everything that happens to a server."""

    mode: ClassVar[Mode] = MODES[0]

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """Begin a day, mostly with everybody there and some of them in a private room."""
        draw = Draw(data)
        self.open(
            **self.mode._asdict(),
            seed=draw.number(1_000),
            snapshot_interval_ms=draw.one([1, 10, 37]) * MINUTE_MS,
            journal_segment_bytes=draw.one([64, 64, 128, 1024]) * 1024,
        )
        for name in NAMES if draw.likely() else ():
            self.arrive(name, "fresh")
        members = draw.some(NAMES)
        if members:
            self.create_one(min(members), "ops", members)


def _ask(row: Row) -> Step:
    """Return the step that asks for a command of the table."""

    def ask(day: Any, draw: Draw) -> None:
        day.ask_row(row, draw)

    ask.__name__ = row.name
    return step(lambda day: row.when(day.model))(ask)


for row in ROWS:
    setattr(Machine, row.name, _ask(row))

__all__ = ["MODES", "Machine"]

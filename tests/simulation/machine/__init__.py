"""Days in the life of a server, made up by hypothesis and held against the model, by feature.

drawing      what steps are, and how they draw
connections  who comes and goes, and what each connection must have heard
idempotency  what is asked again under the nonce that it had
messages     messages, comments, edits, deletes
moderation   reports, bans, administrators, blocks
display_names  what users are called besides their names
groups       private rooms
schedules    what is to be said later
hooks        what programs say
mentions     who is called, and what waits for whom
files        files that come piece by piece, and go the same way
history      acknowledgements, and everything that can be looked up
faults       time, set clocks, restarts, crashes
accounts     accounts that end
"""

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from chatd.config import Fsync
from tests.simulation.machine.accounts import Accounts
from tests.simulation.machine.connections import MINUTE_MS, NAMES, likely, names


class Machine(Accounts):
    """Everything that users do, and everything that happens to a server."""

    @initialize(
        clock_is_set=st.booleans(),
        are_there=likely,
        members=st.sets(names),
        seed=st.integers(0, 1_000),
        mode=st.sampled_from(Fsync),
        snapshot_ms=st.sampled_from([MINUTE_MS, 10 * MINUTE_MS, 37 * MINUTE_MS]),
        segment_bytes=st.sampled_from([64 * 1024, 64 * 1024, 128 * 1024, 1024 * 1024]),
    )
    def begin(
        self,
        clock_is_set: bool,
        are_there: bool,
        members: set[str],
        seed: int,
        mode: Fsync,
        snapshot_ms: int,
        segment_bytes: int,
    ) -> None:
        """Begin a day, mostly with everybody there and some of them in a private room."""
        self.open(
            clock_is_set,
            seed,
            fsync=mode,
            snapshot_interval_ms=snapshot_ms,
            journal_segment_bytes=segment_bytes,
        )
        for name in NAMES if are_there else ():
            self.arrive(name, "fresh")
        if members:
            self.create_one(sorted(members)[0], "ops", members)


__all__ = ["Machine"]

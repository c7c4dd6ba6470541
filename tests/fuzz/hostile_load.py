"""A server under attack, what nobody may change there, and bytes that went wrong on the way."""

from typing import Any, Self

from hypothesis import strategies as st

from chatd.wire.entries import Invited, Removed, Warned, decode_entry
from tests.simulation.world import World

TOLD = (Warned, Invited, Removed)
"""What anybody may bring upon another user: a warning by a report, and an invitation."""


class HostileLoad:
    """A server with alice and bob in it, who mind their business, and eve, who does not."""

    def __init__(self, **options: Any) -> None:
        """options: settings besides those that take all limits away."""
        limits = {"limit_messages": 0, "limit_private": 0, "requests_per_second": 0}
        self.world = World(**{"is_followed": False, **limits, **options})
        self.alice, self.bob = self.world.user("alice"), self.world.user("bob")
        self.alice.send_to("bob", "a secret")
        self.eve = self.world.user("eve")
        self._texts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.world.__exit__(None, None, None)

    def others(self) -> dict[str, Any]:
        """Return what nobody but its owners may change."""
        tree = self.world.state.dump()
        users = {name: tree["users"][name] for name in ("alice", "bob")}
        rooms = {name: tree["rooms"][name] for name in ("alice,bob", "@alice", "@bob")}
        return {"users": users, "rooms": rooms}

    def check_alive(self) -> None:
        """Alice and bob talk as if nothing had happened."""
        self._texts += 1
        text = f"still here {self._texts}"
        self.alice.send(text)
        assert self.bob.texts()[-1] == self.alice.texts()[-1] == text
        assert not self.alice.ended and not self.bob.ended

    def buffered_bytes(self) -> int:
        """Return what the server holds of what it could not read yet."""
        return sum(c.codec.buffered_bytes for c in self.world.connections.values())


def assert_unchanged(attacked: HostileLoad, others: dict[str, Any]) -> None:
    """Allow what alice's own posts in `check_alive` do to her, and what anybody may tell her."""
    now = attacked.others()
    for name, room in now["rooms"].items():
        before, frames = others["rooms"][name]["log"]["frames"], room["log"]["frames"]
        new = [decode_entry(frame) for frame in frames[len(before) :]]
        assert (
            frames[: len(before)] == before and room["members"] == others["rooms"][name]["members"]
        )
        assert all(isinstance(entry, TOLD) and name.startswith("@") for entry in new), new
    for name in ("alice", "bob"):
        for key in ("credentials", "devices", "receipts", "private"):
            assert now["users"][name][key] == others["users"][name][key], (name, key)


@st.composite
def mutated(draw: st.DrawFn, stream: bytes) -> bytes:
    """Return a client's bytes with some changed, lost, doubled or put in."""
    data = bytearray(stream)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data) - 1))
        how = draw(st.sampled_from(["change", "lose", "double", "insert"]))
        if how == "change":
            data[at] = draw(st.integers(0, 255))
        elif how == "lose":
            del data[at : at + draw(st.integers(1, 40))]
        elif how == "double":
            data[at:at] = data[at : at + draw(st.integers(1, 40))]
        else:
            data[at:at] = draw(st.binary(min_size=1, max_size=8))
        if not data:
            return b"\x00"
    return bytes(data)

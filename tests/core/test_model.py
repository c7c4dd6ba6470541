"""The model: windows that end on time, and floors that are where a reader was a lifetime ago."""

from hypothesis import example, given
from hypothesis import strategies as st

from chatd.core.lifetime import CHECKPOINTS_PER_LIFETIME, Lifetime
from chatd.core.model import Credentials, Member, Room, User, Window
from chatd.wire.rooms import RoomKind

LIFETIME_MS = 3_600_000
STEP_MS = LIFETIME_MS // CHECKPOINTS_PER_LIFETIME
START_MS = 1_790_000_000_123


def user(name: str = "alice") -> User:
    return User(name, START_MS, Credentials(b"salt", 4_096, b"stored", b"server"))


# -- windows ---------------------------------------------------------------------------------


def test_window_counts_until_its_end_and_not_at_it() -> None:
    window = Window()
    assert window.used(0) == 0
    window.spend(100)
    window.spend(100)
    assert (window.used(99), window.used(100)) == (2, 0)


def test_window_of_a_new_period_begins_at_one() -> None:
    window = Window(count=7, reset_at_ms=100)
    window.spend(200)
    assert (window.count, window.reset_at_ms) == (1, 200)


def test_user_has_a_window_for_general_and_one_for_everything_else() -> None:
    alice = user()
    assert alice.window_for("general") is alice.general
    assert alice.window_for("alice,bob") is alice.private


def test_room_tells_its_kind_by_its_id() -> None:
    assert Room("general").kind is RoomKind.GENERAL
    assert Room("@alice").kind is RoomKind.SELF


# -- floors ----------------------------------------------------------------------------------


def test_floor_moves_when_it_is_due_though_nobody_touches_the_member() -> None:
    member = Member()
    member.read(3, 0, 100)
    assert (member.floor_at(99), member.floor_at(100)) == (0, 3)
    assert member.floor == 0


def test_reading_without_a_lifetime_moves_no_floor() -> None:
    member = Member()
    member.read(3, 0, 0)
    assert (member.read_seq, member.checkpoints, member.floor_at(10**15)) == (3, [], 0)


def test_floor_that_was_due_is_kept_when_the_lifetime_is_turned_off() -> None:
    member = Member()
    member.read(3, 0, 100)
    member.read(5, 100, 0)
    assert (member.floor, member.checkpoints) == (3, [])


def test_checkpoint_of_the_same_time_moves_up() -> None:
    member = Member()
    member.read(3, 0, 100)
    member.read(4, 10, 100)
    assert member.checkpoints == [(100, 4)]


def test_lifetime_that_was_made_shorter_takes_nothing_away_before_what_was_read_earlier() -> None:
    member = Member()
    member.read(3, 0, 1_000)
    member.read(4, 10, 110)
    assert member.checkpoints == [(1_000, 4)]


reads = st.lists(st.tuples(st.integers(0, LIFETIME_MS // 3), st.integers(1, 5)), max_size=40)


@given(reads, st.integers(0, 3 * LIFETIME_MS))
@example([(0, 1)], LIFETIME_MS)
def test_floor_is_what_was_read_a_lifetime_ago_to_a_twelfth(
    steps: list[tuple[int, int]], later_ms: int
) -> None:
    lifetime = Lifetime(LIFETIME_MS, 0, 2**60)
    member, now_ms, history = Member(), START_MS, [(0, 0)]
    for elapsed_ms, count in steps:
        now_ms += elapsed_ms
        member.read(member.read_seq + count, now_ms, lifetime.due_ms(now_ms))
        history.append((now_ms, member.read_seq))
    now_ms += later_ms

    def read_at(ms: int) -> int:
        return max(seq for at_ms, seq in history if at_ms <= ms)

    assert member.floor_at(now_ms) <= read_at(now_ms - LIFETIME_MS), "gone too early"
    assert member.floor_at(now_ms) >= read_at(now_ms - LIFETIME_MS - STEP_MS), "gone too late"
    assert len(member.checkpoints) <= CHECKPOINTS_PER_LIFETIME + 1
    assert member.checkpoints == sorted(member.checkpoints)


@given(reads)
def test_floor_never_moves_back(steps: list[tuple[int, int]]) -> None:
    lifetime = Lifetime(LIFETIME_MS, 0, 2**60)
    member, now_ms, floor = Member(), START_MS, 0
    for elapsed_ms, count in steps:
        now_ms += elapsed_ms
        member.read(member.read_seq + count, now_ms, lifetime.due_ms(now_ms))
        assert floor <= member.floor_at(now_ms) <= member.read_seq
        floor = member.floor_at(now_ms)

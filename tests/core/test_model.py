"""The model: windows that end on time, and floors that are where a reader was a lifetime ago."""

from hypothesis import example, given
from hypothesis import strategies as st

from chatd.core.checkpoints import CHECKPOINTS_PER_LIFETIME, NEVER_MS, Checkpoint
from chatd.core.group import FORMER_MAX, Group
from chatd.core.lifetime import Lifetime
from chatd.core.model import Credentials, Member, RateWindow, Room, User
from chatd.wire.rooms import RoomKind

LIFETIME_MS = 3_600_000
STEP_MS = LIFETIME_MS // CHECKPOINTS_PER_LIFETIME
START_MS = 1_790_000_000_123


def user(name: str = "alice") -> User:
    return User(name, START_MS, Credentials(b"salt", 4_096, b"stored", b"server"))


# -- windows ---------------------------------------------------------------------------------


def test_window_counts_until_its_end_and_not_at_it() -> None:
    window = RateWindow()
    assert window.used(0) == 0
    window.spend(100)
    window.spend(100)
    assert (window.used(99), window.used(100)) == (2, 0)


def test_window_of_a_new_period_begins_at_one() -> None:
    window = RateWindow(count=7, reset_at_ms=100)
    window.spend(200)
    assert (window.count, window.reset_at_ms) == (1, 200)


def test_user_has_a_window_for_general_and_one_for_everything_else() -> None:
    alice = user()
    assert alice.window_for("general") is alice.general
    assert alice.window_for("alice,bob") is alice.private


def test_room_tells_its_kind_by_its_id() -> None:
    assert Room("general").kind is RoomKind.GENERAL
    assert Room("@alice").kind is RoomKind.SELF


@given(st.integers(1, 10_000), st.integers(1, 10_000), st.integers(0, 9_999))
def test_running_period_ends_where_it_would_have_by_the_new_length(
    before_ms: int, period_ms: int, later_ms: int
) -> None:
    window, now_ms = RateWindow(), START_MS + min(later_ms, before_ms - 1)
    window.spend(START_MS + before_ms)
    window.last_for(period_ms, before_ms, now_ms)
    assert window.reset_at_ms == START_MS + period_ms
    assert window.used(now_ms) == (now_ms < START_MS + period_ms)


def test_period_that_is_over_stays_over() -> None:
    window = RateWindow(count=3, reset_at_ms=START_MS)
    window.last_for(10**9, 1_000, START_MS)
    assert window.used(START_MS) == 0


def test_period_of_a_length_that_nobody_noted_ends_no_later_than_a_new_one() -> None:
    for reset_at_ms, expected_ms in ((START_MS + 100, 100), (START_MS + 5_000, 1_000)):
        window = RateWindow(count=3, reset_at_ms=reset_at_ms)
        window.last_for(1_000, None, START_MS)
        assert window.reset_at_ms == START_MS + expected_ms


# -- floors ----------------------------------------------------------------------------------


def test_floor_moves_when_it_is_due_though_nobody_touches_the_member() -> None:
    member = Member()
    member.read(3, 0, 100)
    assert (member.floor_at(99), member.floor_at(100)) == (0, 3)
    assert member.floor == 0


def test_reading_without_a_lifetime_moves_no_floor() -> None:
    member = Member()
    member.read(3, START_MS, 0)
    assert (member.read_seq, member.floor_at(NEVER_MS)) == (3, 0)


def test_floor_that_was_due_is_kept_when_the_lifetime_is_turned_off() -> None:
    member = Member()
    member.read(3, 0, 100)
    member.read(5, 100, 0)
    assert (member.floor, member.floor_at(NEVER_MS)) == (3, 3)


def test_checkpoint_of_the_same_time_moves_up() -> None:
    member = Member()
    member.read(3, 0, 100)
    member.read(4, 10, 100)
    assert member.checkpoints == [Checkpoint(100, 4, 10)]


def test_lifetime_that_was_made_shorter_takes_nothing_away_before_what_was_read_earlier() -> None:
    member = Member()
    member.read(3, 0, 1_000)
    member.read(4, 10, 110)
    assert member.checkpoints == [Checkpoint(1_000, 4, 10)]


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


# -- who was a member before -----------------------------------------------------------------


def test_group_remembers_who_left_last_up_to_the_bound() -> None:
    group = Group("ops", "alice")
    for number in range(FORMER_MAX + 1):
        group.left_by(f"user{number}", 7)
    assert len(group.former) == FORMER_MAX
    assert "user0" not in group.former and "user1" in group.former


def test_group_lets_who_comes_back_have_seen_what_was_seen_before() -> None:
    group = Group("ops", "alice")
    group.left_by("bob", 7)
    assert group.back("bob", 20) == 7
    assert group.back("bob", 20) == 20
    group.left_by("carol", 7)
    assert group.back("carol", 5) == 5

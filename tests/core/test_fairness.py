"""Fairness: in which order parties and their items have their turns, and how often one may ask."""

from chatd.core.fairness import (
    BURST_MS,
    FIRST_TURNS_MAX,
    SWEEP_MS,
    FairQueue,
    Meter,
    party_of,
)

NOW_MS = 1_790_000_000_000


def turns(queue: FairQueue[str], items_max: int = 1) -> list[tuple[str | None, list[str]]]:
    """Return who has a turn after the other, and which items are taken in it."""
    found: list[tuple[str | None, list[str]]] = []
    while (party := queue.party()) is not None:
        taken: list[str] = []
        while len(taken) < items_max and (item := queue.take()) is not None:
            taken.append(item)
        queue.end_turn()
        found.append((party, taken))
    return found


def test_parties_have_their_turns_in_order_and_who_has_more_rejoins_at_the_end() -> None:
    queue: FairQueue[str] = FairQueue()
    for item in ("a1", "a2", "a3", "b1", "c1", "b2"):
        queue.add(item[0], item)
    assert turns(queue) == [
        ("a", ["a1"]), ("b", ["b1"]), ("c", ["c1"]), ("a", ["a2"]), ("b", ["b2"]), ("a", ["a3"]),
    ]  # fmt: skip


def test_party_that_comes_meanwhile_is_behind_those_who_wait_and_before_who_rejoins_later() -> None:
    queue: FairQueue[str] = FairQueue()
    for item in ("a1", "a2", "b1", "b2"):
        queue.add(item[0], item)
    assert queue.take() == "a1"
    queue.add("c", "c1")
    queue.end_turn()
    assert turns(queue) == [
        ("b", ["b1"]), ("c", ["c1"]), ("a", ["a2"]), ("b", ["b2"]),
    ]  # fmt: skip


def test_party_that_joins_comes_before_those_who_have_had_a_turn() -> None:
    queue: FairQueue[str] = FairQueue()
    for item in ("a1", "a2", "a3", "b1", "b2", "b3"):
        queue.add(item[0], item)
    for _ in range(2):
        queue.take()
        queue.end_turn()
    queue.add("c", "c1")
    assert turns(queue)[:3] == [("c", ["c1"]), ("a", ["a2"]), ("b", ["b2"])]


def test_party_that_comes_back_before_the_others_had_their_turns_is_behind_them() -> None:
    queue: FairQueue[str] = FairQueue()
    for item in ("a1", "a2", "b1", "b2", "c1"):
        queue.add(item[0], item)
    for _ in range(3):
        queue.take()
        queue.end_turn()
    queue.add("c", "c2")
    assert turns(queue) == [("a", ["a2"]), ("b", ["b2"]), ("c", ["c2"])]
    queue.add("c", "c3")
    assert turns(queue) == [("c", ["c3"])]


def test_those_who_have_had_a_turn_have_another_however_many_join() -> None:
    queue: FairQueue[str] = FairQueue()
    for number in range(3):
        queue.add("a", f"a{number}")
    order = []
    for number in range(3 * FIRST_TURNS_MAX):
        queue.add(f"joins {number}", f"joins {number}")
        order.append(queue.party())
        queue.take()
        queue.end_turn()
    assert order.count("a") == 3


def test_item_waits_once_however_often_it_is_added() -> None:
    queue: FairQueue[str] = FairQueue()
    for _ in range(3):
        queue.add("a", "a1")
    assert len(queue) == 1
    assert turns(queue) == [("a", ["a1"])]


def test_item_may_be_added_again_in_the_turn_in_which_it_was_taken() -> None:
    queue: FairQueue[str] = FairQueue()
    queue.add("a", "a1")
    queue.add("a", "a2")
    assert queue.take() == "a1"
    queue.add("a", "a1")
    assert queue.has_more
    queue.end_turn()
    assert turns(queue, 9) == [("a", ["a2", "a1"])]


def test_discarded_item_has_no_turn_and_may_come_back() -> None:
    queue: FairQueue[str] = FairQueue()
    for item in ("a1", "a2", "b1"):
        queue.add(item[0], item)
    queue.discard("a1")
    queue.discard("b1")
    queue.discard("nobody")
    assert len(queue) == 1
    queue.add("b", "b1")
    assert [taken for _, taken in turns(queue, 9)] == [["a2"], ["b1"]]
    assert len(queue) == 0 and queue.party() is None


def test_loop_over_turns_goes_on_where_it_was_left() -> None:
    queue: FairQueue[str] = FairQueue()
    for item in ("a1", "a2", "a3", "b1", "b2", "c1"):
        queue.add(item[0], item)
    taken = []
    for item in queue.turns():
        taken.append(item)
        if item == "b1":
            break
    queue.add("d", "d1")
    assert taken + list(queue.turns()) == ["a1", "b1", "c1", "d1", "a2", "b2", "a3"]


# -- parties ---------------------------------------------------------------------------------


def test_party_of_an_address_is_its_network_and_no_user() -> None:
    assert party_of("192.0.2.1") == party_of("::ffff:192.0.2.1") == "@192.0.2.1"
    assert party_of("2001:db8::1") == party_of("2001:db8::2") != party_of("2001:db8:0:1::1")


# -- the meter -------------------------------------------------------------------------------


def asked(meter: Meter, who: str, now_ms: int) -> int:
    """Return how many requests of somebody are done at once; one more is made to wait."""
    count = 0
    while meter.charge(who, now_ms) is None and count < 10_000:
        count += 1
    return count


def test_one_may_ask_as_often_at_once_as_in_a_second_and_then_at_the_rate() -> None:
    meter = Meter(10)
    assert asked(meter, "a", NOW_MS) == 10
    assert asked(meter, "b", NOW_MS) == 10
    assert asked(meter, "a", NOW_MS + 100) == 0
    assert asked(meter, "a", NOW_MS + 301) == 1
    assert asked(meter, "a", NOW_MS + 60_000) == 10


def test_those_who_are_made_to_wait_are_called_one_after_the_other() -> None:
    meter = Meter(10)
    waits = [meter.charge("a", NOW_MS) for _ in range(13)]
    assert waits == [None] * 10 + [NOW_MS + 101, NOW_MS + 201, NOW_MS + 301]


def test_no_rate_is_no_limit() -> None:
    assert asked(Meter(0), "a", NOW_MS) == 10_000


def test_sweep_forgets_who_has_paused_and_nobody_else() -> None:
    meter = Meter(10)
    meter.sweep(NOW_MS)
    asked(meter, "a", NOW_MS)
    meter.charge("b", NOW_MS)
    meter.sweep(NOW_MS + SWEEP_MS - 1)
    assert len(meter._paid_until_ms) == 2
    meter.charge("a", NOW_MS + SWEEP_MS - 1)
    meter.sweep(NOW_MS + SWEEP_MS)
    assert list(meter._paid_until_ms) == ["a"]
    meter.sweep(NOW_MS + 2 * SWEEP_MS + BURST_MS)
    assert not meter._paid_until_ms


def test_another_rate_holds_at_once() -> None:
    meter = Meter(10)
    asked(meter, "a", NOW_MS)
    meter.configure(20)
    assert asked(meter, "a", NOW_MS) == 20

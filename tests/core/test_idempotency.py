"""IdempotencyRecords: found by their nonce, kept in few bytes, forgotten in time and not before."""

import tracemalloc
from random import Random

import pytest

from chatd.core.idempotency import (
    FORGOTTEN_AT_ONCE,
    NONCE_KEPT_MS,
    NONCES_MAX,
    IdempotencyRecord,
    IdempotencyRecords,
    packed,
)

BYTES_PER_NONCE_MAX = 60


def record(number: int, room: str = "general", ts: int = 1) -> IdempotencyRecord:
    return IdempotencyRecord(number.to_bytes(8, "big"), room, number, ts)


def filled(count: int, ts: int = 1) -> IdempotencyRecords:
    nonces = IdempotencyRecords()
    for number in range(count):
        nonces.add(f"n{number}", record(number, ts=ts))
    return nonces


@pytest.mark.parametrize("rooms", (1, 100))
def test_a_nonce_at_the_bound_costs_at_most_sixty_bytes(rooms: int) -> None:
    names = [f"+a-room-with-a-name.{number:08d}" for number in range(rooms)]  # they stand elsewhere
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        nonces = IdempotencyRecords()
        for number in range(NONCES_MAX):
            room = names[number % rooms]
            nonces.add(f"a nonce of some length {number}", record(number, room))
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (after - before) / NONCES_MAX <= BYTES_PER_NONCE_MAX


def test_a_nonce_costs_no_more_when_it_has_taken_the_place_of_older_ones() -> None:
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        nonces = IdempotencyRecords()
        for number in range(3 * NONCES_MAX):
            nonces.add(f"n{number}", record(number, ts=number * NONCE_KEPT_MS // NONCES_MAX))
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(nonces) == NONCES_MAX
    assert (after - before) / NONCES_MAX <= BYTES_PER_NONCE_MAX


def test_each_is_found_among_all_and_a_new_one_is_not() -> None:
    nonces = filled(NONCES_MAX)
    for number in Random(1).sample(range(NONCES_MAX), 500):
        assert nonces.get(f"n{number}", 1) == record(number)
    assert nonces.get("new", 1) is None


def test_it_is_over_after_seven_days_and_not_before() -> None:
    nonces = filled(1)
    assert nonces.get("n0", NONCE_KEPT_MS) == record(0)
    assert nonces.get("n0", NONCE_KEPT_MS + 1) is None
    assert nonces.oldest_expires_ms == NONCE_KEPT_MS + 1
    nonces.forget(NONCE_KEPT_MS)
    assert len(nonces) == 1
    nonces.forget(NONCE_KEPT_MS + 1)
    assert len(nonces) == 0 and nonces.oldest_expires_ms is None


def test_a_nonce_that_is_used_again_after_its_time_has_the_later_receipt() -> None:
    nonces = filled(FORGOTTEN_AT_ONCE + 1)
    again = record(7, ts=NONCE_KEPT_MS + 1)
    nonces.add(f"n{FORGOTTEN_AT_ONCE}", again)  # whose first one is not forgotten yet
    assert nonces.get(f"n{FORGOTTEN_AT_ONCE}", again.ts) == again


def test_it_is_full_at_the_bound_until_the_oldest_is_over() -> None:
    assert filled(NONCES_MAX - 1).full_until_ms(5) is None
    nonces = filled(NONCES_MAX)
    assert nonces.full_until_ms(5) == NONCE_KEPT_MS + 1
    assert nonces.full_until_ms(NONCE_KEPT_MS + 1) is None


def test_the_id_of_a_room_is_kept_as_long_as_a_receipt_names_it() -> None:
    nonces, chance, known = IdempotencyRecords(), Random(2), {}
    for number in range(2_000):
        one = record(number, f"room {chance.randrange(50)}", ts=number)
        nonces.add(f"n{number}", one)
        known[number] = one
        if number % 7 == 0:
            nonces.forget(NONCE_KEPT_MS + number - chance.randrange(40))
        oldest = number + 1 - len(nonces)
        assert oldest > number or nonces.get(f"n{oldest}", number) == known[oldest]
    live = {known[number].room for number in range(2_000 - len(nonces), 2_000)}
    assert set(nonces.rooms) - {""} == live
    while len(nonces):
        nonces.forget(10 * NONCE_KEPT_MS)
    assert (nonces.rooms, nonces.uses) == ([], [])


def test_keys_that_meet_at_a_seam_are_not_taken_for_one() -> None:
    nonces = filled(2)
    seam = bytes(nonces.keys[4:12])
    assert nonces._index(seam) == -1
    assert [nonces._index(bytes(nonces.keys[at : at + 8])) for at in (0, 8)] == [0, 1]


def test_receipts_of_an_older_store_are_packed_in_their_order() -> None:
    old = {f"n{number}": record(number) for number in range(3)}
    assert packed(old) == filled(3)

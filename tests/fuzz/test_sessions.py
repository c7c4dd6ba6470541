"""Whole sessions gone wrong on the way, of every protocol: no exception meets the boundary."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.attack import Attack, Ending, Way, carry_out
from tests.fuzz.hostile_load import mutated
from tests.fuzz.sessions import SESSIONS, Stage, garbled, hello, recorded

NAMES = [session.__name__ for session in SESSIONS]


@st.composite
def attacks(draw: st.DrawFn) -> Attack:
    """Return an attack with a session, or a part of one behind the beginning of another."""
    way = draw(st.sampled_from([Way.PLAIN, Way.PLAIN, Way.INSIDE_TLS, Way.BEHIND_HANDSHAKE]))
    ending, cuts = draw(st.sampled_from(Ending)), draw(st.integers(0, 255))
    stream = recorded()[draw(st.sampled_from(NAMES))]
    if draw(st.integers(0, 3)) == 0:
        other = recorded()[draw(st.sampled_from(NAMES))]
        stream = stream[: draw(st.integers(0, len(stream)))] + other
    return Attack(way, ending, cuts, garbled(draw(st.randoms()), stream))


@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("name", NAMES)
def test_session_as_it_was_recorded_meets_no_boundary(name: str, way: Way) -> None:
    ending = {Way.PLAIN: Ending.IS_SILENT, Way.INSIDE_TLS: Ending.CLOSES}.get(way, Ending.RESETS)
    with Stage() as stage:
        carry_out(stage, Attack(way, ending, 0, recorded()[name]))


@given(attacks())
def test_session_gone_wrong_meets_no_boundary_and_others_are_served(attack: Attack) -> None:
    with Stage() as stage:
        carry_out(stage, attack)


@given(st.data())
def test_handshake_gone_wrong_meets_no_boundary_and_others_are_served(data: st.DataObject) -> None:
    ending, cuts = data.draw(st.sampled_from(Ending)), data.draw(st.integers(0, 255))
    with Stage() as stage:
        carry_out(stage, Attack(Way.PLAIN, ending, cuts, data.draw(mutated(hello()))))


@given(st.binary(max_size=200))
def test_attack_is_the_same_from_its_bytes(data: bytes) -> None:
    attack = Attack.decode(data)
    assert Attack.decode(attack.encode()) == attack
    assert b"".join(attack.pieces) == attack.data

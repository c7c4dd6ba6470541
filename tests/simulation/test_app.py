"""The object graph: what is made is told of what it has to know."""

import pytest

from chatd.timers import Timers
from tests.simulation.world import World


def test_every_part_that_goes_by_the_settings_is_told_of_new_ones() -> None:
    with World() as world:
        parts = vars(world.app).values()
        by_settings = [part for part in parts if hasattr(part, "configure")]
        assert set(map(id, by_settings)) == set(map(id, world.app.reload._parts))
        prepares = [part.prepare for part in parts if hasattr(part, "prepare")]
        assert prepares and all(prepare in world.app.reload._prepares for prepare in prepares)


def test_every_part_with_timers_has_its_kinds_in_the_registry() -> None:
    with World() as world:
        owners = [part for part in vars(world.app).values() if hasattr(part, "timers")]
        kinds = [kind for owner in owners for kind in owner.timers()]
        assert sorted(kinds) == sorted(world.app.timers._actions)


def test_a_kind_of_timer_with_two_homes_is_refused() -> None:
    with World() as world:
        app = world.app
        with pytest.raises(AssertionError, match="presence"):
            Timers(
                app.wheel,
                app.database.transaction,
                app.database.clock,
                app.calls,
                app.handlers,
                app.boundary,
                app.budget,
                actions=[app.delivery.timers(), app.connections.timers(), app.delivery.timers()],
                vital=(),
            )

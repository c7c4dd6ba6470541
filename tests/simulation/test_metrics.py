"""Metrics and health, as monitoring sees them."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.simulation.web import Reply
from tests.simulation.world import World


def metrics(reply: Reply) -> dict[tuple[str, str], float]:
    """Return the samples of a reply by name and label, read by the library that scrapes."""
    assert reply.status == 200
    families = text_string_to_metric_families(reply.body.decode())
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in families
        for sample in family.samples
    }


def test_metrics_tell_what_there_is() -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("hello")
        alice.refusal("send", text=" ")
        alice.refusal("nonsense")
        found = metrics(world.web().ask("GET", "/metrics"))
        assert found["chatd_connections", ""] == 2
        assert found["chatd_connections_live", ""] == 1
        assert found["chatd_connections_lagging", ""] == 0
        assert found["chatd_users_online", ""] == found["chatd_users", ""] == 1
        assert found["chatd_entries", ""] == 1
        assert found["chatd_requests_refused_total", "bad_request"] == 1
        assert found["chatd_requests_refused_total", "unknown_method"] == 1
        assert found["chatd_tick_seconds_count", ""] > found["chatd_commit_seconds_count", ""] > 0
        assert found["chatd_timers", ""] > 0
        assert found["chatd_disk_writable", ""] == 1
        assert found["process_open_fds", ""] > 0


def test_metrics_name_no_user() -> None:
    with World() as world:
        world.user("alice").send("hello")
        assert b"alice" not in world.web().ask("GET", "/metrics").body


def test_metrics_tell_how_old_the_snapshot_is_and_what_waits() -> None:
    with World() as world:
        bob = world.user("bob")
        bob.reads = False
        world.sleep(20_000)
        found = metrics(world.web().ask("GET", "/metrics"))
        assert 19 <= found["chatd_snapshot_age_seconds", ""] <= 21
        assert found["chatd_journal_bytes", ""] > 0


@pytest.mark.parametrize(
    ("address", "forwarded", "trusted", "status"),
    [
        ("127.0.0.1", None, (), 200),
        ("::1", None, (), 200),
        ("192.0.2.1", None, (), 403),
        ("127.0.0.1", "192.0.2.1", (), 403),  # a proxy that nobody told of
        ("127.0.0.1", "127.0.0.1", (), 403),
        ("127.0.0.1", "192.0.2.1", ("127.0.0.1",), 403),
        ("192.0.2.1", "127.0.0.1", ("192.0.2.1",), 200),
    ],
)
def test_metrics_are_for_those_who_are_named(
    address: str, forwarded: str | None, trusted: tuple[str, ...], status: int
) -> None:
    with World(trusted_proxies=trusted) as world:
        fields = {"x_forwarded_for": forwarded} if forwarded else {}
        reply = world.web(address=address).ask("GET", "/metrics", None, **fields)
        assert reply.status == status


def test_metrics_may_be_read_from_elsewhere_if_configured() -> None:
    with World(metrics_from=("192.0.2.0/24",)) as world:
        assert world.web(address="192.0.2.1").ask("GET", "/metrics").status == 200
        assert world.web().ask("GET", "/metrics").status == 403


def test_health_is_ok_until_the_disk_is_full() -> None:
    with World() as world:
        peer = world.web(address="192.0.2.1")
        reply = peer.ask("GET", "/healthz")
        assert (reply.status, reply.body) == (200, b"ok\n")
        world.database.transaction.writable = False
        world.database.reserve = lambda: False  # type: ignore[method-assign]
        assert peer.ask("GET", "/healthz").status == 503

"""`kill -9` in the middle of it: what was acknowledged is there once, and nobody misses any."""

import random
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.client import Refused, connect, newcomer
from tests.e2e.load import Entry, Follower, Post, Reader, Writer, run_until
from tests.e2e.server import ServerProcess

ROUNDS = 5
POSTS_PER_ROUND_MAX = 400
WRITERS = ("anna", "bert", "carl")
READER = "rita"
SNAPSHOT_DONE = "chatd.database: snapshot of tick"


def token_of_a_new(name: str, server: ServerProcess) -> str:
    with connect(server.port) as client:
        client.register(name)
        token: str = client.login(name, device="test")["token"]
        return token


def posts_of(writers: list[Writer]) -> list[Post]:
    return [post for writer in writers for post in writer.ledger.values()]


def acknowledged(writers: list[Writer]) -> int:
    return sum(post.posted is not None for post in posts_of(writers))


def ledger_as_logs(posts: list[Post]) -> dict[str, dict[int, str]]:
    """Return by room and number the texts that the server has acknowledged."""
    logs: dict[str, dict[int, str]] = {}
    for post in posts:
        assert post.posted is not None
        log = logs.setdefault(post.posted["room"], {})
        assert post.posted["seq"] not in log, "two posts got the same place"
        log[post.posted["seq"]] = post.params["text"]
    return logs


def have_sent(writers: list[Writer], count: int) -> bool:
    return acknowledged(writers) >= count


def texts_by_number(entries: list[Entry]) -> dict[int, str]:
    return {entry["seq"]: entry["text"] for entry in entries}


@pytest.mark.parametrize("seed", range(3))
def test_kills_during_load_lose_nothing_double_nothing_and_hide_nothing(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    with ServerProcess(tmp_path, SNAPSHOT_GROWTH="1M") as server:
        tokens = {name: token_of_a_new(name, server) for name in (*WRITERS, READER)}
        writers = [Writer(n, tokens[n], READER, random.Random(n)) for n in WRITERS]
        resumes = Reader(tokens[READER], keeps_positions=True)
        rereads = Reader(tokens[READER], keeps_positions=False)
        everyone: list[Follower] = [resumes, rereads, *writers]
        for number in range(ROUNDS):
            for follower in everyone:
                follower.connect(server.port)
            more = chance.randrange(1, POSTS_PER_ROUND_MAX)
            run_until(everyone, partial(have_sent, writers, acknowledged(writers) + more))
            if number == ROUNDS - 1:  # what came behind a snapshot under load is replayed, too
                run_until(everyone, lambda: SNAPSHOT_DONE in server.log)
            rereads.acknowledge()
            server.kill()
            for follower in everyone:
                follower.lose()
            server.start()

        for writer in writers:
            writer.wants_more = False
        for follower in everyone:
            follower.connect(server.port)
        posts = posts_of(writers)
        run_until(everyone, lambda: acknowledged(writers) == len(posts))
        run_until(everyone, lambda: min(resumes.count, rereads.count) >= len(posts))
        for follower in everyone:
            follower.hang_up()

        logs = ledger_as_logs(posts)
        assert resumes.resets == rereads.resets == 0
        for room, texts in logs.items():
            assert list(texts_by_number(resumes.heard[room])) == list(range(1, len(texts) + 1))
            assert len(resumes.heard[room]) == len(texts), "sent twice to a client that resumes"
            assert texts_by_number(resumes.heard[room]) == texts
            assert texts_by_number(rereads.heard[room]) == texts
        assert server.stop() == 0


def test_nonce_sent_again_after_a_kill_gets_the_first_result(server: ServerProcess) -> None:
    with newcomer(server.port, "alice") as alice:
        first = alice.call("send", text="once", nonce="n")
        server.kill()
    server.start()
    with connect(server.port) as alice:
        alice.login("alice")
        assert alice.call("send", text="once", nonce="n") == first
        with pytest.raises(Refused, match="conflict"):
            alice.call("send", text="other", nonce="n")
        assert alice.call("send", text="more")["seq"] == first["seq"] + 1


def test_epoch_stays_after_a_kill_when_every_tick_is_synced(server: ServerProcess) -> None:
    with newcomer(server.port, "alice") as alice:
        epoch = alice.sync()["epoch"]
        server.kill()
    server.start()
    with connect(server.port) as alice:
        alice.login("alice")
        assert alice.sync()["epoch"] == epoch


@pytest.mark.parametrize("fsync", ["everysec", "never"])
def test_positions_are_reset_after_a_kill_when_ticks_are_not_synced(
    tmp_path: Path, fsync: str
) -> None:
    with ServerProcess(tmp_path, FSYNC=fsync) as server:
        with newcomer(server.port, "alice") as alice:
            epoch = alice.sync()["epoch"]
            server.kill()
        server.start()
        with connect(server.port) as alice:
            alice.login("alice")
            assert alice.sync(positions={"general": 0}, epoch=epoch)["epoch"] != epoch
            assert alice.next_notice("reset").params == {"room": "general"}


def test_token_opens_and_acknowledged_entries_stay_read_after_a_kill(
    server: ServerProcess,
) -> None:
    with connect(server.port) as alice:
        alice.register("alice")
        token = alice.login("alice", device="phone")["token"]
        server.kill()
    server.start()
    with connect(server.port) as alice:
        assert alice.login_token(token)["name"] == "alice"

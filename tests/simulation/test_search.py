"""Search: by the beginnings of words, newest first, in slices, over what one may see."""

import pytest

from chatd.handlers import search as search_handlers
from chatd.handlers.search_query import fold
from chatd.wire.commands import QUERY_CHARACTERS_MAX, WORDS_MAX
from tests.simulation.peer import Map, Peer
from tests.simulation.test_comments import comment
from tests.simulation.test_files import share
from tests.simulation.test_revisions import delete, edit
from tests.simulation.world import World

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


def pages(peer: Peer, words: str, **params: object) -> list[Map]:
    """Return all pages of a search."""
    found = [peer.call("search", words=words, **params)]
    while found[-1]["next"] is not None:
        found.append(peer.call("search", words=words, **{**params, "after": found[-1]["next"]}))
    return found


def search(peer: Peer, words: str, **params: object) -> list[str]:
    """Return where everything stands that a search finds, in its order."""
    entries = [entry for page in pages(peer, words, **params) for entry in page["entries"]]
    return [f"{entry['room']}#{entry['seq']}" for entry in entries]


# -- what is found ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    ["deploy", "DEPLOY", "dep", "the deployment", "deployment the", "the, deployment!", "höhe"],
)
def test_every_word_begins_one_in_any_case(words: str) -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("The Deployment of HO\u0308HE failed")
        assert search(alice, words) == ["general#1"]


@pytest.mark.parametrize("words", ["eploy", "deployments", "the other", "xdep"])
def test_word_that_begins_none_finds_nothing(words: str) -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("the deployment")
        assert search(alice, words) == []


@pytest.mark.parametrize(
    "text, runs",
    [
        ("会議は明日の午後です", ["会議", "明日", "午後", "午後です", "の", "です"]),
        ("我們明天下午開會", ["明天", "下午", "開會", "天下"]),
        ("ミーティングルームでコーヒー", ["ルーム", "コーヒー", "ヒー", "ミー"]),
        ("ประชุมวันพรุ่งนี้ตอนบ่าย", ["พรุ่งนี้", "ตอนบ่าย", "วัน", "ประชุม"]),
        ("ກອງປະຊຸມມື້ອື່ນ", ["ມື້ອື່ນ", "ປະຊຸມ"]),
        ("ការប្រជុំនៅថ្ងៃស្អែក", ["ថ្ងៃស្អែក", "ប្រជុំ"]),
        ("ការ\u200bប្រជុំ\u200bស្អែក", ["ប្រជុំស្អែក", "ប្រជុំ\u200bស្អែក"]),
        ("မနက်ဖြန်အစည်းအဝေး", ["အစည်းအဝေး"]),
        ("다음주회의시간", ["회의", "시간", "주회의"]),
        ("ｱｲｽｺｰﾋｰ", ["ｺｰﾋｰ"]),
        ("𠮷野家で昼食", ["野家", "昼食", "𠮷"]),
        ("新しいPCを買う", ["PC", "pcを", "いPC", "買う"]),
        ("第3会議室", ["3会議", "3", "会議室"]),
        ("人々", ["々"]),
    ],
)
def test_each_part_of_a_run_without_blanks_is_found(text: str, runs: list[str]) -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send(text)
        for run in runs:
            assert search(alice, run) == ["general#1"], run


@pytest.mark.parametrize("words", ["後午", "明日です", "พรุ่งนี", "午後 夜", "c", "買PC"])
def test_what_is_no_part_of_a_run_finds_nothing(words: str) -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("会議は明日の午後です。新しいPCを買う")
        assert search(alice, words) == []


def test_comments_and_files_are_found_and_quotes_are_not() -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("alpha")
        comment(alice, 1, "beta")
        share(alice, caption="gamma")
        assert search(alice, "alpha") == ["general#1"]
        assert search(alice, "beta") == ["general#2"]
        assert search(alice, "gamma") == search(alice, "a.bin") == ["general#3"]


def test_what_was_edited_is_found_by_its_new_text_only_and_once() -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("alpha")
        edit(alice, 1, "beta")
        assert (search(alice, "alpha"), search(alice, "beta")) == ([], ["general#1"])
        delete(alice, 1)
        assert search(alice, "beta") == []


def test_newest_comes_first_whatever_its_room() -> None:
    with World() as world:
        world.register("bob")
        world.register("carol")
        alice = world.user("alice")
        for room in ("", "carol", "bob", ""):
            alice.send_to(room, "x") if room else alice.send("x")
            world.sleep(1_000)
        expected = ["general#2", "alice,bob#1", "alice,carol#1", "general#1"]
        assert search(alice, "x") == search(alice, "x", limit=1) == expected


def test_search_in_a_room_and_from_a_user() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("x")
        bob.send("x")
        alice.send_to("bob", "x")
        assert search(alice, "x", room="general") == ["general#2", "general#1"]
        assert search(alice, "x", author="BOB") == ["general#2"]
        assert search(alice, "x", room="bob", author="alice") == ["alice,bob#1"]
        assert alice.refusal("search", words="x", room="carol")["code"] == "not_found"
        assert alice.refusal("search", words="x", author="carol")["code"] == "not_found"


# -- what is not to be seen ------------------------------------------------------------------


def test_only_what_the_user_may_see_is_found() -> None:
    with World(limit_show_messages=1) as world:
        alice = world.user("alice")
        world.register("bob")
        alice.send("x")
        alice.send("x")
        alice.send_to("bob", "x")
        eve = world.user("eve")
        assert search(eve, "x") == ["general#2"]
        for room in ("alice,bob", "alice"):
            assert eve.refusal("search", words="x", room=room)["code"] == "not_found"
        # a cursor is no way in
        for after in (f" {world.now_ms + 1}:9:alice,bob", "alice,bob "):
            assert search(eve, "x", after=after) in (["general#2"], [])


def test_what_expired_for_the_user_is_not_found() -> None:
    with World(lifetime_ms=HOUR_MS) as world:
        world.user("bob").close()
        alice = world.user("alice")
        alice.send("x")
        world.sleep(HOUR_MS + 10 * MINUTE_MS)
        assert world.state.general.log.get(1) is not None
        assert search(alice, "x") == []


def test_what_was_deleted_is_not_found_whatever_it_was() -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("alpha")
        comment(alice, 1, "alpha")
        share(alice, caption="alpha")
        for seq in (1, 2, 3):
            delete(alice, seq)
        assert search(alice, "alpha") == search(alice, "a.bin") == []


def test_private_room_is_searched_by_who_is_in_it_from_where_they_came_in() -> None:
    with World(limit_show_messages=1) as world:
        alice, bob, eve = (world.user(name) for name in ("alice", "bob", "eve"))
        room = alice.create("ops")
        for _ in range(2):
            alice.call("post", room=room, text="secret")
        alice.call("invite", room=room, user="bob")
        assert search(bob, "secret") == search(eve, "secret") == []
        for peer in (bob, eve):
            assert peer.refusal("search", words="secret", room="+ops")["code"] == "not_found"
        bob.call("join", room="+ops")
        assert search(bob, "secret") == search(bob, "secret", room="+ops") == [f"{room}#3"]
        assert search(alice, "secret", room=room) == [f"{room}#3", f"{room}#2"]


@pytest.mark.parametrize("leaves", [True, False])
def test_private_room_is_not_searched_any_more_by_who_is_out_of_it(leaves: bool) -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops", bob)
        for _ in range(2):
            alice.call("post", room=room, text="secret")
        first = bob.call("search", words="secret", limit=1)
        assert len(first["entries"]) == 1
        if leaves:
            bob.call("leave", room=room)
        else:
            alice.call("kick", room=room, user="bob")
        assert search(bob, "secret") == search(bob, "secret", after=first["next"]) == []


def test_what_a_blocked_user_said_is_found_where_it_can_be_read() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        bob.send("x")
        bob.send_to("alice", "x")
        alice.call("block", user="bob")
        expected = ["alice,bob#1", "general#1"]
        assert search(alice, "x") == search(alice, "x", author="bob") == expected


# -- pages -----------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 200])
def test_pages_join_without_a_gap_or_a_double(limit: int) -> None:
    with World(limit_messages=0) as world:
        world.register("bob")
        alice = world.user("alice")
        for _ in range(3):  # several of one stamp in each of two rooms
            ids = [alice.request("send", text="x") for _ in range(2)]
            ids += [alice.request("send-to", to="bob", text="x") for _ in range(2)]
            world.settle()
            assert all(alice.result(i) for i in ids)
            world.sleep(1_000)
        found = search(alice, "x", limit=limit)
        assert len(found) == len(set(found)) == 12
        assert all(len(page["entries"]) <= limit for page in pages(alice, "x", limit=limit))


def test_entry_that_comes_between_two_pages_disturbs_nothing() -> None:
    with World() as world:
        alice = world.user("alice")
        for _ in range(3):
            alice.send("x")
            world.sleep(1_000)
        first = alice.call("search", words="x", limit=1)
        alice.send("x")
        assert search(alice, "x", after=first["next"]) == ["general#2", "general#1"]


def test_page_of_large_entries_fits_a_frame() -> None:
    with World(limit_messages=0) as world:
        alice = world.user("alice")
        for _ in range(12):
            alice.send("x " * 4096)
        assert len(search(alice, "x")) == 12


def test_request_looks_at_a_slice_and_says_where_to_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search_handlers, "ENTRIES_PER_SLICE", 10)
    with World(limit_messages=0) as world:
        alice = world.user("alice")
        alice.send("needle")
        for _ in range(25):
            alice.send("hay")
        assert [len(page["entries"]) for page in pages(alice, "needle")] == [0, 0, 1]


def test_slice_is_bounded_by_what_is_compared_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_handlers, "CHARACTERS_PER_SLICE", 10_000)
    with World(limit_messages=0) as world:
        alice = world.user("alice")
        for _ in range(10):
            alice.send("a" * 5_000)
        assert len(pages(alice, "b")) == 5  # compared once
        assert len(pages(alice, "a a")) == 10  # and a second time, for the beginning of a word


def test_text_of_nothing_but_marks_is_cut_short_and_its_words_are_found() -> None:
    marks = "\u0301\u0327" * 2_000
    assert len(fold(f"e{marks}b")) < 20
    with World() as world:
        alice = world.user("alice")
        alice.send(f"cafe{marks[:90]} au lait")
        assert search(alice, "lait") == search(alice, "caf") == ["general#1"]


def test_rooms_beyond_so_many_come_after_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_handlers, "ROOMS_PER_SLICE", 2)
    with World() as world:
        alice = world.user("alice")
        for name in ("bob", "carol", "dave", "eve"):
            world.register(name)
            alice.send_to(name, "x")
            world.sleep(1_000)
        alice.send("x")
        expected = [f"alice,{name}#1" for name in ("carol", "bob", "eve", "dave")] + ["general#1"]
        assert search(alice, "x") == search(alice, "x", limit=1) == expected
        assert search(alice, "x", room="eve") == ["alice,eve#1"]


# -- bad queries -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["", " ", "!?", "x" * (QUERY_CHARACTERS_MAX + 1), "a b c d e f g h i"]
)
def test_query_without_words_or_with_too_many_is_refused(words: str) -> None:
    with World() as world:
        alice = world.user("alice")
        assert alice.refusal("search", words=words)["code"] == "bad_request"
        assert WORDS_MAX == len("a b c d e f g h".split())
        assert search(alice, "a b c d e f g h") == []


@pytest.mark.parametrize(
    "after",
    ["x", "1:2:general", " 1:2", " 1:2:", " -1:2:general", " 1:x:a", " ²:1:general", "a b "],
)
def test_cursor_that_is_none_is_refused(after: str) -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("x")
        assert alice.refusal("search", words="x", after=after)["code"] == "bad_request"


@pytest.mark.parametrize(
    "after",
    [" 1:2:general", " 9999999999999999:0:z", " 9999999999999999:5:a", "z ", "+ 5:5:z"],
)
def test_cursor_to_nowhere_is_harmless(after: str) -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("x")
        assert search(alice, "x", after=after) in ([], ["general#1"])

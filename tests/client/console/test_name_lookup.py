"""Name lookup: when Tab asks the server for names, and what becomes of the answers."""

from chatd.errors import ChatError, Internal, NotFound
from chatd.wire import commands as c
from client.console.completion import candidates
from client.console.name_lookup import NAMES_MAX, PREFIXES_MAX, NameLookup
from client.errors import ClientError, ConnectionLost
from tests.client.console.fakes import FakeConsole, in_loop


class Lookup:
    """A console's name lookup. told: for which lines there was an answer."""

    def __init__(self) -> None:
        self.fake = FakeConsole()
        console = self.fake.console
        self.told: list[str] = []
        self.lookup = NameLookup(console.directory, console.call, console.start)

    async def ask(self, text: str) -> None:
        self.lookup.ask(text, lambda: self.told.append(text))
        await self.fake.happens()

    async def answer(self, answer: c.People | ChatError | ClientError) -> None:
        await self.fake.types(answers=(answer,))
        await self.fake.happens()

    @property
    def prefixes(self) -> list[str]:
        """What the server was asked for."""
        asked = [params for params in self.fake.server.asked if isinstance(params, c.ListPeople)]
        assert all(params.limit == NAMES_MAX for params in asked)
        return [params.prefix for params in asked]

    def completed(self, text: str) -> list[str]:
        """Return what the end of a line may become."""
        return candidates(text, self.fake.console.directory, here="general")[1]


def people(*names: str, more: bool = False) -> c.People:
    """Return an answer of users who are away."""
    return c.People([c.Person(name, False) for name in names], names[-1] if more else None)


@in_loop
async def test_absent_user_is_known_once_the_server_has_answered() -> None:
    lookup = Lookup()
    await lookup.ask("send-to Zo")
    assert lookup.prefixes == ["zo"] and lookup.told == []
    assert lookup.completed("send-to zo") == []
    await lookup.answer(people("zoe", "zora"))
    assert lookup.told == ["send-to Zo"]
    assert lookup.completed("send-to zo") == ["zoe", "zora"]


@in_loop
async def test_prefix_is_asked_for_once_and_no_longer_one_where_all_are_known() -> None:
    lookup = Lookup()
    await lookup.ask("send-to zo")
    await lookup.answer(people("zoe"))
    for text in ("talk zo", "send-to zoe"):
        await lookup.ask(text)
    assert lookup.prefixes == ["zo"]


@in_loop
async def test_longer_prefix_is_asked_for_where_there_are_more_than_a_page() -> None:
    lookup = Lookup()
    await lookup.ask("send-to z")
    await lookup.answer(people("zara", "zeno", more=True))
    await lookup.ask("send-to z")
    await lookup.ask("send-to zo")
    await lookup.answer(people("zoe"))
    assert lookup.prefixes == ["z", "zo"] and lookup.completed("send-to zo") == ["zoe"]


@in_loop
async def test_one_request_is_under_way_and_only_the_last_of_those_that_wait_follows() -> None:
    lookup = Lookup()
    for text in ("send-to a", "send-to b", "send-to c"):
        await lookup.ask(text)
    assert lookup.prefixes == ["a"]
    await lookup.answer(people("alice"))
    assert lookup.prefixes == ["a", "c"]
    await lookup.answer(people())
    assert lookup.told == ["send-to a", "send-to c"]


@in_loop
async def test_line_that_waits_is_served_by_the_answer_before() -> None:
    lookup = Lookup()
    await lookup.ask("send-to z")
    await lookup.ask("send-to zo")
    await lookup.answer(people("zoe"))
    assert lookup.prefixes == ["z"] and lookup.told == ["send-to z", "send-to zo"]


@in_loop
async def test_nothing_is_asked_without_a_prefix_or_a_connection() -> None:
    lookup = Lookup()
    await lookup.ask("send-to ")
    lookup.fake.server.connected = False
    await lookup.ask("send-to zo")
    assert lookup.prefixes == [] and lookup.told == [] and lookup.fake.screen.lines == []
    lookup.fake.server.connected = True
    await lookup.ask("send-to zo")
    assert lookup.prefixes == ["zo"]


@in_loop
async def test_failure_is_silent_and_the_prefix_is_asked_for_again() -> None:
    lookup = Lookup()
    for error in (Internal("broken"), NotFound("no such command"), ConnectionLost("gone")):
        await lookup.ask("send-to zo")
        await lookup.answer(error)
    assert lookup.prefixes == ["zo"] * 3 and lookup.told == []
    assert lookup.fake.screen.lines == [] and lookup.fake.editor.failure is None


@in_loop
async def test_oldest_prefix_is_forgotten_beyond_the_bound() -> None:
    lookup = Lookup()
    texts = [f"send-to z{number}." for number in range(PREFIXES_MAX + 1)]
    for text in texts[:-1]:
        await lookup.ask(text)
        await lookup.answer(people())
    await lookup.ask(texts[0])
    assert len(lookup.prefixes) == PREFIXES_MAX
    await lookup.ask(texts[-1])
    await lookup.answer(people())
    await lookup.ask(texts[0])
    assert lookup.prefixes[PREFIXES_MAX:] == [f"z{PREFIXES_MAX}.", "z0."]

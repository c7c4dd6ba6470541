"""Name lookup: Tab asks the server for users that the console has not met."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from chatd.errors import ChatError
from chatd.wire import commands as c

from ..errors import ClientError, UsageError
from .completion import user_prefix
from .directory import Directory

PREFIXES_MAX = 32
"""Prefixes that are not asked for again; beyond that, the oldest one is forgotten."""
NAMES_MAX = 100
"""Names in an answer. All of them, for all prefixes, fit into the directory."""

Then = Callable[[], object]


class NameLookup:
    """Adds to the directory who is asked for, with one request under way at a time.

    call: asks the server, and raises UsageError where there is no connection. start: runs beside
    everything else.
    """

    def __init__(
        self,
        known: Directory,
        call: Callable[[c.ListPeople], Awaitable[c.People]],
        start: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._known = known
        self._call = call
        self._start = start
        self._is_whole: dict[str, bool] = {}
        self._wanted: tuple[str, Then] | None = None
        self._is_asking = False

    def ask(self, text: str, then: Then) -> None:
        """Ask for the users whose name the end of a line begins, unless all of them are known.

        then: called when the directory has them. What fails is not reported: nobody has asked.
        """
        prefix = user_prefix(text)
        if not prefix or self._has_asked(prefix):
            return
        self._wanted = prefix, then  # in place of one that waits: the line is another by now
        if not self._is_asking:
            self._is_asking = True
            self._start(self._ask_all())

    def _has_asked(self, prefix: str) -> bool:
        whole = (asked for asked, is_whole in self._is_whole.items() if is_whole)
        return prefix in self._is_whole or any(prefix.startswith(asked) for asked in whole)

    async def _ask_all(self) -> None:
        try:
            while self._wanted is not None:
                (prefix, then), self._wanted = self._wanted, None
                if self._has_asked(prefix) or await self._ask(prefix):
                    then()
        finally:
            self._is_asking = False

    async def _ask(self, prefix: str) -> bool:
        """Ask for a prefix; return whether there was an answer."""
        try:
            page = await self._call(c.ListPeople(prefix, limit=NAMES_MAX))
        except (UsageError, ChatError, ClientError):
            return False
        self._known.add(person.name for person in page.people)
        self._is_whole[prefix] = page.next is None
        if len(self._is_whole) > PREFIXES_MAX:
            del self._is_whole[next(iter(self._is_whole))]
        return True

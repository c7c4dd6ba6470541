"""The console: events go to the screen, what is typed to the server."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Protocol, TypeVar, overload

from chatd.errors import ChatError
from chatd.wire import commands as c
from chatd.wire.entries import Entry, Muted, Post, Removed
from chatd.wire.rooms import GENERAL, RoomKind, kind_of, title_of
from chatd.wire.surrogates import is_whole

from ..environment import new_nonce
from ..errors import ClientError, UsageError
from ..events import (
    Connected,
    Disconnected,
    Event,
    FoundPage,
    HistoryPage,
    SeenEntry,
    SeenThread,
)
from .arguments import ArgumentsError, text_of
from .command_help import suggest
from .destination import Destination, Memory
from .directory import Directory, addressed, is_pair, mapped
from .failures import explain
from .feed import AWAY, EARLIER, UNREAD, Feed, calls
from .interfaces import ConnectedServer, Editor, Surface
from .pending_messages import PendingMessages, pending_lines
from .render import Renderer
from .safe_text import safe
from .styled import Line
from .toolbar import ToolbarState, toolbar
from .transfers import Transfers
from .typed import Command, NoCommand, Plain, Typed, first_word, read_line
from .typists import SHOWN_SECONDS, Typists
from .unread_counter import UnreadCounter
from .wrapping import cut, rows_of

ECHOED = frozenset({"send", "send-to", "post", "comment", "edit"})
"""Commands whose text comes back as an entry: what was typed is not shown a second time."""
NEVER_A_TEXT = frozenset({"send", "send-to"})
"""Commands that are meant whatever follows them; a bare word of others may begin a sentence."""
YES, NO = frozenset({"y", "yes"}), frozenset({"n", "no"})
PENDING_MAX = 50
"""Messages on their way; with more than that the console takes no further ones."""
PROMPT_SHARE = 3
"""The name of a room takes at most this share of the line, so that there is room to type."""
ROWS_AROUND_A_PAGE = 5
"""What else stands on the screen: heading, note, prompt, toolbar, and the line above."""

R = TypeVar("R", bound=c.Result)
Coro = Coroutine[Any, Any, None]


class Keyring(Protocol):
    """Where this device's token is kept."""

    label: str

    def keep(self, name: str, token: str) -> None:
        """Remember a token."""

    def forget(self, name: str) -> None:
        """Forget a token."""


Text = c.Send | c.SendTo | c.PostTo | c.CommentOn | c.EditPost
"""What somebody has written and waits for."""

Action = Callable[["Console", Command], Coro]


class Console:
    """One user's console. It is the prompt's owner and is handed the client's events."""

    def __init__(
        self,
        editor: Editor,
        screen: Surface,
        renderer: Renderer,
        actions: Mapping[str, Action],
        keyring: Keyring,
        memory: Memory | None,
        *,
        newcomer: bool = False,
        bell: bool = False,
    ) -> None:
        self.editor = editor
        self.renderer = renderer
        self.keyring = keyring
        self.screen = screen
        self.directory = Directory(renderer.me)
        self.destination = Destination(renderer.me, memory)
        self.exit_error: Exception | None = None
        self.server: ConnectedServer
        self._actions = actions
        self._feed = Feed(renderer, renderer.zone.day(now_ms()))
        self._unread_counter = UnreadCounter(time.monotonic())
        self._muted: set[str] = set()
        self._typists = Typists()
        self._limits: c.Limits | None = None
        self._backlog = EARLIER if newcomer else UNREAD
        self._bell = bell
        self._bye = ""
        self._pending = PendingMessages()
        self._warned_pending = False
        self.transfers = Transfers(editor.redraw)
        self._more: Callable[[], Coro] | None = None
        self._asked: tuple[Plain, str] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    # -- printing ----------------------------------------------------------------------------

    def show(self, lines: list[Line]) -> None:
        """Print lines above the prompt."""
        self.screen.show(lines)

    def note(self, text: str) -> None:
        """Print a remark."""
        self.show(self._render().note(text))

    def error(self, text: str) -> None:
        """Print what went wrong."""
        self.show(self._render().error(text))

    def show_paged(self, lines: list[Line]) -> None:
        """Print as many lines as fit on the screen; Enter shows what is left."""
        count = 1
        while count < len(lines) and self.rows_of(lines[: count + 1]) <= self.page_rows:
            count += 1
        self.show(lines[:count])
        rest = lines[count:]
        if rest:
            self.offer_more(lambda: self._show_rest(rest))

    async def _show_rest(self, lines: list[Line]) -> None:
        self.show_paged(lines)

    def rows_of(self, lines: list[Line]) -> int:
        """Return how many rows of the screen some lines take."""
        return rows_of(lines, self.screen.width)

    @property
    def page_rows(self) -> int:
        """How many lines of a list fit on the screen, and into one answer of the server."""
        return min(max(5, self.screen.height - ROWS_AROUND_A_PAGE), c.PAGE_ITEMS_MAX)

    def _render(self) -> Renderer:
        self.renderer.width = self.screen.width
        return self.renderer

    # -- events ------------------------------------------------------------------------------

    def on_event(self, event: Event) -> None:
        """Show an event, or what it changes."""
        if isinstance(event, Entry | c.Gap | c.Reset):
            self._pending.take(event)
        if isinstance(event, Entry):
            self._take_entry(event)
        elif isinstance(event, Disconnected):
            self.note(f"{self._bye or event.reason}; reconnecting")
            self._bye = ""
        elif isinstance(event, Connected):
            self.note("connected again")
        else:
            self._take_notice(event)
        self.editor.redraw()

    def _take_entry(self, entry: SeenEntry) -> None:
        self.directory.add_entry(entry)
        if isinstance(entry, Muted):
            self._learn_muted(entry.in_room, entry.muted)
        if isinstance(entry, Post):
            self._typists.end(entry.room, entry.author)
        news = calls(entry, self.renderer.me, self._muted)
        unread = self._backlog
        if news and self._unread_counter.count(entry, time.monotonic()):
            unread = unread or AWAY
        self._render()
        lines = self._feed.entry(entry, unread=unread)
        self.screen.show(lines, bell=self._bell and news and not self._backlog)
        if isinstance(entry, Removed):
            self._forget_room(entry.group)

    def _forget_room(self, room: str) -> None:
        """The user is out of a room: nothing more can be sent there."""
        self._unread_counter.forget(room)
        self._muted.discard(room)
        if self.destination.room == room:
            self.lose_destination()

    def lose_destination(self) -> None:
        """The room of plain lines is the user's no longer."""
        lost = self.destination.lose()
        self.note(f"you are not in {lost} any more: plain lines go to {self.destination} now")

    def _take_notice(self, notice: c.Notice) -> None:
        if isinstance(notice, c.Live):
            self._backlog = ""
            self._feed.looked()
        elif isinstance(notice, c.Limits):
            self._limits = notice
        elif isinstance(notice, c.Presence):
            self.directory.update_presence(notice)
        elif isinstance(notice, c.TypingNotice):
            self._typists.add(notice.room, notice.name, time.monotonic())
            asyncio.get_running_loop().call_later(SHOWN_SECONDS, self.editor.redraw)
        elif isinstance(notice, c.Read):
            self._unread_counter.read(notice)
        elif isinstance(notice, c.Bye):
            self._bye = f"the server ended the connection ({notice.reason})"
        else:
            self.show(self._render().notice(notice))

    def learn(self, status: c.StatusResult) -> None:
        """Take what the toolbar and completion need from a status."""
        self._limits = c.Limits(status.general, status.private)
        self.directory.online_count = status.online
        self.directory.add(status.online_names)
        for room in status.rooms:
            self.directory.add_room(room.room)
            self._learn_muted(room.room, room.muted)

    def learn_rooms(self, mine: c.RoomList) -> None:
        """Take the user's rooms; the one of plain lines may be gone since the last time."""
        rooms, are_all = [room.room for room in mine.rooms], mine.next is None
        self.directory.add_rooms(rooms, are_all=are_all)
        for room_status in mine.rooms:
            self._learn_muted(room_status.room, room_status.muted)
        room = self.destination.room
        if are_all and kind_of(room) is RoomKind.GROUP and room not in rooms:
            self.lose_destination()

    def _learn_muted(self, room: str, muted: bool) -> None:
        """Announce nothing from a room but what mentions the user; or all again."""
        if muted:
            self._muted.add(room)
        else:
            self._muted.discard(room)

    def on_end(self, error: Exception) -> None:
        """The server lets us in no longer: leave, and say why."""
        if not isinstance(error, ClientError | ChatError):
            self.editor.fail(error)
            return
        self.exit_error = error
        self.editor.end(1)

    # -- asking ------------------------------------------------------------------------------

    @overload
    async def call(self, params: c.History | c.ListPins) -> HistoryPage: ...
    @overload
    async def call(self, params: c.Thread) -> SeenThread: ...
    @overload
    async def call(self, params: c.Search) -> FoundPage: ...
    @overload
    async def call(self, params: c.Params[R]) -> R: ...

    async def call(self, params: c.Params[Any]) -> Any:
        """Ask the server. Raises UsageError without a connection: an answer might take for ever."""
        if not self.server.connected:
            raise UsageError("there is no connection\ntry again when the toolbar says `connected`")
        return await self.server.call(params)

    async def post(self, params: Text, line: str) -> None:
        """Post a text; what is refused comes back to the line it was typed on."""
        if self._pending.unanswered >= PENDING_MAX:
            self._refuse(line, f"{PENDING_MAX} messages are already on their way\nwait for them")
            return
        echo = self._pending.add(params.text)
        self.editor.redraw()
        try:
            self._pending.posted(echo, await self.server.call(params))
        except (ChatError, ClientError) as error:
            self._pending.refused(echo)
            self._refuse(line, self._explained(error, line))
        finally:
            self._warned_pending = False
            self.editor.redraw()

    def _refuse(self, line: str, why: str) -> None:
        kept = "your text is kept: below, where typing replaces it, or with Up"
        self.error(f"not sent: {why}\n{kept}")
        self.editor.give_back(line)

    def posted(self, posted: c.Posted) -> None:
        """Something stands in a room now; its entry shows it here."""

    def done(self, text: str) -> None:
        """Something is done, as `text` says; an entry of the self log says so here."""

    @property
    def here(self) -> str:
        """The id of the room that is meant where none is named."""
        return self.destination.room or GENERAL

    def addressed(self, title: str) -> str:
        """Return the room or user that is meant, for the server to find; "" is here."""
        return addressed(title or self.destination.address or GENERAL)

    def say(self, title: str, text: str, line: str) -> Coro:
        """Return the posting of a text to a room as people name it."""
        if mapped(title) == GENERAL:
            return self.post(c.Send(text, new_nonce()), line)
        to = addressed(title)
        if kind_of(to) is RoomKind.GROUP or is_pair(to):
            return self.post(c.PostTo(to, text, new_nonce()), line)
        return self.post(c.SendTo(to, text, new_nonce()), line)

    def offer_more(self, more: Callable[[], Coro], what: str = "more") -> None:
        """Let Enter on an empty line go on with a list; what was offered before comes first."""
        earlier = self._more
        if earlier is None:
            self._more = more
            self.note(f"Enter shows {what}")
        else:
            self._more = lambda: self._show_before(earlier, more)

    async def _show_before(self, earlier: Callable[[], Coro], more: Callable[[], Coro]) -> None:
        await earlier()
        self.offer_more(more)

    # -- the prompt's owner ------------------------------------------------------------------

    def line(self, text: str) -> None:
        """Do what a typed line says."""
        more, self._more = self._more, None
        if not is_whole(text):
            self._refuse(text, "a byte is not UTF-8: is the terminal set to something else?")
            return
        asked, self._asked = self._asked, None
        if asked is not None and self._is_answer(text, *asked):
            return
        typed = self.read(text)
        if typed is None:
            if more is not None:
                self.start(more())
        elif isinstance(typed, Command):
            self.echo(typed)
            self.start(self._guarded(self._actions[typed.name](self, typed), typed))
        elif isinstance(typed, NoCommand):
            self.error(
                f"there is no command /{typed.name}\n"
                f"{perhaps(typed.name)}`help` lists them; // begins a text"
            )
            self.editor.give_back(typed.line)
        else:
            self.plain(typed)

    def read(self, line: str) -> Typed:
        """Return what a line means."""
        return read_line(line, self._actions)

    def plain(self, typed: Plain) -> None:
        """Send a plain line, or ask first."""
        if self.destination.question:
            self._ask_to_send(typed, self.destination.question)
        else:
            self.send_plain(typed)

    def _ask_to_send(self, typed: Plain, question: str) -> None:
        """Ask whether a line is to be sent; it goes back to the prompt, where nothing is lost."""
        self._asked = typed, self.destination.room
        is_back = self.editor.give_back(typed.line)
        sends = "Enter" if is_back else "`y`"
        self.show(self._render().question(f"{question}\n{sends} sends it, `n` does not"))

    def _is_answer(self, text: str, asked: Plain, room: str) -> bool:
        """Do what the answer to a question says; False if it is none but another line.

        room: the one that was asked about. Where lines go elsewhere by now, it is no answer.
        """
        if room != self.destination.room:
            return False
        answer = text.strip().lower()
        if text == asked.line or answer in YES:
            self.destination.agree()
            self.send_plain(asked)
        elif answer in NO:
            self.note("not sent; Up brings it back")
        else:
            return False
        return True

    def echo(self, typed: Command) -> None:
        """Show a command above its answer; what is posted shows itself."""
        if typed.name not in ECHOED:
            self.show(self._render().echo(f"{typed.name} {typed.rest}".rstrip()))

    def key(self) -> None:
        """The user looks at the screen."""
        self._unread_counter.look(time.monotonic())
        if not self._backlog:
            self._feed.looked()

    def edited(self, text: str) -> None:
        """The line has changed: the others are told that something is being written to them."""
        is_there = self.directory.has_room(self.here) and not self.destination.question
        if not is_there or not self._is_to_be_said(text):
            return
        welcome = self.server.protocol.welcome
        if welcome is None or "typing" not in welcome.features:
            return
        if self._typists.may_tell(time.monotonic()):
            self.server.notify(c.Typing(self.here))

    def _is_to_be_said(self, text: str) -> bool:
        """Whether what is being typed is a plain line, as far as can be told by now."""
        word, rest = first_word(text)
        begins_command = not rest and any(name.startswith(word.lower()) for name in self._actions)
        return isinstance(self.read(text), Plain) and not begins_command

    def focus(self, is_here: bool) -> None:
        """The terminal has the focus now, or has lost it."""
        if is_here:
            self.key()
            self.editor.redraw()
        else:
            self._unread_counter.look_away()

    @property
    def unseen(self) -> int:
        """How much has come that nobody has looked at."""
        return sum(self._unread_counter.unseen.values())

    def interrupt(self, kept: bool) -> None:
        """Say what Ctrl-C did."""
        self._asked = None
        self.note("kept: Up brings it back" if kept else "Ctrl-D or `quit` leaves")

    def leave(self) -> None:
        """Leave, but say once that something is not sent yet."""
        waiting = [
            *_counted(self._pending.unanswered, "message"),
            *_counted(len(self.transfers), "file"),
        ]
        if waiting and not self._warned_pending:
            self._warned_pending = True
            self.error(f"{' and '.join(waiting)} on the way\npress it again to leave anyway")
            return
        self.editor.end(0)

    def prompt(self) -> list[Line]:
        """Return what stands above the line: what is on its way; and what in front of it."""
        width = self.screen.width
        moving = self.transfers.lines(width) + pending_lines(self._pending.texts, width)
        front = cut(safe(str(self.destination)), width // PROMPT_SHARE)
        return [*moving, [("class:prompt", f"{front}> ")]]

    def toolbar(self) -> Line:
        """Return the line at the bottom."""
        zone, width = self.renderer.zone, self.screen.width
        return toolbar(self._toolbar_state(), zone, now_ms(), width)

    def _toolbar_state(self) -> ToolbarState:
        unseen = {
            title_of(room, self.renderer.me): count
            for room, count in self._unread_counter.unseen.items()
        }
        return ToolbarState(
            self.renderer.me,
            self.server.connected,
            unseen,
            self._allowance(),
            self._pending.unanswered,
            self.directory.online_count,
            self._typists.shown(self.here, time.monotonic()),
        )

    def _allowance(self) -> c.Allowance | None:
        if self._limits is None:
            return None
        return self._limits.general if self._is_public else self._limits.private

    @property
    def _is_public(self) -> bool:
        return self.here == GENERAL

    # -- running commands --------------------------------------------------------------------

    def send_plain(self, typed: Plain) -> None:
        """Send a line to where plain lines go."""
        self.start(self._guarded(self._say_plain(typed, self.destination.address), typed))

    async def _say_plain(self, typed: Plain, address: str) -> None:
        await self.say(address, text_of("send", typed.text), typed.line)

    async def _guarded(self, doing: Awaitable[None], typed: Command | Plain) -> None:
        try:
            await doing
        except (UsageError, ChatError, ClientError, OSError) as error:
            command = typed if isinstance(typed, Command) else None
            self.refused(error, command)
            if command and isinstance(error, ArgumentsError) and self.may_be_text(command):
                question = f"did you mean the command or a message to {self.destination}?"
                self._ask_to_send(Plain(typed.line, typed.line), question)
            elif command is None or command.name in ECHOED:  # nothing of it has been shown
                self.editor.give_back(typed.line)

    def may_be_text(self, typed: Command) -> bool:
        """Tell whether a line that begins with a command may be meant as something to say."""
        return not typed.has_slash and typed.name not in NEVER_A_TEXT

    def refused(self, error: Exception, typed: Command | None = None) -> None:
        """Say what could not be done, and what to do about it."""
        line, command = (typed.line, typed.name) if typed else ("", "")
        self.error(self._explained(error, line, command))

    def _explained(self, error: Exception, line: str, command: str = "") -> str:
        why = explain(error, self.renderer.zone, now_ms(), command)
        is_lost = isinstance(error, ChatError) and error.code == "not_found"
        group = self.directory.group_in(line) if is_lost else ""
        return f"{why}\nthe name of a private room begins with +: `{group}`" if group else why

    def start(self, doing: Coro) -> None:
        """Do something beside everything else."""
        task = asyncio.get_running_loop().create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:  # a fault of ours: it ends the console instead of being swallowed
            self.editor.fail(error)

    async def settle(self) -> None:
        """Wait until all that was started is done."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def stop(self) -> None:
        """Give up what still runs."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def perhaps(word: str) -> str:
    """Return a question about what a word was meant to be, with a line break, or nothing."""
    meant = suggest(word)
    return f"did you mean `{meant}`?\n" if meant else ""


def _counted(count: int, what: str) -> list[str]:
    return [f"{count} {what}{'s' if count > 1 else ''}"] if count else []


def now_ms() -> int:
    """Return the time of day, ms UTC."""
    return time.time_ns() // 1_000_000

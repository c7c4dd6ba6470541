"""The prompt: one line editor for the whole life of the console.

It never ends between two lines, so no key is lost and no Ctrl-C falls into a gap. A question
(the password) takes the place of the prompt until it is answered; its answers are hidden and
not kept in the history.

Each line is handed over in a turn of the event loop of its own: on a slow line many keys come at
once, and what a command changes (where plain lines go, a question) must hold for the next one.
"""

import asyncio
import os
import sys
from collections import deque
from collections.abc import Callable
from typing import Protocol

from prompt_toolkit import PromptSession
from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import Completer
from prompt_toolkit.document import Document
from prompt_toolkit.filters import (
    Condition,
    emacs_insert_mode,
    has_completions,
    shift_selection_mode,
)
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import History
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.selection import SelectionState

from .screen import STYLE
from .styled import Line, joined
from .tab import LookUp, complete
from .terminal import Keyboard, Watcher, marks_pastes, open_output

MENU_ROWS = 6
REFRESH_SECONDS = 10.0
"""The toolbar shows limits that end by themselves."""
TORN_SECONDS = 2.0
"""A sequence may be torn for this long on a slow line; after that it was a lone Escape."""


class Owner(Watcher, Protocol):
    """What is called when something happens at the prompt."""

    def line(self, text: str) -> None:
        """A line was entered."""

    @property
    def unseen(self) -> int:
        """How much has come that nobody has looked at."""

    def edited(self, text: str) -> None:
        """What is on the line has changed."""

    def interrupt(self, kept: bool) -> None:
        """Ctrl-C; kept: there was a line, which is in the history now."""

    def leave(self) -> None:
        """Ctrl-D on an empty line."""

    def prompt(self) -> list[Line]:
        """Return the lines above the edited one, and what stands in front of it."""

    def toolbar(self) -> Line:
        """Return the line at the bottom."""


class Prompt:
    """A line editor over prompt_toolkit. It is built before its owner, who is bound later.

    located: called with the row of the prompt when the terminal has said it.
    """

    def __init__(self, history: History) -> None:
        self._owner: Owner | None = None
        self._look_up: LookUp = lambda text, then: None
        self._question = ""
        self._hidden = False
        self._answer: asyncio.Future[str | None] | None = None
        self._entered: deque[str] = deque()
        self._terminal = open_output()
        self._session: PromptSession[int] = PromptSession(
            input=Keyboard(sys.stdin, self._terminal, self, brackets=marks_pastes(os.environ)),
            output=self._terminal,
            message=self._message,
            history=history,
            prompt_continuation=lambda width, number, wraps: " " * width,
            is_password=Condition(lambda: self._hidden),
            bottom_toolbar=self._toolbar,
            style=STYLE,
            key_bindings=self._bindings(),
            complete_while_typing=False,
            reserve_space_for_menu=MENU_ROWS,
            enable_suspend=True,
            search_ignore_case=True,
            erase_when_done=True,
            refresh_interval=REFRESH_SECONDS,
        )
        self.located: Callable[[int], object] = self.app.renderer.report_absolute_cursor_row
        self.app.ttimeoutlen = TORN_SECONDS
        self.app.before_render += lambda _: self._terminal.show_count(self._unseen)
        self._buffer = self._session.default_buffer
        self._buffer.accept_handler = self._accept
        self._buffer.on_text_changed += lambda _: self._edited()

    @property
    def app(self) -> Application[int]:
        """The application that draws it."""
        return self._session.app

    def redraw(self) -> None:
        """Draw it again soon."""
        self.app.invalidate()

    async def run(
        self, owner: Owner, completer: Completer, look_up: LookUp, started: Callable[[], None]
    ) -> int:
        """Edit lines until `end`; return what that was given. started: called when it is drawn."""
        self._owner = owner
        self._look_up = look_up
        self._session.completer = completer
        return await self._session.prompt_async(pre_run=started)

    def end(self, result: int) -> None:
        """Take the prompt from the screen and let `run` return."""
        if self.app.is_running and not self.app.is_done:
            self.app.exit(result=result)

    def fail(self, error: BaseException) -> None:
        """Take the prompt from the screen and let `run` raise."""
        if self.app.is_running and not self.app.is_done:
            self.app.exit(exception=error)

    def give_back(self, text: str) -> bool:
        """Put a text back on the line, unless another one is being typed; return whether.

        It is selected, so that the next thing typed takes its place instead of being glued to it.
        """
        if self._buffer.text or self._answer is not None:
            return False
        self._buffer.document = Document(text)
        self._buffer.selection_state = selection = SelectionState()
        selection.enter_shift_mode()
        return True

    async def ask(self, question: str) -> str | None:
        """Ask for a secret; None if the user would rather not say. What is being typed waits."""
        self._answer = asyncio.get_running_loop().create_future()
        self._question, self._hidden = question, True
        draft = self._buffer.document
        self._buffer.reset()
        self.app.invalidate()
        try:
            return await self._answer
        finally:
            self._answer, self._hidden = None, False
            self._buffer.reset(draft)

    # -- what the keyboard sends -------------------------------------------------------------

    def key(self) -> None:
        """A key was touched."""
        if self._owner is not None:
            self._owner.key()

    def focus(self, is_here: bool) -> None:
        """The terminal has the focus now, or has lost it."""
        if self._owner is not None:
            self._owner.focus(is_here)

    # -- what prompt_toolkit calls -----------------------------------------------------------

    def _edited(self) -> None:
        if self._owner is not None and self._answer is None:
            self._owner.edited(self._buffer.text)

    @property
    def _unseen(self) -> int:
        return self._owner.unseen if self._owner and not self.app.is_done else 0

    def _message(self) -> StyleAndTextTuples:
        if self._owner is None or self._answer is not None:
            return [("class:prompt", self._question)]
        *above, front = self._owner.prompt()
        return [*joined(above), *front]

    def _toolbar(self) -> StyleAndTextTuples:
        return [*self._bound.toolbar()] if self._owner else []

    @property
    def _bound(self) -> Owner:
        assert self._owner is not None
        return self._owner

    def _accept(self, buffer: Buffer) -> bool:
        """Take a line. False: prompt_toolkit keeps it in the history and clears it."""
        if self._answer is None:
            self._entered.append(buffer.text)
            if len(self._entered) == 1:
                self._in_next_turn(self._hand_over)
            return False
        if not self._answer.done():
            self._answer.set_result(buffer.text)
        buffer.reset()  # before it is put into the history
        return True

    def _hand_over(self) -> None:
        """Hand over a line, and the next after what this one started has begun."""
        self._load_history()
        if self._answer is None:  # else it was typed before the question, so is no answer to it
            self._bound.line(self._entered[0])
        self._entered.popleft()
        if self._entered:
            self._in_next_turn(self._hand_over)

    def _load_history(self) -> None:
        """Let Up find what was typed before at once, and not only when the line is drawn again."""
        self._buffer.load_history_if_not_yet_loaded()

    @staticmethod
    def _in_next_turn(do: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_soon(do)

    def _interrupt(self) -> None:
        if self._answer is not None:
            if not self._answer.done():
                self._answer.set_result(None)
            return
        kept = bool(self._buffer.text)
        self._buffer.append_to_history()
        self._buffer.reset()
        self._load_history()
        self._bound.interrupt(kept)

    def _leave(self) -> None:
        if self._answer is not None:
            self._interrupt()
        else:
            self._bound.leave()

    def _bindings(self) -> KeyBindings:
        bindings = KeyBindings()
        empty = Condition(lambda: not self._buffer.text)

        @bindings.add("c-c")
        @bindings.add("<sigint>")
        def interrupt(event: KeyPressEvent) -> None:
            self._interrupt()

        @bindings.add("c-d", filter=empty)
        def leave(event: KeyPressEvent) -> None:
            self._leave()

        @bindings.add(Keys.BracketedPaste, filter=shift_selection_mode)
        def replace(event: KeyPressEvent) -> None:
            """What is pasted takes the place of what is selected, as what is typed does."""
            event.current_buffer.cut_selection()
            event.key_processor.feed(event.key_sequence[0], first=True)

        @bindings.add("escape", "enter")
        def new_line(event: KeyPressEvent) -> None:
            event.current_buffer.insert_text("\n")

        @bindings.add(Keys.CPRResponse, save_before=lambda event: False)
        def locate(event: KeyPressEvent) -> None:
            row, _, _ = event.data.removeprefix("\x1b[").partition(";")
            self.located(int(row))

        @bindings.add(Keys.Vt100MouseEvent, eager=True)
        def ignore(event: KeyPressEvent) -> None:
            """Nobody asked for the mouse; what looks like it came with a paste, torn perhaps."""

        @bindings.add("tab", filter=emacs_insert_mode)
        def tab(event: KeyPressEvent) -> None:
            if self._answer is None:  # no secret is a command
                complete(event.current_buffer, self._look_up)

        @bindings.add("enter", filter=has_completions)
        def choose(event: KeyPressEvent) -> None:
            """Take what the menu offers; only the next Enter hands the line over."""
            event.current_buffer.complete_state = None

        return bindings

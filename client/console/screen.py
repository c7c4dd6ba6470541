"""The screen above the prompt: lines are printed there, and the prompt is drawn again below."""

import asyncio

from prompt_toolkit.application import Application
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.renderer import HeightIsUnknownError, print_formatted_text
from prompt_toolkit.styles import Style

from .palette import STYLES
from .styled import Line, joined
from .wrapping import rows_of

STYLE = Style.from_dict(STYLES)
GATHER_SECONDS = 0.01
"""Lines that come within this time are printed together, and the prompt drawn once for all."""


class Screen:
    """Prints lines above the prompt of an application, also while it runs.

    prompt_toolkit's own way hands the terminal back for each print: what is typed at that
    moment would be echoed between the lines. Here the terminal stays as it is.
    """

    def __init__(self, app: Application[int]) -> None:
        self._app = app
        self._waiting: list[Line] = []
        self._bell = False
        self._due: asyncio.TimerHandle | None = None
        self._unplaced = 0  # rows printed since the terminal was asked where the prompt stands

    @property
    def width(self) -> int:
        """The columns of the terminal."""
        return self._app.output.get_size().columns

    @property
    def height(self) -> int:
        """The rows of the terminal."""
        return self._app.output.get_size().rows

    def show(self, lines: list[Line], *, bell: bool = False) -> None:
        """Print lines soon; bell: and ring."""
        self._waiting += lines
        self._bell = self._bell or bell
        if self._due is None and (self._waiting or self._bell):
            self._due = asyncio.get_running_loop().call_later(GATHER_SECONDS, self.flush)

    def flush(self) -> None:
        """Print now what waits."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        lines, self._waiting = self._waiting, []
        if lines:
            self._print(lines)
        if self._bell:
            self._bell = False
            self._app.output.bell()
            self._app.output.flush()

    def located(self, row: int) -> None:
        """The terminal says in which row the prompt stood when it was asked.

        That may be long ago on a slow line: taken for where the prompt stands now, it would be
        drawn higher than there is room for, and push what was just printed out of the screen.
        """
        self._app.renderer.report_absolute_cursor_row(min(row + self._unplaced, self.height))
        self._unplaced = 0

    def _print(self, lines: list[Line]) -> None:
        running, renderer = self._app.is_running, self._app.renderer
        above = self._rows_above()
        if running:
            renderer.erase()
        text = FormattedText(joined(lines))
        print_formatted_text(self._app.output, text, STYLE, color_depth=self._app.color_depth)
        if running:
            # Where the prompt stands tells how much room a menu has, and whether the toolbar is
            # at the bottom. It has moved by what was printed; nothing has to be asked for that.
            if above is None:
                self._unplaced += rows_of(lines, self.width)
            else:
                row = above + rows_of(lines, self.width) + 1
                renderer.report_absolute_cursor_row(min(row, self.height))
            self._app.invalidate()

    def _rows_above(self) -> int | None:
        """Return how many rows of the screen stand above the prompt, None if that is unknown."""
        try:
            return self._app.renderer.rows_above_layout
        except HeightIsUnknownError:
            return None

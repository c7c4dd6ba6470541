"""Keys that modern terminals send and prompt_toolkit does not know: Enter with others held.

    ESC [ 13 ; 2 u         fixterms, kitty, iTerm2
    ESC [ 27 ; 2 ; 13 ~    xterm's modifyOtherKeys

The number in the middle is one more than Shift (1), Alt (2) and Ctrl (4) together.
"""

from prompt_toolkit.input.ansi_escape_sequences import ANSI_SEQUENCES
from prompt_toolkit.keys import Keys

CTRL = 4
NEW_LINE = (Keys.Escape, Keys.ControlM)
"""As Alt-Enter comes from terminals that know none of this."""


def teach() -> None:
    """Let Shift-Enter and Alt-Enter break a line, and Ctrl-Enter do what Enter does."""
    ANSI_SEQUENCES["\x1b[13u"] = Keys.ControlM
    for held in range(1, 8):
        keys = Keys.ControlM if held & CTRL else NEW_LINE
        ANSI_SEQUENCES[f"\x1b[13;{held + 1}u"] = keys
        ANSI_SEQUENCES[f"\x1b[27;{held + 1};13~"] = keys

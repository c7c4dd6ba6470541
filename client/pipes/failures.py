"""What went wrong, on standard error: one line that says what, and further ones what to do."""

from chatd.terminal import complain as print_complaint

from ..console.console import now_ms
from ..console.failures import explain
from ..console.safe_text import safe
from ..console.times import Zone
from ..errors import ConnectionLost


def complain(text: str) -> None:
    """Print a complaint; whatever others have put into it does nothing to the terminal."""
    first, *more = text.split("\n")
    lines = [f"chat: {safe(first)}", *(f"      {safe(line)}" for line in more)]
    print_complaint("\n".join(lines))


def words_of(error: Exception, zone: Zone, command: str = "") -> str:
    """Return what happened and what to do about it. command: which one was refused."""
    if isinstance(error, ConnectionLost):
        return str(error)  # between pipes nothing is tried again unasked
    return explain(error, zone, now_ms(), command)

"""Sending: a text of the command line, or standard input. Its place in the room is printed."""

from chatd.wire.commands import TEXT_BYTES_MAX, Posted
from chatd.wire.rooms import title_of

from ..console.directory import addressed
from ..errors import UsageError
from .pipe import Pipe, text_from_stdin

STDIN = "-"


def send(pipe: Pipe) -> None:
    """Say something to everyone."""
    _posted(pipe, pipe.client.send(text_of(pipe.arguments.text)))


def send_to(pipe: Pipe) -> None:
    """Say something to one user."""
    user = pipe.arguments.user_to.removeprefix("@")
    _posted(pipe, pipe.client.send_to(user, text_of(pipe.arguments.text)))


def post(pipe: Pipe) -> None:
    """Say something in a room."""
    _posted(pipe, pipe.client.post(addressed(pipe.arguments.room_to), text_of(pipe.arguments.text)))


def text_of(words: list[str], suffix: str = "") -> str:
    """Return the text of the arguments, or of standard input, and a suffix. Raises UsageError."""
    text = text_from_stdin() if words in ([], [STDIN]) else " ".join(words)
    text = text.rstrip()
    if not text:
        raise UsageError("there is no text; nothing was sent")
    text += suffix
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise UsageError("the text is not UTF-8; nothing was sent") from None
    if size > TEXT_BYTES_MAX:
        raise UsageError(
            f"a message has at most {TEXT_BYTES_MAX} bytes, not {size}; nothing was sent"
        )
    return text


def _posted(pipe: Pipe, posted: Posted) -> None:
    place = f"{title_of(posted.room, pipe.client.name)}#{posted.seq}"
    pipe.printer.answer(posted, [[("", place)]])

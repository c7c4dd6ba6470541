"""Asking: a question for people, and a script that waits for their answer.

An answer is a comment on the question or a message in its room that says one of the options
and nothing else. Without options it is the first comment, or whatever the other of two says.
"""

from collections.abc import Iterator
from time import monotonic

from chatd.wire.commands import Posted, Start
from chatd.wire.entries import Comment, Message
from chatd.wire.rooms import RoomKind, kind_of

from ..console.directory import addressed
from ..console.safe_text import safe_lines
from .choices import chosen
from .failures import complain
from .following import Follower
from .pipe import Pipe
from .reading import is_by_whom_it_should
from .sending import text_of
from .status import Status, TimedOut


def ask(pipe: Pipe) -> int:
    """Put a question, and print the first answer; return its status. Raises TimedOut."""
    choices: list[str] = pipe.arguments.options
    text = text_of(pipe.arguments.text, f" ({'/'.join(choices)})" if choices else "")
    follower = Follower(pipe.client, Start.NOW)  # before the question: no answer is too quick
    question = pipe.client.post(addressed(pipe.arguments.to), text)
    for reply in _replies(pipe, follower, question):
        if not choices:
            pipe.printer.answer(reply, safe_lines(reply.text))
            return Status.DONE
        place = chosen(choices, reply.text)
        if place is not None:
            pipe.printer.answer(reply, [[("", choices[place])]])
            return Status.SECOND_OPTION + place - 1 if place else Status.DONE
        if isinstance(reply, Comment):
            complain(f"{reply.author} gave another answer: {reply.text}")
    raise TimedOut("nobody answered in time")


def _replies(pipe: Pipe, follower: Follower, question: Posted) -> Iterator[Message | Comment]:
    """Yield what may answer a question, until the time is up."""
    timeout_seconds: float | None = pipe.arguments.timeout
    takes_messages = bool(pipe.arguments.options) or kind_of(question.room) is RoomKind.DIRECT
    deadline = None if timeout_seconds is None else monotonic() + timeout_seconds
    for event in follower.until(deadline):
        if not isinstance(event, Message | Comment) or event.room != question.room:
            continue
        if event.seq <= question.seq or not is_by_whom_it_should(pipe, event):
            continue
        if isinstance(event, Message) and takes_messages:
            yield event
        elif isinstance(event, Comment) and event.reply_to == question.seq:
            yield event

"""The arguments of commands: words into parameters. Raises UsageError for what makes no sense."""

import os
import re
from datetime import tzinfo
from pathlib import Path
from typing import NamedTuple

from chatd.wire.commands import (
    BAN_HOURS_MAX,
    PAGE_ITEMS_MAX,
    QUERY_CHARACTERS_MAX,
    REASON_CHARACTERS_MAX,
    TEXT_BYTES_MAX,
    Ban,
    History,
    RemovePost,
    Report,
    Search,
)
from chatd.wire.emoji import emoji_in
from chatd.wire.rooms import GENERAL, RoomKind, kind_of

from ..errors import UsageError
from ..when import BadTime, When, read_when
from .command_help import COMMAND_HELP
from .directory import addressed, room_named
from .emoji import emoji_named
from .typed import first_word, split_path

POSTS = "--posts"
WHERE = ("before", "after", "around")
_A_WHILE = re.compile(r"[-+]?\d+([.,]\d+)?\w?")


class ArgumentsError(UsageError):
    """What follows a command is not what it takes."""


def arguments_error(name: str, why: str) -> ArgumentsError:
    """Return the exception that says why, and how the command is typed."""
    return ArgumentsError(f"{why}\nlike this: {COMMAND_HELP[name].usage}")


def no_arguments(name: str, rest: str) -> None:
    """Refuse anything after the name of a command that takes nothing."""
    if rest.strip():
        raise arguments_error(name, f"{name} takes no arguments")


def text_of(name: str, rest: str) -> str:
    """Return a text to be sent, trailing blanks and line breaks dropped."""
    text = rest.rstrip()
    if not text.strip():
        raise arguments_error(name, "there is no text")
    size = len(text.encode("utf-8", "surrogateescape"))
    if size > TEXT_BYTES_MAX:
        raise UsageError(
            f"the text has {size} bytes, at most {TEXT_BYTES_MAX} go into one message\n"
            "send it in parts; Up brings it back"
        )
    return text


def user_and_text(rest: str) -> tuple[str, str]:
    """Return to whom, and what."""
    user, text = first_word(rest)
    if not user:
        raise arguments_error("send-to", "to whom?")
    return user.removeprefix("@"), text_of("send-to", text)


def room_and_text(rest: str) -> tuple[str, str]:
    """Return into which room, and what."""
    room, text = first_word(rest)
    if not room:
        raise arguments_error("post", "where?")
    return room, text_of("post", text)


def room_and_label(rest: str) -> tuple[str, str]:
    """Return into which room a hook posts, and what it is for."""
    room, label = first_word(rest)
    if not label.strip():
        raise arguments_error(
            "hook", "into which room, and what is it for? the label shows in the room"
        )
    return addressed(room), label.strip()


def text_at(rest: str, now_ms: int, tz: tzinfo | None) -> tuple[When, str, str]:
    """Return when to post, to which room or user ("" for here), and what."""
    try:
        when, rest = read_when(rest, now_ms, tz)
    except BadTime as error:
        raise arguments_error("send-at", str(error)) from None
    word, after = first_word(rest)
    if word != "to":
        return when, "", text_of("send-at", rest)
    to, text = first_word(after)
    if not to:
        raise arguments_error("send-at", "to whom?")
    return when, to, text_of("send-at", text)


def token_label(rest: str) -> str:
    """Return the label of a token to be made."""
    verb, label = first_word(rest)
    if verb != "create":
        raise arguments_error(
            "token", "`token create` makes one; `devices` lists and `revoke` ends them"
        )
    if not label.strip():
        raise arguments_error("token", "what is it for? the label shows in `devices`")
    return label.strip()


def file_to_send(rest: str) -> tuple[Path, str, str]:
    """Return which file, to which room or user ("" for here), and the caption."""
    path, rest = _path_and_rest("send-file", rest)
    if path is None:
        raise arguments_error("send-file", "which file?")
    word, after = first_word(rest)
    if word != "to":
        return path, "", rest.strip()
    to, caption = first_word(after)
    if not to:
        raise arguments_error("send-file", "to whom?")
    return path, to, caption.strip()


def file_to_fetch(rest: str, me: str, *, here: str) -> tuple[str, int, Path | None]:
    """Return the room and number of a file's entry, and where the file is to go, if given.

    here: the id of the room that is meant by a number alone.
    """
    word, rest = first_word(rest)
    if not word:
        raise arguments_error("get-file", "which file? name its place, as in general#42")
    place = _place("get-file", word, me, here)
    path, rest = _path_and_rest("get-file", rest)
    if rest.strip():
        raise arguments_error(
            "get-file",
            f"`{rest.strip()}` is one argument too many; put a path with spaces in quotes",
        )
    return *place, path


def _path_and_rest(name: str, text: str) -> tuple[Path | None, str]:
    """Split a path off; None if there is none."""
    try:
        path, rest = split_path(text)
    except ValueError:
        raise arguments_error(name, "an unclosed quote, or a backslash at the end") from None
    return (Path(os.path.expanduser(path)) if path else None), rest


def number_of(name: str, rest: str, which: str) -> int:
    """Return the number that is all a command takes. which: the question without one."""
    if not _is_number(rest.strip()):
        raise arguments_error(name, which)
    return int(rest)


class Place(NamedTuple):
    """Where an entry stands. room: an id."""

    room: str
    seq: int


def entry_of(name: str, rest: str, me: str, here: str) -> Place:
    """Return the entry that is meant by `bob#12`, or by `12` or `#12` of the room `here`."""
    words = rest.split()
    if len(words) != 1:
        raise arguments_error(
            name, "which entry? give its room and number as they stand in front of it"
        )
    return _place(name, words[0], me, here)


def entry_and_text(name: str, rest: str, me: str, here: str) -> tuple[Place, str]:
    """Return which entry, and what to say of it."""
    word, text = first_word(rest)
    return entry_of(name, word, me, here), text_of(name, text)


def entry_and_emoji(name: str, rest: str, me: str, here: str) -> tuple[Place, str]:
    """Return which entry, and which emoji, that may be named, as in `:heart:`."""
    word, emoji = first_word(rest)
    place = entry_of(name, word, me, here)
    if len(emoji.split()) != 1:
        raise arguments_error(name, "one emoji, please" if emoji.strip() else "with which emoji?")
    named = emoji_in(emoji_named(emoji.strip()))
    if named is None:
        raise arguments_error(name, f"`{emoji.strip()}` is not an emoji; Tab completes some names")
    return place, named


def _place(name: str, word: str, me: str, here: str) -> Place:
    title, _, seq = word.rpartition("#")
    if not _is_number(seq):
        raise arguments_error(name, f"`{word}` is not an entry; write one like general#42")
    return Place(room_named(title, me) if title else here, int(seq))


def room_or_here(name: str, rest: str, me: str, here: str) -> str:
    """Return the room that is named, or `here`."""
    words = rest.split()
    if len(words) > 1:
        raise arguments_error(name, "one room or user at a time")
    return room_named(words[0], me) if words else here


def user_of(name: str, rest: str) -> str:
    """Return the user who is all a command takes."""
    words = rest.split()
    if len(words) != 1:
        raise arguments_error(name, "one user" if words else "which user?")
    return words[0].removeprefix("@")


def prefix_of(name: str, rest: str) -> str:
    """Return how names are to begin, "" for any."""
    if len(rest.split()) > 1:
        raise arguments_error(name, "names have no spaces")
    return rest.strip().removeprefix("@")


def posts_or_not(rest: str) -> tuple[bool, str]:
    """Return whether `--posts` was said, and what was said besides."""
    words = rest.split()
    posts = POSTS in words
    return posts, " ".join(word for word in words if word != POSTS)


def report_of(rest: str, me: str, *, here: str) -> Report:
    """Return what is reported. here: the room of an entry that is named by `#42` alone."""
    user, reason = first_word(rest.rstrip())
    if not user:
        raise arguments_error("report", "whom, and why?")
    words = reason.split()
    title, _, number = words[-1].rpartition("#") if words and "#" in words[-1] else ("", "", "")
    room = seq = None
    if _is_number(number):
        reason = reason.removesuffix(words[-1]).rstrip()
        room, seq = room_named(title or here, me), int(number)
    if not reason.strip():
        raise arguments_error("report", "why? a few words for the administrators")
    _check_reason("report", reason)
    return Report(user.removeprefix("@"), reason, room, seq)


def removal_of(rest: str, me: str, *, here: str) -> RemovePost:
    """Return what to remove, and why. here: the room of an entry that is named by `42` alone."""
    word, reason = first_word(rest.rstrip())
    place = entry_of("remove", word, me, here)
    _check_reason("remove", reason)
    return RemovePost(*place, reason)


def _check_reason(name: str, reason: str) -> None:
    if len(reason) > REASON_CHARACTERS_MAX:
        raise arguments_error(name, f"the reason has more than {REASON_CHARACTERS_MAX} characters")


def ban_of(rest: str) -> Ban:
    """Return whom to ban, for how many hours if that is said, and why."""
    user, reason = first_word(rest.rstrip())
    if not user:
        raise arguments_error("ban", "whom?")
    word, after = first_word(reason)
    hours = None
    if _is_number(word):
        hours, reason = int(word), after
        if not 1 <= hours <= BAN_HOURS_MAX:
            raise arguments_error("ban", f"a ban takes from 1 to {BAN_HOURS_MAX} hours")
    elif _A_WHILE.fullmatch(word):  # taken for a reason, it would ban for a time not meant
        raise arguments_error("ban", "hours must be a whole number, as in `ban eve 24 spam`")
    _check_reason("ban", reason)
    return Ban(user.removeprefix("@"), hours, reason)


def room_to_talk(rest: str, me: str) -> str:
    """Return the id of the room to talk to, "" for none. Of a group the id may be its title."""
    words = rest.split()
    if len(words) > 1:
        raise arguments_error("talk", "one room or user at a time")
    room = room_named(words[0], me) if words else ""
    if kind_of(room) is RoomKind.SELF:
        raise arguments_error("talk", "that is you; name somebody else")
    if "," in room and me not in room.split(","):
        raise arguments_error("talk", f"you are not in {room}")
    return room


def room_of(name: str, rest: str, me: str) -> str:
    """Return the id of the room that is all a command takes; of a group it may be the title."""
    words = rest.split()
    if len(words) != 1:
        raise arguments_error(name, "one room at a time" if words else "which room?")
    return room_named(words[0], me)


def history_of(rest: str, me: str, *, here: str = GENERAL, limit: int) -> History:
    """Return what to read. here: the room without one; limit: how many without a number.

    `bob#12` stands for `bob around 12`.
    """
    words = rest.split()
    room = here
    if words and words[0] not in WHERE and not (len(words) == 1 and _is_number(words[0])):
        title, _, seq = words.pop(0).rpartition("#") if "#" in words[0] else (words.pop(0), "", "")
        room = room_named(title, me)
        words = ["around", seq, *words] if seq else words
    where, words = _where(words)
    if words:
        limit = _count(words.pop(0))
    if words:
        raise arguments_error("history", f"`{words[0]}` is one argument too many")
    return History(room, where.get("before"), where.get("after"), where.get("around"), limit)


def search_of(rest: str, me: str, *, limit: int) -> Search:
    """Return what to look for: words, and at the end `in` a room and `from` a user."""
    words = rest.split()
    where: dict[str, str] = {}
    while len(words) > 2 and words[-2] in ("in", "from") and words[-2] not in where:
        named, word = words.pop(), words.pop()
        where[word] = room_named(named, me) if word == "in" else named.removeprefix("@")
    text = " ".join(words)
    if not text:
        raise arguments_error("search", "for what?")
    if len(text) > QUERY_CHARACTERS_MAX:
        raise UsageError(f"at most {QUERY_CHARACTERS_MAX} characters can be searched for")
    return Search(text, where.get("in"), where.get("from"), limit=limit)


def _where(words: list[str]) -> tuple[dict[str, int], list[str]]:
    if not words or words[0] not in WHERE:
        return {}, words
    if len(words) < 2 or not _is_number(words[1]):
        raise arguments_error(
            "history", f"{words[0]} which entry? give its number, as in general#42"
        )
    return {words[0]: int(words[1])}, words[2:]


def _count(word: str) -> int:
    if not _is_number(word) or not 1 <= int(word) <= PAGE_ITEMS_MAX:
        raise arguments_error(
            "history", f"`{word}` is not a number of entries from 1 to {PAGE_ITEMS_MAX}"
        )
    return int(word)


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= 15

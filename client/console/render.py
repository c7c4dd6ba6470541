"""Entries and notices as lines for the screen. Pure: what comes out depends on what goes in.

    09:41 general#42 alice: an entry of the general room
    09:41 general#43 alice via ci: an entry that came by a hook
    09:42 bob#3 bob → alice: an entry of a direct room
                             goes on indented, never at the margin
    09:42 general#44 bob: > #42 alice: an entry of the…
                          a comment
    09:42 general#47 eve: > #44 (thread #42) bob: a comment
                          a comment on a comment
    09:41 general#42 alice: an entry of the general room (2 comments)
                             👍 2  🎉 1
    09:43 general#45 alice changes #42: the new text
    09:43 general#46 bob deletes #44
    09:43 general#47 bob reacts 👍 to #42
    09:43 general#48 alice pins #42
    09:43 @alice#7 new device 2: laptop

Whatever others wrote goes through `safe` or `safe_lines`; whatever is printed is wrapped here.
"""

from datetime import date

from chatd.wire import commands as c
from chatd.wire import entries as e
from chatd.wire.media_types import BINARY
from chatd.wire.rooms import RoomKind, kind_of, title_of
from chatd.wire.sizes import size_text

from ..events import SeenEntry
from .announcements import announcement, is_urgent, with_reason
from .palette import style_of
from .safe_text import safe, safe_lines
from .styled import DIM, ERROR, MENTION, RULE, UNREAD, Fragment, Line
from .times import Zone, day_name
from .wrapping import cut, hang, indent_max, width_of

RULE_COLUMNS_MAX = 72
QUOTE_COLUMNS_MIN = 24
"""So much of a quote is shown on the narrowest screen, on a second line if it must be."""


class Renderer:
    """Renders for one user on one screen. me: the user's name; width: of the screen, columns."""

    def __init__(self, me: str, zone: Zone, width: int = 80) -> None:
        self.me = me
        self.zone = zone
        self.width = width

    # -- entries -----------------------------------------------------------------------------

    def entry(self, entry: SeenEntry) -> list[Line]:
        """Return an entry as lines."""
        style = MENTION if self.me in e.mentioned_in(entry) else DIM
        stamp = (style, f"{self.zone.clock(entry.ts)} {self.reference(entry)} ")
        if isinstance(entry, e.Post) and entry.deleted:
            return self._deleted(stamp, entry)
        if isinstance(entry, e.Message | e.Comment):
            return self._said(stamp, entry)
        if isinstance(entry, e.Revision):
            return self._revised(stamp, entry)
        if isinstance(entry, e.File):
            head = [stamp, *self._author(entry), ("", " sends ")]
            return hang(head, self._file_lines(entry), self.width)
        style = "" if is_urgent(entry) else DIM
        lines = announcement(entry, self.zone).split("\n")
        return hang([stamp], [[(style, safe(line))] for line in lines], self.width)

    def _file_lines(self, entry: e.File) -> list[Line]:
        """Return what a file is, how to get it, and its caption."""
        kind = "" if entry.media_type in ("", BINARY) else f"{safe(entry.media_type)}, "
        pixels = f"{entry.width}×{entry.height}, " if entry.width else ""
        about = f" ({kind}{pixels}{size_text(entry.size)}; get-file {self.reference(entry)})"
        first: Line = [("bold", safe(entry.name)), (DIM, about), *_comments(entry), *_pinned(entry)]
        return [first, *(safe_lines(entry.text) if entry.text else []), *_reactions(entry)]

    def reference(self, entry: e.Entry) -> str:
        """Return where an entry stands, in short: `general#42`, `bob#3`."""
        return f"{safe(title_of(entry.room, self.me))}#{entry.seq}"

    def _said(self, stamp: Fragment, entry: e.Message | e.Comment) -> list[Line]:
        head = [stamp, *self._author(entry), *_via(entry), ("", ": ")]
        body = safe_lines(entry.text)
        if entry.edited:
            body[-1].append((DIM, " (edited)"))
        if isinstance(entry, e.Comment):
            body.insert(0, self._quote(entry, head))
        body[-1] += [*_comments(entry), *_pinned(entry)]
        return hang(head, [*body, *_reactions(entry)], self.width)

    def _deleted(self, stamp: Fragment, entry: e.Post) -> list[Line]:
        """Return what is left of a post."""
        head = [stamp, *self._author(entry), *_via(entry), ("", ": ")]
        said = with_reason("removed by an administrator", entry.reason)
        left = f"({said})" if entry.removed else "(deleted)"
        return hang(head, [[(DIM, safe(left)), *_comments(entry)]], self.width)

    def _revised(self, stamp: Fragment, entry: e.Revision) -> list[Line]:
        if isinstance(entry, e.Delete) and entry.removed:
            said = with_reason(f"an administrator removed #{entry.target}", entry.reason)
            return hang([stamp], [[(DIM, safe(said))]], self.width)
        head = [stamp, *self._author(entry)]
        if isinstance(entry, e.Reaction):
            emoji, place = safe(entry.emoji), f"#{entry.target}"
            said = (
                f" takes {emoji} back from {place}"
                if entry.removed
                else f" reacts {emoji} to {place}"
            )
            return hang([*head, (DIM, said)], [], self.width)
        if isinstance(entry, e.Pin):
            does = "unpins" if entry.removed else "pins"
            return hang([*head, (DIM, f" {does} #{entry.target}")], [], self.width)
        if isinstance(entry, e.Delete):
            return hang([*head, (DIM, f" deletes #{entry.target}")], [], self.width)
        head.append((DIM, f" changes #{entry.target}: "))
        text = safe_lines(entry.text) if entry.text else [[(DIM, "(the text is gone)")]]
        return hang(head, text, self.width)

    def _quote(self, comment: e.Comment, head: Line) -> Line:
        """Return what a comment answers, as much as fits after `head`."""
        thread = f" (thread #{comment.root})" if comment.root not in (0, comment.reply_to) else ""
        said = comment.quoted_text or "(gone)"
        quote = f"> #{comment.reply_to}{thread} {comment.quoted_author}: {said}"
        room = self.width - 1 - sum(width_of(text) for _, text in head)
        return [(DIM, cut(safe(quote), max(room, QUOTE_COLUMNS_MIN)))]

    def _author(self, entry: e.Post | e.Revision) -> Line:
        """Return who says it, and in a direct room to whom: nobody takes that for public."""
        author = self.name(entry.author)
        if kind_of(entry.room) is not RoomKind.DIRECT:
            return author
        other = title_of(entry.room, self.me)
        return [*author, (DIM, " → "), *self.name(self.me if entry.author == other else other)]

    def name(self, name: str) -> Line:
        """Return a name in its colour."""
        return [(style_of(name, self.me), safe(name))]

    # -- lines between entries ---------------------------------------------------------------

    def day(self, day: date) -> list[Line]:
        """Return the rule between two days."""
        return [self._rule(RULE, day_name(day))]

    def unread(self, text: str) -> list[Line]:
        """Return the rule in front of what is new."""
        return [self._rule(UNREAD, text)]

    def heading(self, text: str) -> list[Line]:
        """Return the rule above an answer."""
        return [self._rule(RULE, safe(text))]

    def _rule(self, style: str, text: str) -> Line:
        columns = min(self.width - 1, RULE_COLUMNS_MAX)
        return [(style, f"── {text} " + "─" * max(2, columns - width_of(text) - 4))]

    # -- what is not an entry ----------------------------------------------------------------

    def note(self, text: str) -> list[Line]:
        """Return a remark of the console."""
        return hang([(DIM, "· ")], [[(DIM, safe(text))]], self.width)

    def question(self, text: str) -> list[Line]:
        """Return a question, and on a further line how it is answered."""
        first, *more = text.split("\n")
        body: list[Line] = [[("bold", safe(first))], *([(DIM, safe(line))] for line in more)]
        return hang([("bold", "? ")], body, self.width)

    def error(self, text: str) -> list[Line]:
        """Return what went wrong and what to do; a further line of `text` goes below."""
        first, *more = text.split("\n")
        body: list[Line] = [[(ERROR, safe(first))], *([(DIM, safe(line))] for line in more)]
        return hang([(ERROR, "! ")], body, self.width)

    def echo(self, typed: str) -> list[Line]:
        """Return what the user has typed, to stand above its answer."""
        body: list[Line] = [[(DIM, safe(line))] for line in typed.split("\n")]
        return hang([(DIM, "> ")], body, self.width)

    def text(self, text: str) -> list[Line]:
        """Return plain words of the console."""
        return hang([], [[("", safe(text))]], self.width)

    def address(self, text: str) -> list[Line]:
        """Return an address of this server on one line, however long, for copying."""
        return [[("", safe(text))]]

    def fields(self, rows: list[tuple[str, str]]) -> list[Line]:
        """Return rows of a name and what belongs to it, the latter aligned.

        A name that is too long for its column has a line of its own above.
        """
        longest = max((width_of(name) for name, _ in rows), default=0)
        column = min(longest + 4, indent_max(self.width - 1))
        lines: list[Line] = []
        for name, value in rows:
            gap = column - 2 - width_of(name)
            if gap < 2:
                lines += hang([("", "  ")], [[("bold", name)]], self.width)
                name, gap = "", column - 2
            lines += hang([("bold", f"  {name}" + " " * gap)], [[("", safe(value))]], self.width)
        return lines

    def notice(self, notice: c.Notice) -> list[Line]:
        """Return what the server says by itself as lines; none for what only the toolbar shows."""
        if isinstance(notice, c.Gap):
            room = title_of(notice.room, self.me)
            return self.note(
                f"{room}#{notice.from_} to {room}#{notice.to} are gone: they have expired"
            )
        if isinstance(notice, c.Reset):
            room = title_of(notice.room, self.me)
            return self.note(f"{room} goes on where you last read; some of it may come again")
        if isinstance(notice, c.Error):
            return self.error(f"the server says: {notice.message} ({notice.code})")
        return []


def _comments(entry: e.Post) -> Line:
    """Return how many comments the thread has that an entry began, if there are any."""
    if isinstance(entry, e.Comment) or not entry.comments:
        return []
    return [(DIM, f" ({entry.comments} comment{'s' if entry.comments != 1 else ''})")]


def _pinned(entry: e.Post) -> Line:
    """Return who has pinned an entry, if somebody has."""
    return [(DIM, f" (pinned by {safe(entry.pinned_by)})")] if entry.pinned_by else []


def _reactions(entry: e.Post) -> list[Line]:
    """Return a line of how many have reacted with which emoji, if anybody has."""
    more = entry.more_reactions
    counts = (
        f"{safe(emoji)} {len(names) + more.get(emoji, 0)}"
        for emoji, names in entry.reactions.items()
    )
    return [[(DIM, "  ".join(counts))]] if entry.reactions else []


def _via(entry: e.Post) -> Line:
    """Return by which hook of its author an entry came, if it did: in front of what it says."""
    via = entry.via if isinstance(entry, e.Message) else ""
    return [(DIM, f" via {safe(via)}")] if via else []

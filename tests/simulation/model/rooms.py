"""Rooms: logs of which nothing is ever forgotten here, their readers, and what is gone of them."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Map = dict[str, Any]

HOUR_MS = 3_600_000
GATHER_MS = 1_100
"""Within this what was read is written down: a second, and what timers round up."""
QUOTED_CHARACTERS = 80
CHANGING = {*"text quoted_text edited deleted mentions reactions pinned_by".split()}
"""What edits, deletes, expiry and others change of any entry."""
THREAD = {"comments", "last_comment"}
"""What an entry shows of the thread that it began."""
REMOVED = {"removed", "reason"}
SAYING = ("message", "comment", "file")
SPOKEN = (*SAYING, "edit", "reaction", "pin")
DONE = ""
"""What a request is answered that is done, among the codes of those that are refused."""
TAKEN_BACK = {"name": "", "size": 0, "sha256": ""}
"""How the entry of a file that was deleted tells of it."""


@dataclass(frozen=True)
class Rules:
    """The settings that the model knows of, in ms, bytes and counts."""

    limit_messages: int = 5
    limit_private: int = 10
    limit_reactions: int = 3
    update_period_ms: int = HOUR_MS
    limit_show_messages: int = 2
    lifetime_ms: int = HOUR_MS
    keep_unread_ms: int = 6 * HOUR_MS
    warnings_limit: int = 2
    ban_ms: int = 4 * HOUR_MS
    admins: tuple[str, ...] = ("carol",)
    max_file_size_bytes: int = 100
    file_quota_bytes: int = 150


class Span(NamedTuple):
    """Both ends of what the rules leave open."""

    least: int
    most: int


@dataclass(frozen=True)
class File:
    """What a file is besides its caption."""

    name: str
    data: bytes

    @property
    def fields(self) -> Map:
        """How an entry tells of it: all files of the machine are named `.txt`, and are text."""
        told = {"name": self.name, "size": len(self.data), "media_type": "text/plain"}
        return told | {"sha256": digest(self.data).hex()}


def digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


@dataclass
class Item:
    """An entry. fields: what its kind has besides. mentions: for whom its text marks it.

    answers: the number of what it quotes, 0 if it quotes nothing. changes: of what it edits.
    file: what else a file is, whose caption is its text.
    said: all that its text has ever been, and for whom that marked it.
    reactions: who has reacted to it, by emoji, both in order, and by which entry.
    pinned: by which entry it is pinned, 0 if it is not.
    """

    ts: int
    kind: str
    author: str = ""
    text: str = ""
    mentions: tuple[str, ...] = ()
    fields: Map = field(default_factory=dict)
    answers: int = 0
    changes: int = 0
    deleted: bool = False
    file: File | None = None
    said: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)
    reactions: dict[str, dict[str, int]] = field(default_factory=dict)
    pinned: int = 0

    def __post_init__(self) -> None:
        self.say(self.text, self.mentions)

    @property
    def is_said(self) -> bool:
        """Whether somebody says something there, still."""
        return self.kind in SAYING and not self.deleted

    @property
    def words(self) -> list[str]:
        """What it says that nobody may read any more when it is gone."""
        name = self.file.name if self.file and not self.deleted else ""
        return [words for words in (name, self.text) if words]

    @property
    def quotes(self) -> set[str]:
        """What comments may ever have quoted of it."""
        name = [self.file.name] if self.file else []
        return {beginning(" ".join([*name, text] if text else name)) for text, _ in self.said}

    def say(self, text: str, mentions: tuple[str, ...] = ()) -> None:
        """Have another text."""
        self.text, self.mentions = text, mentions
        self.said.add((text, mentions))


@dataclass
class Period:
    """What is counted up to a time, and begins anew then. held: what of it was held before."""

    count: int = 0
    held: int = 0
    ends_ms: int = 0

    def used(self, now_ms: int) -> int:
        return self.count if now_ms < self.ends_ms else 0

    def held_used(self, now_ms: int) -> int:
        return self.held if now_ms < self.ends_ms else 0

    def add(self, now_ms: int, length_ms: int) -> None:
        if now_ms >= self.ends_ms:
            self.count, self.held, self.ends_ms = 0, 0, now_ms + length_ms
        self.count += 1


@dataclass
class Read:
    """How far a user has come in a room, `seq`, and where that was at which times."""

    seq: int
    times: list[tuple[int, int]] = field(default_factory=list)

    def come(self, now_ms: int, seq: int) -> None:
        self.seq = seq
        self.times.append((now_ms, seq))

    def by(self, ms: int) -> int:
        return max((seq for at_ms, seq in self.times if at_ms <= ms), default=0)


class Reader:
    """A user in a room, behind `start`. What was read lies between `sure`, on disk, and `most`.

    shown: up to where all devices are told that it was read, as long as the server runs.
    mark: from where it is to be unread, 0 for nowhere. until: how far the room had come by then.
    """

    def __init__(self, start: int) -> None:
        self.start = start
        self.sure, self.most = Read(start), Read(start)
        self.shown = self.mark = self.until = self.acked_ms = 0
        self.muted = False

    def floor(self, by_ms: int, late_ms: int = 0) -> Span:
        """Return up to where what was read must be gone, if that may be late, and may be gone."""
        least, most = self.sure.by(by_ms - late_ms), self.most.by(by_ms)
        return Span(max(self.start, least), max(self.start, most))


class Room:
    """A log and its readers.

    gone: up to where the server was last seen to have forgotten it.
    stays: for each user, behind which entry and up to which the room could be seen.
    lax_until_ms: before that, what is over may be there still. ended_ms: when it ended, 0 before.
    """

    def __init__(self, name: str, *names: str) -> None:
        self.name = name
        self.items: list[Item] = []
        self.readers: dict[str, Reader] = {}
        self.gone = 0
        self.stays: dict[str, list[tuple[int, int | None]]] = {}
        self.lax_until_ms = self.ended_ms = 0
        for reader in names:
            self.enter(reader, 0)

    @property
    def last(self) -> int:
        return len(self.items)

    def item(self, seq: int) -> Item:
        return self.items[seq - 1]

    def is_said(self, seq: int) -> bool:
        """Whether somebody says something at a place, still."""
        return 1 <= seq <= self.last and self.item(seq).is_said

    def all_said(self) -> list[int]:
        """Return the numbers of what is said, still."""
        return [seq for seq, item in enumerate(self.items, 1) if item.is_said]

    def is_revision(self, seq: int) -> bool:
        """Whether an entry only changes another, which shows the result."""
        return self.item(seq).kind in ("edit", "delete", "reaction", "pin")

    def over_own(self, name: str, seq: int, gone: int = 0) -> int:
        """Return how far who has read up to `seq` has come: own entries are never unread.

        gone: up to here there are none any more.
        """
        while gone <= seq < self.last and self.item(seq + 1).author == name:
            seq += 1
        return seq

    # -- who sees what -----------------------------------------------------------------------

    def enter(self, name: str, start: int) -> None:
        """A user sees what comes behind `start`."""
        self.readers[name] = Reader(start)
        self.stays.setdefault(name, []).append((start, None))

    def leave(self, name: str, now_ms: int, rules: Rules) -> None:
        """A user sees nothing more from here on."""
        del self.readers[name]
        start, _ = self.stays[name].pop()
        self.stays[name].append((start, self.last))
        # Whoever was the slowest is no more, and nobody looks for the next before it is time.
        self.lax_until_ms = now_ms + rules.lifetime_ms + GATHER_MS

    def may_be_known(self, name: str, seq: int) -> bool:
        """Whether a user was here when an entry came, or saw it as a newcomer."""
        stays = self.stays.get(name, [])
        return any(start < seq and (end is None or seq <= end) for start, end in stays)

    def met(self, name: str, other: str, start: int) -> bool:
        """Whether a user who is or was in this room, or comes behind `start`, saw another speak."""
        if name in self.stays:
            start = min(start for start, _ in self.stays[name])
        return any(item.author == other and item.kind in SPOKEN for item in self.items[start:])

    def edited_at(self, seq: int) -> int:
        """Return the number of what an entry edits, as long as that is there; else its own."""
        changes = self.item(seq).changes
        return changes if changes > self.gone else seq

    def root(self, seq: int) -> int:
        """Return the number of what the thread of an entry began with."""
        return int(self.item(seq).fields.get("root", seq))

    def thread(self, root: int) -> list[int]:
        """Return the numbers of the comments in the thread that an entry began."""
        items = enumerate(self.items, 1)
        return [seq for seq, item in items if item.answers and item.fields["root"] == root]

    def comments(self, root: int) -> int:
        """Return how many of these say something still, as far as the server has not forgotten."""
        return sum(seq > self.gone and self.is_said(seq) for seq in self.thread(root))

    def is_hidden(self, name: str, seq: int) -> bool:
        """Whether what was said at a place is older than a user's place here, and another's."""
        start, _ = self.stays[name][-1]
        return 0 < seq <= start and self.item(seq).author != name

    # -- what entries look like --------------------------------------------------------------

    def entry(self, seq: int, name: str = "") -> Map:
        """Return an entry as the server has to show it now, to a user if one is given."""
        item = self.item(seq)
        entry = {"room": self.name, "seq": seq, "ts": item.ts, "kind": item.kind, **item.fields}
        if item.file:
            entry |= TAKEN_BACK if item.deleted else item.file.fields
        is_over = 0 < item.changes <= self.gone
        shown = {
            "author": item.author,
            "text": "" if is_over else item.text,
            "mentions": [] if is_over else list(item.mentions),
            "quoted_text": self._quoted(item),
            "deleted": item.deleted,
        }
        if not item.deleted:
            shown["reactions"] = {e: list(names) for e, names in item.reactions.items() if names}
            shown["pinned_by"] = self.item(item.pinned).author if item.pinned else ""
        if item.kind in ("message", "file") and (thread := self.thread(seq)):
            entry |= {"comments": self.comments(seq), "last_comment": thread[-1]}
        if not entry.get("comments"):
            entry.pop("comments", None)
        entry |= {key: value for key, value in shown.items() if value}
        if item.kind in ("message", "comment"):
            entry.setdefault("text", "")
        if name and self.is_hidden(name, item.answers or item.changes):
            entry.pop("quoted_text" if item.answers else "text", None)
        return entry

    def _quoted(self, item: Item) -> str:
        if not item.answers or item.deleted or item.answers <= self.gone:
            return ""
        return beginning(" ".join(self.item(item.answers).words))

    def may_have_been(self, entry: Map, name: str) -> bool:
        """Whether an entry that was on its way to a user is one that was right once."""
        item, now = self.item(entry["seq"]), without_changing(self.entry(entry["seq"]))
        before = {**now, **item.file.fields} if item.file else now
        if without_changing(entry) not in (now, before):
            return False
        quotes = {""}
        is_hidden = self.is_hidden(name, item.answers or item.changes)
        if item.answers and not is_hidden:
            quotes |= self.item(item.answers).quotes
        if item.changes and is_hidden:
            return not entry.get("text")
        said = entry.get("text", ""), tuple(entry.get("mentions", ()))
        return entry.get("quoted_text", "") in quotes and said in item.said | {("", ())}


def without_changing(entry: Map) -> Map:
    """Return of an entry what no edit, no delete and no expiry changes."""
    kind = entry["kind"]
    changing = CHANGING | (REMOVED if kind in SPOKEN else set())
    changing |= THREAD if kind in ("message", "file") else set()
    return {key: value for key, value in entry.items() if key not in changing}


def beginning(text: str) -> str:
    """Return what a comment quotes of a text."""
    return text if len(text) <= QUOTED_CHARACTERS else text[: QUOTED_CHARACTERS - 1] + "…"


class Rooms:
    """All rooms, and time in them.

    now_ms, wall_ms: server time, and what the wall clock says.
    ended: rooms that are no more. lax_until_ms: before that, what is over may be there still.
    over: users whose accounts are over. noted: what has happened that no answer shows.
    online: with how many connections who is there.
    withdrawn: beginnings of texts that must be in no log and, behind a snapshot, in no file.
    fixed: behind which entry those see general who have posted there and do not follow.
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.now_ms = self.wall_ms = self.lax_until_ms = 0
        self.rooms = {"general": Room("general")}
        self.ended: dict[str, Room] = {}
        self.withdrawn: set[str] = set()
        self.fixed: dict[str, int] = {}
        self.users: list[str] = []
        self.online: Map = {}
        self.over: set[str] = set()
        self.noted: set[str] = set()
        self._numbered: Counter[tuple[str, str]] = Counter()

    @property
    def last_ms(self) -> int:
        """The stamp of the newest entry, 0 if there is none."""
        rooms = [*self.rooms.values(), *self.ended.values()]
        return max((item.ts for room in rooms for item in room.items), default=0)

    def number(self, kind: str, of: str = "") -> int:
        """Return the number of the next of a kind, of a user or a room: none is used again."""
        self._numbered[kind, of] += 1
        return self._numbered[kind, of]

    def register(self, name: str) -> None:
        self.users.append(name)
        self.rooms["@" + name] = Room("@" + name, name)

    def rooms_of(self, name: str) -> list[Room]:
        return [room for room in self.rooms.values() if name in room.readers]

    def any_room(self, name: str) -> Room:
        """Return a room that is, or was."""
        return self.rooms.get(name) or self.ended[name]

    def end_room(self, name: str) -> None:
        """Nobody is left in a room."""
        for item in self.rooms[name].items:
            self.withdraw(item)
        self.ended[name] = self.rooms.pop(name)
        self.ended[name].ended_ms = self.now_ms

    def tell(self, name: str, kind: str, /, **fields: object) -> None:
        """Add to a self log; nobody is told whose account is over."""
        if name in self.over:
            return
        text = str(fields.pop("text", ""))
        self.rooms["@" + name].items.append(Item(self.now_ms, kind, text=text, fields=fields))

    def append(self, room: Room, item: Item) -> int:
        """Add an entry to a room; return its number."""
        if room.name == "general" and item.author not in room.readers:
            self.fixed.setdefault(item.author, self.newcomer_start(room))
        room.items.append(item)
        reader = room.readers.get(item.author)
        for read in (reader.sure, reader.most) if reader else ():
            if read.seq == room.last - 1:
                read.come(self.now_ms, room.last)
        return room.last

    def withdraw(self, item: Item) -> None:
        """What an entry says must go from everywhere."""
        self.withdrawn |= marks([item])

    # -- reading -----------------------------------------------------------------------------

    def newcomer(self, name: str) -> None:
        """A user follows general, maybe for the first time."""
        room = self.rooms["general"]
        if name not in room.readers:
            start = self.fixed.pop(name, None)
            room.enter(name, self.newcomer_start(room) if start is None else start)

    def newcomer_start(self, room: Room) -> int:
        """Return behind which entry a newcomer sees a room: the last of what is said there."""
        shown = room.all_said()[-self.rules.limit_show_messages :]
        is_more = len(shown) == self.rules.limit_show_messages
        return max(shown[0] - 1 if is_more else 0, room.gone)

    def ack(self, name: str, room: Room, seq: int) -> None:
        """A device of a user has read a room up to `seq`."""
        reader = room.readers[name]
        if seq > reader.most.seq or seq > reader.sure.seq:
            reader.acked_ms = self.now_ms
            reader.most.come(self.now_ms, max(reader.most.seq, room.over_own(name, seq)))
        reader.shown = max(reader.shown, seq)
        if reader.mark and seq > reader.until:
            self.mark(name, room, 0)

    def mark(self, name: str, room: Room, seq: int) -> None:
        """A user wants a room to be unread from an entry on, or no more."""
        reader, until = room.readers[name], room.last if seq else 0
        if (reader.mark, reader.until) != (seq, until):
            reader.mark, reader.until = seq, until
            self.tell(name, "unread_from", in_room=room.name, in_seq=seq)

    def settled(self, is_stop: bool = False) -> None:
        """What was read a second ago is written down, and everything at a stop in good order."""
        for room in self.rooms.values():
            for name, reader in room.readers.items():
                if is_stop or self.now_ms - reader.acked_ms >= GATHER_MS:
                    self._write_down(room, name)

    def observed(self, name: str, room: Room, read_seq: int) -> None:
        """After a crash it was seen how far a reader has come."""
        reader = room.readers[name]
        # A crash may have lost what was shown; own entries that are gone count as read no more.
        least = reader.sure.seq if reader.sure.seq > room.gone else 0
        assert least <= read_seq <= reader.most.seq, (name, room.name, read_seq, reader)
        reader.sure.seq = reader.most.seq = reader.shown = read_seq

    def read(self, name: str, room: Room) -> Span:
        """Return up to where all devices of a user are told that it was read.

        Own entries behind what was read count as read only as long as they are there.
        """
        reader = room.readers[name]
        sure = reader.sure.seq if reader.sure.seq > room.gone else 0
        return Span(max(reader.shown, sure), reader.most.seq)

    def _write_down(self, room: Room, name: str) -> None:
        reader = room.readers[name]
        if reader.sure.seq == reader.most.seq:
            return
        reader.most.come(self.now_ms, room.over_own(name, reader.most.seq))
        # Own entries that were gone by then were not gone over.
        sure = room.over_own(name, reader.shown, room.gone)
        if sure > reader.sure.seq:
            reader.sure.come(self.now_ms, sure)

    # -- what is gone ------------------------------------------------------------------------

    @property
    def _late_ms(self) -> int:
        """For so long what is over may be there: floors move within a twelfth of the lifetime."""
        return self.rules.lifetime_ms // 12

    def hidden(self, name: str, room: Room) -> Span:
        """Return up to where a user must not see a room any more, and may not."""
        floor = room.readers[name].floor(self.now_ms - self.rules.lifetime_ms, self._late_ms)
        return Span(max(floor.least, room.gone), max(floor.most, self.gone(room).most))

    def sees(self, name: str, room: Room, seq: int) -> set[bool]:
        """Return whether a member sees an entry; both if either is right."""
        return {seq > end for end in self.hidden(name, room)}

    def gone(self, room: Room) -> Span:
        """Return up to where a room must be gone from memory: what all had to lose; and may be."""
        over_ms = self.now_ms - self.rules.lifetime_ms
        floors = [r.floor(over_ms, GATHER_MS + self._late_ms) for r in room.readers.values()]
        least = max(min((f.least for f in floors), default=0), self._too_old(room, GATHER_MS))
        most = max(min((f.most for f in floors), default=0), self._too_old(room, 0), room.gone)
        is_lax = self.now_ms < max(self.lax_until_ms, room.lax_until_ms)
        return Span(0 if is_lax else least, most)

    def saw_gone(self, room: Room, gone: int) -> None:
        """The server was seen to have forgotten a room up to here."""
        least, most = self.gone(room)
        assert least <= gone <= most, (room.name, least, gone, most)
        assert gone >= room.gone, room.name
        room.gone = gone

    def _too_old(self, room: Room, late_ms: int) -> int:
        if room.name != "general" and not room.name.startswith("+"):
            return 0
        kept_ms = max(self.rules.lifetime_ms, self.rules.keep_unread_ms)
        return sum(item.ts <= self.now_ms - late_ms - kept_ms for item in room.items)

    # -- what is unread ----------------------------------------------------------------------

    def unread(self, name: str, room: Room) -> Span:
        """Return how many posts of others wait for a user."""
        return self._others(name, room, room.all_said())

    def unread_comments(self, name: str, room: Room, root: int) -> Span:
        """Return how many comments of others wait for a user in a thread."""
        return self._others(name, room, [seq for seq in room.thread(root) if room.is_said(seq)])

    def _others(self, name: str, room: Room, said: list[int]) -> Span:
        others = [seq for seq in said if room.item(seq).author != name]
        return self._waiting(name, room, lambda behind: sum(seq > behind for seq in others))

    def mentions(self, name: str, room: Room) -> Span:
        """Return in how much of that a user is named; what was said and its edit are one."""
        seqs = range(room.gone + 1, room.last + 1)
        named = [seq for seq in seqs if name in room.entry(seq).get("mentions", ())]
        said = [(seq, room.item(seq).changes or seq) for seq in named]
        return self._waiting(name, room, lambda behind: len({s for n, s in said if n > behind}))

    def _waiting(self, name: str, room: Room, count: Callable[[int], int]) -> Span:
        """Return how much is counted behind what a user has read, or has marked."""
        reader = room.readers[name]
        marked = reader.mark - 1 if reader.mark else room.last
        read = max(min(reader.most.seq, marked), self.hidden(name, room).most)
        sure = max(min(max(reader.sure.seq, reader.shown), marked), room.gone)
        return Span(count(read), count(sure))


def marks(items: Iterable[Item]) -> set[str]:
    """Return the beginnings of all that entries say."""
    return {mark(words) for item in items for words in item.words}


def mark(text: str) -> str:
    """Return the beginning of a text, which no other text has."""
    return text.split(";")[0] + ";"

"""The rules of chatd in plain Python, as slow and as simple as can be, to hold a server against.

Nothing here comes from chatd. The model is told what users do and when (server time, ms),
and knows what they must be answered and must hear. Where the rules leave a choice it keeps
both ends of it: a reading device is written down within a second, a floor moves within a
twelfth of the lifetime, and a power cut may lose what was read in the last second.
"""

from dataclasses import dataclass, field

HOUR_MS = 3_600_000
NONCE_MS = HOUR_MS
GATHER_MS = 1_100
"""Within this what was read is written down: a second, and what timers round up."""


@dataclass(frozen=True)
class Rules:
    """The settings that the model knows of, in ms, bytes and counts."""

    limit_messages: int = 5
    limit_private: int = 5
    update_period_ms: int = HOUR_MS
    limit_show_messages: int = 2
    lifetime_ms: int = HOUR_MS
    keep_unread_ms: int = 6 * HOUR_MS


@dataclass(frozen=True)
class Item:
    """An entry. author: nobody in a self log; text: what was said, or the kind there."""

    ts: int
    author: str
    text: str


@dataclass
class Period:
    """What a user has used of a limit, and when that ends."""

    count: int = 0
    ends_ms: int = 0

    def used(self, now_ms: int) -> int:
        return self.count if now_ms < self.ends_ms else 0


@dataclass
class Reader:
    """A user in a room. What was read lies between `sure`, on disk, and `most`.

    reads_sure, reads_most: (when, up to where), to tell where the reader was at a time.
    """

    sure: int = 0
    most: int = 0
    acked_ms: int = 0
    start: tuple[int, int] = (0, 0)
    reads_sure: list[tuple[int, int]] = field(default_factory=list)
    reads_most: list[tuple[int, int]] = field(default_factory=list)

    def floor_least(self, ms: int) -> int:
        """Return up to where everything read by `ms` must be gone."""
        return max([self.start[0], *(seq for at_ms, seq in self.reads_sure if at_ms <= ms)])

    def floor_most(self, ms: int) -> int:
        """Return up to where anything read by `ms` may be gone."""
        return max([self.start[1], *(seq for at_ms, seq in self.reads_most if at_ms <= ms)])


class Room:
    """A log of which nothing is ever forgotten here, and its readers."""

    def __init__(self, name: str, *names: str) -> None:
        self.name = name
        self.items: list[Item] = []
        self.readers = {name: Reader() for name in names}

    @property
    def last(self) -> int:
        return len(self.items)

    def item(self, seq: int) -> Item:
        return self.items[seq - 1]

    def over_own(self, name: str, seq: int) -> int:
        """Return how far who has read up to `seq` has come: own entries are never unread."""
        while seq < self.last and self.item(seq + 1).author == name:
            seq += 1
        return seq


class Model:
    """What the server must know and do.

    lax_until_ms: before that, what is over may be there still.
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.lax_until_ms = 0
        self.rooms = {"general": Room("general")}
        self._periods: dict[tuple[str, str], Period] = {}
        self._nonces: dict[tuple[str, str], tuple[tuple[str, str], str, int, int]] = {}

    @property
    def last_ms(self) -> int:
        """The stamp of the newest entry, 0 if there is none."""
        return max((item.ts for room in self.rooms.values() for item in room.items), default=0)

    def register(self, name: str) -> None:
        self.rooms["@" + name] = Room("@" + name, name)

    def rooms_of(self, name: str) -> list[Room]:
        return [room for room in self.rooms.values() if name in room.readers]

    # -- posting -----------------------------------------------------------------------------

    def room_for(self, author: str, to: str) -> str:
        return ",".join(sorted([author, to])) if to else "general"

    def known(self, author: str, nonce: str, to: str, text: str, now_ms: int) -> object:
        """Return where a nonce's post is, "conflict", or None if it is new."""
        receipt = self._nonces.get((author, nonce)) if nonce else None
        if receipt is None or now_ms - receipt[3] >= NONCE_MS:
            return None
        return receipt[1:] if receipt[0] == (to, text) else "conflict"

    def left(self, name: str, room: str, now_ms: int) -> int:
        """Return how much a user may still post into a room."""
        limit = self._limit(room)
        return max(0, limit - self._period(name, room).used(now_ms))

    def reset_at(self, name: str, room: str, now_ms: int) -> int | None:
        period = self._period(name, room)
        return period.ends_ms if period.used(now_ms) else None

    def post(self, author: str, to: str, text: str, nonce: str, now_ms: int) -> tuple[str, int]:
        """Post, which must be allowed; return room and number."""
        name = self.room_for(author, to)
        if name not in self.rooms:
            self.rooms[name] = Room(name, *dict.fromkeys([author, to]))
        room = self.rooms[name]
        period = self._period(author, name)
        if now_ms >= period.ends_ms:
            period.count, period.ends_ms = 0, now_ms + self.rules.update_period_ms
        period.count += 1
        room.items.append(Item(now_ms, author, text))
        self._read_own(room, author, now_ms)
        if nonce:
            self._nonces[author, nonce] = ((to, text), name, room.last, now_ms)
        return name, room.last

    def tell(self, name: str, kind: str, now_ms: int) -> None:
        """Add to a self log."""
        self.rooms["@" + name].items.append(Item(now_ms, "", kind))

    def _read_own(self, room: Room, author: str, now_ms: int) -> None:
        reader = room.readers[author]
        if reader.sure == room.last - 1:
            reader.sure = room.last
            reader.reads_sure.append((now_ms, room.last))
        if reader.most == room.last - 1:
            reader.most = room.last
            reader.reads_most.append((now_ms, room.last))

    def _period(self, name: str, room: str) -> Period:
        key = (name, "general" if room == "general" else "")
        return self._periods.setdefault(key, Period())

    def _limit(self, room: str) -> int:
        return self.rules.limit_messages if room == "general" else self.rules.limit_private

    # -- reading -----------------------------------------------------------------------------

    def newcomer(self, name: str, now_ms: int) -> None:
        """A user follows general, maybe for the first time."""
        room = self.rooms["general"]
        if name not in room.readers:
            before = room.last - self.rules.limit_show_messages
            start = max(before, self.gone_least(room, now_ms)), max(
                before, self.gone_most(room, now_ms)
            )
            room.readers[name] = Reader(*start, start=start)

    def ack(self, name: str, room: Room, seq: int, now_ms: int) -> None:
        """A device of a user has read a room up to `seq`."""
        reader = room.readers[name]
        if seq > reader.most or seq > reader.sure:
            reader.acked_ms = now_ms
            reader.most = max(reader.most, room.over_own(name, seq))
            reader.reads_most.append((now_ms, reader.most))

    def settled(self, now_ms: int) -> None:
        """Time has gone by: what was read a second ago is written down."""
        for room in self.rooms.values():
            for name, reader in room.readers.items():
                if now_ms - reader.acked_ms >= GATHER_MS and reader.sure < reader.most:
                    self._write_down(room, name, now_ms)

    def stopped(self, now_ms: int) -> None:
        """The server stopped in good order: everything is written down."""
        for room in self.rooms.values():
            for name in room.readers:
                self._write_down(room, name, now_ms)

    def observed(self, name: str, room: Room, read_seq: int) -> None:
        """After a crash it was seen how far a reader has come."""
        reader = room.readers[name]
        assert reader.sure <= read_seq <= reader.most, (name, room.name, read_seq, reader)
        reader.sure = reader.most = read_seq

    def _write_down(self, room: Room, name: str, now_ms: int) -> None:
        reader = room.readers[name]
        reader.most = room.over_own(name, reader.most)
        reader.sure = reader.most
        reader.reads_sure.append((now_ms, reader.sure))
        reader.reads_most.append((now_ms, reader.most))

    # -- what is gone ------------------------------------------------------------------------

    def hidden_least(self, name: str, room: Room, now_ms: int) -> int:
        """Return up to where a user must not see a room any more."""
        late_ms = now_ms - self.rules.lifetime_ms - self.rules.lifetime_ms // 12
        return room.readers[name].floor_least(late_ms)

    def hidden_most(self, name: str, room: Room, now_ms: int) -> int:
        """Return up to where a user may not see a room any more."""
        floor = room.readers[name].floor_most(now_ms - self.rules.lifetime_ms)
        return max(floor, self.gone_most(room, now_ms))

    def gone_least(self, room: Room, now_ms: int) -> int:
        """Return up to where a room must be gone from memory: what all were to lose by now."""
        if now_ms < self.lax_until_ms:
            return 0
        floors = [self.hidden_least(n, room, now_ms - GATHER_MS) for n in room.readers]
        return max(min(floors, default=0), self._too_old(room, now_ms - GATHER_MS))

    def gone_most(self, room: Room, now_ms: int) -> int:
        """Return up to where a room may be gone from memory."""
        ms = now_ms - self.rules.lifetime_ms
        floors = [reader.floor_most(ms) for reader in room.readers.values()]
        return max(min(floors, default=0), self._too_old(room, now_ms))

    def unread(self, name: str, room: Room, now_ms: int) -> tuple[int, int]:
        """Return how many entries of others wait for a user, at least and at most."""
        reader = room.readers[name]

        def behind(seq: int) -> int:
            return sum(item.author != name for item in room.items[seq:])

        most_gone = max(reader.most, self.hidden_most(name, room, now_ms))
        return behind(most_gone), behind(max(reader.sure, self.gone_least(room, now_ms)))

    def _too_old(self, room: Room, now_ms: int) -> int:
        if room.name != "general":
            return 0
        limit_ms = now_ms - max(self.rules.lifetime_ms, self.rules.keep_unread_ms)
        return sum(item.ts <= limit_ms for item in room.items)

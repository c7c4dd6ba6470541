"""What the state is made of. Every field is a builtin or another of these structs.

The snapshot is this model turned to builtins, field by field by name: a renamed module or class
breaks no old file, and any change of a field is another format (`chatd.disk.formats`).
"""

import msgspec
from msgspec import field

from chatd.core.checkpoints import Checkpoint, append, dated_anew, due_ms
from chatd.core.group import Group
from chatd.core.idempotency import IdempotencyRecords
from chatd.core.log import Log
from chatd.wire.rooms import GENERAL, RoomKind, kind_of

WARNING_KEPT_MS = 30 * 86_400_000
"""How long a warning counts."""


REACH_PERIOD_MS = 86_400_000
"""How long it counts that one user put something into the self log of another."""


UPLOAD_BYTES_BESIDE = 16 * 1024
"""What an upload takes besides its bytes: a block on the disk, an entry of a folder, memory."""


class Credentials(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What proves a password without being it (RFC 5802, section 3)."""

    salt: bytes
    iterations: int
    stored_key: bytes
    server_key: bytes


class DeviceToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A device that may log in without the password. Only the token's SHA-256 is kept."""

    number: int
    label: str
    token_hash: bytes
    created_ms: int


class RateWindow(msgspec.Struct, forbid_unknown_fields=True):
    """How many entries a user posted in the running period, and when that ends.

    held: how many of them had been scheduled and held.
    """

    count: int = 0
    reset_at_ms: int = 0
    held: int = 0

    def used(self, now_ms: int) -> int:
        """Return the entries that count now: a limit ends on time, its timer may be late."""
        return self.count if now_ms < self.reset_at_ms else 0

    def spend(self, reset_at_ms: int) -> bool:
        """Count one entry in the period that ends at `reset_at_ms`; return if it has just begun."""
        begins = reset_at_ms != self.reset_at_ms
        if begins:
            self._begin(reset_at_ms)
        self.count += 1
        return begins

    def held_used(self, now_ms: int) -> int:
        """Return the entries that had been held and count now."""
        return self.held if now_ms < self.reset_at_ms else 0

    def spend_held(self, reset_at_ms: int) -> None:
        """Note that the entry which is counted next had been held."""
        if reset_at_ms != self.reset_at_ms:
            self._begin(reset_at_ms)
        self.held += 1

    def last_for(self, period_ms: int, before_ms: int | None, now_ms: int) -> None:
        """Let the running period end as if it had been one of `period_ms` from its start.

        before_ms: how long it was to be, None if that is not known.
        """
        if self.reset_at_ms > now_ms:
            start_ms = now_ms if before_ms is None else self.reset_at_ms - before_ms
            latest_ms = self.reset_at_ms if before_ms is None else now_ms + period_ms
            self.reset_at_ms = min(start_ms + period_ms, latest_ms)

    def _begin(self, reset_at_ms: int) -> None:
        self.reset_at_ms = reset_at_ms
        self.count = self.held = 0


class Member(msgspec.Struct, forbid_unknown_fields=True):
    """A user in a room.

    read_seq: the highest entry that any of the user's devices acknowledged.
    floor: entries up to here are gone for this user.
    joined_ms: when the user joined, where one does that.
    first_floor: entries up to here were never shown to this user.
    checkpoints: when `floor` moves, and where to; all of them ascend.
    joined_floor: entries up to here were there when the user came, the last time, and not shown.
    muted: whether nothing of the room but a mention calls the user.
    unread_from: the entry from which the user wants the room to be unread; 0 for none.
    unread_until: the last entry that there was when the user said so.
    """

    read_seq: int = 0
    floor: int = 0
    checkpoints: list[Checkpoint] = field(default_factory=list)
    joined_ms: int = 0
    first_floor: int = 0
    joined_floor: int = 0
    muted: bool = False
    unread_from: int = 0
    unread_until: int = 0

    @classmethod
    def newcomer(cls, floor: int, joined_ms: int = 0) -> "Member":
        """Return the place of a user who is shown entries after `floor` from now on."""
        return cls(floor, floor, joined_ms=joined_ms, first_floor=floor, joined_floor=floor)

    @property
    def hidden_up_to(self) -> int:
        """The number up to which entries are older than this user's place in the room."""
        return max(self.first_floor, self.joined_floor)  # older versions noted the first only

    @property
    def unread_after(self) -> int:
        """The number after which entries count as unread: what was read, unless marked again."""
        return min(self.read_seq, self.unread_from - 1) if self.unread_from else self.read_seq

    def read(self, seq: int, at_ms: int, due: int) -> None:
        """Move `read_seq` up to `seq`, which will be gone for this user at `due`; 0 is never."""
        self.read_seq = seq
        due = due or due_ms(at_ms, 0)
        last = self.checkpoints[-1] if self.checkpoints else None
        if last is not None and last.due_ms >= due:  # nothing is gone before what was read earlier
            self.checkpoints[-1] = Checkpoint(last.due_ms, seq, at_ms)
        else:
            self._pass(at_ms)  # one more comes, so those that have passed go
            append(self.checkpoints, due, seq, at_ms)

    def live_by(self, lifetime_ms: int, before_ms: int | None, now_ms: int) -> None:
        """Let another lifetime hold for all that has been read. What is gone stays gone.

        before_ms: the one that held up to now, None if that is not known.
        """
        self._pass(now_ms)
        known_seq = self.checkpoints[-1].seq if self.checkpoints else self.floor
        if known_seq < self.read_seq:  # older versions noted nothing while there was no lifetime
            self.read(self.read_seq, now_ms, 0)
        self.checkpoints = dated_anew(self.checkpoints, before_ms, lifetime_ms, now_ms)

    def _pass(self, now_ms: int) -> None:
        """Move `floor` over what is gone by now."""
        while self.checkpoints and self.checkpoints[0].due_ms <= now_ms:
            self.floor = self.checkpoints.pop(0).seq

    def floor_at(self, now_ms: int) -> int:
        """Return the floor as of now, whether or not anything has moved it yet."""
        floor = self.floor
        for checkpoint in self.checkpoints:
            if checkpoint.due_ms > now_ms:
                break
            floor = checkpoint.seq
        return floor


class Upload(msgspec.Struct, forbid_unknown_fields=True):
    """A file that is coming, piece by piece. offset: the bytes that are there.

    size, sha256: None until they are known. asked: the room in the owner's words.
    """

    number: int
    owner: str
    room: str
    name: str
    size: int | None
    sha256: bytes | None
    caption: str
    expires_ms: int
    offset: int = 0
    asked: str = ""

    @property
    def claimed_bytes(self) -> int:
        """What it takes of its owner's quota: its size, as far as that is known."""
        return self.offset if self.size is None else self.size

    @property
    def charged_bytes(self) -> int:
        """What it takes of the room that there is for all unfinished uploads."""
        return self.claimed_bytes + UPLOAD_BYTES_BESIDE

    @property
    def is_whole(self) -> bool:
        """Whether all bytes are there that were announced."""
        return self.offset == self.claimed_bytes


class Blob(msgspec.Struct, forbid_unknown_fields=True):
    """The bytes of a file on disk. entries: how many need them."""

    number: int
    size: int
    entries: int = 1


class Scheduled(msgspec.Struct, forbid_unknown_fields=True):
    """A text that is to be posted. room: where; a direct room may yet have to be opened.

    held_by: why it was not posted when it was due, as the code of an error; empty if it was not
    due yet. held_until_ms: when to try again.
    failed_by: why it can't be posted at all, likewise; reason: the same for people; failed_ms:
    since when. It waits for its author then, and for nothing else.
    mentions: the users whom the text named when it was scheduled; None where nobody has looked.
    """

    number: int
    at_ms: int
    room: str
    text: str
    held_until_ms: int = 0
    held_by: str = ""
    failed_by: str = ""
    reason: str = ""
    failed_ms: int = 0
    mentions: list[str] | None = None

    @property
    def is_held(self) -> bool:
        """Whether it was due and could not be posted."""
        return bool(self.held_until_ms)


class GivenWarning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A warning. network: where its giver registered from; the account may be no more."""

    report: int
    ts: int
    network: bytes = b""


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a user said against another. room, seq: about which entry, if about one.

    quote: the beginning of that entry, as it was then.
    """

    number: int
    ts: int
    reporter: str
    user: str
    reason: str
    room: str = ""
    seq: int = 0
    quote: str = ""


class Room(msgspec.Struct, forbid_unknown_fields=True):
    """A log and who may see it.

    group: what only a group has.
    files: SHA-256 by the number of an entry that is a file.
    comments: by the number of an entry, those of the comments on it, in order.
    edits: by the number of an entry, that of its latest edit.
    threads: by the number of a comment, that of the entry which its thread began with.
    latest: by author, the number of what that one said last, which may be gone.
    newcomers: by users who posted or read here and do not follow yet, the number after which
    they see entries. They hold nothing back that has expired for all members.
    reactions: by the number of a post and by emoji, who has reacted so, in which entry.
    pins: by the number of a post that is pinned, that of the entry which says so.
    active_ms: when somebody last posted here, whether or not that is still there; where nobody has,
    when it came about.
    """

    room: str
    created_ms: int = 0
    members: dict[str, Member] = field(default_factory=dict)
    log: Log = field(default_factory=Log)
    files: dict[int, bytes] = field(default_factory=dict)
    comments: dict[int, list[int]] = field(default_factory=dict)
    edits: dict[int, int] = field(default_factory=dict)
    group: Group | None = None
    threads: dict[int, int] = field(default_factory=dict)
    latest: dict[str, int] = field(default_factory=dict)
    newcomers: dict[str, int] = field(default_factory=dict)
    reactions: dict[int, dict[str, dict[str, int]]] = field(default_factory=dict)
    pins: dict[int, int] = field(default_factory=dict)
    active_ms: int = 0

    def __post_init__(self) -> None:
        self.active_ms = self.active_ms or self.created_ms

    @property
    def kind(self) -> RoomKind:
        """What kind of room this is."""
        return kind_of(self.room)

    def hidden_up_to(self, name: str) -> int:
        """Return up to where entries are older than a user's place here; all are, without one."""
        member = self.members.get(name)
        if member is not None:
            return member.hidden_up_to
        return self.newcomers.get(name, self.log.last_seq)

    @property
    def has_ended(self) -> bool:
        """Whether nobody is in it any more: it goes with its last entry."""
        return self.room != GENERAL and not self.members


class Hook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An address by which programs post into a room. Only its token's SHA-256 is kept."""

    number: int
    room: str
    label: str
    token_hash: bytes
    created_ms: int


class User(msgspec.Struct, forbid_unknown_fields=True):
    """An account.

    file_bytes: sizes of the files in this user's entries.
    rooms: ids of the rooms the user is a member of, in the order of joining.
    reported: whom this user reported in the last day, and when, oldest first.
    warned: warnings by who gave them, oldest first; some may count no more.
    banned_until_ms: the user may send nothing before that; 0 when not banned.
    banned_by: which administrator did it; empty when it was the warnings.
    ban_reason: what that administrator says to it.
    scheduled: what is to be posted, by its number, in the order in which it was scheduled.
    invitations: ids of the groups that the user may join, oldest first.
    asked: ids of the groups that the user waits to be let into, by the request's number.
    blocked: whom this user wants nothing from, and since when.
    nonces: what came of the nonces of the last week; None for none.
    expires_ms: when the account goes again, as nobody has logged in yet; 0 is never.
    reached: into whose self logs this user put something today: how often, and until when it
    counts.
    network: a keyed hash of where the account was registered from; empty for this machine.
    ended_ms: since when the account is deleted, of which only the name and posts are left; 0: it
    is not.
    erases_posts: whether its posts are being deleted.
    display_name: what the user is shown as besides the name. renames: how often that changed.
    general, private, reacted: what the user said to everyone, to others, and what the user did to
    posts.
    """

    name: str
    created_ms: int
    credentials: Credentials
    devices: dict[int, DeviceToken] = field(default_factory=dict)
    devices_made: int = 0
    rooms: list[str] = field(default_factory=list)
    rooms_opened: int = 0
    general: RateWindow = field(default_factory=RateWindow)
    private: RateWindow = field(default_factory=RateWindow)
    file_bytes: int = 0
    reported: dict[str, int] = field(default_factory=dict)
    banned_until_ms: int = 0
    banned_by: str = ""
    scheduled: dict[int, Scheduled] = field(default_factory=dict)
    schedules_made: int = 0
    invitations: list[str] = field(default_factory=list)
    asked: dict[int, str] = field(default_factory=dict)
    asks_made: int = 0
    blocked: dict[str, int] = field(default_factory=dict)
    hooks: dict[int, Hook] = field(default_factory=dict)
    hooks_made: int = 0
    nonces: IdempotencyRecords | None = field(default=None, name="receipts")
    reached: dict[str, tuple[int, int]] | None = None
    network: bytes = b""
    warned: dict[str, GivenWarning] = field(default_factory=dict)
    ban_reason: str = ""
    expires_ms: int = 0
    ended_ms: int = 0
    erases_posts: bool = False
    reacted: RateWindow = field(default_factory=RateWindow)
    display_name: str = ""
    renames: RateWindow = field(default_factory=RateWindow)

    def warnings_at(self, now_ms: int) -> dict[str, GivenWarning]:
        """Return the warnings that count now, by who gave them."""
        return {n: w for n, w in self.warned.items() if now_ms - w.ts < WARNING_KEPT_MS}

    @property
    def windows(self) -> tuple[RateWindow, ...]:
        """All in which something of the user is counted."""
        return self.general, self.private, self.reacted

    @property
    def has_ended(self) -> bool:
        """Whether the account was deleted."""
        return self.ended_ms != 0

    def is_banned(self, now_ms: int) -> bool:
        """Whether the user may send nothing: a ban ends on time, its timer may be late."""
        return now_ms < self.banned_until_ms

    def reach(self, other: str, now_ms: int) -> None:
        """Note that this user put something into another's self log; days that have passed go."""
        reached = self.reached = self.reached or {}
        while reached:
            oldest = next(iter(reached))
            if now_ms < reached[oldest][1]:
                break
            del reached[oldest]
        count, until_ms = reached.get(other, (0, now_ms + REACH_PERIOD_MS))
        if now_ms >= until_ms:
            del reached[other]
            count, until_ms = 0, now_ms + REACH_PERIOD_MS
        reached[other] = count + 1, until_ms

    @property
    def held_until_ms(self) -> int | None:
        """When the first of what is held is tried again, None if nothing is."""
        times = (post.held_until_ms for post in self.scheduled.values() if post.is_held)
        return min(times, default=None)

    def window_for(self, room: str) -> RateWindow:
        """Return the window that an entry in `room` counts in."""
        return self.general if room == GENERAL else self.private

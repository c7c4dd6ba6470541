"""Messages: what users say, answer, change and take back, and how much of it they may."""

from collections.abc import Collection
from dataclasses import dataclass

from tests.simulation.model.display_names import DisplayNames
from tests.simulation.model.judging import Judged, Refusal, refuse
from tests.simulation.model.mentions import named
from tests.simulation.model.rooms import DONE, HOUR_MS, Item, Map, Room, Rules

REACTED = "reacted"
"""The limit that reactions count in, among the rooms."""
NONCE_MS = 7 * 24 * HOUR_MS
Content = tuple[object, ...]
"""All that is asked under a nonce: a command and what it is told."""


@dataclass
class Period:
    """What a user has used of a limit, and when that ends. held: what of it was held before."""

    count: int = 0
    held: int = 0
    ends_ms: int = 0

    def used(self, now_ms: int) -> int:
        return self.count if now_ms < self.ends_ms else 0

    def held_used(self, now_ms: int) -> int:
        return self.held if now_ms < self.ends_ms else 0


class Messages(DisplayNames):
    """What users put into rooms. A room is named by its id, whether or not it is there yet."""

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        self._periods: dict[tuple[str, str], Period] = {}
        self._nonces: dict[tuple[str, str], tuple[Content, Map, int]] = {}

    def room_for(self, author: str, to: str) -> str:
        """Return the room of a user, a group's id, or "" for everyone."""
        if to.startswith("+"):
            return to
        return ",".join(sorted([author, to])) if to else "general"

    def open_room(self, author: str, to: str) -> str:
        """Return the same; a direct room is there from now on."""
        name = self.room_for(author, to)
        if name not in self.rooms:
            self.rooms[name] = Room(name, *dict.fromkeys([author, to]))
        return name

    # -- limits ------------------------------------------------------------------------------

    def left(self, name: str, room: str) -> int:
        """Return how much a user may still post into a room."""
        return max(0, self._limit(room) - self._period(name, room).used(self.now_ms))

    def share_left(self, name: str, room: str) -> int:
        """Return how much of what was held may still be posted."""
        share = max(1, self._limit(room) // 2)
        return max(0, share - self._period(name, room).held_used(self.now_ms))

    def reset_at(self, name: str, room: str) -> int | None:
        period = self._period(name, room)
        return period.ends_ms if period.used(self.now_ms) else None

    def spend(self, name: str, room: str) -> None:
        """Count one more entry."""
        period = self._period(name, room)
        if self.now_ms >= period.ends_ms:
            period.count = period.held = 0
            period.ends_ms = self.now_ms + self.rules.update_period_ms
        period.count += 1

    def spent_held(self, name: str, room: str) -> None:
        """What was counted last had been held."""
        self._period(name, room).held += 1

    def _period(self, name: str, room: str) -> Period:
        key = (name, room if room in ("general", REACTED) else "")
        return self._periods.setdefault(key, Period())

    def _limit(self, room: str) -> int:
        limits = {"general": self.rules.limit_messages, REACTED: self.rules.limit_reactions}
        return limits.get(room, self.rules.limit_private)

    # -- what is allowed ---------------------------------------------------------------------

    def check_post(self, author: str, room: str) -> None:
        """Refuse what keeps a user from posting into a room now."""
        refuse("not_found", not self.can_reach(author, room))
        self.check_ban(author)
        refuse("forbidden", self.is_blocked(author, room))
        self.check_left(author, room)

    def check_left(self, name: str, room: str) -> None:
        """Refuse what would be over a limit."""
        is_over = not self.left(name, room)
        refuse("rate_limited", is_over, reset_at=self.reset_at(name, room))

    def refusal(self, author: str, room: str) -> str:
        """Return by what a post into a room is refused now, or DONE."""
        try:
            self.check_post(author, room)
        except Refusal as refusal:
            return refusal.code
        return DONE

    def can_reach(self, author: str, room: str) -> bool:
        """Whether a room is one that a user may see, or could open, and with somebody there."""
        if "," in room and not self.over.isdisjoint(room.split(",")):
            return False
        if not room.startswith("+"):
            return True
        return room in self.rooms and author in self.rooms[room].readers

    def is_blocked(self, author: str, room: str) -> bool:
        """Whether this is a direct room where one has blocked the other."""
        return "," in room and self.are_apart(*room.split(","))

    def place(self, name: str, room_name: str, seq: int, seen: str = DONE) -> Collection[str]:
        """Refuse what a place in a room can't be asked for, or `seen`, if the entry can be seen.

        Returns by what it may be refused all the same.
        """
        allowed = self._at_place(name, room_name, seq, seen)
        codes = sorted(allowed - {DONE})
        refuse("".join(codes[:1]), DONE not in allowed, codes)
        return codes

    def may_look_at(self, name: str, room: str, seq: int) -> set[str]:
        return self._at_place(name, room, seq, DONE)

    def _is_own(self, author: str, name: str, seq: int) -> bool:
        room = self.rooms.get(name)
        return room is not None and room.is_said(seq) and room.item(seq).author == author

    def _at_place(self, author: str, name: str, seq: int, seen: str) -> set[str]:
        """Return what may be answered; `seen`, if the entry can be seen."""
        room = self.rooms.get(name)
        if room is None or author not in room.readers or not room.is_said(seq):
            return {"not_found"}
        if room.item(seq).author == author:  # one's own are in reach as long as they are there
            if seq <= room.gone:
                return {"not_found"}
            return {seen} if seq > self.gone_most(room) else {seen, "not_found"}
        return {seen if sees else "not_found" for sees in self.sees(author, room, seq)}

    # -- what a user wants of a room ---------------------------------------------------------

    def do_unread_from(self, name: str, room: str, seq: int) -> Judged:
        refuse("bad_request", room.startswith("@"))
        log = self.rooms[room]
        is_there = 0 < seq <= log.last
        sees = self.sees(name, log, seq) if is_there else {not seq}
        refuse("not_found", True not in sees)
        yield ["not_found"] * (False in sees)
        self.mark(name, log, seq)
        return {}

    def do_mute(self, name: str, room: str, muted: bool) -> Judged:
        refuse("bad_request", room.startswith("@"))
        yield ()
        self.mute(name, self.rooms[room], muted)
        return {}

    # -- once only ---------------------------------------------------------------------------

    def keep(self, author: str, nonce: str, content: Content, answer: Map) -> None:
        """Remember what was done under a nonce, and what it was answered."""
        self._nonces[author, nonce] = content, answer, self.now_ms

    def known(self, author: str, nonce: str, content: Content) -> Map | str | None:
        """Return what a nonce was answered, "conflict" if for something else, None if never."""
        kept = self._nonces.get((author, nonce)) if nonce else None
        if kept is None or self.now_ms - kept[2] >= NONCE_MS:
            return None
        return kept[1] if kept[0] == content else "conflict"

    def is_over(self, author: str, nonce: str) -> bool:
        """Whether a nonce that was used may be used anew."""
        return self.now_ms - self._nonces[author, nonce][2] >= NONCE_MS

    # -- posting -----------------------------------------------------------------------------

    def post(self, author: str, to: str, text: str, **fields: object) -> tuple[str, int]:
        """Post, which must be allowed; return room and number."""
        name = self.open_room(author, to)
        mentions = self.marked(author, name, text)
        item = Item(self.now_ms, "message", author, text, mentions, fields)
        return name, self._say(author, name, item)

    def do_comment(self, author: str, room: str, seq: int, text: str) -> Judged:
        yield self.place(author, room, seq, self.refusal(author, room))
        log = self.rooms[room]
        root = log.item(seq).fields.get("root", seq)
        fields = {"reply_to": seq, "quoted_author": log.item(seq).author, "root": root}
        fields["comments"] = log.comments(root) + 1
        mentions = self.marked(author, room, text)
        item = Item(self.now_ms, "comment", author, text, mentions, fields, answers=seq)
        return {"room": room, "seq": self._say(author, room, item), "ts": self.now_ms}

    def do_edit(self, author: str, room: str, seq: int, text: str) -> Judged:
        """Give an entry another text, unless it is a file, which is what it is.

        The edit is marked for whom the text did not name before, or by an edit only of which
        nothing is left now: who has not read that would never hear of it.
        """
        can_be = self._is_own(author, room, seq) and self.rooms[room].item(seq).file is None
        seen = self.refusal(author, room) if can_be else "forbidden"
        yield self.place(author, room, seq, seen)
        log, mentions = self.rooms[room], self.marked(author, room, text)
        before = set(log.item(seq).mentions) - self._take_back(log, seq)
        log.item(seq).say(text, mentions)
        log.item(seq).fields["edited"] = self.now_ms
        news = tuple(user for user in mentions if user not in before)
        item = Item(self.now_ms, "edit", author, text, news, {"target": seq}, changes=seq)
        return {"room": room, "seq": self._say(author, room, item), "ts": self.now_ms}

    def do_delete(self, author: str, room: str, seq: int) -> Judged:
        """Nothing keeps an author from taking something back but a ban, if it was reported."""
        seen = DONE if self._is_own(author, room, seq) else "forbidden"
        if not seen and self.has_to_stay(author, room, seq):
            seen = "banned"
        yield self.place(author, room, seq, seen)
        return {"room": room, "seq": self.delete(author, room, seq), "ts": self.now_ms}

    def delete(self, author: str, name: str, seq: int, **fields: object) -> int:
        """Take an entry away; return the number of what says so."""
        room = self.rooms[name]
        self._take_back(room, seq)
        room.item(seq).say("")
        room.item(seq).deleted = True
        room.item(seq).fields.pop("edited", None)
        room.item(seq).fields |= fields
        fields = {"target": seq, **fields, **self._left_of_thread(room, seq)}
        return self.append(room, Item(self.now_ms, "delete", author, fields=fields))

    def do_remove(self, admin: str, room: str, seq: int, reason: str) -> Judged:
        """An administrator reaches general, what that one sees, and what was reported."""
        refuse("forbidden", not self.is_admin(admin))
        log = self.rooms.get(room)
        if log is None or not log.gone < seq <= log.last:
            refuse("not_found")
            return {}
        seq = log.edited_at(seq)
        seen = "forbidden" if self._is_own(admin, room, seq) else DONE
        reports = self.reports.values()
        reported = [(one.room, one.seq) for one in reports if one.user != admin]
        if log.is_said(seq) and (room == "general" or (room, seq) in reported):
            refuse(seen, seen)
            yield ()
        else:
            yield self.place(admin, room, seq, seen)
        user, why = log.item(seq).author, {"reason": reason} if reason else {}
        place = {"in_room": room, "in_seq": seq}
        self.tell(user, "post_removed", **place, **why)
        self.tell_admins("removed", user, admin, **place, **why)
        number = self.delete(admin, room, seq, removed=True, **why)
        return {"room": room, "seq": number, "ts": self.now_ms}

    def _left_of_thread(self, room: Room, seq: int) -> Map:
        """Return what the deletion of a comment tells of its thread."""
        root = room.item(seq).fields.get("root", 0)
        return {"root": root, "comments": room.comments(root)} if root else {}

    def _take_back(self, room: Room, seq: int) -> set[str]:
        """Let the text of an entry go, and from the edit that brought it.

        Returns for whom that was marked.
        """
        self.withdraw(room.item(seq))
        called: set[str] = set()
        for item in room.items:
            if item.changes == seq:
                called.update(item.mentions)
                item.say("")
        return called

    def marked(self, author: str, name: str, text: str) -> tuple[str, ...]:
        """Return for whom a text marks its entry: others whom it names, if they see the room."""
        seers = [user for user in self.users if user != author and self._is_in(user, name)]
        return tuple(named(text, seers))

    def _is_in(self, user: str, name: str) -> bool:
        """Whether a room is a user's own to see, who may not have come there yet."""
        if "," in name:
            return user in name.split(",")
        return name == "general" or user in self.rooms[name].readers

    def _say(self, author: str, name: str, item: Item) -> int:
        self.spend(author, name)
        return self.append(self.rooms[name], item)

    # -- reading -----------------------------------------------------------------------------

    def found(self, room: Room, words: str, author: str) -> list[int]:
        """Return the numbers of what is said that has all these words, or their beginnings."""
        wanted = words.lower().split()
        return [
            seq
            for seq in range(1, room.last + 1)
            if room.is_said(seq)
            and author in ("", room.item(seq).author)
            and all(_has(" ".join(room.item(seq).words), word) for word in wanted)
        ]

    def thread(self, name: str, room: Room, seq: int) -> list[int] | None:
        """Return the numbers of what belongs together, None while some of it may be gone.

        Whatever belongs together does so still when what it began with has gone.
        """
        hidden = self.hidden_least(name, room)
        if hidden != self.hidden_most(name, room):
            return None
        asked, seq = seq, room.item(seq).fields.get("root", seq)
        own = {number for number in (asked, seq) if room.item(number).author == name}
        if any(room.gone < number <= self.gone_most(room) for number in own):
            return None
        thread = [seq, *room.thread(seq)]
        own = {number for number in own if number > room.gone}
        return [number for number in thread if number > hidden or number in own]

    def unread_comments(self, name: str, room: Room, root: int) -> tuple[int, int]:
        """Return how many comments of others wait for a user in a thread, at least and at most."""
        living = [seq for seq in room.thread(root) if room.is_said(seq)]
        least, most = (
            sum(seq > behind and room.item(seq).author != name for seq in living)
            for behind in self._waits_behind(name, room)
        )
        return least, most


def whom_to_reach(author: str, room: str) -> str:
    """Return the user whom a room is for, or the group, or "" for everyone."""
    if "," not in room:
        return room.removeprefix("general")
    one, other = room.split(",")
    return other if one == author else one


def _has(text: str, beginning: str) -> bool:
    return any(word.startswith(beginning) for word in text.replace(";", " ").split())

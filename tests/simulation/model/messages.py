"""Messages: what users say, answer, change, take back, react to and pin, and how much they may."""

from collections.abc import Collection

from tests.simulation.model.judging import Done, Judged, Refusal, found, refuse
from tests.simulation.model.mentions import named
from tests.simulation.model.moderation import DAY_MS, Moderation
from tests.simulation.model.rooms import DONE, Item, Map, Period, Room, Rules

REACTED = "reacted"
"""The limit that reactions and pins count in, among the rooms."""
NONCE_MS = 7 * DAY_MS
Content = tuple[object, ...]
"""All that is asked under a nonce: a command and what it is told."""


class Messages(Moderation):
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
        return max(0, self._limit(room) - self.period(name, room).used(self.now_ms))

    def share_left(self, name: str, room: str) -> int:
        """Return how much of what was held may still be posted."""
        share = max(1, self._limit(room) // 2)
        return max(0, share - self.period(name, room).held_used(self.now_ms))

    def reset_at(self, name: str, room: str) -> int | None:
        period = self.period(name, room)
        return period.ends_ms if period.used(self.now_ms) else None

    def spend(self, name: str, room: str) -> None:
        """Count one more entry."""
        self.period(name, room).add(self.now_ms, self.rules.update_period_ms)

    def period(self, name: str, room: str) -> Period:
        key = (name, room if room in ("general", REACTED) else "")
        return self._periods.setdefault(key, Period())

    def _limit(self, room: str) -> int:
        limits = {"general": self.rules.limit_messages, REACTED: self.rules.limit_reactions}
        return limits.get(room, self.rules.limit_private)

    # -- what is allowed ---------------------------------------------------------------------

    def check_post(self, author: str, room: str, limit: str = "") -> None:
        """Refuse what keeps a user from posting into a room now. limit: if it is not the room's."""
        refuse("not_found", not self.can_reach(author, room))
        self.check_ban(author)
        refuse("forbidden", self.is_blocked(author, room))
        self.check_left(author, limit or room)

    def check_left(self, name: str, room: str) -> None:
        """Refuse what would be over a limit."""
        is_over = not self.left(name, room)
        refuse("rate_limited", is_over, reset_at=self.reset_at(name, room))

    def refusal(self, author: str, room: str, limit: str = "") -> str:
        """Return by what a post into a room is refused now, or DONE."""
        try:
            self.check_post(author, room, limit)
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
        allowed = self.at_place(name, room_name, seq, seen)
        codes = sorted(allowed - {DONE})
        refuse("".join(codes[:1]), DONE not in allowed, codes)
        return codes

    def at_place(self, author: str, name: str, seq: int, seen: str = DONE) -> set[str]:
        """Return what may be answered; `seen`, if the entry can be seen."""
        room = self.rooms.get(name)
        if room is None or author not in room.readers or not room.is_said(seq):
            return {"not_found"}
        if room.item(seq).author == author:  # one's own are in reach as long as they are there
            gone = room.gone, self.gone(room).most
            return {seen if seq > end else "not_found" for end in gone}
        return {seen if sees else "not_found" for sees in self.sees(author, room, seq)}

    def said_at(self, name: str, seq: int) -> Item | None:
        """Return what is said at a place, if anything is."""
        room = self.rooms.get(name)
        return room.item(seq) if room and room.is_said(seq) else None

    def _is_own(self, author: str, name: str, seq: int) -> bool:
        item = self.said_at(name, seq)
        return item is not None and item.author == author

    # -- what a user wants of a room ---------------------------------------------------------

    def do_unread_from(self, name: str, room: str, seq: int) -> Done:
        log = self._quiet_one(name, room)
        sees = self.sees(name, log, seq) if 0 < seq <= log.last else {not seq}
        refuse("not_found", True not in sees)
        yield ["not_found"] * (False in sees)
        self.mark(name, log, seq)

    def do_mute(self, name: str, room: str, muted: bool) -> Done:
        reader = self._quiet_one(name, room).readers[name]
        yield ()
        if reader.muted != muted:
            reader.muted = muted
            self.tell(name, "muted", in_room=room, muted=muted)

    def own_room(self, name: str, room: str) -> Room:
        """Return a room that a user is in."""
        refuse("not_found", room not in self.rooms or name not in self.rooms[room].readers)
        return self.rooms[room]

    def _quiet_one(self, name: str, room: str) -> Room:
        """Return the same, but for the self log, in which nothing is ever unread."""
        log = self.own_room(name, room)
        refuse("bad_request", room.startswith("@"))
        return log

    # -- once only ---------------------------------------------------------------------------

    def keep(self, author: str, nonce: str, content: Content, answer: Map) -> None:
        """Remember what was done under a nonce, and what it was answered."""
        self._nonces[author, nonce] = content, answer, self.now_ms

    def known(self, author: str, nonce: str, content: Content) -> Map | str | None:
        """Return what a nonce was answered, "conflict" if for something else, None if never."""
        if (author, nonce) not in self._nonces or self.is_over(author, nonce):
            return None
        before, answer, _ = self._nonces[author, nonce]
        return answer if before == content else "conflict"

    def is_over(self, author: str, nonce: str) -> bool:
        """Whether a nonce that was used may be used anew."""
        return self.now_ms - self._nonces[author, nonce][2] >= NONCE_MS

    # -- posting -----------------------------------------------------------------------------

    def do_send(self, author: str, text: str) -> Judged:
        return self._post(author, "", text)

    def do_send_to(self, author: str, to: str, text: str) -> Judged:
        return self._post(author, to, text)

    def do_post(self, author: str, room: str, text: str) -> Judged:
        return self._post(author, room, text)

    def _post(self, author: str, to: str, text: str) -> Judged:
        self.check_post(author, self.room_for(author, to))
        yield ()
        return self.post(author, to, text)

    def post(
        self,
        author: str,
        to: str,
        text: str,
        named_before: tuple[str, ...] | None = None,
        via: str = "",
    ) -> Map:
        """Post, which must be allowed. named_before: those whom the text may name at the most."""
        name = self.open_room(author, to)
        mentions = self.marked(author, name, text)
        if named_before is not None:
            mentions = tuple(user for user in mentions if user in named_before)
        fields = {"via": via} if via else {}
        return self.say(name, Item(self.now_ms, "message", author, text, mentions, fields))

    def say(self, name: str, item: Item) -> Map:
        """Put an entry into a room; return what its author is answered."""
        self.spend(item.author, name)
        return self.put(name, item)

    def put(self, name: str, item: Item) -> Map:
        """The same for what does not count."""
        return {"room": name, "seq": self.append(self.rooms[name], item), "ts": self.now_ms}

    def do_comment(self, author: str, room: str, seq: int, text: str) -> Judged:
        yield self.place(author, room, seq, self.refusal(author, room))
        log = self.rooms[room]
        root = log.root(seq)
        fields = {"reply_to": seq, "quoted_author": log.item(seq).author, "root": root}
        fields["comments"] = log.comments(root) + 1
        mentions = self.marked(author, room, text)
        item = Item(self.now_ms, "comment", author, text, mentions, fields, answers=seq)
        return self.say(room, item)

    def do_edit(self, author: str, room: str, seq: int, text: str) -> Judged:
        """Give an entry another text, unless it is a file, which is what it is.

        The edit is marked for whom the text did not name before, or by an edit only of which
        nothing is left now: who has not read that would never hear of it.
        """
        can_be = self._is_own(author, room, seq) and self.rooms[room].item(seq).file is None
        seen = self.refusal(author, room) if can_be else "forbidden"
        yield self.place(author, room, seq, seen)
        edited, mentions = self.rooms[room].item(seq), self.marked(author, room, text)
        before = set(edited.mentions) - self._take_back(self.rooms[room], seq)
        edited.say(text, mentions)
        edited.fields["edited"] = self.now_ms
        news = tuple(user for user in mentions if user not in before)
        item = Item(self.now_ms, "edit", author, text, news, {"target": seq}, changes=seq)
        return self.say(room, item)

    def do_delete(self, author: str, room: str, seq: int) -> Judged:
        """Nothing keeps an author from taking something back but a ban, if it was reported."""
        seen = DONE if self._is_own(author, room, seq) else "forbidden"
        if not seen and self.has_to_stay(author, room, seq):
            seen = "banned"
        yield self.place(author, room, seq, seen)
        return self.delete(author, room, seq)

    def delete(self, author: str, name: str, seq: int, **fields: object) -> Map:
        """Take an entry away."""
        room = self.rooms[name]
        item, root = room.item(seq), room.item(seq).fields.get("root", 0)
        self._take_back(room, seq)
        item.say("")
        item.deleted = True
        item.fields.pop("edited", None)
        item.fields |= fields
        thread = {"root": root, "comments": room.comments(root)} if root else {}
        told = {"target": seq, **fields, **thread}
        return self.put(name, Item(self.now_ms, "delete", author, fields=told))

    def do_remove(self, admin: str, room: str, seq: int, reason: str) -> Judged:
        """An administrator reaches general, what that one sees, and what was reported."""
        refuse("forbidden", not self.is_admin(admin))
        log = found(self.rooms.get(room))
        refuse("not_found", not log.gone < seq <= log.last)
        seq = log.edited_at(seq)
        seen = "forbidden" if self._is_own(admin, room, seq) else DONE
        reports = self.reports.values()
        reported = [(one.in_room, one.in_seq) for one in reports if one.user != admin]
        if log.is_said(seq) and (room == "general" or (room, seq) in reported):
            refuse(seen, seen)
            yield ()
        else:
            yield self.place(admin, room, seq, seen)
        user, why = log.item(seq).author, {"reason": reason} if reason else {}
        place = {"in_room": room, "in_seq": seq}
        self.tell(user, "post_removed", **place, **why)
        self.tell_admins("removed", user, admin, **place, **why)
        return self.delete(admin, room, seq, removed=True, **why)

    def _take_back(self, room: Room, seq: int) -> set[str]:
        """Let the text of an entry go, and from the edit that brought it.

        Returns for whom that was marked.
        """
        self.withdraw(room.item(seq))
        edits = [item for item in room.items if item.changes == seq]
        called = {name for item in edits for name in item.mentions}
        for item in edits:
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

    # -- reactions and pins: what is so already stays so ---------------------------------------

    def do_react(self, name: str, room: str, seq: int, emoji: str, remove: bool) -> Judged:
        """Taking back is always allowed."""
        item = self.said_at(room, seq)
        is_there = item is not None and name in item.reactions.get(emoji, {})
        seen = DONE if remove or is_there else self.refusal(name, room, REACTED)
        yield self.place(name, room, seq, seen)
        names = found(item).reactions.setdefault(emoji, {})
        if is_there is not remove:
            return {"room": room, "seq": names.get(name)}
        if remove:
            del names[name]
        else:
            self.spend(name, REACTED)
            names[name] = self.rooms[room].last + 1
        fields = {"target": seq, "emoji": emoji, "count": len(names), "removed": remove}
        return self._act(name, room, "reaction", fields)

    def do_pin(self, name: str, room: str, seq: int) -> Judged:
        return self._pin(name, room, seq, removed=False)

    def do_unpin(self, name: str, room: str, seq: int) -> Judged:
        return self._pin(name, room, seq, removed=True)

    def _pin(self, name: str, room: str, seq: int, *, removed: bool) -> Judged:
        item = self.said_at(room, seq)
        is_done = bool(item and item.pinned) is not removed
        seen = DONE if is_done else self.refusal(name, room, REACTED)
        if not is_done and room == "general" and not self.is_admin(name):
            seen = "forbidden"
        yield self.place(name, room, seq, seen)
        item = found(item)
        if is_done:
            return {"room": room, "seq": item.pinned or None}
        self.spend(name, REACTED)
        item.pinned = 0 if removed else self.rooms[room].last + 1
        return self._act(name, room, "pin", {"target": seq, "removed": removed})

    def _act(self, name: str, room: str, kind: str, fields: Map) -> Map:
        told = {key: value for key, value in fields.items() if value}
        number = self.append(self.rooms[room], Item(self.now_ms, kind, name, fields=told))
        return {"room": room, "seq": number}

    # -- reading -----------------------------------------------------------------------------

    def found(self, room: Room, words: str, author: str) -> list[int]:
        """Return the numbers of what is said that has all these words, or their beginnings."""
        return [
            seq
            for seq in room.all_said()
            if author in ("", room.item(seq).author)
            and all(_has(" ".join(room.item(seq).words), word) for word in words.lower().split())
        ]


def whom_to_reach(author: str, room: str) -> str:
    """Return the user whom a room is for, or the group, or "" for everyone."""
    if "," not in room:
        return room.removeprefix("general")
    one, other = room.split(",")
    return other if one == author else one


def _has(text: str, beginning: str) -> bool:
    return any(word.startswith(beginning) for word in text.replace(";", " ").split())

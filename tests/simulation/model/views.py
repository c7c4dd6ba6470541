"""Views: what users are shown of themselves, of each other, and of their rooms."""

from collections.abc import Collection, Iterable

from tests.simulation.model.accounts import Accounts
from tests.simulation.model.files import UPLOADS_MAX
from tests.simulation.model.judging import (
    Among,
    AnyOrder,
    Has,
    HasAll,
    Judged,
    Shown,
    Such,
    between,
)
from tests.simulation.model.rooms import Map, Room, Span


class Views(Accounts):
    """What can be looked up."""

    def do_status(self, name: str) -> Map:
        waiting, is_banned = self.waiting_of(name), self.is_banned(name)
        banned_by, ban_reason = self.banned_by[name] if is_banned else ("", "")
        owned = [group for group in self.groups.values() if group.owner == name]
        return Has(
            display_name=self.called(name),
            connections=self.online[name],
            online_names=sorted(self.online),
            general=self._limit_shown(name, "general"),
            private=self._limit_shown(name, ""),
            rooms=Among(self._room_shown(name, room) for room in self.rooms_of(name)),
            warnings=len(self.warnings_of(name)),
            warnings_limit=self.warnings_limit_of(name),
            administrator=self.is_admin(name),
            banned_until=self.bans[name] if is_banned else None,
            banned_by=banned_by,
            ban_reason=ban_reason,
            scheduled=len(waiting),
            held=sum(bool(post.held_by) for post in waiting),
            invitations=len(self.invitations(name)),
            requests=sum(len(group.requests) for group in owned),
            quotas=HasAll(self._quotas(name)),
        )

    def _limit_shown(self, name: str, limit: str) -> Map:
        return Has(left=self.left(name, limit), reset_at=self.reset_at(name, limit))

    def _quotas(self, name: str) -> list[Map]:
        file_bytes, uploads = self.file_bytes(name), len(self.uploads_of(name))
        return [
            {"what": "file_bytes", "used": file_bytes, "limit": self.rules.file_quota_bytes},
            {"what": "uploads", "used": uploads, "limit": UPLOADS_MAX},
        ]

    def do_people(self, name: str) -> Map:
        people = [
            {"name": one, "online": one in self.online, "display_name": self.called(one)}
            for one in sorted({*self.users} - self.over)
        ]
        return Has(people=people)

    def do_rooms(self, name: str) -> Map:
        rooms = [
            Has(self._room_shown(name, room), last=self._last_shown(name, room))
            for room in self.rooms_of(name)
        ]
        return Has(rooms=AnyOrder(rooms))

    def do_unread(self, name: str) -> Map:
        """Whether a room with nothing but what may be unread is shown is left open."""
        rooms = []
        for room in sorted(self.rooms_of(name), key=lambda room: room.name):
            unread, mentions = self.unread(name, room), self.mentions(name, room)
            shown = Has(room=room.name, unread=between(unread), mentions=between(mentions))
            rooms.append((shown, unread.least > 0 or mentions.least > 0))
        return Has(rooms=Shown(rooms))

    def do_scheduled(self, name: str) -> Map:
        return {"posts": [post.shown for post in self.listed_of(name)], "next": None}

    # -- what was said -----------------------------------------------------------------------

    def do_history(self, name: str, room: str, revisions: bool) -> Map:
        log = self.own_room(name, room)
        seqs = [n for n in range(1, log.last + 1) if revisions or not log.is_revision(n)]
        return {"room": room, "entries": self._entries(name, log, seqs), "next": None}

    def do_pins(self, name: str, room: str) -> Map:
        log = self.own_room(name, room)
        seqs = [seq for seq in log.all_said()[::-1] if log.item(seq).pinned]
        return {"room": room, "entries": self._entries(name, log, seqs, seqs), "next": None}

    def _entries(
        self, name: str, room: Room, seqs: Iterable[int], kept: Collection[int] = ()
    ) -> Shown:
        """Return of some entries those that a user sees.

        kept: where one's own are shown as long as they are there.
        """
        shown, hidden, gone = Shown(), self.hidden(name, room), self.gone(room).most
        for seq in seqs:
            is_kept = seq in kept and room.item(seq).author == name
            least, most = (room.gone, gone) if is_kept else hidden
            if seq > least:
                shown.append((room.entry(seq, name), seq > most))
        return shown

    def do_search(self, name: str, words: str, author: str | None, room: str | None = None) -> Map:
        """What is newest comes first, of one room or all."""
        found = [
            (-log.item(seq).ts, log.name, -seq)
            for log in ([self.own_room(name, room)] if room else self.rooms_of(name))
            for seq in self.found(log, words, author or "")
        ]
        entries = Shown()
        for _, id_, depth in sorted(found):
            entries += self._entries(name, self.rooms[id_], [-depth])
        return Has(entries=entries)

    def do_thread(self, name: str, room: str, seq: int) -> Judged:
        """Whatever belongs together does so still when what it began with has gone."""
        yield self.place(name, room, seq)
        log = self.rooms[room]
        root = log.root(seq)
        entries = self._entries(name, log, [root, *log.thread(root)], kept=(seq, root))
        unread = self.unread_comments(name, log, root)
        return Has(self._thread_shown(log, root, unread), entries=entries)

    def do_threads(self, name: str, room: str, unread: bool) -> Map:
        """All threads of a room, or those with something unread."""
        log = self.own_room(name, room)
        least, most = self.hidden(name, log)
        roots = {log.root(seq) for seq, item in enumerate(log.items, 1) if item.answers}
        threads = Shown()
        for last, root in sorted(((log.thread(r)[-1], r) for r in roots), reverse=True):
            span = self.unread_comments(name, log, root)
            is_sure = span.least > 0 if unread else last > most
            if unread:
                span = span._replace(least=max(1, span.least))
            if log.comments(root) and last > least:
                ends = {"last_comment": last, "last_at": log.item(last).ts}
                threads.append((Has(self._thread_shown(log, root, span), **ends), is_sure))
        return Has(threads=threads)

    def _thread_shown(self, room: Room, root: int, unread: Span) -> Map:
        return Has(root=root, comments=room.comments(root), unread=between(unread))

    # -- rooms -------------------------------------------------------------------------------

    def _room_shown(self, name: str, room: Room) -> Map:
        reader = room.readers[name]
        return Has(
            room=room.name,
            last_seq=room.last,
            read_seq=between(self.read(name, room)),
            unread=between(self.unread(name, room)),
            mentions=between(self.mentions(name, room)),
            muted=reader.muted,
            unread_from=reader.mark,
        )

    def _last_shown(self, name: str, room: Room) -> Such:
        """Return what a room shows as said last; nothing if that is hidden, or one's own is."""
        seq = max(room.all_said(), default=0)
        if not seq:
            return Such(lambda last: last is None)
        author = room.item(seq).author
        may_be_hidden = author == name or seq <= self.hidden(name, room).most
        shown = Has(seq=seq, author=author)
        return Such(lambda last: may_be_hidden if last is None else shown == last)

"""Reactions and pins: what users did to what is said, in a limit of its own."""

from tests.simulation.model.accounts import Accounts
from tests.simulation.model.judging import Judged
from tests.simulation.model.messages import REACTED
from tests.simulation.model.rooms import DONE, Item, Map


class Reactions(Accounts):
    """Who has reacted to what, and pinned what."""

    def do_react(self, name: str, room: str, seq: int, emoji: str, remove: bool) -> Judged:
        """What is so already stays so, and taking back is always allowed."""
        log = self.rooms.get(room)
        there = (
            log is not None
            and log.is_said(seq)
            and (name in log.item(seq).reactions.get(emoji, {}))
        )
        seen = DONE if remove or there else self._refusal(name, room)
        yield self.place(name, room, seq, seen)
        reactions = self.rooms[room].item(seq).reactions
        if there is not remove:
            return {"room": room, "seq": reactions[emoji][name] if there else None}
        if not remove:
            self.spend(name, REACTED)
        number = self.append(self.rooms[room], Item(self.now_ms, "reaction", name))
        names = reactions.setdefault(emoji, {})
        if remove:
            del names[name]
        else:
            names[name] = number
        if not names:
            del reactions[emoji]
        fields: Map = {"target": seq, "emoji": emoji}
        fields |= {"count": len(names)} if names else {}
        fields |= {"removed": True} if remove else {}
        self.rooms[room].item(number).fields |= fields
        return {"room": room, "seq": number}

    def do_pin(self, name: str, room: str, seq: int) -> Judged:
        return (yield from self._pin(name, room, seq, removed=False))

    def do_unpin(self, name: str, room: str, seq: int) -> Judged:
        return (yield from self._pin(name, room, seq, removed=True))

    def _pin(self, name: str, room: str, seq: int, *, removed: bool) -> Judged:
        """What is so already stays so."""
        log = self.rooms.get(room)
        pinned = log.item(seq).pinned if log is not None and log.is_said(seq) else 0
        is_done = bool(pinned) is not removed
        seen = DONE if is_done else self._refusal(name, room)
        if not is_done and room == "general" and not self.is_admin(name):
            seen = "forbidden"
        yield self.place(name, room, seq, seen)
        if is_done:
            return {"room": room, "seq": pinned or None}
        self.spend(name, REACTED)
        fields: Map = {"target": seq, **({"removed": True} if removed else {})}
        number = self.append(self.rooms[room], Item(self.now_ms, "pin", name, fields=fields))
        self.rooms[room].item(seq).pinned = 0 if removed else number
        return {"room": room, "seq": number}

    def _refusal(self, name: str, room: str) -> str:
        refusal = self.refusal(name, room)
        if refusal in (DONE, "rate_limited"):
            return DONE if self.left(name, REACTED) else "rate_limited"
        return refusal

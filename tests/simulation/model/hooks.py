"""Hooks: addresses by which programs post into a room as whoever made them."""

from dataclasses import dataclass

from tests.simulation.model.messages import whom_to_reach
from tests.simulation.model.rooms import DONE, Rules
from tests.simulation.model.schedules import Schedules

HOOKS_MAX = 50


@dataclass
class Hook:
    """A way into a room. number: among those of its maker.

    refused_ms: when the last post was refused, None if it was not.
    """

    number: int
    maker: str
    room: str
    label: str
    made_ms: int
    refused_ms: int | None = None


class Hooks(Schedules):
    """hooks: by the token that opens them, oldest first; revoked ones are gone."""

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        self.hooks: dict[str, Hook] = {}
        self._hooks_made: dict[str, int] = {}

    def hooks_of(self, name: str) -> list[Hook]:
        return [hook for hook in self.hooks.values() if hook.maker == name]

    def may_make_hook(self, name: str, to: str, now_ms: int) -> str:
        """What else keeps one from posting is asked when something comes by the hook."""
        if to == "@" + name:
            return "forbidden"
        if not self.can_reach(name, self.room_for(name, to)):
            return "not_found"
        if self.is_banned(name, now_ms):
            return "banned"
        return "conflict" if len(self.hooks_of(name)) >= HOOKS_MAX else DONE

    def make_hook(self, name: str, to: str, label: str, token: str, now_ms: int) -> Hook:
        number = self._hooks_made[name] = self._hooks_made.get(name, 0) + 1
        hook = Hook(number, name, self.room_for(name, to), label, now_ms)
        self.hooks[token] = hook
        self.tell(name, "hook_made", now_ms, hook=number, in_room=hook.room, label=label)
        return hook

    def revoke_hook(self, name: str, number: int, now_ms: int) -> None:
        (token,) = [t for t, h in self.hooks.items() if (h.maker, h.number) == (name, number)]
        hook = self.hooks.pop(token)
        fields = {"hook": number, "in_room": hook.room, "label": hook.label}
        self.tell(name, "hook_revoked", now_ms, **fields)

    def may_come_by(self, token: str, now_ms: int) -> str:
        """Return what a post by a hook is answered: what its maker would be, there."""
        hook = self.hooks.get(token)
        return "not_found" if hook is None else self.refusal(hook.maker, hook.room, now_ms)

    def come_by(self, token: str, text: str, now_ms: int) -> tuple[str, int]:
        """Post by a hook, which must be allowed; return room and number."""
        hook = self.hooks[token]
        to = whom_to_reach(hook.maker, hook.room)
        return self.post(hook.maker, to, text, now_ms, via=hook.label)

    def forget_refusals(self) -> None:
        """The server starts anew."""
        for hook in self.hooks.values():
            hook.refused_ms = None

"""Hooks: addresses by which programs post into a room as whoever made them."""

from dataclasses import dataclass

from tests.simulation.model.judging import ANY, Done, Judged, Such, found, refuse, view
from tests.simulation.model.messages import whom_to_reach
from tests.simulation.model.rooms import Map, Rules
from tests.simulation.model.schedules import Schedules

HOOKS_MAX = 50


@dataclass
class Hook:
    """A way into a room. hook: its number among those of its maker.

    refused_at: when the last post was refused, None if it was not.
    """

    hook: int
    maker: str
    room: str
    label: str
    created: int
    refused_at: int | None = None

    @property
    def refused(self) -> Such:
        """Why, in any words."""
        return Such(lambda value: bool(value) == bool(self.refused_at))


class Hooks(Schedules):
    """hooks: by the token that opens them, oldest first; revoked ones are gone.

    hook_tokens: of all hooks that there have ever been.
    """

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        self.hooks: dict[str, Hook] = {}
        self.hook_tokens: list[str] = []

    def hooks_of(self, name: str) -> list[Hook]:
        return [hook for hook in self.hooks.values() if hook.maker == name]

    def do_hook(self, name: str, room: str, label: str) -> Judged:
        """What else keeps one from posting is asked when something comes by the hook."""
        refuse("forbidden", room == "@" + name)
        refuse("not_found", room.startswith("@"))
        room = self.room_for(name, room.removeprefix("general"))
        refuse("not_found", not self.can_reach(name, room))
        self.check_ban(name)
        refuse("conflict", len(self.hooks_of(name)) >= HOOKS_MAX)
        answer = yield ()
        number, token = self.number("hook", name), answer["token"]
        self.hooks[token] = Hook(number, name, room, label, self.now_ms)
        self.hook_tokens.append(token)
        self.tell(name, "hook_made", hook=number, in_room=room, label=label)
        return {"hook": number, "room": room, "token": token}

    def do_hooks(self, name: str) -> Map:
        shown = ("hook", "room", "label", "created", "refused_at", "refused")
        return {"hooks": [view(hook, *shown) for hook in self.hooks_of(name)]}

    def do_unhook(self, name: str, hook: int) -> Done:
        tokens = {one.hook: token for token, one in self.hooks.items() if one.maker == name}
        refuse("not_found", hook not in tokens)
        yield ()
        gone = self.hooks.pop(tokens[hook])
        self.tell(name, "hook_revoked", hook=hook, in_room=gone.room, label=gone.label)

    def do_hook_post(self, maker: str, token: str, text: str) -> Judged:
        """Post by a hook: what keeps its maker from it keeps the program, too."""
        hook = found(self.hooks.get(token))
        self.check_post(maker, hook.room)
        yield ()
        self.post(maker, whom_to_reach(maker, hook.room), text, via=hook.label)
        return {"body": ANY}

    def forget_refusals(self) -> None:
        """The server starts anew."""
        for hook in self.hooks.values():
            hook.refused_at = None

"""Hooks: addresses by which programs post without logging in, made, listed, revoked."""

import json
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from tests.simulation.machine.connections import NAMES, Tail, likely, names, picks, rule, tails
from tests.simulation.machine.idempotency import times
from tests.simulation.machine.schedules import Schedules
from tests.simulation.model.hooks import Hook
from tests.simulation.model.rooms import DONE
from tests.simulation.peer import Lost, Map, Peer, Refused
from tests.simulation.web import replies, request
from tests.simulation.world import World

STATUS = {
    "bad_request": 400,
    "banned": 403,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "rate_limited": 429,
}


class Program:
    """Posts by a hook over HTTP, or in vain by something else. name: who made the hook."""

    def __init__(self, world: World, hook: Hook | None) -> None:
        self.name = hook.maker if hook else ""
        self._world = world
        self._hook = hook

    def call(self, method: str, **params: object) -> Map:
        """Post a text under a nonce, if one is given. Raises Refused."""
        assert method == "hook-post", method
        fields = {"content_type": "application/json"}
        if "nonce" in params:
            fields["idempotency_key"] = str(params["nonce"])
        body = json.dumps({"text": params["text"]}).encode()
        web = self._world.web()
        web.say(request("POST", f"/hooks/{params['token']}", body, **fields))
        if not web.heard:
            raise Lost
        (reply,) = replies(web.heard, "POST")
        web.close()
        if self._hook:
            self._hook.refused_ms = None if reply.status == 200 else self._world.now_ms
        code = "done" if reply.status == 200 else reply.json["code"]
        self._world.outcomes[method, code] += 1
        if reply.status == 200:
            return {"body": reply.body}
        assert reply.status == STATUS[code], reply
        raise Refused({**reply.json, "message": reply.json["detail"]})


class Hooks(Schedules):
    """What users let programs post. hook_tokens: of all hooks that there have ever been."""

    kept = (*Schedules.kept, "hook_tokens")

    def __init__(self) -> None:
        super().__init__()
        self.hook_tokens: list[str] = []

    @precondition(lambda self: len(self.model.hooks) < 5)
    @rule(pick=picks, name=names, to=st.sampled_from(["", *NAMES, "+", "+", "@"]))
    def hook(self, pick: int, name: str, to: str) -> None:
        peer = self.device(name, pick)
        to = "@" + name if to == "@" else self.destination(name, to, pick)
        self.make_hook(peer, to)

    def make_hook(self, peer: Peer, to: str) -> str:
        """Make a hook, if that is allowed; return its token, or ""."""
        allowed = {self.model.may_make_hook(peer.name, to, self.world.now_ms)}
        label = f"ci {len(self.hook_tokens)}"
        made = self.attempt(peer, "hook", allowed, room=to or "general", label=label)
        if made is None:
            return ""
        token: str = made["token"]
        hook = self.model.make_hook(peer.name, to, label, token, self.world.now_ms)
        assert made == {"hook": hook.number, "room": hook.room, "token": token}
        self.hook_tokens.append(token)
        return token

    @precondition(lambda self: self.model.hooks)
    @rule(pick=picks, is_own=likely)
    def unhook(self, pick: int, is_own: bool) -> None:
        """Revoke a hook, or try a number that no hook of one's own has."""
        hook = list(self.model.hooks.values())[pick % len(self.model.hooks)]
        name = hook.maker if is_own else NAMES[pick % len(NAMES)]
        mine = {hook.number for hook in self.model.hooks_of(name)}
        allowed = {DONE if hook.number in mine else "not_found"}
        if self.attempt(self.device(name, pick), "unhook", allowed, hook=hook.number) is not None:
            self.model.revoke_hook(name, hook.number, self.world.now_ms)

    @rule(
        pick=picks,
        name=names,
        to=st.sampled_from(["", *NAMES, "+", "+", "known", "known", "known"]),
        tail=tails,
        times=times,
        before=st.sampled_from(["", "", "", "part", "part", "ban", "ban"]),
    )
    def come_by_a_hook(
        self, pick: int, name: str, to: str, tail: Tail, times: int, before: str
    ) -> None:
        """Post by a hook, whose maker may be in no state to post any more."""
        if to != "known":
            self.make_hook(self.device(name, pick), self.destination(name, to, pick))
        if not self.hook_tokens:
            return
        tokens = self.hook_tokens[-1:] if to != "known" else self.hook_tokens
        token = tokens[pick % len(tokens)]
        if before and token in self.model.hooks:
            self.put_out(token, before)
        text, nonce = self.text(tail), self.nonce(times > 0)
        for no_device in [None] * max(1, times):
            self.come_by(no_device, text, nonce, token)
        if before == "ban":
            self.pardon(token)

    def put_out(self, token: str, how: str) -> None:
        """Take from the maker of a hook what it needs: the room, or the right to post."""
        hook = self.model.hooks[token]
        peer = self.hand(hook.maker)
        if how == "ban":
            if not self.model.bans:
                self.ban_one(self.hand(self.rules_.admins[0]), hook.maker, None)
        elif hook.room in self.model.groups_of(hook.maker):
            self.leave_one(peer, hook.room)
        elif "," in hook.room:
            others = set(hook.room.split(",")) - {hook.maker}
            self.block_one(peer, min(others, default=hook.maker))

    def pardon(self, token: str) -> None:
        """Let the maker of a hook post again."""
        hook = self.model.hooks.get(token)
        if hook is not None and self.model.is_banned(hook.maker, self.world.now_ms):
            self.unban_one(self.hand(self.rules_.admins[0]), hook.maker)

    def come_by(self, _: Peer | None, text: str, nonce: str, token: str) -> None:
        """Post by a hook, which needs no device of its maker."""
        now_ms, hook = self.world.now_ms, self.model.hooks.get(token)
        allowed = {self.model.may_come_by(token, now_ms)}
        program = Program(self.world, hook)
        params = {"token": token, "text": text}
        if hook is None:  # it opens nothing, so nobody knows whose nonce that is
            self.attempt(program, "hook-post", allowed, **params, nonce=nonce or "new")
            return
        again = partial(self.come_by, token=token)
        if self.once(program, "hook-post", allowed, again, nonce, **params) is not None:
            self.model.come_by(token, text, now_ms)
            if hook.room == "general":
                self.check_limits_told(hook.maker)

    def check_hooks(self, peer: Peer) -> None:
        """All devices of a user list the same hooks, and nobody else's."""
        listed = peer.call("hooks")["hooks"]
        assert all(bool(shown.pop("refused")) == bool(shown["refused_at"]) for shown in listed)
        assert listed == [
            {
                "hook": hook.number,
                "room": hook.room,
                "label": hook.label,
                "created": hook.made_ms,
                "refused_at": hook.refused_ms,
            }
            for hook in self.model.hooks_of(peer.name)
        ]

"""Hooks: addresses by which programs post without logging in, made, listed, revoked."""

import json
from functools import partial

from tests.simulation.machine.asking import TIMES
from tests.simulation.machine.day import TAILS_OFTEN
from tests.simulation.machine.drawing import Draw, step
from tests.simulation.machine.schedules import Schedules
from tests.simulation.machine.table import HOOK
from tests.simulation.model.hooks import Hook
from tests.simulation.model.messages import whom_to_reach
from tests.simulation.peer import Lost, Map, Peer, Refused, Request
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
        is_done = reply.status == 200
        code = "done" if is_done else reply.json["code"]
        self._world.transcript.append(Request(f"hook of {self.name}", method, params, code))
        if self._hook:
            self._hook.refused_at = None if is_done else self._world.now_ms
        if is_done:
            return {"body": reply.body}
        assert reply.status == STATUS[code], reply
        raise Refused({**reply.json, "message": reply.json["detail"]})


class Hooks(Schedules):
    """What users let programs post."""

    @step()
    def come_by_a_hook(self, draw: Draw) -> None:
        """Post by a hook, whose maker may be in no state to post any more."""
        tokens = self.model.hook_tokens[::-1]
        if draw.number(1) or not tokens:
            self.ask_row(HOOK, draw)
            tokens = self.model.hook_tokens[::-1]
        if not tokens:
            return
        token, before = draw.one(tokens), draw.one(["", "", "", "part", "part", "ban", "ban"])
        hook = self.model.hooks.get(token)
        if hook and before == "ban" and not self.model.bans:
            self.ban_one(hook.maker)
        elif hook and before == "part":
            self.part_from(self.hand(hook.maker), whom_to_reach(hook.maker, hook.room))
        text, times = self.text(draw.one(TAILS_OFTEN)), draw.one(TIMES)
        nonce = self.nonce(times > 0)
        for _ in range(max(1, times)):
            self.come_by(None, text, nonce, token)
        if hook and before == "ban" and self.model.is_banned(hook.maker):
            self.ask(self.hand(self.rules_.admins[0]), "unban", user=hook.maker)

    def come_by(self, _: Peer | None, text: str, nonce: str, token: str) -> None:
        """Post by a hook, which needs no device of its maker."""
        program = Program(self.world, self.model.hooks.get(token))
        again = partial(self.come_by, token=token)
        self.ask_once(program, "hook-post", nonce, again, token=token, text=text)

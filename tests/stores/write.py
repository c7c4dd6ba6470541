"""Writes golden stores by a server of the commit that is checked out somewhere.

    python -m tests.stores.write CHECKOUT NAME

makes `NAME-killed` and `NAME-stopped` here, and `NAME.json` with what their users see, asked of
that very server. No snapshot is written before the server stops, so the journal of the killed
store tells of all that happened, by events of every kind but those that take hours to come about.
A format that is not released yet is written again with each change of it, together with its
record; from the release on these files stay as they are.
"""

import argparse
import base64
import hashlib
import http.client
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.e2e.client import PASSWORD, Client, Refused, connect, credentials_of
from tests.e2e.server import ServerProcess
from tests.e2e.waiting import until
from tests.stores.views import view
from tests.wire.images import png

STORES = Path(__file__).parent
ADMIN = "root"
USERS = ("alice", "bob", "carol", "dave", "erin", "eve", "frank", "gus", "hal", "mallory")
NEW_PASSWORD = "another battery staple"
FILE = b"the bytes of a file \x00\xff" * 10
PICTURE = png(640, 480)
DAY_MS = 86_400_000


class Checkout(ServerProcess):
    """A server of another commit."""

    def __init__(self, checkout: Path, folder: Path) -> None:
        # Killed in this mode, it takes a new epoch when it starts again.
        super().__init__(folder, ADMINS=ADMIN, REPORTER_AGE="0", FSYNC="everysec")
        del self.settings["YOUNG_ACCOUNT"]  # the first version had no such setting
        self.root = checkout


class Scenario:
    """A server's life, with every feature in it that it has."""

    def __init__(self, server: Checkout) -> None:
        self.server = server
        self.peers: dict[str, Client] = {}
        self.tokens: dict[str, str] = {}
        self.posted: dict[str, dict[str, Any]] = {}
        self.ended: set[str] = set()

    def enter(self) -> None:
        """Log everybody in; who is new registers first."""
        for name in (ADMIN, *USERS):
            peer = self.peers[name] = connect(self.server.port)
            if name not in self.tokens and name != ADMIN:
                peer.register(name)
            if name in self.tokens:
                peer.login_token(self.tokens[name])
            else:
                self.tokens[name] = peer.login(name, device=f"{name}'s laptop")["token"]
            peer.sync()

    def leave(self) -> None:
        for peer in self.peers.values():
            peer.close()

    def call(self, name: str, method: str, /, **params: Any) -> dict[str, Any]:
        return self.peers[name].call(method, **params)

    def may(self, name: str, method: str, /, **params: Any) -> bool:
        """Do what a server of the first format may not know yet; return whether it does."""
        try:
            self.call(name, method, **params)
        except Refused as refused:
            if refused.code != "unknown_method":
                raise
            return False
        return True

    def post(self, name: str, nonce: str, text: str) -> int:
        """Post to everybody with a nonce; return the number."""
        posted = self.posted[nonce] = self.call(name, "send", text=text, nonce=nonce)
        seq: int = posted["seq"]
        return seq

    def upload(self, name: str, room: str, data: bytes, caption: str = "") -> int:
        """Upload a file; return the number of its entry."""
        upload = self.begin_upload(name, room, data, caption, len(data))
        return int(self.call(name, "upload-finish", upload=upload)["seq"])

    def begin_upload(self, name: str, room: str, data: bytes, caption: str, sent: int) -> int:
        """Upload the first bytes of a file; return the upload's number."""
        upload: int = self.call(
            name,
            "upload",
            room=room,
            name="notes.txt",
            size=len(data),
            sha256=hashlib.sha256(data).digest(),
            caption=caption,
        )["upload"]
        self.call(name, "upload-chunk", upload=upload, offset=0, data=data[:sent])
        return upload

    def post_by_http(self, path: str, body: bytes, headers: dict[str, str]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port)
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        assert answer.status in (200, 201), answer.read()
        connection.close()

    def ack(self, name: str, room: str, seq: int) -> None:
        peer = self.peers[name]
        while peer.next_entry()["seq"] < seq or peer.positions.get(room, 0) < seq:
            pass
        peer.tell("ack", room=room, seq=seq)
        peer.call("ping")

    def found(self, words: str) -> list[dict[str, Any]]:
        """Return what a search by bob finds."""
        return list(self.call("bob", "search", words=words)["entries"])

    # -- what happens ------------------------------------------------------------------------

    def talk(self) -> None:
        """Posts, comments, edits, deletes, mentions, files, read marks."""
        first = self.post("alice", "alice-1", "a first message")
        self.call("bob", "comment", room="general", seq=first, text="a comment on it")
        second = self.post("bob", "bob-1", "a message with a mistaek")
        self.call("bob", "edit", room="general", seq=second, text="a message with a mistake")
        third = self.post("carol", "carol-1", "a message that is taken back")
        self.call("carol", "comment", room="general", seq=third, text="and a comment on that")
        self.call("carol", "delete", room="general", seq=third)
        self.thread(first)
        self.react(second)
        self.pin([first, second])
        self.call("dave", "send", text="@alice and @bob, look at this")
        self.call("mallory", "send", text="buy a watch")
        self.upload("alice", "general", FILE, "for @carol")
        self.call("carol", "delete", room="general", seq=self.upload("carol", "general", b"gone"))
        self.call("alice", "send-to", to="bob", text="a word with you", nonce="alice-2")
        self.call("bob", "send-to", to="alice", text="an answer")
        self.call("bob", "send-to", to="carol", text="nobody has read this")
        self.upload("bob", "alice,bob", FILE)
        self.upload("dave", "general", PICTURE, "a dot")
        token = {"Authorization": f"Bearer {self.tokens['dave']}"}
        self.post_by_http("/api/v1/files?room=general&name=log.txt", b"by a script", token)
        self.begin_upload("bob", "general", FILE, "half of it", len(FILE) // 2)
        given_up = self.begin_upload("bob", "general", b"given up", "", 2)
        self.call("bob", "upload-cancel", upload=given_up)
        with connect(self.server.port) as peer:  # who posts, and never follows
            peer.register("quiet")
            peer.login("quiet")
            peer.call("send", text="a message of somebody who does not listen")

    def thread(self, root: int) -> None:
        """Comments on comments, one of which is deleted."""
        seq = root
        for name, text in (("alice", "a reply"), ("carol", "a reply to that"), ("bob", "no more")):
            seq = self.call(name, "comment", room="general", seq=seq, text=text)["seq"]
        self.call("bob", "delete", room="general", seq=seq)

    def react(self, seq: int) -> None:
        """Reactions, one of which is taken back."""
        for name, emoji, remove in (
            ("alice", "👍", False),
            ("carol", "🎉", False),
            ("bob", "👍", False),
            ("alice", "👍", True),
        ):
            self.call(name, "react", room="general", seq=seq, emoji=emoji, remove=remove)

    def pin(self, posts: list[int]) -> None:
        """Pins, the last of which is taken off."""
        for seq in posts:
            self.call(ADMIN, "pin", room="general", seq=seq)
        self.call(ADMIN, "unpin", room="general", seq=posts[-1])

    def gather(self) -> None:
        """Private rooms: members, invitations, links, requests, owners."""
        ops = self.call("alice", "create", title="ops")["room"]
        for name in ("bob", "carol"):
            self.call("alice", "invite", room=ops, user=name)
        self.call("bob", "join", room=ops)
        self.call("alice", "invite", room=ops, user="eve")
        self.call("alice", "kick", room=ops, user="eve")
        link = self.call("alice", "link", room=ops, uses=5)["link"]
        self.tokens["link"] = link
        revoked = self.call("alice", "link", room=ops)["number"]
        self.call("alice", "unlink", room=ops, number=revoked)
        far_ms = int(time.time() * 1000) + 300 * DAY_MS
        self.call("alice", "link", room=ops, expires_at=far_ms)
        for name in ("dave", "erin", "frank", "gus"):
            request = self.call(name, "join", link=link)["request"]
        self.call("gus", "withdraw", request=request)
        self.call("alice", "approve", room=ops, user="dave")
        self.call("alice", "deny", room=ops, user="erin")
        self.call("bob", "post", room=ops, text="a message for members")
        self.call("dave", "post", room=ops, text="dave was here, @bob")
        self.call("alice", "kick", room=ops, user="dave")
        team = self.call("bob", "create", title="team")["room"]
        self.call("bob", "invite", room=team, user="carol")
        self.call("carol", "join", room=team)
        self.call("bob", "transfer", room=team, user="carol")
        self.call("bob", "leave", room=team)
        self.call("erin", "leave", room=self.call("erin", "create", title="empty")["room"])
        self.hook(ops)

    def hook(self, ops: str) -> None:
        hook = self.call("alice", "hook", room="general", label="deployments")
        self.tokens["hook"] = hook["token"]
        body = json.dumps({"text": "a program says so"}).encode()
        self.post_by_http(f"/hooks/{hook['token']}", body, {"Content-Type": "application/json"})
        self.call("bob", "unhook", hook=self.call("bob", "hook", room=ops, label="gone")["hook"])

    def schedule(self) -> None:
        """Texts that were posted, wait, were cancelled, held, and can't be posted."""
        self.ack("alice", "general", self.posted["bob-1"]["seq"])
        now_ms = int(time.time() * 1000)
        self.call("mallory", "block", user="carol")
        for name, to in (("alice", "general"), ("carol", "mallory"), ("eve", "general")):
            self.call(name, "send-at", at=now_ms + 2_000, to=to, text=f"{name} said so before")
        later = self.call("bob", "send-at", at=now_ms + 200 * DAY_MS, to="bob", text="later")
        self.call("bob", "send-at", at=now_ms + 100 * DAY_MS, text="@alice, it is a while ago")
        self.call("bob", "cancel", id=later["id"])
        self.call(ADMIN, "ban", user="eve", hours=8_000, reason="a reason")
        until(lambda: self.call("alice", "status")["scheduled"] == 0, "a text that is posted")
        until(lambda: self.call("eve", "status")["held"] == 1, "a text that is held")

    def moderate(self) -> None:
        """Reports, warnings, bans, blocks, what an administrator removes."""
        (spam,) = self.found("watch")
        for name in ("bob", "carol"):
            place = {"room": "general", "seq": spam["seq"]}
            self.call(name, "report", user="mallory", reason="spam", **place)
        self.call("erin", "report", user="mallory", reason="no reason")
        self.call(ADMIN, "dismiss", report=self.call(ADMIN, "reports")["reports"][-1]["report"])
        self.call("frank", "send", text="nothing to be warned of")
        for name in ("alice", "dave"):
            self.call(name, "report", user="frank", reason="a mistake")
        self.call(ADMIN, "dismiss", report=self.call(ADMIN, "reports")["reports"][-1]["report"])
        self.call(ADMIN, "ban", user="frank")
        self.call(ADMIN, "unban", user="frank")
        self.call("bob", "block", user="mallory")
        self.call("alice", "block", user="bob")
        self.call("alice", "unblock", user="bob")
        self.call("bob", "mute", room="alice,bob")
        self.call("carol", "display-name", display_name="Carol Ann")
        self.call("dave", "display-name", display_name="Nobody")
        self.call(ADMIN, "clear-name", user="dave")
        self.call("alice", "mute", room="general")
        self.call("alice", "mute", room="general", muted=False)
        self.call("alice", "unread-from", room="general", seq=self.posted["bob-1"]["seq"])
        self.may(ADMIN, "remove", room="general", seq=spam["seq"], reason="an advertisement")

    def change(self) -> None:
        """Devices, passwords, and accounts that end or are never used."""
        self.tokens["bot"] = self.call("alice", "token-create", label="bot")["token"]
        phone = self.call("alice", "token-create", label="lost phone")
        self.call("alice", "revoke", device=phone["device"])
        self.peers["frank"].login("frank")
        self.call("frank", "password", **credentials_of(NEW_PASSWORD))
        with connect(self.server.port) as peer:
            peer.register("newbie")
        self.call("gus", "send", text="a message that stays")
        self.call("hal", "send", text="a message that goes")
        for name in ("gus", "hal"):
            self.peers[name].login(name)
        if self.may("gus", "delete-account") and self.may("hal", "delete-account", posts=True):
            self.ended = {"gus", "hal"}
            until(lambda: not self.found("goes"), "posts that are gone")

    def seen(self) -> dict[str, Any]:
        """Return what everybody sees, and what opens the doors."""
        names = [ADMIN, *(name for name in USERS if name not in self.ended)]
        views = {name: view(self.peers[name].call, name, Refused) for name in names}
        return {
            "now_ms": self.call("alice", "status")["now"],
            "passwords": {"bob": PASSWORD, "quiet": PASSWORD, "frank": NEW_PASSWORD},
            "tokens": {k: v for k, v in self.tokens.items() if k not in {*self.ended, "frank"}},
            "ended": sorted(self.ended),
            "posted": self.posted,
            "file": base64.b64encode(FILE).decode(),
            "views": views,
        }


def write(checkout: Path, name: str) -> None:
    """Write the two stores and what is seen in them."""
    with tempfile.TemporaryDirectory() as folder:
        server = Checkout(checkout, Path(folder))
        with server:
            scenario = Scenario(server)
            scenario.enter()
            scenario.talk()
            scenario.gather()
            server.kill()
            scenario.leave()
            server.start()
            scenario.enter()
            scenario.schedule()
            scenario.moderate()
            scenario.change()
            seen = scenario.seen()
            server.kill()
            scenario.leave()
            keep(server.db_path, STORES / f"{name}-killed")
            server.start()
            server.stop()
            keep(server.db_path, STORES / f"{name}-stopped")
    (STORES / f"{name}.json").write_text(lines(seen))


def lines(seen: dict[str, Any]) -> str:
    """Return what is seen as JSON, with a line for each view of each user."""
    views = seen.pop("views")
    users = [
        f'"{name}":{{\n'
        + ",\n".join(f'"{part}":{_compact(value)}' for part, value in view.items())
        + "}"
        for name, view in views.items()
    ]
    return _compact(seen)[:-1] + ',\n"views":{\n' + ",\n".join(users) + "}}\n"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def keep(db_path: Path, target: Path) -> None:
    """Copy a store's files, segments without the room that was reserved in them."""
    target.mkdir()
    for file in [*db_path.parent.glob("chat.db"), *db_path.parent.glob("chat.db-journal-*")]:
        content = file.read_bytes()
        if "journal" in file.name:
            content = content.rstrip(b"\0") + bytes(64)  # a record may end with zeros
        (target / file.name).write_bytes(content)
    files = db_path.parent / "chat.db-files"
    if files.is_dir():
        shutil.copytree(files, target / files.name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("name")
    options = parser.parse_args()
    write(options.checkout.resolve(), options.name)


if __name__ == "__main__":
    main()

"""Load with a ledger: writers that remember what they sent and what was acknowledged."""

import random
import selectors
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from chatd.wire.envelope import Notification, Response
from tests.e2e.client import Client, Closed, connect, result_of

WINDOW = 8
"""Posts that a writer has under way at a time."""
TEXT_CHARACTERS_MAX = 8_000
PRIVATE_PART = 0.3

Entry = dict[str, Any]


@dataclass(slots=True)
class Post:
    """One post as its author knows it. posted: where it is, None until acknowledged."""

    nonce: str
    method: str
    params: dict[str, str]
    posted: dict[str, Any] | None = None


class Follower:
    """A user who comes back with a token after each lost connection."""

    client: Client

    def __init__(self, token: str) -> None:
        self._token = token

    def connect(self, port: int) -> None:
        """Log in again."""
        self.client = connect(port)
        self.client.login_token(self._token)

    def pump(self) -> bool:
        """Take what has come; False if the connection is over."""
        try:
            heard = self.client.read_more()
        except Closed:
            return False
        for envelope in heard:
            if isinstance(envelope, Response):
                self.on_response(envelope)
            elif isinstance(envelope, Notification):
                self.on_notice(envelope)
        return True

    def on_response(self, response: Response) -> None:
        """Hear an answer."""
        result_of(response)

    def on_notice(self, notice: Notification) -> None:
        """Hear a notification."""

    def lose(self) -> None:
        """Take what is left of a connection whose server has gone, and close it."""
        while self.pump():
            pass
        self.hang_up()

    def hang_up(self) -> None:
        """Close the connection."""
        self.client.close()


class Writer(Follower):
    """Posts to general and to one reader, a few at a time, each post under a nonce."""

    def __init__(self, name: str, token: str, reader: str, chance: random.Random) -> None:
        super().__init__(token)
        self.ledger: dict[str, Post] = {}
        self.wants_more = True
        self._name = name
        self._reader = reader
        self._chance = chance
        self._under_way: dict[int, Post] = {}
        self._again: deque[Post] = deque()

    def connect(self, port: int) -> None:
        """Log in, and send again first what nobody acknowledged."""
        super().connect(port)
        self._under_way.clear()
        self._again = deque(post for post in self.ledger.values() if post.posted is None)
        self._fill_window()

    def on_response(self, response: Response) -> None:
        self._under_way.pop(response.id).posted = result_of(response)
        self._fill_window()

    def _fill_window(self) -> None:
        while len(self._under_way) < WINDOW and (self._again or self.wants_more):
            post = self._again.popleft() if self._again else self._new_post()
            try:
                number = self.client.request(post.method, nonce=post.nonce, **post.params)
            except Closed:  # it is in the ledger, and its turn comes again
                return
            self._under_way[number] = post

    def _new_post(self) -> Post:
        nonce = f"{self._name}-{len(self.ledger)}"
        text = f"{nonce} {'x' * self._chance.randrange(TEXT_CHARACTERS_MAX)}"
        if self._chance.random() < PRIVATE_PART:
            post = Post(nonce, "send-to", {"to": self._reader, "text": text})
        else:
            post = Post(nonce, "send", {"text": text})
        self.ledger[nonce] = post
        return post


class Reader(Follower):
    """Follows everything; comes back with its positions, or else to where it has read.

    heard: the entries that it was sent, by room, in the order in which they came.
    """

    def __init__(self, token: str, keeps_positions: bool) -> None:
        super().__init__(token)
        self.heard: dict[str, list[Entry]] = {}
        self.resets = 0
        self._keeps_positions = keeps_positions
        self._epoch = ""
        self._positions: dict[str, int] = {}

    @property
    def count(self) -> int:
        """How many different entries it has heard, without the self log's."""
        return sum(
            len({entry["seq"] for entry in entries})
            for room, entries in self.heard.items()
            if not room.startswith("@")
        )

    def connect(self, port: int) -> None:
        """Log in and go on where it was."""
        super().connect(port)
        brought = {"positions": self._positions, "epoch": self._epoch}
        synced = self.client.sync(**(brought if self._keeps_positions and self._epoch else {}))
        self._epoch = synced["epoch"]
        while self.client.notices:
            self.on_notice(self.client.notices.popleft())

    def on_notice(self, notice: Notification) -> None:
        assert notice.method != "gap", notice
        self.resets += notice.method == "reset"
        if notice.method == "entry":
            room, seq = notice.params["room"], notice.params["seq"]
            self.heard.setdefault(room, []).append(notice.params)
            self._positions[room] = seq

    def acknowledge(self) -> None:
        """Say how far it has read."""
        for room, seq in self._positions.items():
            self.client.tell("ack", room=room, seq=seq)


def run_until(followers: Sequence[Follower], condition: Callable[[], object]) -> None:
    """Let everyone take what comes until `condition()` is true."""
    with selectors.DefaultSelector() as selector:
        for follower in followers:
            selector.register(follower.client.sock, selectors.EVENT_READ, follower)
        while not condition():
            for key, _ in selector.select():
                assert key.data.pump(), "the server has gone"

"""File links: addresses that open one file, each for the device that asked, as long as it is used.

A link is known here and nowhere else: it ends with the server, and its holder asks for another.
What stands in the address is an HMAC by the store's secret, so nobody can guess or make one, and
one that has expired never opens anything again.
"""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from itertools import islice

LINK_KEPT_MS = 300_000
"""How long after its last use a link opens its file."""
LINKS_MAX = 256
"""Links of one user; beyond that, the one used longest ago goes."""
CAPABILITY_BYTES = 24
EXPIRED_PER_LINK = 2
"""Expired links that are forgotten for each new one, so that they go faster than they come."""

Place = tuple[int, str, int]
"""For which device, and where: the room's id, the number of the entry."""


@dataclass(slots=True)
class FileLink:
    """What an address opens: the file of an entry, to a user's device. used_ms: when last."""

    name: str
    device: int
    room: str
    seq: int
    used_ms: int


class FileLinks:
    """All links of a server. secret: the store's."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._links: dict[str, FileLink] = {}  # by capability, by last use
        self._of: dict[str, dict[Place, str]] = {}  # by user, by last use, too

    def make(self, name: str, device: int, room: str, seq: int, now_ms: int) -> str:
        """Return the capability of a link: the one that a device has, or a new one."""
        known = self._of.get(name, {}).get((device, room, seq))
        if known is not None and self.use(known, now_ms):
            return known
        for capability in [*islice(self._links, EXPIRED_PER_LINK)]:
            if self._has_expired(capability, now_ms):
                self._forget(capability)
        mine = self._of.setdefault(name, {})
        if len(mine) >= LINKS_MAX:
            self._forget(next(iter(mine.values())))
        capability = self._capability(f"{name} {device} {room} {seq} {now_ms}")
        self._links[capability] = FileLink(name, device, room, seq, now_ms)
        self._of.setdefault(name, {})[device, room, seq] = capability
        return capability

    def use(self, capability: str, now_ms: int) -> FileLink | None:
        """Return what a link opens, and let it do so for longer; None if it opens nothing."""
        link = self._links.get(capability)
        if link is None:
            return None
        self._forget(capability)
        if now_ms - link.used_ms >= LINK_KEPT_MS:
            return None
        link.used_ms = now_ms
        self._links[capability] = link
        self._of.setdefault(link.name, {})[link.device, link.room, link.seq] = capability
        return link

    def owner(self, capability: str) -> str:
        """Return whose link it is, "" if it is none."""
        link = self._links.get(capability)
        return "" if link is None else link.name

    def __len__(self) -> int:
        return len(self._links)

    def _capability(self, text: str) -> str:
        digest = hmac.digest(self._secret, b"file-link " + text.encode(), "sha256")
        return urlsafe_b64encode(digest[:CAPABILITY_BYTES]).decode()

    def _has_expired(self, capability: str, now_ms: int) -> bool:
        return now_ms - self._links[capability].used_ms >= LINK_KEPT_MS

    def _forget(self, capability: str) -> None:
        link = self._links.pop(capability)
        mine = self._of[link.name]
        del mine[link.device, link.room, link.seq]
        if not mine:
            del self._of[link.name]

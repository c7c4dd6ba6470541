"""Logins over HTTP take two requests: what is between them, until the second comes.

Each network has a share of what may be under way, and of everything the network with the most
gives way: so a flood voids what it has begun itself, and nobody else's.
"""

from typing import NamedTuple

from chatd.core.addresses import is_loopback, network_of
from chatd.handlers.context import Session

LOGINS_MAX = 4_000
"""Logins that are under way in all."""
LOGINS_PER_NETWORK = 500
"""... and from one network. This machine's own addresses may have all there are."""
LOGIN_MS_MAX = 60_000
"""How long a login may take after its first message."""


class _Begun(NamedTuple):
    session: Session
    network: str
    began_ms: int


class PendingLogins:
    """Logins that have begun, by the nonce that the last message repeats."""

    def __init__(self) -> None:
        self._begun: dict[str, _Begun] = {}
        self._by_network: dict[str, dict[str, None]] = {}

    def __len__(self) -> int:
        return len(self._begun)

    def add(self, nonce: str, session: Session, now_ms: int) -> None:
        """Keep a login that has begun, of the address that its session is linked to."""
        self._expire(now_ms)
        address = session.link.address
        network = network_of(address)
        mine = self._by_network.setdefault(network, {})
        if len(mine) >= LOGINS_PER_NETWORK and not is_loopback(address):
            self._drop(next(iter(mine)))
        while len(self._begun) >= LOGINS_MAX:
            most = max(self._by_network.values(), key=len)
            self._drop(next(iter(most)))
        self._begun[nonce] = _Begun(session, network, now_ms)
        self._by_network.setdefault(network, {})[nonce] = None

    def take(self, nonce: str, now_ms: int) -> Session | None:
        """Return the login that goes on with a nonce, once; None if there is none any more."""
        self._expire(now_ms)
        return self._drop(nonce) if nonce in self._begun else None

    def _expire(self, now_ms: int) -> None:
        while self._begun:
            nonce, begun = next(iter(self._begun.items()))
            if now_ms - begun.began_ms < LOGIN_MS_MAX:
                break
            self._drop(nonce)

    def _drop(self, nonce: str) -> Session:
        session, network, _ = self._begun.pop(nonce)
        mine = self._by_network[network]
        del mine[nonce]
        if not mine:
            del self._by_network[network]
        return session

"""Places: how many connections there may be, of whom, and who gives way to whom.

A connection is a guest until it has a user: by its login or, where it speaks HTTP, by the token
of a request. Connections are counted by address and by user. Loopback and trusted proxies are
not counted by address: many stand behind them.
"""

from collections import Counter
from collections.abc import Iterable
from ipaddress import ip_network

from chatd.config import Settings
from chatd.core.addresses import is_in, is_loopback, network_of
from chatd.errors import ChatError, Overloaded
from chatd.handlers.refusals import bound_reached
from chatd.net.connection import Connection

RESERVED_PART = 10
"""At most a tenth of all places is kept for newcomers."""


class Places:
    """Who has a connection, and whether there is room for one more."""

    def __init__(self, settings: Settings) -> None:
        self._guests: dict[Connection, None] = {}  # who gives way first comes first
        self._only: dict[str, Connection] = {}  # of users with one connection, as most have
        self._several: dict[str, list[Connection]] = {}
        self._user_places = 0
        self.configure(settings)

    def configure(self, settings: Settings) -> None:
        """Go on with other bounds. Those who are there stay, and are counted by the new rules."""
        self._settings = settings
        self._proxies = [ip_network(text) for text in settings.trusted_proxies]
        reserved = min(settings.connections_reserved, settings.connections_max // RESERVED_PART)
        self._user_places_max = settings.connections_max - reserved
        guests = list(self._guests)
        users = [*self._only.values(), *(c for some in self._several.values() for c in some)]
        self._guests_of = self._count(guests)
        self._all_of = self._count(guests + users)

    # -- whether there is room ---------------------------------------------------------------

    def check_address(self, address: str, now_ms: int) -> None:
        """Refuse one more guest from an address. Raises RateLimited."""
        network, settings = self._network(address), self._settings
        if network is None:
            return
        if 0 < settings.connections_per_address <= self._all_of[network]:
            raise bound_reached(
                "CONNECTIONS_PER_ADDRESS",
                "too many connections from your address",
                settings.connections_per_address,
                now_ms + self._dead_ms,
            )
        if 0 < settings.guests_per_address <= self._guests_of[network]:
            raise bound_reached(
                "GUESTS_PER_ADDRESS",
                "too many connections from your address that have not logged in",
                settings.guests_per_address,
                now_ms + settings.login_timeout_ms,  # by then they have, or are gone
            )

    def check_user(self, connection: Connection, name: str, now_ms: int) -> None:
        """Refuse one more connection of a user. Raises RateLimited, Overloaded."""
        held, settings = self._of_user(name), self._settings
        if connection in held:
            return
        if 0 < settings.connections_per_user <= len(held):
            raise bound_reached(
                "CONNECTIONS_PER_USER",
                "you have too many connections",
                settings.connections_per_user,
                now_ms + self._dead_ms,
            )
        if self._user_places >= self._user_places_max and not (held or self._several):
            raise self.overloaded()

    def overloaded(self) -> ChatError:
        """Return what somebody is told for whom nobody gives way."""
        return Overloaded(
            "this server has no room for one more connection",
            limit=self._settings.connections_max,
            setting="CONNECTIONS_MAX",
        )

    @property
    def is_overfull(self) -> bool:
        """Whether there are more connections than places."""
        return len(self._guests) + self._user_places > self._settings.connections_max

    @property
    def is_reserve_used(self) -> bool:
        """Whether users have places that are kept for newcomers."""
        return self._user_places > self._user_places_max

    @property
    def _dead_ms(self) -> int:
        """How long it takes at most until a connection that is dead has been noticed."""
        return self._settings.idle_ping_ms + self._settings.stall_timeout_ms

    # -- who gives way -----------------------------------------------------------------------

    def first_guest(self) -> Connection:
        """Return the guest that gives way: the oldest, or who was a user's longest ago."""
        return next(iter(self._guests))

    def most_idle(self, but: Connection | None = None) -> Connection | None:
        """Return the idlest connection of the user with the most; None if nobody has several."""
        if not self._several:
            return None
        most = max(self._several.values(), key=len)
        return min((c for c in most if c is not but), key=lambda c: c.heard_ms)

    # -- who comes and goes ------------------------------------------------------------------

    def come(self, connection: Connection) -> None:
        """A connection is there, without a user."""
        self._guests[connection] = None
        self._move(connection.address, 1, guests=1)

    def log_in(self, connection: Connection, name: str) -> None:
        """A guest has a user now."""
        del self._guests[connection]
        self._move(connection.address, 0, guests=-1)
        self._user_places += 1
        if name in self._several:
            self._several[name].append(connection)
        elif name in self._only:
            self._several[name] = [self._only.pop(name), connection]
        else:
            self._only[name] = connection

    def log_out(self, connection: Connection, name: str) -> None:
        """A connection of a user is a guest again, and the last one to give way."""
        self._take_from(connection, name)
        self._guests[connection] = None
        self._move(connection.address, 0, guests=1)

    def renew(self, connection: Connection) -> None:
        """Let a guest that works for a user be the last one to give way."""
        if self._guests.pop(connection, self) is None:
            self._guests[connection] = None

    def move(self, connection: Connection, address: str) -> None:
        """A connection comes from another address than it seemed."""
        guests = int(connection in self._guests)
        self._move(connection.address, -1, guests=-guests)
        connection.address = address
        self._move(address, 1, guests=guests)

    def leave(self, connection: Connection) -> None:
        """A connection has closed."""
        if connection in self._guests:
            del self._guests[connection]
            self._move(connection.address, -1, guests=-1)
        elif connection in self._of_user(connection.party):
            self._take_from(connection, connection.party)
            self._move(connection.address, -1, guests=0)

    def is_guest(self, connection: Connection) -> bool:
        """Whether a connection has a place, and no user."""
        return connection in self._guests

    # -- counting ----------------------------------------------------------------------------

    def _of_user(self, name: str) -> list[Connection]:
        if name in self._only:
            return [self._only[name]]
        return self._several.get(name, [])

    def _take_from(self, connection: Connection, name: str) -> None:
        self._user_places -= 1
        if name in self._only:
            del self._only[name]
            return
        several = self._several[name]
        several.remove(connection)
        if len(several) == 1:
            self._only[name] = several[0]
            del self._several[name]

    def counts(self, address: str) -> bool:
        """Whether anything is counted by this address."""
        return not (is_loopback(address) or is_in(address, self._proxies))

    def _network(self, address: str) -> str | None:
        """Return what an address is counted as; None if it is not."""
        return network_of(address) if self.counts(address) else None

    def _move(self, address: str, change: int, guests: int) -> None:
        network = self._network(address)
        if network is not None:
            _add(self._all_of, network, change)
            _add(self._guests_of, network, guests)

    def _count(self, connections: Iterable[Connection]) -> Counter[str]:
        networks = (self._network(connection.address) for connection in connections)
        return Counter(network for network in networks if network is not None)


def _add(counts: Counter[str], key: str, change: int) -> None:
    counts[key] += change
    if not counts[key]:
        del counts[key]

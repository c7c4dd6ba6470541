"""Origins: by which names this server may be spoken to, and from where a request really comes.

A page of somebody else's in a browser may let its own name stand for this server's address (DNS
rebinding). The browser then says that name as the host, so unknown names are refused. An address
can't be made to stand for another one and is let through.
"""

from ipaddress import ip_network
from urllib.parse import urlsplit

from chatd.config import Settings
from chatd.core.addresses import is_address, is_in
from chatd.errors import HttpError
from chatd.wire.http.message import HttpRequest

ANY = "*"


class HostPolicy:
    """Answers by the settings ALLOWED_HOSTS, TRUSTED_PROXIES and METRICS_FROM."""

    def __init__(self, settings: Settings) -> None:
        self._hosts = {"localhost", settings.host.lower(), *settings.allowed_hosts}
        self._proxies = [ip_network(text) for text in settings.trusted_proxies]
        self._watchers = [ip_network(text) for text in settings.metrics_from]

    def check_host(self, request: HttpRequest) -> None:
        """Refuse a request that was meant for somebody else. Raises HttpError."""
        if not self._is_ours(request.fields["host"]):
            raise HttpError(421, "that is not a name of this server: see ALLOWED_HOSTS")

    def check_origin(self, request: HttpRequest) -> None:
        """Refuse what a page of another server sends. Raises HttpError."""
        origin = request.fields.get("origin")
        if origin is None:
            return  # no browser
        scheme, netloc = _scheme_and_netloc(origin)
        same = netloc.lower() == request.fields["host"].lower()
        if scheme not in ("http", "https") or not same:
            raise HttpError(403, "pages of other servers may not connect to this one")

    def client_address(self, address: str, request: HttpRequest) -> str:
        """Return the address that asks: the last one that no trusted proxy has.

        address: of the connection. Only proxies that are trusted are believed.
        """
        forwarded = [part.strip() for part in request.fields.get("x-forwarded-for", "").split(",")]
        while forwarded and is_in(address, self._proxies):
            nearest = forwarded.pop()
            if not is_address(nearest):
                break
            address = nearest
        return address

    def is_proxy(self, address: str) -> bool:
        """Whether an address is a trusted proxy's."""
        return is_in(address, self._proxies)

    def may_read_metrics(self, address: str, request: HttpRequest) -> bool:
        """Whether a request comes from one of those; one that was passed on, by whom we trust."""
        if "x-forwarded-for" in request.fields and not is_in(address, self._proxies):
            return False
        return is_in(self.client_address(address, request), self._watchers)

    def _is_ours(self, host: str) -> bool:
        name = _without_port(host).rstrip(".").lower()
        return ANY in self._hosts or name in self._hosts or is_address(name.strip("[]"))


def _scheme_and_netloc(origin: str) -> tuple[str, str]:
    """Return what stands in front of an origin's host, and the host; of what is none, nothing."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]

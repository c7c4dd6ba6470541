"""Addresses: who is one peer, where something is counted by address.

Whoever has one IPv6 address has a whole /64 of them, so that is what counts; an IPv4 address
that is mapped into IPv6 is the IPv4 address.
"""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

PREFIX_BITS = 64
REMEMBERED = 4_096


@lru_cache(REMEMBERED)
def network_of(address: str) -> str:
    """Return what `address` counts as: itself, or for IPv6 its /64; other texts as they are."""
    ip = _parsed(address)
    if ip is None:
        return address
    return str(ip_network((ip, PREFIX_BITS), strict=False) if ip.version == 6 else ip)


@lru_cache(REMEMBERED)
def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own, which no count by address binds."""
    ip = _parsed(address)
    return ip is not None and ip.is_loopback


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return (ip.ipv4_mapped or ip) if isinstance(ip, IPv6Address) else ip

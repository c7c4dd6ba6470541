"""Addresses: who is one peer, where something is counted by address.

Whoever has one IPv6 address has a whole /64 of them, so that is what counts; an IPv4 address
that is mapped into IPv6 is the IPv4 address.
"""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

PREFIX_BITS = 64
REMEMBERED = 4_096


@lru_cache(REMEMBERED)
def network_of(address: str) -> str:
    """Return what `address` counts as: itself, or for IPv6 its /64 (but for loopback).

    Other texts are returned as they are.
    """
    ip = _parsed(address)
    if ip is None:
        return address
    if ip.is_loopback:
        return str(ip)
    return str(ip_network((ip, PREFIX_BITS), strict=False) if ip.version == 6 else ip)


@lru_cache(REMEMBERED)
def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own, which no count by address binds."""
    ip = _parsed(address)
    return ip is not None and ip.is_loopback


def is_address(text: str) -> bool:
    """Whether a text is an address."""
    return _parsed(text) is not None


def is_in(address: str, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    """Whether an address is in one of the networks."""
    ip = _parsed(address)
    return ip is not None and any(ip in network for network in networks)


@lru_cache(REMEMBERED)
def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return (ip.ipv4_mapped or ip) if isinstance(ip, IPv6Address) else ip

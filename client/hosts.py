"""Hosts: what can be the name or the address of one, and which are this machine itself."""

import re
from ipaddress import ip_address

NAME_CHARACTERS_MAX = 253
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_.])?", re.IGNORECASE)


def host_of(text: str) -> str:
    """Return a host as sockets take it: an address without brackets, or a name in lower case.

    It is the same however it is written, for tokens are kept by it. Raises ValueError, which says
    what is wrong with it.
    """
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        return str(ip_address(bare))
    except ValueError:
        pass
    if not _is_name(text):
        raise ValueError(f"`{text}` is not a host: give a name or an address{_hint(text)}")
    return text.lower()


def _is_name(text: str) -> bool:
    try:
        ascii_name = text.encode("idna").decode()
    except UnicodeError:
        return False
    return len(ascii_name) <= NAME_CHARACTERS_MAX and _NAME.fullmatch(ascii_name) is not None


def _hint(text: str) -> str:
    """Return what to do with what else people have at hand."""
    if "://" in text:
        return ", without what stands around it in a browser"
    if re.fullmatch(r".*:[0-9]+", text):
        return "; give its port with --port"
    return ", as chat.example.org or 192.0.2.1"


def is_this_machine(host: str) -> bool:
    """Whether what is sent to a host never leaves this machine."""
    host = host.strip("[]").rstrip(".").lower()
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")  # RFC 6761, section 6.3

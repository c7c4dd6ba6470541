"""The first bytes of a server: chatd's, or something else's that listens at that port."""

from .errors import ConnectionLost

_OTHERS = {
    b"HTTP/": "HTTP",
    b"SSH-": "SSH",
    b"220": "a protocol for mail or files",
    b"* OK": "IMAP",
    b"+OK": "POP3",
    b"-ERR": "Redis",
}
"""How other servers begin."""
_TLS = (b"\x15\x03", b"\x16\x03")


def check_first_bytes(data: bytes) -> None:
    """Raise ConnectionLost, which says what the server speaks, unless these begin a frame."""
    if data[0] == 0:  # no frame is near 16 MiB
        return
    if data.startswith(_TLS):
        raise ConnectionLost("it accepts only encrypted connections: use `--tls`")
    known = (name for begin, name in _OTHERS.items() if data.startswith(begin))
    raise ConnectionLost(f"that is not a chatd server: it speaks {next(known, 'something else')}")

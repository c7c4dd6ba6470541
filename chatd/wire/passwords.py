"""Passwords: which bytes one is, and the keys that stand for it.

Whatever can be typed is a password, as in PostgreSQL: what SASLprep allows is mapped by it, so
that it is the same on every keyboard; all else (emoji, Hebrew with digits, tabs, bytes that are no
UTF-8) is taken as it came. One rule for every client, and for `chatd user`.
Source: RFC 5802, RFC 4013; PostgreSQL's `pg_saslprep`.
"""

import hashlib
import hmac
from typing import NamedTuple

from scramp import ScramException
from scramp.utils import saslprep

from chatd.wire.commands import ITERATIONS_OF_OUR_CLIENTS


class Keys(NamedTuple):
    """What a server keeps of a password: it can check a proof by them but not make one."""

    salt: bytes
    iterations: int
    stored_key: bytes
    server_key: bytes


def prepared(password: str) -> bytes:
    """Return the bytes that keys and proofs are made of.

    password: bytes of it that are no UTF-8 stand in it as `os.fsdecode` puts them.
    """
    try:
        mapped = saslprep(password)
    except ScramException:
        mapped = ""
    return str(mapped or password).encode("utf-8", "surrogateescape")


def keys_of(password: str, salt: bytes, iterations: int = ITERATIONS_OF_OUR_CLIENTS) -> Keys:
    """Return the keys of a password; takes some tenths of a second."""
    salted = hashlib.pbkdf2_hmac("sha256", prepared(password), salt, iterations)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    stored_key = hashlib.sha256(client_key).digest()
    return Keys(salt, iterations, stored_key, hmac.digest(salted, b"Server Key", "sha256"))

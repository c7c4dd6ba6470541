"""SCRAM-SHA-256 as a client computes it, with keys that cost a test nothing twice.

Written out from RFC 5802, section 3, so that it shares no code with the server.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from functools import cache
from typing import NamedTuple

ITERATIONS = 4_096
NONCE = "clientnonce"


class Keys(NamedTuple):
    """What `register` carries, and the client key that proves it."""

    salt: bytes
    stored_key: bytes
    server_key: bytes
    client_key: bytes


@cache
def keys_of(password: str, salt: bytes, iterations: int = ITERATIONS) -> Keys:
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    return Keys(salt, hashlib.sha256(client_key).digest(), server_key, client_key)


def password_of(name: str) -> str:
    """Return the password that a test's user has, unless it says otherwise."""
    return f"password of {name}"


def registration(password: str, iterations: int = ITERATIONS) -> dict[str, object]:
    """Return the parameters of `register` and `password`, but for the name."""
    salt = hashlib.sha256(password.encode()).digest()[:16]
    keys = keys_of(password, salt, iterations)
    return {
        "salt": salt,
        "iterations": iterations,
        "stored_key": keys.stored_key,
        "server_key": keys.server_key,
    }


def client_first(name: str) -> str:
    return f"n,,n={name},r={NONCE}"


def client_final(name: str, password: str, challenge: str) -> str:
    """Return the answer to the server's challenge."""
    fields = dict(part.split("=", 1) for part in challenge.split(","))
    bare = f"c={b64encode(b'n,,').decode()},r={fields['r']}"
    keys = keys_of(password, b64decode(fields["s"]), int(fields["i"]))
    said = f"n={name},r={NONCE},{challenge},{bare}".encode()
    signature = hmac.digest(keys.stored_key, said, "sha256")
    proof = bytes(a ^ b for a, b in zip(keys.client_key, signature, strict=True))
    return f"{bare},p={b64encode(proof).decode()}"

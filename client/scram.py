"""The client's side of passwords: keys for a new one, proof of a known one.

The server never sees a password; what it is given can check a proof but not make one.
Source: RFC 5802, RFC 7677; scramp computes.
"""

import secrets
from dataclasses import dataclass

from scramp import ScramClient, ScramException, ScramMechanism

from chatd.errors import AuthFailed
from chatd.wire.commands import ITERATIONS_OF_OUR_CLIENTS, SALT_BYTES_OF_OUR_CLIENTS

MECHANISM = "SCRAM-SHA-256"


@dataclass(frozen=True, slots=True)
class Keys:
    """What the server keeps of a password."""

    salt: bytes
    iterations: int
    stored_key: bytes
    server_key: bytes


def new_keys(password: str, iterations: int = ITERATIONS_OF_OUR_CLIENTS) -> Keys:
    """Return the keys of a new password, with a fresh salt; takes a tenth of a second."""
    salt, stored_key, server_key, _ = ScramMechanism(MECHANISM).make_auth_info(
        password, iteration_count=iterations, salt=secrets.token_bytes(SALT_BYTES_OF_OUR_CLIENTS)
    )
    return Keys(salt, iterations, stored_key, server_key)


class Proof:
    """One proof of a password: first message, challenge, final message, verification.

    Raises AuthFailed where the server's side of it does not hold.
    """

    def __init__(self, name: str, password: str) -> None:
        try:
            self._client = ScramClient([MECHANISM], name, password)
        except ScramException:
            raise AuthFailed("the name or the password has characters that none can have")

    def first(self) -> str:
        """Return the client-first-message."""
        return str(self._client.get_client_first())

    def final(self, challenge: str) -> str:
        """Return the client-final-message that answers the server's challenge."""
        try:
            self._client.set_server_first(challenge)
            return str(self._client.get_client_final())
        except ScramException:
            raise AuthFailed("the server's challenge is malformed") from None

    def verify(self, message: str) -> None:
        """Check by its final message that the server knows the keys of this password."""
        try:
            self._client.set_server_final(message)
        except ScramException:
            raise AuthFailed("the server could not prove that it knows you") from None

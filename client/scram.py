"""The client's side of passwords: keys for a new one, proof of a known one.

The server never sees a password; what it is given can check a proof but not make one.
Source: RFC 5802, RFC 7677; scramp computes.
"""

import secrets

from scramp import ScramClient, ScramException

from chatd.errors import AuthFailed
from chatd.wire.commands import ITERATIONS_OF_OUR_CLIENTS, SALT_BYTES_OF_OUR_CLIENTS
from chatd.wire.passwords import Keys, keys_of, prepared

MECHANISM = "SCRAM-SHA-256"


def new_keys(password: str, iterations: int = ITERATIONS_OF_OUR_CLIENTS) -> Keys:
    """Return the keys of a new password, with a fresh salt; takes some tenths of a second."""
    return keys_of(password, secrets.token_bytes(SALT_BYTES_OF_OUR_CLIENTS), iterations)


class Proof:
    """One proof of a password: first message, challenge, final message, verification.

    Raises AuthFailed where the server's side of it does not hold.
    """

    def __init__(self, name: str, password: str) -> None:
        try:
            self._client = ScramClient([MECHANISM], name, "")
        except ScramException:
            raise AuthFailed("the name has characters that no name can have") from None
        self._client.password = prepared(password)  # scramp itself takes what SASLprep allows

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

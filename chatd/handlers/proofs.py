"""Proofs: the server's side of SCRAM-SHA-256, which tells nobody which names exist.

For every name the same is computed and the same said. What an unknown name's challenge holds is
what some user's does, so that neither the default nor a rare number of rounds tells anything.
"""

import hmac
from base64 import b64encode
from typing import Any

from scramp import ScramException, ScramMechanism

from chatd.core.model import Credentials
from chatd.core.state import State
from chatd.errors import AuthFailed, Forbidden
from chatd.handlers.context import Context, Proof
from chatd.wire import commands as c

MECHANISM = ScramMechanism("SCRAM-SHA-256")
NONCE_BYTES = 18
SALT_PARTS = (b"salt:", b"more salt:")
"""What the two halves of a salt that nobody has are made of: the longest takes both."""


PROOF_FRESH_MS = 300_000
"""How long after a proof what needs one may be done on that connection."""


def check_fresh_proof(context: Context) -> None:
    """Refuse what needs the password to be proved just now. Raises Forbidden."""
    proved_ms = context.session.proved_ms
    if not proved_ms or context.now_ms - proved_ms > PROOF_FRESH_MS:
        raise Forbidden("prove the current password first: login-start, login-finish")


class Proofs:
    """Begins and ends proofs of passwords."""

    def __init__(self, state: State) -> None:
        self._state = state

    def begin(self, name: str, message: str, random: bytes) -> tuple[Proof, str]:
        """Return a proof and the challenge that answers a client-first-message.

        random: `NONCE_BYTES` of them. Raises AuthFailed.
        """
        unknown = self._unknown_user(name)
        known = self._credentials(name)
        proved = unknown if known is None else known

        def lookup(_: str) -> tuple[Any, ...]:
            return proved.salt, proved.stored_key, proved.server_key, proved.iterations

        server = MECHANISM.make_server(lookup, s_nonce=b64encode(random).decode())
        try:
            server.set_client_first(message)
            return Proof(server, proved), server.get_server_first()
        except (ScramException, ValueError):
            raise AuthFailed("not a SCRAM-SHA-256 client-first-message") from None

    def finish(self, name: str, proof: Proof, message: str) -> str:
        """Return the server-final-message.

        Those that the proof began with have to be the user's still. Raises AuthFailed.
        """
        try:
            proof.server.set_client_final(message)
            final: str = proof.server.get_server_final()
        except (ScramException, ValueError):
            raise AuthFailed("the name or the password is wrong") from None
        if self._credentials(name) is not proof.credentials:
            raise AuthFailed("the name or the password is wrong")
        return final

    def _credentials(self, name: str) -> Credentials | None:
        """Return what a user proves, None if nobody can prove anything under that name."""
        user = self._state.users.get(name)
        if user is None or user.has_ended:
            return None
        if len(user.credentials.salt) < c.SALT_BYTES_MIN:
            return None  # an older server took shorter salts, of which no challenge can be made
        return user.credentials

    def _unknown_user(self, name: str) -> Credentials:
        """Return what looks like a user's credentials, the same for a name each time."""
        secret = self._state.secret
        size, iterations = c.SALT_BYTES_OF_OUR_CLIENTS, c.ITERATIONS_OF_OUR_CLIENTS
        next_to = self._state.names.next_to(name)
        if next_to is not None:
            model = self._state.users[next_to].credentials
            size, iterations = max(len(model.salt), c.SALT_BYTES_MIN), model.iterations
        salt = b"".join(hmac.digest(secret, part + name.encode(), "sha256") for part in SALT_PARTS)
        nobody = hmac.digest(secret, b"key:" + name.encode(), "sha256")
        return Credentials(salt[:size], iterations, nobody, nobody)

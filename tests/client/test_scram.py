"""Passwords at the client's end: proofs that a server believes, and servers that must prove too."""

import pytest
from scramp import ScramMechanism

from chatd.errors import AuthFailed
from chatd.wire.commands import ITERATIONS_MIN
from chatd.wire.passwords import Keys
from client.scram import MECHANISM, Proof, new_keys
from tests.passwords import VECTORS, Vector

PASSWORD = "pencil"


def converse(proof: Proof, keys: Keys) -> str:
    """Prove to a server that keeps these keys; return its last message."""
    known = (keys.salt, keys.stored_key, keys.server_key, keys.iterations)
    server = ScramMechanism(MECHANISM).make_server(lambda name: known)
    server.set_client_first(proof.first())
    server.set_client_final(proof.final(server.get_server_first()))
    return str(server.get_server_final())


def test_keys_of_a_password_prove_it_and_the_server_proves_itself() -> None:
    proof = Proof("alice", PASSWORD)
    proof.verify(converse(proof, new_keys(PASSWORD, ITERATIONS_MIN)))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.why)
def test_any_password_proves_itself(vector: Vector) -> None:
    proof = Proof("alice", vector.typed)
    proof.verify(converse(proof, new_keys(vector.typed, ITERATIONS_MIN)))


def test_keys_of_the_same_password_differ_by_their_salt() -> None:
    one, other = (new_keys(PASSWORD, ITERATIONS_MIN) for _ in range(2))
    assert one.salt != other.salt and one.stored_key != other.stored_key


def test_a_server_that_does_not_know_the_password_is_not_believed() -> None:
    proof = Proof("alice", PASSWORD)
    keys = new_keys(PASSWORD, ITERATIONS_MIN)
    converse(proof, keys)
    with pytest.raises(AuthFailed, match="could not prove"):
        proof.verify("v=" + "A" * 43 + "=")


@pytest.mark.parametrize("challenge", ["", "nonsense", "r=other,s=c2FsdA==,i=4096", "e=no"])
def test_a_malformed_challenge_is_refused(challenge: str) -> None:
    proof = Proof("alice", PASSWORD)
    proof.first()
    with pytest.raises(AuthFailed):
        proof.final(challenge)


def test_a_name_that_no_password_system_takes_is_refused_by_its_characters() -> None:
    with pytest.raises(AuthFailed, match="characters"):
        Proof("al\u0007ice", PASSWORD).first()

"""Passwords: every one that can be typed is one, and the same bytes wherever it is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scramp import ScramException, ScramMechanism

from chatd.wire.passwords import keys_of, prepared
from tests.passwords import ITERATIONS, SALT, VECTORS, Vector


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.why)
def test_password_has_the_bytes_and_keys_that_all_clients_agree_on(vector: Vector) -> None:
    assert prepared(vector.typed) == vector.prepared
    assert keys_of(vector.typed, SALT, ITERATIONS).stored_key == vector.stored_key


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.why)
def test_password_that_saslprep_allows_has_the_keys_of_every_scram(vector: Vector) -> None:
    try:
        salt, stored_key, server_key, iterations = ScramMechanism("SCRAM-SHA-256").make_auth_info(
            vector.typed, ITERATIONS, SALT
        )
    except ScramException:
        assert vector.prepared == vector.typed.encode("utf-8", "surrogateescape")
        return
    if vector.typed != "\u00ad":  # of which scramp leaves nothing, and we what was typed
        keys = keys_of(vector.typed, SALT, ITERATIONS)
        assert keys == (salt, iterations, stored_key, server_key)


@given(st.binary(min_size=1, max_size=40))
def test_any_bytes_are_a_password(typed: bytes) -> None:
    assert prepared(typed.decode("utf-8", "surrogateescape"))

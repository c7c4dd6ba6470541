"""Tokens: 256 random bits that open something; only their hash is kept."""

import hashlib

TOKEN_BYTES = 32


def token_hash(token: str) -> bytes:
    """Return what is kept of a token, its SHA-256."""
    return hashlib.sha256(token.encode()).digest()

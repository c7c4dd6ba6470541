"""Passwords that every client has to take for the same bytes: `passwords.json`, beside this.

`typed` is what somebody types, or `typed_bytes` where that is no UTF-8, in hex; `bytes` is what
keys and proofs are made of, and `stored_key` what the server keeps, for one salt.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

_VECTORS = json.loads((Path(__file__).parent / "passwords.json").read_text("utf-8"))

SALT = bytes.fromhex(_VECTORS["salt"])
ITERATIONS: int = _VECTORS["iterations"]


@dataclass(frozen=True)
class Vector:
    """One password. typed: as by `os.fsdecode`."""

    why: str
    typed: str
    prepared: bytes
    stored_key: bytes


def _vector(row: dict[str, str]) -> Vector:
    typed = row.get("typed") or os.fsdecode(bytes.fromhex(row["typed_bytes"]))
    return Vector(row["why"], typed, bytes.fromhex(row["bytes"]), bytes.fromhex(row["stored_key"]))


VECTORS = [_vector(row) for row in _VECTORS["passwords"]]

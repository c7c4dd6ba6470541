"""Contents: what a file is besides its caption."""

import hashlib
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class File:
    """A name and bytes."""

    name: str
    data: bytes

    @property
    def fields(self) -> dict[str, Any]:
        """How an entry tells of it: all files of the machine are named `.txt`, and are text."""
        sha256 = digest(self.data).hex()
        told = {"name": self.name, "size": len(self.data), "sha256": sha256}
        return told | {"media_type": "text/plain"}


TAKEN_BACK = {"name": "", "size": 0, "sha256": ""}
"""How the entry of a file that was deleted tells of it."""


def digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()

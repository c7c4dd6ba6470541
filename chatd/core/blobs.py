"""Blobs: the bytes of files, as handlers and the database know them. Where they go is handed in."""

from collections.abc import Collection
from typing import Protocol


class Blobs(Protocol):
    """Files by number, which events name. Nothing is durable before the tick is."""

    # What handlers call.

    def free_bytes(self) -> int:
        """Return how many bytes the disk has room for."""

    def create(self, number: int) -> None:
        """Make an empty file. Raises StorageFull."""

    def write(self, number: int, data: bytes, offset: int) -> None:
        """Put bytes into a file. Raises StorageFull."""

    def read(self, number: int, size: int, offset: int) -> bytes | None:
        """Return bytes of a file, None if it is not there. Raises Overloaded, Internal."""

    def catch_up(self, number: int, size: int, bytes_max: int) -> bool:
        """Take up to `bytes_max` more into the hash of a file's first `size` bytes.

        Returns whether that is all of them. What is written in order is in it already; the rest
        was written before a restart, or in vain.
        """

    def sha256(self, number: int) -> bytes:
        """Return the SHA-256 of a file with which `catch_up` has come to the end.

        Its bytes are durable then. Raises StorageFull if the disk does not take them.
        """

    def complete(self, number: int) -> None:
        """Nothing more comes of a file, which is an entry's now."""

    # What the database calls.

    def sync(self) -> list[int]:
        """See to it that no tick appended from now on is durable before what was written.

        Returns the files for which that can't be done: what was written of them is gone.
        """

    def remove(self, number: int) -> None:
        """Remove a file that nobody needs, if it is there. Raises OSError."""

    def remove_orphans(self, needed: Collection[int]) -> int:
        """Remove every file that is not needed; return how many there were. Raises OSError."""

    def missing(self, needed: Collection[int]) -> list[int]:
        """Return which of these files are not there. Raises OSError."""

    def close(self) -> None:
        """Let go of all files."""

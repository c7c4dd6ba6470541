"""Blobs: the bytes of files, as handlers may know them; the disk is handed in."""

from typing import Protocol


class Blobs(Protocol):
    """Files by number. Nothing is durable before the tick is."""

    def free_bytes(self) -> int:
        """Return how many bytes the disk has room for."""

    def create(self, number: int) -> None:
        """Make an empty file. Raises StorageFull."""

    def write(self, number: int, data: bytes, offset: int) -> None:
        """Put bytes into a file. Raises StorageFull."""

    def read(self, number: int, size: int, offset: int) -> bytes | None:
        """Return bytes of a file, None if it is not there. Raises Overloaded, Internal."""

    def catch_up(self, number: int, size: int, bytes_max: int) -> bool:
        """Take up to so many bytes more into the hash of a file's first `size` bytes.

        Returns whether that is all of them. What is written in order is in it already; the rest
        was written before a restart, or in vain.
        """

    def sha256(self, number: int) -> bytes:
        """Return the SHA-256 of a file with which `catch_up` has come to the end.

        Its bytes are durable then. Raises StorageFull if the disk does not take them.
        """

    def complete(self, number: int) -> None:
        """Nothing more comes of a file, which is an entry's now."""

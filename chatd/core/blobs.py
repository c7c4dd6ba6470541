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
        """Return bytes of a file, None if it is not there."""

    def sha256(self, number: int, size: int) -> bytes:
        """Return the SHA-256 of a file's first `size` bytes."""

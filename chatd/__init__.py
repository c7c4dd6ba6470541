"""chatd: a chat server that people run themselves."""

from chatd.version import __version__

__all__ = ["__version__"]

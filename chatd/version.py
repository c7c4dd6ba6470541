"""The version of server and client alike."""

__version__ = "0.1.0"

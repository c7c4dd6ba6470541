"""How long to wait before the next try to connect: exponential, with full jitter.

Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
"""

from collections.abc import Callable

BASE_SECONDS = 0.5
CAP_SECONDS = 30.0


class Backoff:
    """Delays that are random between 0 and a bound that doubles up to `CAP_SECONDS`.

    The jitter keeps a thousand clients of a restarted server from coming back as one.
    """

    def __init__(self, uniform: Callable[[float, float], float]) -> None:
        self._uniform = uniform
        self._bound_seconds = BASE_SECONDS

    def next_seconds(self) -> float:
        """Return the next delay."""
        delay = self._uniform(0.0, self._bound_seconds)
        self._bound_seconds = min(CAP_SECONDS, self._bound_seconds * 2)
        return delay

    def reset(self) -> None:
        """Begin again with short delays, after a connection that held."""
        self._bound_seconds = BASE_SECONDS

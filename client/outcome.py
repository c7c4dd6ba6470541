"""What will have come of something: a value or an error, once."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from chatd.wire.commands import COMMAND_OF, Params, Result
from chatd.wire.envelope import encode_request

T = TypeVar("T")
R = TypeVar("R", bound=Result)


class Outcome(Generic[T]):
    """A value or an error; `then` is called once, when it is there."""

    def __init__(self, then: "Callable[[Outcome[T]], object] | None" = None) -> None:
        self.error: Exception | None = None
        self.done = False
        self._value: T | None = None
        self._then = then

    @property
    def value(self) -> T:
        """The value; raises the error if there is one. Only once it is done."""
        assert self.done
        if self.error is not None:
            raise self.error
        return self._value  # type: ignore[return-value]  # which may be None only if T says so

    def succeed(self, value: T) -> None:
        """Take the value, unless something came before."""
        if not self.done:
            self._value, self.done = value, True
            self._call_back()

    def fail(self, error: Exception) -> None:
        """Take the error, unless something came before."""
        if not self.done:
            self.error, self.done = error, True
            self._call_back()

    def _call_back(self) -> None:
        then, self._then = self._then, None
        if then is not None:
            then(self)


class PendingRequest(Outcome[R]):
    """A request on its way, and its answer.

    frame: the request as it goes over the wire; the same bytes, nonce included, go out again
    after a reconnection where that can't do anything twice.
    """

    def __init__(
        self,
        params: Params[R],
        request_id: int,
        then: Callable[[Outcome[R]], object] | None,
    ) -> None:
        super().__init__(then)
        self.command = COMMAND_OF[type(params)]
        self.request_id = request_id
        self.frame = encode_request(request_id, self.command.method, params)
        self.times_sent = 0
        nonce: Any = getattr(params, "nonce", None)
        self.is_repeatable = self.command.repeatable or nonce is not None

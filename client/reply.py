"""The answer to one request, when it comes."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from chatd.wire.commands import AnyParams, Command, Result
from chatd.wire.envelope import encode_request

R = TypeVar("R", bound=Result, covariant=True)


class Reply(Generic[R]):
    """What a request will have brought: `result()` waits for it.

    frame: the request as it goes over the wire; the same bytes, nonce included, go out again
    after a reconnection where that can't do anything twice.
    """

    def __init__(
        self,
        command: Command,
        params: AnyParams,
        request_id: int,
        wait: Callable[["Reply[Any]", float | None], None],
        then: Callable[["Reply[Any]"], object] | None,
    ) -> None:
        self.command = command
        self.params = params
        self.request_id = request_id
        self.frame = encode_request(request_id, command.method, params)
        self.times_sent = 0
        self.error: Exception | None = None
        self._wait = wait
        self._then = then
        self._value: R | None = None

    @property
    def done(self) -> bool:
        """Whether the answer is there."""
        return self._value is not None or self.error is not None

    @property
    def repeatable(self) -> bool:
        """Whether sending it again does nothing twice, by its kind or its nonce."""
        nonce = getattr(self.params, "nonce", None)
        return self.command.repeatable or nonce is not None

    def result(self, timeout_seconds: float | None = None) -> R:
        """Wait for the answer and return it.

        timeout_seconds: how long, by default as long as the client always waits.
        Raises the ChatError that the server answered; ConnectionLost without an answer in
        time, LoginRequired if the server lets us in no longer.
        """
        self._wait(self, timeout_seconds)
        if self.error is not None:
            raise self.error
        assert self._value is not None
        return self._value

    def settle(self, outcome: Any) -> None:
        """Take the answer, a result or an exception. Only the first one counts."""
        if self.done:
            return
        if isinstance(outcome, Exception):
            self.error = outcome
        else:
            self._value = outcome

    def tell(self) -> None:
        """Call back whoever asked to be told, once."""
        then, self._then = self._then, None
        if then is not None:
            then(self)

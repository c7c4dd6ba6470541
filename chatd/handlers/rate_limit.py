"""Rate limits: how many entries a user may post in each period."""

from collections.abc import Callable

from chatd.core.model import RateWindow, User
from chatd.errors import RateLimited


class RateLimit:
    """One limit. maximum: in each period, 0 for no limit; setting: where that stands.

    window_of: in which window of a user it is counted. what: the word for what is counted.
    """

    def __init__(
        self,
        maximum: int,
        period_ms: int,
        setting: str,
        window_of: Callable[[User], RateWindow],
        what: str = "messages",
    ) -> None:
        self.maximum = maximum
        self._period_ms = period_ms
        self._setting = setting
        self._window_of = window_of
        self._what = what

    def check(self, user: User, count: int, now_ms: int) -> int:
        """Return when the period ends that `count` more entries count in. Raises RateLimited."""
        window = self._window_of(user)
        if now_ms >= window.reset_at_ms:
            return now_ms + self._period_ms
        if self.maximum and window.count + count > self.maximum:
            raise self._used_up(window)
        return window.reset_at_ms

    def check_share_of_held(self, user: User, now_ms: int) -> None:
        """Refuse what was held when such entries have taken half of the running period.

        Raises RateLimited.
        """
        window = self._window_of(user)
        if self.maximum and window.held_used(now_ms) >= max(1, self.maximum // 2):
            raise self._used_up(window)

    def _used_up(self, window: RateWindow) -> RateLimited:
        return RateLimited(
            f"you have used up your {self._what} for this period",
            limit=self.maximum,
            reset_at=window.reset_at_ms,
            setting=self._setting,
        )

"""Which rule refused something, from the tables that hold the rules anyway."""

from chatd.config import BY_NAME, Settings, written
from chatd.errors import Malformed, NotFound
from chatd.handlers.context import Context, Refusal
from chatd.handlers.dispatch import handles
from chatd.handlers.refusals import Refusals
from chatd.wire import commands as c


class WhyHandlers:
    """`why`."""

    def __init__(self, settings: Settings, refusals: Refusals) -> None:
        self._settings = settings
        self._refusals = refusals

    @handles(c.Why)
    def why(self, context: Context, request: c.Why) -> c.Explanation:
        refusal = self._refusals.last(context.session)
        if refusal is None:
            raise NotFound("nothing was refused to you recently")
        setting = refusal.detail.get("setting")
        name = setting if isinstance(setting, str) else None
        return c.Explanation(
            refusal.method,
            refusal.ts,
            refusal.error.code,
            refusal.message,
            BY_NAME[name].help if name else _rule(refusal),
            name,
            written(self._settings, name) if name else _fixed_limit(refusal),
            _until(refusal),
        )


def _rule(refusal: Refusal) -> str:
    """Return when a command refuses so, as the protocol has it, or what the code means."""
    command = c.COMMANDS.get(refusal.method)
    # What a command refuses is about its meaning; it has not seen what has another form.
    if command and refusal.error is not Malformed:
        when = command.refuses.get(refusal.error.code)
        if when:
            return f"{when[0].upper()}{when[1:]}."
    return (refusal.error.__doc__ or "").partition("\n")[0]


def _fixed_limit(refusal: Refusal) -> str | None:
    limit = refusal.detail.get("limit")
    return None if limit is None else str(limit)


def _until(refusal: Refusal) -> int | None:
    until = refusal.detail.get("reset_at", refusal.detail.get("until"))
    return until if isinstance(until, int) else None

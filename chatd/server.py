"""The server: one tick after the other, and each is one transaction.

The loop wakes, requests are handled, due timers fire, what all of them changed is made
durable as one journal record, and only then does any byte leave.
"""

import logging
import signal
import ssl
from collections.abc import Callable
from typing import NamedTuple, Protocol

from chatd import __version__, logs
from chatd.calls import Calls
from chatd.config import ConfigError, Settings, changed
from chatd.connections import Connections
from chatd.core.acks import Acks
from chatd.core.budget import Budget
from chatd.core.lifetime import Lifetime
from chatd.core.presence import Presence
from chatd.core.silences import Silences
from chatd.core.timers import TimerWheel
from chatd.handlers.accounts import AccountHandlers
from chatd.handlers.backoff import LoginBackoff
from chatd.handlers.blocking import BlockingHandlers
from chatd.handlers.clockwork import ClockworkHandlers
from chatd.handlers.comments import CommentHandlers
from chatd.handlers.context import Drop, Effects, Link
from chatd.handlers.destinations import Destinations
from chatd.handlers.dispatch import Dispatcher
from chatd.handlers.endings import EndingHandlers
from chatd.handlers.explaining import ExplainingHandlers
from chatd.handlers.files import FileHandlers
from chatd.handlers.following import FollowingHandlers
from chatd.handlers.groups import GroupHandlers
from chatd.handlers.hooks import HookHandlers
from chatd.handlers.joining import JoiningHandlers
from chatd.handlers.knowing import KnowingHandlers
from chatd.handlers.memberships import Memberships
from chatd.handlers.messages import MessageHandlers
from chatd.handlers.moderation import ModerationHandlers
from chatd.handlers.newcomers import Newcomers
from chatd.handlers.posting import Posting
from chatd.handlers.reading import ReadingHandlers
from chatd.handlers.refusals import Refusals
from chatd.handlers.registration_limit import RegistrationLimit
from chatd.handlers.revisions import RevisionHandlers
from chatd.handlers.schedules import ScheduleHandlers
from chatd.handlers.searching import SearchHandlers
from chatd.handlers.timed import timed
from chatd.handlers.visibility import Visibility
from chatd.housekeeping import GATHER_MS, RETRY_MS, Housekeeping, Timely
from chatd.http.callers import Caller, Callers
from chatd.http.commands import Commands
from chatd.http.downloads import Downloads
from chatd.http.exchanges import Exchanges
from chatd.http.hooks import Hooks
from chatd.http.pages import Pages
from chatd.http.streams import Streams
from chatd.http.uploads import BROKEN_OFF, Uploads
from chatd.keeper import Keeper
from chatd.metrics import Metrics, Readings
from chatd.net.boundary import ErrorBoundary
from chatd.net.connection import Connection
from chatd.net.delivery import Delivery
from chatd.net.detection import Detection
from chatd.net.listener import Listener, ListeningSock
from chatd.net.loop import Loop, Watcher
from chatd.net.notices import Notices
from chatd.net.tls import load_tls
from chatd.places import Places
from chatd.service import Service
from chatd.storage import Machine, Storage
from chatd.wire import commands as c

log = logging.getLogger(__name__)

STOP_MS_MAX = 5_000
"""So long may clients take what waits for them when the server stops."""


class Signals(Protocol):
    """Where signals come from."""

    def take(self) -> list[signal.Signals]:
        """Return the signals since the last time, in order."""


class _Handlers(NamedTuple):
    """What is made anew with new settings: for requests, for timers, for the server itself."""

    dispatcher: Dispatcher
    timely: Timely
    knowing: KnowingHandlers
    moderation: ModerationHandlers


class _Prepared(NamedTuple):
    """All that new settings call for, ready to be switched to. late: what takes a restart."""

    settings: Settings
    late: list[str]
    tls: ssl.SSLContext | None
    handlers: _Handlers
    log: logging.Handler


class _Waiting(NamedTuple):
    """Which kinds of work wait besides requests."""

    timers: bool
    pages: bool
    files: bool


class Server:
    """Joins the floors. Nothing here knows what a request means, or what a file looks like."""

    def __init__(
        self,
        settings: Settings,
        storage: Storage,
        loop: Loop,
        listening: ListeningSock,
        signals: Signals,
        machine: Machine,
        reload: Callable[[], Settings],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """reload: reads the settings again, or raises ConfigError; called on SIGHUP.

        tls: what connections are encrypted with, by the certificate of the settings.
        """
        self._reload = reload
        self._settings = settings
        self._storage = storage
        self._store = storage.store
        self._clock = storage.clock
        self._loop = loop
        self._signals = signals
        self._monotonic_ns = machine.monotonic_ns
        self._wheel = TimerWheel()
        self._places = Places(settings)
        self._budget = Budget(machine.monotonic_ns)
        self._stop_at_ms: int | None = None
        self._reload_wanted = False
        self._presence = Presence()
        self._boundary = ErrorBoundary(self._store)
        self._delivery = Delivery(
            self._store.state,
            self._presence,
            self._boundary,
            self._budget,
            settings.high_water_bytes,
            settings.tick_bytes_max,
        )
        self._notices = Notices(settings.high_water_bytes)
        self._acks = Acks()
        self._silences = Silences()
        self._backoff = LoginBackoff(self._store.state)
        self._registrations = RegistrationLimit()
        self._refusals = Refusals()
        self._keeper = Keeper(settings)
        self._detection = Detection(settings, tls)
        handlers = self._build(settings)
        self._take_handlers(handlers)
        self._calls = Calls(
            handlers.dispatcher,
            self._store,
            self._refusals,
            self._boundary,
            machine.monotonic_ns,
            machine.random,
        )
        by_number: dict[int, Connection] = {}
        self._readings = Readings(
            by_number,
            self._delivery,
            storage,
            self._wheel,
            self._calls.refused,
            self._boundary,
            self._presence,
        )
        state, calls = self._store.state, self._calls
        self._callers = callers = Callers(calls, state, settings)
        self._commands = Commands(callers, calls)
        self._uploads = Uploads(callers, calls, state, self._wheel, settings)
        self._downloads = Downloads(callers, calls, self._boundary, self._budget, settings)
        self._exchanges = Exchanges(
            callers,
            [
                *Pages(__version__).routes(),
                *self._commands.routes(),
                *Streams(callers, calls, state).routes(),
                *Hooks(callers, calls, state, self._refusals).routes(),
                *self._uploads.routes(),
                *self._downloads.routes(),
                *Metrics(callers, self._readings).routes(),
            ],
        )
        self._service = Service(
            calls,
            self._exchanges,
            self._store,
            settings,
            self._places,
            self._detection,
            self._boundary,
            self._budget,
            machine.monotonic_ns,
        )
        self._connections = Connections(
            by_number,
            loop,
            storage.clock,
            self._wheel,
            self._boundary,
            self._detection,
            self._places,
            self._keeper,
            self._service,
            self._delivery,
            (self._notices, self._downloads, self._exchanges, self._uploads),
        )
        self._house = Housekeeping(
            self._wheel,
            storage,
            self._acks,
            settings,
            handlers.timely,
            self._boundary,
            self._budget,
        )
        self._house.on("connection", self._connections.look_after)
        self._house.on("listen", self._listen_again)
        self._house.on("presence", self._tell_presence)
        self._house.on("throttle", self._connections.go_on)
        self._house.on("refused", self._connections.refuse_silent)
        self._house.on(BROKEN_OFF, self._uploads.cancel)
        self._listener = Listener(listening, loop, self._connections.accept, self._rest_listener)

    def _build(self, settings: Settings) -> _Handlers:
        """Make the handlers. They keep nothing, so new settings just make new ones."""
        lifetime = Lifetime(
            settings.lifetime_ms,
            settings.keep_unread_ms,
            settings.log_bytes_max,
            self._storage.held_until_ms,
        )
        store, acks = self._store, self._acks
        visibility = Visibility(store.state, self._silences, settings.limit_show_messages)
        newcomers = Newcomers(store, visibility)
        posting = Posting(store, settings, lifetime, newcomers)
        destinations = Destinations(store.state, visibility)
        memberships = Memberships(settings, visibility, lifetime)
        knowing = KnowingHandlers(store, settings, visibility, self._presence, acks)
        moderation = ModerationHandlers(store, settings, visibility, posting)
        families = (
            AccountHandlers(
                store, settings, self._backoff, self._registrations, __version__
            ),
            FollowingHandlers(store, visibility, acks),
            MessageHandlers(posting, destinations, visibility),
            ScheduleHandlers(
                store, posting, destinations, visibility, lifetime, self._wall_ms
            ),
            CommentHandlers(
                posting, destinations, visibility, newcomers, store.state.threads
            ),
            RevisionHandlers(posting, destinations, visibility),
            BlockingHandlers(store, visibility),
            EndingHandlers(store, settings, visibility, posting, lifetime),
            ExplainingHandlers(settings, self._refusals),
            HookHandlers(store, posting, destinations, visibility, self._refusals),
            FileHandlers(
                store,
                settings,
                posting,
                destinations,
                visibility,
                newcomers,
                lifetime,
                self._storage.blobs,
            ),
            GroupHandlers(store, visibility, memberships, posting, acks),
            JoiningHandlers(store, visibility, memberships, posting),
            ReadingHandlers(visibility, newcomers),
            SearchHandlers(visibility, newcomers),
            knowing,
            moderation,
        )
        clockwork = ClockworkHandlers(store, settings, lifetime, acks)
        timely = Timely(clockwork, lifetime, timed(*families, clockwork))
        dispatcher = Dispatcher(store.state, *families)
        return _Handlers(dispatcher, timely, knowing, moderation)

    def _take_handlers(self, handlers: _Handlers) -> None:
        self._knowing, self._moderation = handlers.knowing, handlers.moderation

    def _wall_ms(self) -> int:
        return self._clock.wall_ms

    # -- running -----------------------------------------------------------------------------

    def start(self) -> None:
        """Write down that the store is served; before that, nobody is."""
        self._house.begin(self._clock.now_ms)
        self._storage.begin_service()
        self._warn_of_missing_admins()

    def run(self) -> None:
        """Serve until a signal says stop, and everything is told and stored."""
        while self.tick():
            pass
        self.close()

    def close(self) -> None:
        """End every connection and the store, with what was read up to now."""
        self._house.flush(self._clock.now_ms)
        self._listener.close()
        self._connections.drop_all()
        self._storage.close()

    def stop(self) -> None:
        """Accept nobody, say goodbye, and let `tick` return False when all is sent."""
        if self._stop_at_ms is None:
            self._stop_at_ms = self._clock.now_ms + STOP_MS_MAX
            self._listener.pause()
            self._delivery.finish_turns()
            self._connections.end_all("the server stops; come back soon")

    def tick(self, timeout_s: float | None = None) -> bool:
        """One turn; the order of the phases is the server's contract. False: it is over.

        timeout_s: the longest to wait, None for as long as nothing is due.
        """
        ready = self._loop.wait(self._wait_s(timeout_s))
        started_ns = self._monotonic_ns()
        now_ms = self._begin()
        waiting = self._waiting(now_ms)
        self._budget.begin(waiting.timers + waiting.pages + waiting.files)
        self._serve(ready)
        self._budget.begin(waiting.pages + waiting.files)
        self._house.fire(now_ms, self._calls.effects)
        self._budget.stop()
        effects = self._calls.take_effects()
        grown = list(self._store.state.grown)
        committed = self._commit()  # durable before anyone is told
        self._tell(effects)
        self._delivery.deliver(now_ms)
        self._budget.begin(waiting.files)
        self._delivery.pump(now_ms)
        self._budget.begin(0)
        for connection in self._downloads.pass_on(now_ms):
            self._boundary.run(connection, self._service.release, connection)
        self._budget.stop()
        for signum in self._signals.take():  # here, so that a goodbye comes last
            self._on_signal(signum)
        self._send(now_ms)
        self._arm(now_ms, effects, grown)
        if committed:
            self._house.journal_grew(now_ms)
        self._house.start_snapshot(now_ms)
        self._calls.write_log()
        self._connections.reap()  # close here only: no descriptor is reused within a tick
        self._readings.ticks.add(self._monotonic_ns() - started_ns)
        return self._goes_on(now_ms)

    def _goes_on(self, now_ms: int) -> bool:
        stop_at_ms = self._stop_at_ms
        return stop_at_ms is None or (bool(self._connections.by_number) and now_ms < stop_at_ms)

    # -- the phases --------------------------------------------------------------------------

    def _wait_s(self, timeout_s: float | None) -> float | None:
        if self._reload_wanted or self._service.is_waited_for or self._connections.has_dead:
            return 0.0
        if self._delivery.is_hungry or self._downloads.is_hungry:
            return 0.0
        waits = [] if timeout_s is None else [timeout_s]
        due_ms = self._house.next_ms()
        if due_ms is not None:
            waits.append(max(0.0, (due_ms - self._clock.now_ms) / 1000))
        if self._stop_at_ms is not None:
            waits.append(max(0.0, (self._stop_at_ms - self._clock.now_ms) / 1000))
        return min(waits, default=None)

    def _begin(self) -> int:
        step_ms = self._clock.advance()
        if step_ms:
            log.warning(
                "the wall clock was set by %+.3f s; server time follows slowly", step_ms / 1000
            )
        now_ms = self._clock.now_ms
        if self._store.writable and not self._storage.reserve():
            self._house.storage_full(now_ms)
        self._calls.begin_tick(now_ms)
        self._service.begin_tick(now_ms)
        self._budget.open()
        if self._reload_wanted:
            self._reload_wanted = False
            self._read_settings_again(now_ms)
        return now_ms

    def _waiting(self, now_ms: int) -> _Waiting:
        due_ms = self._house.next_ms()
        return _Waiting(
            timers=due_ms is not None and due_ms <= now_ms,
            pages=self._delivery.is_hungry,
            files=self._downloads.is_hungry,
        )

    def _serve(self, ready: list[tuple[Watcher, int]]) -> None:
        """Let those who are ready line up, and handle what there is time for."""
        for watcher, events in ready:
            try:
                watcher.on_ready(events)
            except Exception as error:
                if not isinstance(watcher, Connection):
                    raise
                self._boundary.contain(watcher, error)
        self._service.serve()

    def _commit(self) -> bool:
        started_ns = self._monotonic_ns()
        committed = self._storage.commit()
        if committed:
            self._readings.commits.add(self._monotonic_ns() - started_ns)
        return committed

    def _on_signal(self, signum: signal.Signals) -> None:
        if signum is signal.SIGHUP:
            self._reload_wanted = True  # the next tick begins with it, and records what it changes
        else:
            log.info("%s: stopping", signum.name)
            self.stop()

    def _read_settings_again(self, now_ms: int) -> None:
        """Take what can change while running from the settings as they are now, or nothing."""
        try:
            prepared = self._prepare()
        except (ConfigError, OSError) as error:
            log.error("the settings stay as they are: %s", error)
        except Exception:  # nothing has changed yet, so this costs nothing but the new settings
            log.exception("the settings stay as they are")
        else:
            self._switch_to(prepared, now_ms)

    def _prepare(self) -> _Prepared:
        """Do all that can fail. Raises ConfigError and OSError, which say why."""
        settings, late = changed(self._settings, self._reload())
        tls = load_tls(settings)
        handlers = self._build(settings)
        return _Prepared(settings, late, tls, handlers, logs.open_log(settings))

    def _switch_to(self, prepared: _Prepared, now_ms: int) -> None:
        """Let all parts go on with new settings, for what there is already, too."""
        settings, handlers = prepared.settings, prepared.handlers
        if _limits(settings) != _limits(self._settings):
            self._calls.effects.spenders.update(self._delivery.names)
        self._settings = settings
        self._detection.configure(settings, prepared.tls)
        logs.switch_to(prepared.log, settings)
        self._take_handlers(handlers)
        self._places.configure(settings)
        self._calls.configure(handlers.dispatcher)
        self._service.configure(settings)
        self._callers.configure(settings)
        self._uploads.configure(settings)
        self._delivery.configure(settings.high_water_bytes)
        self._notices.configure(settings.high_water_bytes)
        self._house.configure(settings, handlers.timely)
        self._house.take_up(now_ms)
        self._keeper.configure(settings)
        self._connections.look_at_all(now_ms)
        log.info("settings read again")
        self._warn_of_missing_admins()
        for name in prepared.late:
            log.warning("%s changes with the next start only", name)

    def _warn_of_missing_admins(self) -> None:
        for name in self._moderation.missing_admins():
            log.warning("ADMINS: there is no user %s; `chatd user add` makes that account", name)

    def _tell(self, effects: Effects) -> None:
        """Carry out what the handlers wanted said besides entries, and done."""
        for link, notice in effects.to_link:
            connection = _connection(link)
            self._boundary.run(connection, connection.tell, notice)
        for name, notice, reader in effects.reads:
            self._tell_user(name, notice, reader)
        for name in sorted(effects.spenders):
            self._boundary.run(None, self._tell_limits, name)
        for drop in effects.drops:
            for connection in self._dropped(drop):
                self._connections.end(connection, drop.reason, logged_out=True)
        for link, reason in effects.ends:
            self._connections.end(_connection(link), reason)

    def _tell_limits(self, name: str) -> None:
        user = self._store.state.users[name]
        self._tell_user(name, c.Limits(*self._knowing.allowances(user, self._clock.now_ms)))

    def _tell_user(self, name: str, notice: c.Notice, but: object = None) -> None:
        for connection in self._delivery.of_user(name):
            if connection is not but:
                self._boundary.run(connection, self._notices.tell, connection, notice)

    def _dropped(self, drop: Drop) -> list[Connection]:
        return [
            connection
            for connection in self._delivery.of_user(drop.name)
            if connection is not drop.keep
            and (drop.device is None or connection.session.device == drop.device)
        ]

    def _send(self, now_ms: int) -> None:
        blocked = self._delivery.flush(now_ms)
        for connection in self._notices.drained():
            if self._boundary.run(connection, self._notices.send_late, connection, now_ms):
                blocked.append(connection)
        for connection in blocked:
            self._connections.look_when_stalled(connection)
        self._service.resume_drained()

    def _arm(self, now_ms: int, effects: Effects, grown: list[str]) -> None:
        """Set the timers that this tick calls for."""
        for room in grown:
            self._house.grew(room, now_ms)
        for name, reset_at_ms in effects.periods:
            self._house.new_period(name, reset_at_ms)
        for kind, key, deadline_ms in effects.timers:
            self._house.set_timer(kind, key, deadline_ms)
        self._house.gathered(now_ms)
        if self._presence.changed and self._wheel.deadline_ms("presence", "") is None:
            self._wheel.set("presence", "", now_ms + GATHER_MS)
        for connection, until_ms in self._service.take_throttled():
            self._connections.throttle(connection, until_ms)

    def _rest_listener(self) -> None:
        log.error("out of file descriptors or memory: no new connections for a moment")
        self._wheel.set("listen", "", self._clock.now_ms + RETRY_MS)

    def _listen_again(self, key: str, now_ms: int) -> None:
        if self._stop_at_ms is None:
            self._listener.resume()

    def _tell_presence(self, key: str, now_ms: int) -> None:
        self._delivery.tell_presence()


def _limits(settings: Settings) -> tuple[int, int, int]:
    return settings.limit_messages, settings.limit_private, settings.update_period_ms


def _connection(link: Link) -> Connection:
    if isinstance(link, Caller):
        return link.connection
    assert isinstance(link, Connection)
    return link

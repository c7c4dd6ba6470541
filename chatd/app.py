"""The object graph: every part of a server is made here, and told of the others as it is made."""

from collections.abc import Callable

from chatd import __version__, logs
from chatd.announcements import Announcements
from chatd.calls import Calls
from chatd.config import Settings
from chatd.connections import Connections
from chatd.core.acks import Acks
from chatd.core.budget import Budget
from chatd.core.file_links import FileLinks
from chatd.core.history_floor import HistoryFloorCache
from chatd.core.lifetime import Lifetime
from chatd.core.presence import Presence
from chatd.core.timers import TimerWheel
from chatd.database import Database, Machine
from chatd.deadlines import Deadlines
from chatd.errors import ChatError, HttpError, ProtocolError
from chatd.handlers.account_deletion import AccountDeletionHandlers
from chatd.handlers.accounts import AccountHandlers
from chatd.handlers.backoff import LoginBackoff
from chatd.handlers.blocking import BlockingHandlers
from chatd.handlers.comments import CommentHandlers
from chatd.handlers.destinations import Destinations
from chatd.handlers.dispatch import Dispatcher
from chatd.handlers.display_names import DisplayNameHandlers
from chatd.handlers.expiry import ExpiryHandlers
from chatd.handlers.families import Families, Handlers
from chatd.handlers.file_links import FileLinkHandlers
from chatd.handlers.files import FileHandlers
from chatd.handlers.groups import GroupHandlers
from chatd.handlers.history import HistoryHandlers
from chatd.handlers.hooks import HookHandlers
from chatd.handlers.joining import JoiningHandlers
from chatd.handlers.marks import MarkHandlers
from chatd.handlers.memberships import Memberships
from chatd.handlers.messages import MessageHandlers
from chatd.handlers.moderation import ModerationHandlers
from chatd.handlers.newcomers import Newcomers
from chatd.handlers.people import PeopleHandlers
from chatd.handlers.pins import PinHandlers
from chatd.handlers.posting import Posting
from chatd.handlers.reactions import Reacting, ReactionHandlers
from chatd.handlers.reading import Reading
from chatd.handlers.refusals import Refusals
from chatd.handlers.registration import RegistrationLimit
from chatd.handlers.revisions import RevisionHandlers
from chatd.handlers.schedules import ScheduleHandlers
from chatd.handlers.search import SearchHandlers
from chatd.handlers.status import StatusHandlers
from chatd.handlers.sync import SyncHandlers
from chatd.handlers.threads import ThreadHandlers
from chatd.handlers.timed import timed
from chatd.handlers.typing import TypingHandlers, Typists
from chatd.handlers.visibility import Visibility
from chatd.handlers.why import WhyHandlers
from chatd.http.api import HttpApi
from chatd.http.commands import Commands
from chatd.http.downloads import Downloads
from chatd.http.hooks import Hooks
from chatd.http.liveness import WholeRequests
from chatd.http.pages import Pages
from chatd.http.sessions import HttpSessions
from chatd.http.site import ReadFiles, Site
from chatd.http.streams import Streams
from chatd.http.uploads import Uploads
from chatd.idle_monitor import IdleMonitor
from chatd.metrics import Metrics, Readings
from chatd.net.boundary import ErrorBoundary
from chatd.net.connection import Connection
from chatd.net.delivery import Delivery
from chatd.net.detection import Detection
from chatd.net.listener import Listener, ListeningSock
from chatd.net.liveness import Pings
from chatd.net.loop import Loop
from chatd.net.notices import Notices
from chatd.net.protocol import Opening, ProtocolRow, TransportFront
from chatd.net.tls import load_tls
from chatd.places import Places
from chatd.reload import Part, Prepare, Reload
from chatd.rpc.front import RpcFront
from chatd.server import Server, Signals
from chatd.service import Service
from chatd.timers import Timers
from chatd.upkeep import Upkeep
from chatd.wire.codec import FrameCodec
from chatd.wire.first_bytes import UPPER_CASE
from chatd.wire.frames import PAYLOAD_BYTES_MAX_BEFORE_LOGIN
from chatd.wire.http.codec import HttpCodec


class App:
    """A server with an open store, and its parts by name. `server` starts and runs it."""

    def __init__(
        self,
        settings: Settings,
        machine: Machine,
        loop: Loop,
        listening: ListeningSock,
        signals: Signals,
        read_settings: Callable[[], Settings],
        read_page_files: ReadFiles = dict,
    ) -> None:
        """read_settings: reads them again, or raises ConfigError; called on SIGHUP.

        read_page_files: reads what the page was built to; without it there is no page. Raises
        StoreError and OSError, which say what is wrong with the store, certificate or page.
        """
        tls = load_tls(settings)
        self.database = database = Database(settings, machine)
        self.site = Site(read_page_files)
        self.by_number: dict[int, Connection] = {}  # the registry keeps it, metrics read it
        self.wheel = TimerWheel()
        self.boundary = ErrorBoundary(database.transaction)
        self.budget = Budget(machine.monotonic_ns)
        self._remember()
        self.handlers = Handlers(self._make_handlers, settings)
        self.calls = Calls(
            self.handlers,
            database.transaction,
            self.refusals,
            self.boundary,
            machine.monotonic_ns,
            machine.random,
        )
        self._deliver(settings)
        self._answer_requests(settings)
        self.detection = Detection(settings, tls, self.protocols())
        self._connect(settings, machine, loop, listening)
        self._keep_time(settings)
        self.announcements = Announcements(
            settings,
            database.state,
            database.clock,
            self.handlers,
            self.boundary,
            self.delivery,
            self.notices,
            self.connections,
        )
        self.reload = Reload(settings, read_settings, self._prepares(), self._parts())
        self.server = Server(
            loop=loop,
            signals=signals,
            monotonic_ns=machine.monotonic_ns,
            database=database,
            budget=self.budget,
            boundary=self.boundary,
            handlers=self.handlers,
            calls=self.calls,
            service=self.service,
            downloads=self.downloads,
            delivery=self.delivery,
            notices=self.notices,
            announcements=self.announcements,
            connections=self.connections,
            listener=self.listener,
            timers=self.timers,
            deadlines=self.deadlines,
            upkeep=self.upkeep,
            readings=self.readings,
            reload=self.reload,
        )

    def _remember(self) -> None:
        """Make what is kept in memory besides the store, and lost with the process."""
        self.acks = Acks()
        self.presence = Presence()
        self.history_floors = HistoryFloorCache()
        self.backoff = LoginBackoff(self.database.state)
        self.registrations = RegistrationLimit()
        self.refusals = Refusals()
        self.file_links = FileLinks(self.database.state.secret)
        self.typists = Typists()

    def _make_handlers(self, settings: Settings) -> Families:
        database, transaction, acks = self.database, self.database.transaction, self.acks
        lifetime = Lifetime(
            settings.lifetime_ms,
            settings.keep_unread_ms,
            settings.log_bytes_max,
            database.held_until_ms,
        )
        visibility = Visibility(database.state, self.history_floors, settings.limit_show_messages)
        newcomers = Newcomers(transaction, visibility)
        reading = Reading(visibility, acks)
        posting = Posting(transaction, settings, lifetime, newcomers)
        destinations = Destinations(database.state, visibility)
        reacting = Reacting(settings, posting, destinations)
        memberships = Memberships(settings, visibility, lifetime)
        status = StatusHandlers(transaction, settings, visibility, self.presence, reading)
        moderation = ModerationHandlers(transaction, settings, visibility, posting)
        families = (
            AccountHandlers(transaction, settings, self.backoff, self.registrations, __version__),
            SyncHandlers(transaction, visibility, acks, reading, newcomers),
            MessageHandlers(posting, destinations),
            ScheduleHandlers(
                transaction,
                posting,
                destinations,
                lifetime,
                lambda: database.clock.wall_ms,
            ),
            CommentHandlers(posting, destinations, visibility),
            ThreadHandlers(visibility, newcomers, reading, database.state.threads),
            RevisionHandlers(posting, destinations, visibility),
            MarkHandlers(transaction, visibility, newcomers),
            DisplayNameHandlers(transaction, settings, moderation.judge),
            ReactionHandlers(posting, reacting, visibility),
            TypingHandlers(visibility, destinations, self.typists),
            PinHandlers(settings, posting, reacting, visibility, newcomers),
            BlockingHandlers(transaction, visibility),
            AccountDeletionHandlers(transaction, settings, visibility, posting, lifetime),
            WhyHandlers(settings, self.refusals),
            HookHandlers(transaction, posting, destinations, self.refusals),
            FileHandlers(
                transaction,
                settings,
                posting,
                destinations,
                visibility,
                newcomers,
                lifetime,
                database.blobs,
            ),
            FileLinkHandlers(visibility, newcomers, self.file_links),
            GroupHandlers(transaction, visibility, memberships, posting, acks),
            JoiningHandlers(transaction, visibility, memberships, posting),
            HistoryHandlers(visibility, newcomers),
            SearchHandlers(visibility, newcomers),
            PeopleHandlers(database.state, self.presence),
            status,
            moderation,
        )
        expiry = ExpiryHandlers(transaction, settings, lifetime, acks)
        return Families(
            Dispatcher(database.state, *families),
            timed(*families, expiry),
            expiry,
            lifetime,
            status,
            moderation,
        )

    def _deliver(self, settings: Settings) -> None:
        """Make what brings entries and notices to connections."""
        self.delivery = Delivery(
            self.database.transaction,
            self.presence,
            self.boundary,
            self.budget,
            settings.high_water_bytes,
            settings.tick_bytes_max,
        )
        self.notices = Notices(settings.high_water_bytes)

    def _answer_requests(self, settings: Settings) -> None:
        """Make what answers requests, over HTTP and otherwise."""
        calls, state = self.calls, self.database.state
        self.readings = Readings(
            self.by_number,
            self.delivery,
            self.database,
            self.wheel,
            calls.refused,
            self.boundary,
            self.presence,
        )
        self.rpc = RpcFront(calls)
        self.websocket = ProtocolRow("WebSocket", self.rpc, Pings())
        self.event_stream = ProtocolRow("event stream", TransportFront(), Pings(answers=False))
        self.sessions = sessions = HttpSessions(calls, state, self.file_links, settings)
        self.commands = Commands(sessions, calls)
        self.uploads = Uploads(sessions, calls, state, self.wheel, settings)
        self.downloads = Downloads(
            sessions, calls, self.file_links, self.boundary, self.budget, settings
        )
        self.http_api = HttpApi(
            sessions,
            [
                *self.site.routes(),
                *Pages(__version__).routes(),
                *self.commands.routes(),
                *Streams(sessions, calls, state, self.event_stream, self.websocket).routes(),
                *Hooks(sessions, calls, state, self.refusals).routes(),
                *self.uploads.routes(),
                *self.downloads.routes(),
                *Metrics(sessions, self.readings).routes(),
            ],
        )

    def protocols(self) -> list[ProtocolRow]:
        """Return all that connections may speak; the first that detects a first byte has it."""
        return [
            ProtocolRow(
                "HTTP",
                self.http_api,
                WholeRequests(),
                Opening(UPPER_CASE.__contains__, HttpCodec, _https_only),
                router=self.http_api,
            ),
            self.event_stream,
            self.websocket,
            ProtocolRow(
                "framed msgpack",
                self.rpc,
                Pings(),
                Opening(lambda first: True, _frames, _tls_only),
            ),
        ]

    def _connect(
        self, settings: Settings, machine: Machine, loop: Loop, listening: ListeningSock
    ) -> None:
        """Make what takes connections, and serves and watches them."""
        self.places = Places(settings)
        self.idle_monitor = IdleMonitor(settings)
        self.service = Service(
            self.calls,
            self.database.transaction,
            settings,
            self.places,
            self.boundary,
            self.budget,
            machine.monotonic_ns,
        )
        self.connections = Connections(
            self.by_number,
            loop,
            self.database.clock,
            self.wheel,
            self.boundary,
            self.detection,
            self.places,
            self.idle_monitor,
            self.service,
            self.delivery,
            (self.notices, self.downloads, self.http_api, self.uploads),
        )
        self.listener = Listener(
            listening, loop, self.connections.accept, self.connections.on_exhausted
        )

    def _keep_time(self, settings: Settings) -> None:
        """Make what happens because time has passed."""
        self.deadlines = Deadlines(
            settings,
            self.database,
            self.wheel,
            self.handlers,
            self.acks,
            self.presence,
        )
        self.upkeep = Upkeep(settings, self.database, self.wheel)
        owners = (
            self.deadlines,
            self.upkeep,
            self.connections,
            self.listener,
            self.delivery,
            self.uploads,
        )
        self.timers = Timers(
            self.wheel,
            self.database.transaction,
            self.database.clock,
            self.calls,
            self.handlers,
            self.boundary,
            self.budget,
            actions=[owner.timers() for owner in owners],
            vital=self.upkeep.timers().keys(),
        )

    # -- what takes new settings -------------------------------------------------------------

    def _prepares(self) -> list[Prepare]:
        """Return what may fail with new settings; the log, which opens a file, comes last."""
        return [self.detection.prepare, self.handlers.prepare, self.site.prepare, logs.prepare]

    def _parts(self) -> list[Part]:
        """Return what goes by the settings; what looks at others comes behind them."""
        return [
            self.calls,
            self.places,
            self.service,
            self.sessions,
            self.uploads,
            self.delivery,
            self.notices,
            self.deadlines,
            self.upkeep,
            self.timers,
            self.idle_monitor,
            self.connections,
            self.announcements,
        ]


def _frames() -> FrameCodec:
    return FrameCodec(PAYLOAD_BYTES_MAX_BEFORE_LOGIN)


def _https_only() -> ChatError:
    return HttpError(400, "this server speaks HTTPS only")


def _tls_only() -> ChatError:
    return ProtocolError("this server speaks TLS only")

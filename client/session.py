"""The client: log in, follow the rooms, say something, ask for anything in the command table.

    from chatd_client import Client  # in a clone of the project, `from client import Client`

    with Client("127.0.0.1", 8000) as client:
        client.log_in("alice", "correct horse")
        client.send("hello")
        for event in client.events():
            print(event)

It is synchronous. Methods wait for the server's answer and raise what it refuses as the
`ChatError` that the code names. A lost connection is opened again by whoever waits, with
growing random delays: what was posted meanwhile is fetched, what was on its way is sent again
under the same nonce, so nothing is missed and nothing doubles.

Threads: one may iterate `events()` while another calls the other methods. Logging in and
registering come before that.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import msgspec

from chatd.errors import AuthFailed, BadRequest, NotFound, ProtocolError, UnknownMethod
from chatd.wire.commands import (
    COMMANDS,
    AnyParams,
    Ban,
    BannedUntil,
    Block,
    BlockedNames,
    CancelScheduled,
    Challenge,
    ChangePassword,
    CommentOn,
    DeleteAccount,
    DeletePost,
    DeleteUser,
    Devices,
    Dismiss,
    EditPost,
    Error,
    Explanation,
    Gap,
    History,
    Hooks,
    ListBlocked,
    ListDevices,
    ListHooks,
    ListReports,
    ListRooms,
    ListScheduled,
    ListUnread,
    LoggedIn,
    LoginFinish,
    LoginStart,
    Logout,
    MakeHook,
    Names,
    NewHook,
    Nothing,
    Notice,
    OpenReports,
    Posted,
    PostTo,
    RemovePost,
    Report,
    Reset,
    Result,
    Revoke,
    Rooms,
    ScheduledPost,
    ScheduledPosts,
    Search,
    Send,
    SendAt,
    SendTo,
    Start,
    Status,
    StatusResult,
    Sync,
    Synced,
    Thread,
    Unban,
    Unblock,
    Unhook,
    Welcome,
    Who,
    Why,
)
from chatd.wire.entries import Entry, Removed
from chatd.wire.rooms import GENERAL

from . import login
from .acks import Acks
from .channel import Channel
from .environment import REAL, Environment
from .errors import Closed, ConnectionLost, LoginRequired
from .events import Connected, Event, FoundPage, HistoryPage, SeenEntry
from .groups import GroupMethods
from .link import Link
from .positions import Positions
from .reply import Reply
from .scram import Proof, new_keys

ANSWER_SECONDS = 30.0
CONNECT_SECONDS = 10.0

R = TypeVar("R", bound=Result)
LogIn = Callable[[Link, float], LoggedIn]


class Client(GroupMethods):
    """One user's connection to a server, kept up as long as it is wanted.

    client: what the server is told that this is, up to 64 characters.
    answer_seconds: how long a method waits for its answer, reconnections included.
    give_up_seconds: for how long a lost connection is tried again; None: for ever.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 8000,
        *,
        client: str = "chatd-python",
        answer_seconds: float = ANSWER_SECONDS,
        give_up_seconds: float | None = None,
        environment: Environment = REAL,
    ) -> None:
        self.host = host
        self.port = port
        self.name = ""
        self.device = 0
        self.welcome: Welcome | None = None
        self.positions = Positions()
        self._client = client
        self._answer_seconds = answer_seconds
        self._environment = environment
        self._link: Link | None = None  # until logged in; then the channel has it
        self._channel = Channel(
            environment, self._reopen, self._hear, answer_seconds, give_up_seconds
        )
        self._log_in_again: LogIn | None = None
        self._following: Sync | None = None
        self._since_ms = 0  # following from now with `peek`, older entries stay unread, unseen
        self._acks = Acks()
        self._handed_out: Event | None = None
        self._read_epoch = ""  # of what is handed out: it may have come before a restore
        self._resets: Counter[str] = Counter()  # by room, those that are not handed out yet

    # -- Coming and going --------------------------------------------------------------------

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            self._handed_out = None  # not read to its end
        self.close()

    def connect(self) -> Welcome:
        """Connect and greet, unless that is done, and return what the server says of itself.

        Raises ConnectionLost, UnsupportedVersion.
        """
        if self._link is None or not self._link.is_alive():
            self.hang_up()
            self._link = self._greet()
        assert self.welcome is not None
        return self.welcome

    def hang_up(self) -> None:
        """End a connection on which nobody has logged in; what needs one makes another.

        For whoever asks somebody something: a server waits for a login only so long.
        """
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def register(self, name: str, password: str) -> None:
        """Make an account. Raises Conflict for a taken name, Forbidden, BadRequest."""
        keys = new_keys(password)
        login.register(self._before_login(), name, keys, self._deadline())

    def log_in(
        self, name: str, password: str | Callable[[], str], *, device: str | None = None
    ) -> LoggedIn:
        """Log in by password; with a device label the result has a token for `log_in_token`.

        password: or a function that asks for it. Raises AuthFailed.
        """
        word = password() if callable(password) else password
        link = self._before_login()
        logged_in = login.by_password(link, name, word, device, self._deadline())
        return self._ready(logged_in, _again(logged_in, word))

    def log_in_token(self, token: str) -> LoggedIn:
        """Log in with a device token. Raises AuthFailed if it opens nothing (any more)."""
        again = _by_token(token)
        return self._ready(again(self._before_login(), self._deadline()), again)

    def log_out(self) -> None:
        """Revoke the token of this login and close."""
        self._flush_acks()
        self._channel.leave()
        try:
            self.ask(Logout(), Nothing)
        finally:
            self.close()

    def close(self) -> None:
        """Say what was read, and end; iterating stops, waiting methods raise ConnectionLost."""
        self._note_read()
        self._flush_acks()
        self.hang_up()
        self._channel.end(Closed("closed"))

    @property
    def connected(self) -> bool:
        """Whether there is a connection right now, as far as is known."""
        return self._channel.is_connected

    @property
    def pending_count(self) -> int:
        """How many requests wait for their answer, or for a connection."""
        return self._channel.pending_count

    @property
    def web_address(self) -> str:
        """Where browsers and other programs find the server: `http://127.0.0.1:8000`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self._environment.scheme}://{host}:{self.port}"

    # -- Following ---------------------------------------------------------------------------

    def sync(self, *, start: Start = Start.UNREAD, peek: bool = False) -> Synced:
        """Begin to follow all rooms; `events()` does it by itself where nobody did.

        start: from what is unread, or from now. peek: nothing counts as read by this.
        To go on from an earlier run, set `positions` first.
        """
        self._following = Sync(start=start, peek=peek)
        if start is Start.NOW and self.welcome is not None:
            self._since_ms = self.welcome.now
        synced = self.ask(self._sync_params(), Synced)
        self.positions.epoch = self._read_epoch = synced.epoch
        return synced

    def events(self) -> Iterator[Event]:
        """Yield entries, notices, Disconnected and Connected until the client is closed.

        Each entry comes once and in the order of its room. It counts as read when the next
        event is asked for, or the client closed. Raises LoginRequired if the server lets us
        in no longer, and ConnectionLost if trying to reconnect was given up.
        """
        while (event := self.next_event()) is not None:
            yield event

    def next_event(self, timeout_seconds: float | None = None) -> Event | None:
        """Return the next event, or None after the time or when the client was closed.

        Raises like `events`.
        """
        self._note_read()
        if self._following is None:
            self.sync()
        deadline = None if timeout_seconds is None else self._now() + timeout_seconds
        while True:
            self._flush_acks_if_due()
            event = self._channel.next_event(_earlier(deadline, self._acks_due_at()))
            if event is not None:
                self._handed_out = event
                return event
            if self._channel.ended:
                self._raise_why_it_ended()
                return None
            if deadline is not None and self._now() >= deadline:
                return None

    @property
    def ended(self) -> bool:
        """Whether it was closed, or gave up: no event and no answer will come any more."""
        return self._channel.ended

    # -- Asking ------------------------------------------------------------------------------

    def send(self, text: str) -> Posted:
        """Say something in the general room, exactly once whatever the line does."""
        return self.ask(Send(text, self._environment.nonce()), Posted)

    def send_to(self, to: str, text: str) -> Posted:
        """Say something to one user alone, exactly once."""
        return self.ask(SendTo(to, text, self._environment.nonce()), Posted)

    def post(self, room: str, text: str) -> Posted:
        """Say something in a room, by its id or `+` and its title, exactly once."""
        return self.ask(PostTo(room, text, self._environment.nonce()), Posted)

    def send_at(self, at_ms: int, text: str, to: str = GENERAL) -> ScheduledPost:
        """Say something at a time (ms UTC) to a room or user, exactly once.

        Raises BadRequest for a time that is over or too far ahead, NotFound, Conflict.
        """
        return self.ask(SendAt(at_ms, text, to, self._environment.nonce()), ScheduledPost)

    def scheduled(self, after: int = 0) -> ScheduledPosts:
        """List what waits to be posted, a page at a time."""
        return self.ask(ListScheduled(after), ScheduledPosts)

    def cancel(self, number: int) -> ScheduledPost:
        """Cancel what waits, by its id, and return what it was. Raises NotFound."""
        return self.ask(CancelScheduled(number), ScheduledPost)

    def history(
        self,
        room: str = GENERAL,
        *,
        before: int | None = None,
        after: int | None = None,
        around: int | None = None,
        limit: int = 50,
    ) -> HistoryPage:
        """Read a page of a room, by its id or as one sees it: the latest, or that near an entry."""
        return self.ask(History(room, before, after, around, limit), HistoryPage)

    def comment(self, room: str, seq: int, text: str) -> Posted:
        """Answer a message, a comment or a file, exactly once. Raises NotFound."""
        return self.ask(CommentOn(room, seq, text, self._environment.nonce()), Posted)

    def thread(self, room: str, seq: int, *, after: int = 0, limit: int = 50) -> HistoryPage:
        """Read what an entry belongs to: what began it, and all comments there, in order."""
        return self.ask(Thread(room, seq, after, limit), HistoryPage)

    def edit(self, room: str, seq: int, text: str) -> Posted:
        """Give an own message or comment another text, exactly once.

        Raises NotFound, Forbidden.
        """
        return self.ask(EditPost(room, seq, text, self._environment.nonce()), Posted)

    def delete(self, room: str, seq: int) -> Posted:
        """Take back an own message, comment or file, exactly once. Raises NotFound, Forbidden."""
        return self.ask(DeletePost(room, seq, self._environment.nonce()), Posted)

    def search(
        self,
        words: str,
        *,
        room: str | None = None,
        author: str | None = None,
        after: str = "",
        limit: int = 50,
    ) -> FoundPage:
        """Search what the user may see by the beginnings of words, a page at a time."""
        return self.ask(Search(words, room, author, after, limit), FoundPage)

    def status(self) -> StatusResult:
        """Ask for name, devices, unread counts, messages left and who is online."""
        return self.ask(Status(), StatusResult)

    def why(self) -> Explanation:
        """Ask why the last thing was refused on this connection. Raises NotFound if none was."""
        return self.ask(Why(), Explanation)

    def rooms(self, after: str = "") -> Rooms:
        """List rooms, a page at a time; `after` is `next` of the page before."""
        return self.ask(ListRooms(after), Rooms)

    def unread(self, after: str = "") -> Rooms:
        """List the rooms with something unread and how often one is named there, in pages."""
        return self.ask(ListUnread(after), Rooms)

    def who(self, after: str = "") -> Names:
        """List who is online, a page at a time."""
        return self.ask(Who(after), Names)

    def block(self, user: str) -> None:
        """Take no direct messages and invitations from a user. Raises NotFound."""
        self.ask(Block(user), Nothing)

    def unblock(self, user: str) -> None:
        """Take them again. Raises NotFound for who is not blocked."""
        self.ask(Unblock(user), Nothing)

    def blocked(self, after: str = "") -> BlockedNames:
        """List whom the user has blocked, a page at a time."""
        return self.ask(ListBlocked(after), BlockedNames)

    def hook(self, room: str, label: str) -> NewHook:
        """Make a hook into a room; its address is `web_address`, `/hooks/` and its token.

        Raises NotFound, Conflict.
        """
        return self.ask(MakeHook(room, label), NewHook)

    def hooks(self) -> Hooks:
        """List the user's hooks."""
        return self.ask(ListHooks(), Hooks)

    def unhook(self, hook: int) -> None:
        """Revoke a hook, by its number. Raises NotFound."""
        self.ask(Unhook(hook), Nothing)

    def devices(self, after: int = 0) -> Devices:
        """List the devices that have a token, a page at a time."""
        return self.ask(ListDevices(after), Devices)

    def revoke(self, device: int) -> None:
        """Take a device's token away, and its connections."""
        self.ask(Revoke(device), Nothing)

    def report(
        self, user: str, reason: str, room: str | None = None, seq: int | None = None
    ) -> None:
        """Report a user to the administrators, because of an entry if one is given.

        Raises NotFound, RateLimited (once in 24 hours for each user), Banned.
        """
        self.ask(Report(user, reason, room, seq), Nothing)

    def reports(self, after: int = 0) -> OpenReports:
        """List the open reports, a page at a time. Raises Forbidden for who is no administrator."""
        return self.ask(ListReports(after), OpenReports)

    def ban(self, user: str, hours: int | None = None, reason: str = "") -> BannedUntil:
        """Let a user send nothing for a while; for administrators."""
        return self.ask(Ban(user, hours, reason), BannedUntil)

    def unban(self, user: str) -> None:
        """End a user's ban; for administrators."""
        self.ask(Unban(user), Nothing)

    def remove(self, room: str, seq: int, reason: str = "") -> Posted:
        """Delete an entry of anybody, for administrators. Raises NotFound, Forbidden."""
        return self.ask(RemovePost(room, seq, reason), Posted)

    def dismiss(self, report: int) -> None:
        """Put a report away, and take back the warning that it gave; for administrators."""
        self.ask(Dismiss(report), Nothing)

    def change_password(self, old: str, new: str, *, device: str | None = None) -> LoggedIn:
        """Prove the old password, set a new one. All tokens are revoked; a label makes one.

        Raises AuthFailed if the old one is wrong.
        """
        self._prove(old)
        changed = self.ask(ChangePassword(**new_keys(new)._asdict(), device=device), LoggedIn)
        self._log_in_again = _again(changed, new)
        return changed

    def delete_account(self, password: str, *, posts: bool = False) -> None:
        """Prove the password, end the account for good, and close.

        posts: whether all that it posted is deleted, too. Raises AuthFailed.
        """
        self._prove(password)
        self._channel.leave()
        try:
            self.ask(DeleteAccount(posts), Nothing)
        finally:
            self.close()

    def delete_user(self, name: str, *, posts: bool = False) -> None:
        """As an administrator, end a user's account for good. Raises NotFound, Forbidden."""
        self.ask(DeleteUser(name, posts), Nothing)

    def call(self, method: str, **params: Any) -> Result:
        """Ask for any row of the command table; `history` answers a HistoryPage.

        Raises UnknownMethod and BadRequest before anything is sent.
        """
        return self.ask(read_params(method, params), Result)

    def ask(self, params: AnyParams, result: type[R]) -> R:
        """Ask for a row of the command table, its parameters given as its struct.

        result: what the row says that it answers; `History` answers a HistoryPage.
        """
        return cast(R, self.request(params).result())

    def request(
        self, params: AnyParams, then: Callable[[Reply[Any]], object] | None = None
    ) -> Reply[Any]:
        """Put a request on its way and return at once, to pipeline.

        Without a connection it goes out after the next. then: called with the reply when it
        is done, by whichever thread reads; it must not wait for anything.
        """
        if self._log_in_again is None:
            raise LoginRequired("log in first")
        return self._channel.request(params, then)

    # -- How it is done ----------------------------------------------------------------------

    def _prove(self, password: str) -> None:
        proof = Proof(self.name, password)
        challenge = self.ask(LoginStart(proof.first()), Challenge)
        proved = self.ask(LoginFinish(proof.final(challenge.message)), LoggedIn)
        proof.verify(proved.message)

    def _now(self) -> float:
        return self._environment.monotonic()

    def _deadline(self) -> float:
        return self._now() + self._answer_seconds

    def _greet(self) -> Link:
        try:
            sock = self._environment.connect(self.host, self.port, CONNECT_SECONDS)
        except (OSError, ValueError, OverflowError) as error:  # the latter: no host, or no port
            reason = getattr(error, "strerror", None) or str(error)
            raise ConnectionLost(f"no connection to {self.host}:{self.port}: {reason}") from None
        link = Link(sock, self._environment.monotonic)
        try:
            self.welcome = login.greet(link, self._client, self._deadline())
        except (ConnectionLost, ProtocolError) as error:
            link.close()
            raise ConnectionLost(f"{self.host}:{self.port}: {error}") from None
        except BaseException:
            link.close()
            raise
        return link

    def _before_login(self) -> Link:
        self.connect()
        assert self._link is not None
        return self._link

    def _ready(self, logged_in: LoggedIn, again: LogIn) -> LoggedIn:
        assert self._link is not None
        self._log_in_again = again
        self.name, self.device = logged_in.name, logged_in.device
        self._channel.begin(self._link)
        self._link = None
        return logged_in

    def _reopen(self) -> tuple[Link, Synced | None]:
        """Return a link as ready as the lost one was."""
        assert self._log_in_again is not None
        link = self._greet()
        try:
            self._log_in_again(link, self._deadline())
            return link, self._follow_again(link)
        except AuthFailed as error:
            link.close()
            raise LoginRequired(f"the server does not let us in again: {error}") from None
        except BaseException:
            link.close()
            raise

    def _follow_again(self, link: Link) -> Synced | None:
        if self._following is None:
            return None
        synced = link.ask(self._sync_params(), Synced, self._deadline())
        if synced.epoch == self.positions.epoch:
            self._acks.repeat()
        else:  # all numbers mean other entries now
            self.positions.begin(synced.epoch)
            self._acks.forget_all()
        return synced

    def _sync_params(self) -> Sync:
        """How to follow from here: rooms without a position start where the user has read."""
        assert self._following is not None
        if not self.positions.epoch:
            return self._following
        # A second start from now would miss what was said in between.
        positions, peek = self.positions.latest(), self._following.peek
        return Sync(positions, self.positions.epoch, Start.UNREAD, peek)

    def _hear(self, heard: SeenEntry | Notice) -> bool:
        """Keep the positions; False for an entry that came before, or that nobody wants."""
        if isinstance(heard, Entry):
            return self.positions.take(heard) and heard.ts >= self._since_ms
        if isinstance(heard, Gap):
            self.positions.skip(heard)
        elif isinstance(heard, Reset):
            self.positions.forget(heard)
            self._acks.forget(heard.room)
            self._resets[heard.room] += 1
        return not _crossed(heard)

    def _raise_why_it_ended(self) -> None:
        reason = self._channel.end_reason
        assert reason is not None
        if not isinstance(reason, Closed):
            raise reason

    # -- Acknowledgements --------------------------------------------------------------------

    def _note_read(self) -> None:
        """Who asks for the next event has read the last one."""
        event, self._handed_out = self._handed_out, None
        peek = self._following is not None and self._following.peek
        if isinstance(event, Connected) and event.epoch:
            self._read_epoch = event.epoch
        if isinstance(event, Reset):
            self._resets[event.room] -= 1
        if isinstance(event, Entry) and not peek and self._is_current(event):
            self._acks.read(event.room, event.seq)
        if isinstance(event, Removed):
            self._acks.forget(event.group)  # the server knows of no such room for us

    def _is_current(self, entry: SeenEntry) -> bool:
        """Whether an entry's number means to the server what it meant when the entry came."""
        return self._read_epoch == self.positions.epoch and not self._resets[entry.room]

    def _acks_due_at(self) -> float | None:
        return self._acks.due_at() if self.connected else None

    def _flush_acks_if_due(self) -> None:
        due_at = self._acks_due_at()
        if due_at is not None and due_at <= self._now():
            self._flush_acks()

    def _flush_acks(self) -> None:
        for room, seq in self._acks.take(self._now()):
            self._channel.notify("ack", {"room": room, "seq": seq})


def read_params(method: str, values: dict[str, Any]) -> AnyParams:
    """Return the parameters of a command. Raises UnknownMethod, BadRequest."""
    row = COMMANDS.get(method)
    if row is None or row.result is None:
        raise UnknownMethod(f"there is no command {method!r}")
    try:
        return msgspec.convert(values, row.params)
    except msgspec.ValidationError as error:
        raise BadRequest(str(error)) from None


def _crossed(heard: SeenEntry | Notice) -> bool:
    """Tell whether an acknowledgement met a room that had just ended for us.

    Nothing else that we only tell the server names something that it could not find. That we are
    out, an entry of our own log says.
    """
    return isinstance(heard, Error) and heard.code == NotFound.code


def _by_token(token: str) -> LogIn:
    return lambda link, deadline: login.by_token(link, token, deadline)


def _again(logged_in: LoggedIn, password: str) -> LogIn:
    """Return how to log in the next time: by the token if there is one."""
    if logged_in.token:
        return _by_token(logged_in.token)
    name = logged_in.name
    return lambda link, deadline: login.by_password(link, name, password, None, deadline)


def _earlier(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)

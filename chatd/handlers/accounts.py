"""Accounts: register, log in by password (SCRAM-SHA-256) or token, devices, passwords.

The server never sees a password and does no slow hashing: a client sends what RFC 5802
stores, and proves later that it knows the password behind it.
"""

import hmac
import re

from chatd.config import Registration, Settings
from chatd.core import events as e
from chatd.core.addresses import is_loopback, network_of
from chatd.core.model import Credentials, User
from chatd.core.transaction import Transaction
from chatd.errors import (
    AuthFailed,
    ChatError,
    Conflict,
    Forbidden,
    NotFound,
    RateLimited,
    UnsupportedVersion,
)
from chatd.handlers.administrators import admins_of
from chatd.handlers.backoff import LoginBackoff
from chatd.handlers.context import Context, Session
from chatd.handlers.dispatch import handles
from chatd.handlers.proofs import NONCE_BYTES, Proofs, check_fresh_proof
from chatd.handlers.registration import RegistrationLimit, free_name
from chatd.handlers.tokens import TOKEN_BYTES, token_hash
from chatd.wire import commands as c
from chatd.wire.names import map_name

TRIES_PER_CONNECTION = 5
NETWORK_BYTES = 16
UNUSED_KEPT_MS = 86_400_000
"""An account that nobody has logged in to is deleted this long after its registration."""
DEVICES_PER_PAGE = 100
CLIENT_FIRST = re.compile(r"[^,]*+,[^,]*+,n=([^,]*+),")
"""n,a=authzid,n=name,r=nonce with =2C and =3D for comma and equals (RFC 5802, section 7)."""


class AccountHandlers:
    """From `hello` to `logout`."""

    def __init__(
        self,
        transaction: Transaction,
        settings: Settings,
        backoff: LoginBackoff,
        registrations: RegistrationLimit,
        version: str,
    ) -> None:
        self._transaction = transaction
        self._state = transaction.state
        self._settings = settings
        self._version = version
        self._backoff = backoff
        self._proofs = Proofs(transaction.state)
        self._admins = admins_of(settings)
        self._registrations = registrations

    # -- greeting and registering ------------------------------------------------------------

    @handles(c.Hello)
    def hello(self, context: Context, request: c.Hello) -> c.Welcome:
        if request.version != c.VERSION:
            raise UnsupportedVersion(f"this server speaks version {c.VERSION}", version=c.VERSION)
        context.session.phase = c.Phase.GREETED
        settings = self._settings
        return c.Welcome(
            c.VERSION,
            f"chatd {self._version}",
            settings.registration,
            context.now_ms,
            settings.tz.key,
            self._version,
            self._state.epoch,
            list(c.FEATURES),
            settings.max_file_size_bytes,
        )

    @handles(c.Register)
    def register(self, context: Context, request: c.Register) -> c.Nothing:
        if self._settings.registration is Registration.CLOSED:
            raise Forbidden(
                "this server does not accept new accounts; ask its operator", setting="REGISTRATION"
            )
        _spend_try(context)
        name = free_name(self._state, request.name, self._admins)
        if name in self._admins:
            raise Forbidden(
                f"{name} is an administrator's name; ask the operator of this server",
                setting="ADMINS",
            )
        address = context.session.link.address
        self._registrations.check(address, self._settings, context.now_ms)
        network = self._network(address)
        expires_at = context.now_ms + UNUSED_KEPT_MS
        self._transaction.commit(
            e.UserRegistered(context.now_ms, name, _credentials(request), network, expires_at)
        )
        self._registrations.count(address, context.now_ms)
        return c.Nothing()

    def _network(self, address: str) -> bytes:
        """Return what tells accounts of one address, and not which one that is.

        Empty for this machine, from where everybody may come.
        """
        if is_loopback(address):
            return b""
        network = b"network:" + network_of(address).encode()
        return hmac.digest(self._state.secret, network, "sha256")[:NETWORK_BYTES]

    # -- logging in --------------------------------------------------------------------------

    @handles(c.LoginStart)
    def login_start(self, context: Context, request: c.LoginStart) -> c.Challenge:
        session = context.session
        _spend_try(context)
        name = self._claimed_name(request.message)
        if session.phase is c.Phase.READY:
            if name != session.name:
                raise Forbidden("this connection is logged in under another name")
        else:
            session.phase = c.Phase.GREETED
            session.name = name
        session.proof = None
        self._backoff.check(session.link.address, name, context.now_ms)
        random = context.random(NONCE_BYTES)
        session.proof, challenge = self._proofs.begin(name, request.message, random)
        if session.phase is c.Phase.GREETED:
            session.phase = c.Phase.PROVING
        return c.Challenge(challenge)

    @handles(c.LoginFinish)
    def login_finish(self, context: Context, request: c.LoginFinish) -> c.LoggedIn:
        session = context.session
        was_in = session.phase is c.Phase.READY
        message = self._check_proof(context, request.message)
        if was_in:  # proved once more, for a new password
            return c.LoggedIn(session.name, session.device, message)
        session.link.check_login(session.name)
        number, token = self._add_device(context, request.device)
        self._note_use(context, self._state.users[session.name])
        self._enter(session, session.name, number)
        return c.LoggedIn(session.name, number, message, token)

    @handles(c.LoginToken)
    def login_token(self, context: Context, request: c.LoginToken) -> c.LoggedIn:
        session = context.session
        _spend_try(context)
        owner = self._state.token_owners.get(token_hash(request.token))
        if owner is None:
            raise AuthFailed("invalid token; log in with the password")
        session.link.check_login(owner[0])
        self._enter(session, *owner)
        return c.LoggedIn(*owner)

    def _claimed_name(self, message: str) -> str:
        found = CLIENT_FIRST.match(message)
        if found is None:
            raise AuthFailed("not a SCRAM-SHA-256 client-first-message")
        try:
            return map_name(found[1].replace("=2C", ",").replace("=3D", "="))
        except ChatError:
            raise AuthFailed("the name or the password is wrong") from None

    def _check_proof(self, context: Context, message: str) -> str:
        """Return the server-final-message; leave a connection that was proving as greeted.

        What the login's beginning has checked may be so no more: others may have failed, or the
        password have been changed, meanwhile. Raises RateLimited, AuthFailed.
        """
        session, address, now_ms = context.session, context.session.link.address, context.now_ms
        proof, session.proof = session.proof, None
        if session.phase is c.Phase.PROVING:
            session.phase = c.Phase.GREETED
        self._backoff.check(address, session.name, now_ms)
        try:
            if proof is None:
                raise AuthFailed("no login is in progress: call login-start first")
            final = self._proofs.finish(session.name, proof, message)
        except AuthFailed:
            self._backoff.failed(address, session.name, now_ms)
            raise
        self._backoff.succeeded(address, session.name)
        session.proved_ms = now_ms
        session.tries = 0
        return final

    def _note_use(self, context: Context, user: User) -> None:
        """Keep an account that somebody logs in to for the first time. Raises StorageFull."""
        if user.expires_ms:
            self._transaction.commit(e.UserEntered(context.now_ms, user.name))

    def _enter(self, session: Session, name: str, device: int) -> None:
        session.name = name
        session.device = device
        session.credentials = self._state.users[name].credentials
        session.phase = c.Phase.READY
        session.tries = 0
        session.link.login(name)

    # -- devices -----------------------------------------------------------------------------

    def _add_device(self, context: Context, label: str | None) -> tuple[int, str]:
        """Return the number and the token of a new device; with no label, there is none."""
        if label is None:
            return 0, ""
        user = self._state.users[context.session.name]
        limit = self._settings.devices_max
        if len(user.devices) >= limit:
            raise Conflict(
                "too many devices; log in without one and revoke some",
                limit=limit,
                setting="DEVICES_MAX",
            )
        event, token = self._new_device(context, user, label)
        self._transaction.commit(event)
        return event.number, token

    def _new_device(self, context: Context, user: User, label: str) -> tuple[e.DeviceAdded, str]:
        token = context.random(TOKEN_BYTES).hex()
        number = user.devices_made + 1
        return e.DeviceAdded(context.now_ms, user.name, number, label, token_hash(token)), token

    @handles(c.ListDevices)
    def devices(self, context: Context, request: c.ListDevices) -> c.Devices:
        user = self._state.users[context.session.name]
        after = [d for d in user.devices.values() if d.number > request.after]
        page = after[:DEVICES_PER_PAGE]
        shown = [
            c.Device(d.number, d.label, d.created_ms, d.number == context.session.device)
            for d in page
        ]
        return c.Devices(shown, page[-1].number if len(after) > len(page) else None)

    @handles(c.TokenCreate)
    def token_create(self, context: Context, request: c.TokenCreate) -> c.TokenCreated:
        return c.TokenCreated(*self._add_device(context, request.label))

    @handles(c.Revoke)
    def revoke(self, context: Context, request: c.Revoke) -> c.Nothing:
        self._revoke(context, request.device)
        return c.Nothing()

    @handles(c.Logout)
    def logout(self, context: Context, request: c.Logout) -> c.Nothing:
        session = context.session
        if session.device:
            self._revoke(context, session.device)
            context.effects.logouts.add(session.link)
        else:
            context.effects.ends.append((session.link, "logged out"))
        return c.Nothing()

    def _revoke(self, context: Context, number: int) -> None:
        name = context.session.name
        if number not in self._state.users[name].devices:
            raise NotFound("you have no device with that number")
        self._transaction.commit(e.DeviceRevoked(context.now_ms, name, number))

    # -- passwords ---------------------------------------------------------------------------

    @handles(c.ChangePassword)
    def password(self, context: Context, request: c.ChangePassword) -> c.LoggedIn:
        session = context.session
        check_fresh_proof(context)
        user = self._state.users[session.name]
        changes: list[e.Event] = [
            e.PasswordChanged(context.now_ms, user.name, _credentials(request))
        ]
        number, token = 0, ""
        if request.device is not None:
            added, token = self._new_device(context, user, request.device)
            number = added.number
            changes.append(added)
        self._transaction.commit(*changes)
        session.device = number
        session.credentials = user.credentials
        context.effects.asking[user.name] = session.link
        return c.LoggedIn(user.name, number, token=token)


def _spend_try(context: Context) -> None:
    """Count an attempt to get in; after a handful the connection ends."""
    session = context.session
    session.tries += 1
    if session.tries > TRIES_PER_CONNECTION:
        context.effects.ends.append((session.link, "too many tries"))
        raise RateLimited("too many tries on one connection", limit=TRIES_PER_CONNECTION)


def _credentials(request: c.Register | c.ChangePassword) -> Credentials:
    return Credentials(request.salt, request.iterations, request.stored_key, request.server_key)

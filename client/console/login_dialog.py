"""The login dialog: who somebody is, before the console begins; asked at the plain terminal.

A device that was here before shows its token. Else the first question is whether there is an
account: a server that told a wrong password from an unknown name would give its users away, so a
login that fails says nothing, and never leads to a new account.

No connection is open while somebody is asked: a server waits for a login only for a while, and
people look for their passwords.
"""

from collections.abc import Callable

from chatd.errors import AuthFailed, BadRequest, ChatError, Conflict
from chatd.terminal import reason
from chatd.wire.names import map_name, new_name

from ..errors import LoginRequired, UsageError
from ..sync_client import Client
from .keyring import Keyring

TRIES_MAX = 3
"""So often a name, or a password, is asked for."""
QUESTION = "Log in, or create an account? [L/c] "
LOG_IN = frozenset({"", "l", "log in", "login"})
CREATE = frozenset({"c", "create", "create an account", "new"})

Ask = Callable[[str], str]


class LoginDialog:
    """Lets one user in.

    ask, ask_secret: put a question and return the answer, the latter without showing it.
    say: print a line.
    """

    def __init__(
        self,
        client: Client,
        keyring: Keyring,
        ask: Ask,
        ask_secret: Ask,
        say: Callable[[str], None],
    ) -> None:
        self._client = client
        self._keyring = keyring
        self._ask = ask
        self._ask_secret = ask_secret
        self._say = say

    def run(self, name: str) -> bool:
        """Log in; return whether the account is new. name: "" is asked for.

        Raises LoginRequired if it can't be done, UsageError for a name that nobody can have,
        ConnectionLost, and what the server refuses.
        """
        welcome = self._client.connect()  # before anything is asked in vain
        name = name or self._kept(lambda: self._keyring.last_name)
        if name:
            _check(map_name, name)
            if self._by_token(name):
                return False
        if welcome.registration == "open" and self._wants_account():
            return self._register(name)
        return self._log_in(name or self._named("Name: ", map_name))

    # -- with a token ------------------------------------------------------------------------

    def _by_token(self, name: str) -> bool:
        token = self._kept(lambda: self._keyring.token(name))
        if not token:
            return False
        try:
            self._client.log_in_token(token)
        except AuthFailed:
            self._keeping(lambda: self._keyring.forget(name))
            self._say("this device was logged out; the password is needed again")
            return False
        return True

    def _kept(self, read: Callable[[], str]) -> str:
        """Return what this device remembers, "" for nothing."""
        try:
            return read()
        except OSError as error:
            self._say(f"this device's token can't be read: {reason(error)}")
            return ""

    def _keeping(self, write: Callable[[], None]) -> None:
        """Remember something, or say why that can't be."""
        try:
            write()
        except OSError as error:
            self._say(f"can't store this device's token: {reason(error)}")

    # -- with a password ---------------------------------------------------------------------

    def _log_in(self, name: str) -> bool:
        for _ in range(TRIES_MAX):
            if self._by_password(name, self._password(f"Password of {name}: ")):
                return False
            self._say("wrong name or password")
        raise LoginRequired(f"can't log in as {name}: wrong password")

    def _by_password(self, name: str, password: str) -> bool:
        try:
            logged_in = self._client.log_in(name, password, device=self._keyring.label)
        except AuthFailed:
            return False
        except Conflict:  # too many devices: in all the same, to revoke some
            self._client.log_in(name, password)
            self._say("you have too many devices: this one gets no token; `revoke` some")
            return True
        self._keeping(lambda: self._keyring.keep(logged_in.name, logged_in.token))
        return True

    # -- with a new account ------------------------------------------------------------------

    def _wants_account(self) -> bool:
        while True:
            answer = self._asked(QUESTION).lower()
            if answer in LOG_IN or answer in CREATE:
                return answer in CREATE
            self._say("type l to log in, c to create an account")

    def _register(self, name: str) -> bool:
        """Make an account, under another name if need be; return whether one is in."""
        if name:
            _check(new_name, name)
        name = name or self._named("Name: ", new_name)
        password = self._new_password(name)
        for _ in range(TRIES_MAX):
            try:
                self._client.register(name, password)
            except (BadRequest, Conflict) as error:  # of all that it carries, the name is at fault
                self._say(error.message)
                name = self._named("Another name: ", new_name)
            else:
                return self._by_password(name, password)
        raise LoginRequired(f"there is no account {name} yet: no other name was available either")

    def _new_password(self, name: str) -> str:
        for _ in range(TRIES_MAX):
            password = self._password(f"A password for {name}: ")
            if self._password("Repeat it: ") == password:
                return password
            self._say("the two passwords differ")
        raise LoginRequired("no account was made")

    # -- asking ------------------------------------------------------------------------------

    def _named(self, question: str, check: Callable[[str], str]) -> str:
        """Ask for a name until it is one."""
        for _ in range(TRIES_MAX):
            name = self._asked(question)
            try:
                check(name)
            except ChatError as error:
                self._say(error.message if name else "a name is needed to log in")
            else:
                return name
        raise LoginRequired("a name is needed to log in")

    def _asked(self, question: str) -> str:
        self._client.hang_up()
        return self._ask(question).strip()

    def _password(self, question: str) -> str:
        self._client.hang_up()
        password = self._ask_secret(question)
        if not password:
            raise LoginRequired("a password is needed to log in")
        return password


def _check(rule: Callable[[str], str], name: str) -> None:
    """Raise UsageError for a name of the command line that no user can have."""
    try:
        rule(name)
    except ChatError as error:
        raise UsageError(
            f"{error.message}\n`{name}` is none; `chat -u NAME` takes another"
        ) from None

"""The entrance: who somebody is, before the console begins; asked at the plain terminal.

A device that was here before shows its token. Else a password is asked for. The server does
not tell a wrong password from an unknown name, so it is for the user to say that the name is
new: then the password is asked for a second time, and the account made.
"""

from collections.abc import Callable

from chatd.errors import AuthFailed, ChatError, Conflict
from client.console.keyring import Keyring
from client.errors import LoginRequired
from client.session import Client

TRIES_MAX = 3
"""The server ends a connection after a few more."""

Ask = Callable[[str], str]


class Entrance:
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
        self._is_taken = False

    def enter(self, name: str) -> bool:
        """Log in; return whether the account is new. name: "" is asked for.

        Raises LoginRequired if it can't be done, ConnectionLost, and what the server refuses.
        """
        self._client.connect()  # before anything is asked in vain
        name = name or self._keyring.last_name or self._ask("Name: ").strip()
        if not name:
            raise LoginRequired("without a name nobody gets in")
        if self._by_token(name):
            return False
        for _ in range(TRIES_MAX):
            password = self._password(f"Password of {name}: ")
            if self._by_password(name, password):
                return False
            if self._wants_account(name) and self._register(name, password):
                return True
        raise LoginRequired(f"no way in for {name}: that was not the password")

    def _by_token(self, name: str) -> bool:
        token = self._keyring.token(name)
        if not token:
            return False
        try:
            self._client.log_in_token(token)
        except AuthFailed:
            self._keyring.forget(name)
            self._say("this device was logged out; the password is needed again")
            return False
        return True

    def _by_password(self, name: str, password: str) -> bool:
        try:
            logged_in = self._client.log_in(name, password, device=self._keyring.label)
        except AuthFailed:
            return False
        except Conflict:  # too many devices: in all the same, to revoke some
            self._client.log_in(name, password)
            self._say("you have too many devices: this one is not remembered; `revoke` some")
            return True
        self._keyring.keep(logged_in.name, logged_in.token)
        return True

    def _wants_account(self, name: str) -> bool:
        if self._is_taken:
            self._say(f"that is not the password of {name}")
            return False
        welcome = self._client.welcome
        if welcome is None or welcome.registration != "open":
            self._say("wrong name or password; accounts are made by whoever runs this server")
            return False
        answer = self._ask(f"No {name} has this password. Make a new account of that name? [y/N] ")
        return answer.strip().lower() in ("y", "yes")

    def _register(self, name: str, password: str) -> bool:
        if self._password("The same password again: ") != password:
            self._say("the two passwords differ")
            return False
        try:
            self._client.register(name, password)
        except ChatError as error:
            self._say(error.message)
            self._is_taken = isinstance(error, Conflict)
            return False
        return self._by_password(name, password)

    def _password(self, question: str) -> str:
        password = self._ask_secret(question)
        if not password:
            raise LoginRequired("without a password nobody gets in")
        return password

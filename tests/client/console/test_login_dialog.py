"""The dialog: tokens, passwords, new names; against a real server's answers."""

import errno
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from client import Client, Environment
from client.console.keyring import Keyring
from client.console.login_dialog import QUESTION, TRIES_MAX, LoginDialog
from client.credentials import Credentials
from client.environment import Sock, open_socket
from client.errors import LoginRequired, UsageError
from tests.e2e.client import connect
from tests.e2e.server import ServerProcess
from tests.passwords import VECTORS

AGAIN = "Repeat it: "
_numbers = count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server")) as process:
        yield process


class Visitor:
    """Somebody at a terminal, with answers ready, on a device with its own keyring.

    While somebody is asked no connection is open: a server waits for a login only so long.
    """

    def __init__(self, port: int, folder: Path, name: str) -> None:
        self.keyring = Keyring(Credentials(folder), f"http://127.0.0.1:{port}")
        self.name = name
        self.asked: list[str] = []
        self.told: list[str] = []
        self._port = port
        self._answers: list[str] = []
        self._sockets: list[Sock] = []

    def comes(self, *answers: str, name: str | None = None) -> str:
        """Enter with these answers, all of which are needed; return under which name.

        name: of the command line, by default the visitor's.
        """
        self.asked.clear()
        self.told.clear()
        self._answers = list(answers)
        environment = Environment(connect=self._connect)
        with Client("127.0.0.1", self._port, environment=environment) as client:
            dialog = LoginDialog(client, self.keyring, self._answer, self._answer, self.told.append)
            self.is_new = dialog.run(self.name if name is None else name)
            assert not self._answers
            return client.status().name

    def _connect(self, host: str, port: int, timeout_seconds: float) -> Sock:
        self._sockets.append(open_socket(host, port, timeout_seconds))
        return self._sockets[-1]

    def _answer(self, question: str) -> str:
        assert all(sock.fileno() < 0 for sock in self._sockets)
        self.asked.append(question)
        return self._answers.pop(0)


@pytest.fixture
def visits(server: ServerProcess, tmp_path: Path) -> Callable[[], Visitor]:
    """Let the same user, whom nobody else knows, come on another device each time."""
    name, devices = f"user{next(_numbers)}", count(1)
    return lambda: Visitor(server.port, tmp_path / f"device {next(devices)}", name)


@pytest.fixture
def visitor(visits: Callable[[], Visitor]) -> Visitor:
    return visits()


@pytest.fixture
def known(server: ServerProcess, visits: Callable[[], Visitor]) -> Visitor:
    """Somebody with an account, on a new device."""
    visitor = visits()
    with connect(server.port) as client:
        client.register(visitor.name, "secret")
    return visitor


# -- a new account ---------------------------------------------------------------------------


def test_new_account_says_its_password_twice_and_is_remembered(visitor: Visitor) -> None:
    name = visitor.name
    assert visitor.comes("c", "secret", "secret") == name and visitor.is_new
    assert visitor.asked == [QUESTION, f"A password for {name}: ", AGAIN]
    assert visitor.comes() == name and visitor.asked == [] and not visitor.is_new
    assert visitor.comes(name="") == name and visitor.asked == []


def test_name_that_nobody_gave_is_asked_for_behind_the_question(visitor: Visitor) -> None:
    visitor.comes("create", visitor.name, "secret", "secret", name="")
    assert visitor.asked[:2] == [QUESTION, "Name: "]


def test_name_that_is_taken_is_told_and_another_one_asked_for(known: Visitor) -> None:
    other = known.name + "b"
    assert known.comes("c", "secret", "secret", other) == other
    assert known.told == [f"the name {known.name} is taken"]
    assert known.asked[-1] == "Another name: "


def test_two_passwords_that_differ_make_no_account(visitor: Visitor) -> None:
    visitor.comes("c", "secret", "sceret", "secret", "secret")
    assert visitor.told == ["the two passwords differ"]


@pytest.mark.parametrize("name", ["general", "al ice", "+ops", "a" * 33, "аlice", "\udcff"])
def test_name_that_nobody_can_have_is_told_before_anything_is_asked(
    visitor: Visitor, name: str
) -> None:
    with pytest.raises(UsageError):
        visitor.comes(name=name)
    assert visitor.asked == []


def test_name_typed_that_nobody_can_have_is_told_before_the_password_is_asked(
    visitor: Visitor,
) -> None:
    visitor.comes("c", "al ice", "", visitor.name, "secret", "secret", name="")
    assert visitor.asked[1:4] == ["Name: "] * 3
    assert "no spaces" in visitor.told[0] and "a name is needed" in visitor.told[1]


def test_answer_that_is_none_is_asked_for_again(visitor: Visitor) -> None:
    visitor.comes("yes", "C", "secret", "secret")
    assert visitor.asked[:2] == [QUESTION] * 2


def test_any_password_makes_an_account_and_opens_it(visits: Callable[[], Visitor]) -> None:
    odd = next(vector.typed for vector in VECTORS if vector.why.startswith("Hebrew with digits"))
    visits().comes("c", odd, odd)
    visits().comes("l", odd)


# -- an account that there is ----------------------------------------------------------------


def test_known_name_says_its_password_once_on_another_device(known: Visitor) -> None:
    assert known.comes("", "secret") == known.name and not known.is_new
    assert known.asked == [QUESTION, f"Password of {known.name}: "]


def test_mistyped_password_is_asked_for_again(known: Visitor) -> None:
    known.comes("l", "sceret", "secret")
    assert known.told == ["wrong name or password"]


def test_login_that_fails_never_makes_an_account(
    visitor: Visitor, visits: Callable[[], Visitor]
) -> None:
    with pytest.raises(LoginRequired):
        visitor.comes("l", *["secret"] * TRIES_MAX)
    assert visitor.asked[1:] == [f"Password of {visitor.name}: "] * TRIES_MAX
    visits().comes("c", "secret", "secret")  # nobody has taken it


def test_revoked_device_says_so_and_asks_for_the_password(known: Visitor) -> None:
    known.keyring.keep(known.name, "0" * 64)
    known.comes("l", "secret")
    assert known.told == ["this device was logged out; the password is needed again"]


@pytest.mark.parametrize("answers", [("l", ""), ("c", "")])
def test_no_password_leads_nowhere(visitor: Visitor, answers: tuple[str, ...]) -> None:
    with pytest.raises(LoginRequired):
        visitor.comes(*answers)


def test_no_name_leads_nowhere(visitor: Visitor) -> None:
    with pytest.raises(LoginRequired):
        visitor.comes("l", *[""] * TRIES_MAX, name="")


# -- servers and devices that are not as usual -----------------------------------------------


def test_closed_server_offers_no_account(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, REGISTRATION="closed") as server:
        visitor = Visitor(server.port, tmp_path / "device", "alice")
        with pytest.raises(LoginRequired):
            visitor.comes(*["secret"] * TRIES_MAX)
        assert set(visitor.asked) == {"Password of alice: "}


def test_device_over_the_most_gets_in_without_being_remembered(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, DEVICES_MAX="1") as server:
        Visitor(server.port, tmp_path / "first", "alice").comes("c", "secret", "secret")
        second = Visitor(server.port, tmp_path / "second", "alice")
        second.comes("l", "secret")
        assert "too many devices" in second.told[0]
        assert second.keyring.token("alice") == ""


class Unwritable(Credentials):
    """What is kept in a folder that lets nothing be read or written."""

    def last_name(self, server: str) -> str:
        raise OSError(errno.EACCES, "Permission denied", "/home/x")

    def token(self, server: str, name: str) -> str:
        return self.last_name(server)

    def keep(self, server: str, name: str, token: str) -> None:
        self.last_name(server)


def test_home_that_can_not_be_used_is_told_and_lets_one_in(
    known: Visitor, server: ServerProcess
) -> None:
    known.keyring = Keyring(Unwritable(), f"http://127.0.0.1:{server.port}")
    known.comes("l", known.name, "secret", name="")
    assert known.told == [
        "this device's token can't be read: /home/x: Permission denied",
        "can't store this device's token: /home/x: Permission denied",
    ]

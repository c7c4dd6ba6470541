"""The entrance: tokens, passwords, new names; against a real server's answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from client import Client
from client.console.entrance import TRIES_MAX, Entrance
from client.console.keyring import Keyring
from client.credentials import Credentials
from client.errors import LoginRequired
from tests.e2e.server import ServerProcess

QUESTION = "No alice has this password. Make a new account of that name? [y/N] "


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path) as process:
        yield process


class Visitor:
    """Somebody at a terminal, with answers ready, on a device with its own keyring."""

    def __init__(self, port: int, folder: Path) -> None:
        self.keyring = Keyring(Credentials(folder), f"http://127.0.0.1:{port}")
        self.asked: list[str] = []
        self.told: list[str] = []
        self._port = port
        self._answers: list[str] = []

    def comes(self, *answers: str, name: str = "alice") -> bool:
        """Enter with these answers, all of which are needed; return whether one is new."""
        self.asked.clear()
        self._answers = list(answers)
        with Client("127.0.0.1", self._port) as client:
            entrance = Entrance(client, self.keyring, self._answer, self._answer, self.told.append)
            is_new = entrance.enter(name)
            assert client.status().name == "alice" and not self._answers
            return is_new

    def _answer(self, question: str) -> str:
        self.asked.append(question)
        return self._answers.pop(0)


@pytest.fixture
def visitor(server: ServerProcess, tmp_path: Path) -> Visitor:
    return Visitor(server.port, tmp_path / "device")


def test_new_name_says_its_password_twice_and_is_remembered(visitor: Visitor) -> None:
    assert visitor.comes("secret", "y", "secret")
    assert visitor.asked == ["Password of alice: ", QUESTION, "The same password again: "]
    assert not visitor.comes() and visitor.asked == []
    assert not visitor.comes(name="") and visitor.asked == []


def test_known_name_says_its_password_once_on_another_device(
    visitor: Visitor, server: ServerProcess, tmp_path: Path
) -> None:
    visitor.comes("secret", "y", "secret")
    other = Visitor(server.port, tmp_path / "other")
    assert not other.comes("secret")
    assert other.asked == ["Password of alice: "]


def test_mistyped_password_is_asked_for_again(
    visitor: Visitor, server: ServerProcess, tmp_path: Path
) -> None:
    visitor.comes("secret", "y", "secret")
    other = Visitor(server.port, tmp_path / "other")
    assert not other.comes("sceret", "n", "secret")


def test_account_of_a_taken_name_is_not_made(
    visitor: Visitor, server: ServerProcess, tmp_path: Path
) -> None:
    visitor.comes("secret", "y", "secret")
    thief = Visitor(server.port, tmp_path / "thief")
    with pytest.raises(LoginRequired):
        thief.comes("guessed", "y", "guessed", *["guessed"] * (TRIES_MAX - 1))
    assert thief.told[0] == "the name alice is taken"
    assert thief.told[1:] == ["that is not the password of alice"] * (TRIES_MAX - 1)


def test_two_passwords_that_differ_make_no_account(visitor: Visitor) -> None:
    assert visitor.comes("secret", "y", "sceret", "secret", "y", "secret")
    assert visitor.told == ["the two passwords differ"]


def test_revoked_device_says_so_and_asks_for_the_password(visitor: Visitor) -> None:
    visitor.comes("secret", "y", "secret")
    visitor.keyring.keep("alice", "0" * 64)
    assert not visitor.comes("secret")
    assert visitor.told == ["this device was logged out; the password is needed again"]


def test_empty_answers_lead_nowhere(visitor: Visitor) -> None:
    with pytest.raises(LoginRequired):
        visitor.comes("")
    with pytest.raises(LoginRequired):
        visitor.comes("", name="")


def test_closed_server_offers_no_account(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, REGISTRATION="closed") as server:
        visitor = Visitor(server.port, tmp_path / "device")
        with pytest.raises(LoginRequired):
            visitor.comes(*["secret"] * TRIES_MAX)
        assert all(question == "Password of alice: " for question in visitor.asked)


def test_device_over_the_most_gets_in_without_being_remembered(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, DEVICES_MAX="1") as server:
        Visitor(server.port, tmp_path / "first").comes("secret", "y", "secret")
        second = Visitor(server.port, tmp_path / "second")
        assert not second.comes("secret")
        assert "too many devices" in second.told[0]
        assert second.keyring.token("alice") == ""

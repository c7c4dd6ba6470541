"""Hosts: what is taken for one, and what is said of what is none."""

import pytest

from client.hosts import host_of


@pytest.mark.parametrize(
    "text",
    [
        *("127.0.0.1", "::1", "fe80::1%lo", "localhost", "chat.example.org", "chat.example.org."),
        *("my_host", "a", "xn--bcher-kva.example", "bücher.example"),
    ],
)
def test_name_or_address_is_a_host(text: str) -> None:
    assert host_of(text) == text


@pytest.mark.parametrize(
    ("text", "host"),
    [("[::1]", "::1"), ("0:0::1", "::1"), ("FE80::1%lo", "fe80::1%lo"), ("LocalHost", "localhost")],
)
def test_host_is_the_same_however_it_is_written(text: str, host: str) -> None:
    assert host_of(text) == host


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        *(("", ""), (".", ""), ("..", ""), ("a b", ""), ("a..b", ""), ("-a", ""), ("a/b", "")),
        *(("\udcff", ""), ("a\n", ""), ("a" * 64, ""), (("a" * 60 + ".") * 5, ""), ("[a]", "")),
        ("http://chat.example.org", "in a browser"),
        ("https://chat.example.org:8000/", "in a browser"),
        ("chat.example.org:8000", "--port"),
    ],
)
def test_what_is_no_host_is_refused_in_words(text: str, hint: str) -> None:
    with pytest.raises(ValueError, match=f"is not a host.*{hint}") as refusal:
        host_of(text)
    assert not isinstance(refusal.value, UnicodeError)

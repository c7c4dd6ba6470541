"""What counts as one address."""

import pytest

from chatd.core.addresses import is_loopback, network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("/run/a socket", "/run/a socket"),
    ],
)
def test_network_is_the_address_or_the_prefix_that_one_peer_has(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_loopback_is_known_in_each_of_its_forms(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize("address", ["192.0.2.7", "::2", "::ffff:192.0.2.7", "", "localhost"])
def test_what_is_not_an_address_of_this_machine_is_no_loopback(address: str) -> None:
    assert not is_loopback(address)

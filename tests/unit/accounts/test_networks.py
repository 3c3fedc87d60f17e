"""Which network counts as one client."""

import pytest

from crm.services.accounts.throttle import network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        (None, "unknown"),
        ("evil, 192.0.2.7", "unknown"),
    ],
)
def test_an_ipv6_client_is_its_whole_network(address, network):
    assert network_of(address) == network

"""From which address a request comes: what our own gateway says is believed, and nobody else."""

import pytest

from shared.caller import Trusted, address_behind


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "10.0.0.1", "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "10.0.0.1, 203.0.113.7", "203.0.113.7"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("127.0.0.1", "bukan-alamat", "bukan-alamat"),
        ("", "203.0.113.7", ""),
    ],
)
def test_the_nearest_address_that_is_not_our_own_counts(peer: str, forwarded: str, address: str) -> None:
    assert address_behind(peer, forwarded, Trusted(["127.0.0.1", "::1"])) == address


def test_the_gateway_may_be_told_by_its_name() -> None:
    assert Trusted(["localhost"]).has("127.0.0.1")
    assert not Trusted(["tidak.ada.invalid"]).has("127.0.0.1")

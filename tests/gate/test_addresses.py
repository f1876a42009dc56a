"""Own the proof that each address has its class, and that nothing is sent to some of them."""

from __future__ import annotations

import pytest

from glossator_gate.addresses import class_of_address, is_allowed
from glossator_gate.types import AddressClass

LOOPBACK = ("127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1")
PRIVATE = (
    "10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1", "fd00::1", "fc12::7",
    "::ffff:10.0.0.1", "2002:a00:1::",
)  # fmt: skip
PUBLIC = ("8.8.8.8", "172.32.0.1", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8")
NEVER = (
    # Metadata of clouds, in every form.
    "169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192", "168.63.129.16",
    "fd00:ec2::254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::",
    "64:ff9b:1::a9fe:a9fe", "::169.254.169.254",
    # Link-local, site-local, zones.
    "169.254.1.1", "fe80::1", "fe80::1%eth0", "fec0::1", "8.8.8.8%eth0",
    # Nowhere, everywhere, somebody's example.
    "0.0.0.0", "::", "255.255.255.255", "224.0.0.1", "ff02::1", "240.0.0.1", "192.0.2.1",
    "198.51.100.1", "203.0.113.7", "2001:db8::1", "198.18.0.1", "100.64.0.1", "0.1.2.3",
    # What holds loopback in another form leads where no gateway should.
    "64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1", "2001:0:7f00:1::80ff:fffe",
    # What is no address.
    "", "localhost", "0177.0.0.1", "127.1", "2130706433", "0x7f000001", "1.2.3.4.5", "[::1]",
)  # fmt: skip


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        *((it, AddressClass.LOOPBACK) for it in LOOPBACK),
        *((it, AddressClass.PRIVATE) for it in PRIVATE),
        *((it, AddressClass.PUBLIC) for it in PUBLIC),
        *((it, None) for it in NEVER),
    ],
)
def test_each_address_has_its_class(address: str, expected: AddressClass | None) -> None:
    assert class_of_address(address) is expected


@pytest.mark.parametrize("bound", AddressClass)
def test_a_bound_allows_what_is_nearer_and_never_what_nothing_is_sent_to(
    bound: AddressClass,
) -> None:
    order = [(LOOPBACK, 0), (PRIVATE, 1), (PUBLIC, 2)]
    for addresses, place in order:
        for address in addresses:
            assert is_allowed(address, bound) is (place <= list(AddressClass).index(bound))
    assert not any(is_allowed(it, bound) for it in NEVER)

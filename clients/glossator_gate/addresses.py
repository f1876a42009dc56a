"""Own what kind of address a name leads to, and which kinds a destination may have.

Pure functions of addresses: it must not resolve names or open connections. The blocks are those of
IANA's registries of special-purpose addresses (RFC 6890), as Python's `ipaddress` holds them.
"""

from __future__ import annotations

import ipaddress

from glossator_gate.types import AddressClass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Where clouds tell a machine its secrets; some lie in blocks that are otherwise private.
_METADATA = frozenset({
    ipaddress.ip_address("169.254.169.254"), ipaddress.ip_address("169.254.170.2"),
    ipaddress.ip_address("100.100.100.200"), ipaddress.ip_address("192.0.0.192"),
    ipaddress.ip_address("168.63.129.16"), ipaddress.ip_address("fd00:ec2::254"),
    ipaddress.ip_address("fd20:ce::254"),
})  # fmt: skip
_PRIVATE = tuple(
    map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))
)
# Ways in which an IPv6 address holds an IPv4 one, and how many bits stand before it.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_LOCAL_NAT64 = ipaddress.IPv6Network("64:ff9b:1::/48")
_COMPATIBLE = ipaddress.IPv6Network("::/96")


def class_of_address(text: str) -> AddressClass | None:
    """Return the class of an address, None for one that nothing is ever sent to.

    That are link-local, metadata, multicast, unspecified, reserved and documentation addresses,
    what is no address, and whatever form of IPv6 holds one of those.
    """
    try:
        # A zone names an interface: only link-local addresses have one.
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return None
        inner = _held_by(address)
        if inner is not None:
            # What a gateway makes of it is the address that counts; loopback needs no gateway.
            found = class_of_address(str(inner))
            return found if found is not AddressClass.LOOPBACK or address.ipv4_mapped else None
    if address in _METADATA or address.is_multicast or address.is_unspecified:
        return None
    if address.is_loopback:
        return AddressClass.LOOPBACK
    # Site-local (RFC 3879) was given up because nobody can tell where it leads.
    if address.is_link_local or (address.version == 6 and address.is_site_local):
        return None
    if any(address in network for network in _PRIVATE if network.version == address.version):
        return AddressClass.PRIVATE
    return AddressClass.PUBLIC if address.is_global and not address.is_reserved else None


def is_allowed(text: str, bound: AddressClass) -> bool:
    """Return whether an address may be what a destination of this class leads to."""
    found = class_of_address(text)
    order = tuple(AddressClass)
    return found is not None and order.index(found) <= order.index(bound)


def _held_by(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 one stands for, None where it is its own."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64 or address in _LOCAL_NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _COMPATIBLE and int(address) > 0xFFFF:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None

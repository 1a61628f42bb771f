"""Which addresses of the network a webhook may reach. Pure.

Whoever enters an address makes this service connect to it. So it may be no address that only this service can reach:
not its own machine, not its neighbours, not the service that hands out a cloud machine's keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
#: Not public whatever the standard library of the day says of them (IANA's registries of special-purpose addresses).
_SPECIAL: tuple[Network, ...] = (
    IPv4Network("100.64.0.0/10"),  # shared, behind a provider's own translation
    IPv4Network("192.0.0.0/24"),  # protocols; a cloud has its metadata service there
    IPv4Network("192.88.99.0/24"),  # relays of 6to4
    IPv6Network("64:ff9b:1::/48"),  # translation of one's own
    IPv6Network("100::/64"),  # nowhere
    IPv6Network("2001::/32"),  # Teredo: to wherever it leads
    IPv6Network("2002::/16"),  # 6to4: likewise
    IPv6Network("5f00::/16"),  # segments of a provider's own network
    IPv6Network("fec0::/10"),  # a site's own, from before fc00::/7
)


def networks(text: str) -> tuple[Network, ...]:
    """Networks from a list with commas; ValueError names the one that is none."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def is_public(address: Address) -> bool:
    """Whether anybody on the internet can reach it, so that nothing is given away by connecting to it."""
    meant = _meant(address)
    if is_within(meant, _SPECIAL):
        return False
    return meant.is_global and not (meant.is_multicast or meant.is_reserved or meant.is_unspecified)


def is_within(address: Address, allowed: Sequence[Network]) -> bool:
    """Whether it lies in one of the networks that operations have named."""
    meant = _meant(address)
    return any(meant.version == network.version and meant in network for network in allowed)


def read_address(text: str) -> Address | None:
    """An address written as such; None for a name."""
    try:
        return ip_address(text.strip("[]"))
    except ValueError:
        return None


def _meant(address: Address) -> Address:
    """An IPv4 address that is written as an IPv6 one is what it stands for."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else address

"""Which addresses may be reached: what is meant counts, not how it is written."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from service.domain.addresses import is_public, is_within, networks, read_address


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.0.0.5",
        "172.16.3.4",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "198.18.0.1",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:10.0.0.5",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "192.88.99.1",
        "64:ff9b:1::1",
        "fec0::1",
        "5f00::1",
        "2002:a00:5::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_what_only_insiders_reach_is_not_public(text: str):
    """Loopback, private, shared, link-local, multicast, reserved, for documentation; in every disguise."""
    assert not is_public(ip_address(text))


@pytest.mark.parametrize(
    "text", ["1.1.1.1", "93.184.216.34", "172.32.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_what_anybody_reaches_is(text: str):
    """Of both kinds, and written as the other kind."""
    assert is_public(ip_address(text))


def test_networks_are_named_by_operations():
    """And hold what is meant, however it is written."""
    allowed = networks(" 10.1.0.0/16, 127.0.0.1/32,fd00::/8 ")
    inside, outside = ("10.1.2.3", "127.0.0.1", "::ffff:10.1.2.3", "fd12::1"), ("10.2.0.1", "127.0.0.2", "::1")
    assert all(is_within(ip_address(text), allowed) for text in inside)
    assert not any(is_within(ip_address(text), allowed) for text in outside)
    assert networks("") == ()
    with pytest.raises(ValueError, match=r"10\.1\.0\.1/16"):
        networks("10.1.0.1/16")


def test_a_name_is_no_address():
    """Only what is written as an address is read as one."""
    assert read_address("[::1]") == ip_address("::1")
    assert read_address("example.com") is None
    assert read_address("127.1") is None

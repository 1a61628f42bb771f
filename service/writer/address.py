"""Whether a language model may be asked at an address: not in the clear over a network that others can read. Pure."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

_OWN_NAMES = (".internal", ".local", ".localhost", ".svc")


def check_address(url: str) -> str:
    """The address. ValueError says what is wrong with it."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is no address as in https://host/v1")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("holds more than scheme, host and path; a key goes into SIGNOFF_WRITER_KEY")
    if parts.scheme == "http" and not _own(parts.hostname):
        raise ValueError("sends requests in the clear to a host that is not your own; write https://")
    return url


def _own(host: str) -> bool:
    """A name without a dot, one that only one's own network has, or an address of one."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith(_OWN_NAMES)

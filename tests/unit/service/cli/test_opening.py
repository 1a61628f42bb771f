"""Who is at the command line."""

from __future__ import annotations

import os
import pwd

from service.cli.opening import by


def test_nobody_is_somebody_else_by_saying_so(monkeypatch):
    """The account counts, not the environment: a second person has to be one."""
    before = by()
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    assert by() == before == f"cli:{pwd.getpwuid(os.getuid()).pw_name}"


def test_an_account_without_a_name_goes_by_its_number(monkeypatch):
    """As in a container."""
    monkeypatch.setattr(os, "getuid", lambda: 987_654)
    assert by() == "cli:uid-987654"

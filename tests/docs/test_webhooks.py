"""docs/webhooks.md says what is so: its table is that of the code, and its receiver hears what is sent."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

from service.domain.event import MEMBERS, TYPES, EventType
from tests.house import ROOT, free_port
from tests.unit.service.usecases.post_room import DELIVERED, post_room
from tests.unit.service.usecases.receiver import wait_until

PAGE = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")


def row(type_: EventType) -> str:
    members = (*(f"`{name}`" for name in type_.has), *(f"[`{name}`]" for name in type_.may_have))
    return f"| `{type_.name}` | {type_.says} | {', '.join(members)} |\n"


def test_the_tables_are_those_of_the_code():
    """Every type and every member, as `service/domain/event.py` has them."""
    types = "| type | sent when | members |\n| --- | --- | --- |\n" + "".join(map(row, TYPES.values()))
    assert f"<!-- event types -->\n{types}<!-- end of event types -->" in PAGE
    members = "".join(f"| `{name}` | {member.says} |\n" for name, member in MEMBERS.items())
    assert f"<!-- members -->\n| member | is |\n| --- | --- |\n{members}<!-- end of members -->" in PAGE


def test_the_receiver_hears_each_event_once(tmp_path: Path):
    """As it is printed, in a process of its own; a message it cannot trust it turns away."""
    (code,) = re.findall(r"^```python file=receiver.py\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    program = tmp_path / "receiver.py"
    program.write_text(code)
    port = free_port()
    with post_room(tmp_path, webhook_seconds=20.0) as room:
        made = room.add(f"http://127.0.0.1:{port}/")
        other = room.add(f"http://127.0.0.1:{port}/", name="not trusted")
        environment = {**os.environ, "WEBHOOK_SECRET": made["secret"], "PORT": str(port)}
        command = [sys.executable, str(program)]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            try:
                wait_until(lambda: listens(port), 60)
                with room.sending():
                    event = room.tell("dec_1")
                    room.settled(made["id"], 1)
                    room.settled(other["id"], 1)
                    assert room.states(made["id"]) == [DELIVERED]
                    assert room.deliveries(other["id"])[0]["status"] == 401
                    from service.usecases import resend

                    resend.one(room.house, "Ben", made["id"], event)
                    wait_until(lambda: room.states(made["id"]) == [DELIVERED])
                    time.sleep(0.1)
            finally:
                process.kill()
            assert process.stdout is not None
            said = process.stdout.read().decode()
    assert said == "decision.final {'decision': 'dec_1', 'workflow': 'bank', 'outcome': 'allow'}\n"


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0

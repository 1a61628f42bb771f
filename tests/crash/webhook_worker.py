"""A worker that sends webhooks and nothing else, to be killed at any time: HOME URL."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.unit.service.usecases.post_room import post_room

if __name__ == "__main__":
    with post_room(Path(sys.argv[1]), sys.argv[2], webhook_seconds=3.0) as room, room.sending():
        time.sleep(600)

"""Names that lead inside lead nowhere, whatever they led to a moment before."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from typing import Any

import httpcore
import pytest

from service.domain.addresses import networks
from service.usecases.guarded_network import GuardedNetwork, Refused, look_up
from service.usecases.post_webhook import Post, trusted
from tests.unit.service.usecases.receiver import receiving

LOOPBACK = networks("127.0.0.0/8")


class Recorded(httpcore.AsyncNetworkBackend):
    """Connects nowhere and keeps where it was to go."""

    def __init__(self, *down: str) -> None:
        self.asked: list[str] = []
        self._down = down

    async def connect_tcp(self, host: str, port: int, *rest: Any, **more: Any) -> Any:
        self.asked.append(host)
        if host in self._down:
            raise httpcore.ConnectError("down")
        return "connected"


def leads_to(*answers: Sequence[str]) -> Any:
    """A name server that changes its mind."""
    left = list(answers)

    async def resolve(host: str, port: int) -> Sequence[str]:
        return left.pop(0)

    return resolve


def connect(network: GuardedNetwork, host: str = "hooks.example.com") -> Any:
    return asyncio.run(network.connect_tcp(host, 443, 5.0))


def test_it_goes_to_the_address_that_was_judged():
    """Not to the name, which another look-up would follow."""
    inner = Recorded()
    assert connect(GuardedNetwork((), resolve=leads_to(["93.184.216.34"]), inner=inner)) == "connected"
    assert inner.asked == ["93.184.216.34"]


def test_a_name_that_turns_inside_is_refused_the_second_time():
    """Rebinding: public when it is judged first, private when it is connected to."""
    inner = Recorded()
    network = GuardedNetwork((), resolve=leads_to(["93.184.216.34"], ["169.254.169.254"]), inner=inner)
    connect(network)
    with pytest.raises(Refused, match=r"169\.254\.169\.254"):
        connect(network)
    assert inner.asked == ["93.184.216.34"]


def test_one_address_inside_spoils_all():
    """A name that leads to both is not to be trusted."""
    inner = Recorded()
    with pytest.raises(Refused) as caught:
        connect(GuardedNetwork((), resolve=leads_to(["93.184.216.34", "10.0.0.1"]), inner=inner))
    assert (caught.value.trouble, inner.asked) == ("refused_address", [])


def test_an_address_as_such_is_judged_as_well():
    """Without asking anybody."""
    for host in ("127.0.0.1", "::1", "169.254.169.254", "::ffff:127.0.0.1"):
        with pytest.raises(Refused):
            connect(GuardedNetwork((), resolve=leads_to(), inner=Recorded()), host)
    assert connect(GuardedNetwork(LOOPBACK, resolve=leads_to(), inner=Recorded()), "127.0.0.1") == "connected"


def test_the_next_address_is_tried_when_one_is_down():
    """As browsers do."""
    inner = Recorded("93.184.216.34")
    assert connect(GuardedNetwork((), resolve=leads_to(["93.184.216.34", "1.1.1.1"]), inner=inner)) == "connected"
    assert inner.asked == ["93.184.216.34", "1.1.1.1"]


def test_plain_http_stays_inside_what_is_allowed():
    """What is not encrypted does not cross the internet."""
    with pytest.raises(Refused) as caught:
        connect(GuardedNetwork(LOOPBACK, private_only=True, resolve=leads_to(["93.184.216.34"]), inner=Recorded()))
    assert caught.value.trouble == "plain_http"


def test_connections_that_begin_together_share_a_look_up():
    """A name server that stalls costs one thread, not one for each attempt."""
    asked: list[str] = []

    async def slow(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        await asyncio.sleep(0.05)
        return ["1.1.1.1"]

    async def several() -> None:
        network = GuardedNetwork((), resolve=slow, inner=Recorded())
        await asyncio.gather(*(network.connect_tcp("hooks.example.com", 443) for _ in range(8)))

    asyncio.run(several())
    assert len(asked) == 1


@pytest.mark.parametrize("name", ["localhost", "0x7f.1", "2130706433", "127.1", "0177.0.0.1"])
def test_odd_names_of_this_machine_are_refused(name: str):
    """Whatever the resolver makes of them."""
    try:
        found = look_up(name, 80)
    except Refused:
        return  # it makes nothing of them
    with pytest.raises(Refused):
        connect(GuardedNetwork((), resolve=leads_to(found), inner=Recorded()), name)


def test_a_name_that_leads_nowhere_is_told_apart():
    """From one that may not be reached."""
    with pytest.raises(Refused) as caught:
        look_up("no-such-name.invalid", 443)
    assert caught.value.trouble == "name_not_found"


def test_what_was_refused_was_never_connected_to():
    """With a real receiver on the loopback, by its name and by its address."""
    with receiving() as receiver:
        for host in ("127.0.0.1", "hooks.example.com"):
            found = send(f"http://{host}:{receiver.port}/", "10.0.0.0/8", leads_to(["127.0.0.1"]))
            assert (found.status, found.trouble) == (None, "refused_address")
        assert receiver.heard == []
        assert send(receiver.url, "127.0.0.0/8").arrived


def send(url: str, allowed: str, resolve: Any = None) -> Any:
    async def once() -> Any:
        post = Post(url, networks(allowed), trusted(), **({"resolve": resolve} if resolve else {}))
        try:
            return await post.send({"x": "y"}, b"{}", 2.0)
        finally:
            await post.close()

    return asyncio.run(once())


def test_nobody_there_and_no_answer_are_told_apart():
    """A closed port, a plain receiver spoken to in TLS, a stalled one."""
    let_go = threading.Event()
    assert send("http://127.0.0.1:1/", "127.0.0.0/8").trouble == "not_reached"
    with receiving() as receiver:
        assert send(receiver.url.replace("http:", "https:"), "127.0.0.0/8").trouble in {"tls", "timeout"}
    with receiving(lambda handler, heard: let_go.wait(10)) as receiver:  # type: ignore[arg-type]
        begun = time.monotonic()
        assert send(receiver.url, "127.0.0.0/8").trouble == "timeout"
        assert time.monotonic() - begun < 6
        let_go.set()

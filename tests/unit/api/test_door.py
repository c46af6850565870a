"""Places at the door, and endings that do not wait."""

import asyncio
import os
import socket
from typing import cast

import pytest

from node.api.front.activation import inherited
from node.api.front.door import MAX_IN_ALL, MAX_PER_ADDRESS, Door
from node.api.front.ending import MIN_DRAIN_BYTES, WriteStall

pytestmark = pytest.mark.anyio


def test_one_address_has_its_share_and_no_more() -> None:
    door = Door()
    assert [door.enter("a") for _ in range(MAX_PER_ADDRESS + 1)] == [True] * MAX_PER_ADDRESS + [
        False
    ]
    assert door.enter("b")
    door.leave("a")
    assert door.enter("a")


def test_the_house_has_its_limit_whoever_comes() -> None:
    door = Door()
    assert all(door.enter(str(number)) for number in range(MAX_IN_ALL))
    assert not door.enter("one more")
    door.leave("0")
    assert door.enter("one more")


class FakeTransport:
    """A write buffer of a set size."""

    def __init__(self, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self.gone = asyncio.Event()

    def get_write_buffer_size(self) -> int:
        """Return the set size."""
        return self.size_bytes

    def abort(self) -> None:
        """Remember."""
        self.gone.set()


async def watch(transport: FakeTransport, monkeypatch: pytest.MonkeyPatch) -> WriteStall:
    monkeypatch.setattr("node.api.front.ending.WRITE_STALL_S", 0.02)
    stall = WriteStall(
        asyncio.get_running_loop(), cast("asyncio.Transport", transport), transport.abort
    )
    stall.begin()
    return stall


async def until_aborted(transport: FakeTransport) -> None:
    async with asyncio.timeout(5):
        await transport.gone.wait()


async def test_a_reader_that_does_not_read_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = FakeTransport(1_000_000)
    await watch(transport, monkeypatch)
    await until_aborted(transport)


async def test_a_slow_reader_is_kept_as_long_as_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = FakeTransport(1_000_000)
    await watch(transport, monkeypatch)
    for _ in range(10):
        transport.size_bytes -= 2 * MIN_DRAIN_BYTES
        await asyncio.sleep(0.01)
    assert not transport.gone.is_set()
    await until_aborted(transport)  # control: it stopped reading


async def test_a_buffer_that_drained_is_not_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = FakeTransport(1_000_000)
    stall = await watch(transport, monkeypatch)
    stall.end()
    stall.end()
    await asyncio.sleep(0.06)
    assert not transport.gone.is_set()


def test_without_systemd_no_socket_is_inherited() -> None:
    environ = {"LISTEN_PID": str(os.getpid() + 1), "LISTEN_FDS": "2"}
    assert inherited({}) == []
    assert inherited(environ) == []
    assert environ, "left for the process they are meant for"


def test_sockets_of_systemd_are_adopted_and_not_passed_on() -> None:
    child = os.fork()
    if child == 0:
        os._exit(_adopt_in_child())  # never back into pytest
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _adopt_in_child() -> int:
    unix, tcp = socket.socket(socket.AF_UNIX), socket.create_server(("127.0.0.1", 0))
    os.dup2(unix.fileno(), 30)
    os.dup2(tcp.fileno(), 31)
    os.dup2(30, 3)
    os.dup2(31, 4)
    environ = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "2", "LISTEN_FDNAMES": "a:b"}
    found = inherited(environ)
    families = [sock.family for sock in found]
    right = families == [socket.AF_UNIX, socket.AF_INET] and not environ
    return 0 if right and not any(os.get_inheritable(sock.fileno()) for sock in found) else 1

"""The namespaces themselves: cut off from everything, and gone afterwards."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.namespaces.inside import connected
from tests.namespaces.programs import START_LIMIT_S, module, running
from tests.namespaces.wires import Family, Place, Wires, left_behind, wires

ROOT = Path(__file__).parents[2]
KILLED = """
import os, signal
from tests.namespaces.wires import wires
with wires() as made:
    made.box("a")
    print(os.getpid(), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def links() -> list[str]:
    return subprocess.run(("ip", "link"), check=True, capture_output=True, text=True).stdout.split()


@pytest.mark.parametrize("family", ["ipv4", "ipv6", "both"])
def test_a_place_reaches_nothing_but_its_wire(net: Wires, family: Family) -> None:
    place = net.box("a", family)
    ended = place.run("ip", "route", "get", "192.0.2.1")
    assert ended.returncode != 0
    assert "unreachable" in ended.stderr
    assert bool(place.run("ip", "-4", "addr", "show", "dev", "eth0").stdout) == (family != "ipv6")
    assert bool(place.run("ip", "-6", "addr", "show", "dev", "eth0").stdout) == (family != "ipv4")


def test_the_machines_own_interfaces_are_not_touched() -> None:
    before = links()
    with wires() as made:
        made.box("a")
        assert links() == before
    assert links() == before


def test_nothing_is_left_after_a_failure(tmp_path: Path) -> None:
    sleeping: list[subprocess.Popen[bytes]] = []

    def fail() -> None:
        with wires() as made:
            place = made.box("a")
            sleeping.append(subprocess.Popen(place.command("sleep", "1000")))
            with running(place, ("sleep", "1000"), tmp_path / "said"):
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert left_behind(os.getpid()) == []
    assert sleeping[0].wait(START_LIMIT_S) != 0


def test_what_a_killed_run_left_is_swept_by_the_next() -> None:
    killed = subprocess.run(
        (sys.executable, "-c", KILLED), cwd=ROOT, check=False, capture_output=True, text=True
    )
    process = int(killed.stdout)
    assert left_behind(process) != []
    with wires():
        assert left_behind(process) == []


def test_a_client_talks_from_inside(net: Wires, tmp_path: Path) -> None:
    a, b = net.box("a"), net.box("b")
    serve = module("http.server", "--bind", "127.0.0.1", "8080")
    with running(a, serve, tmp_path / "said") as server:
        server.wait(lambda _: answers(a), START_LIMIT_S)
        assert not answers(b)


def answers(place: Place) -> bool:
    try:
        connected(place, ("127.0.0.1", 8080)).close()
    except ConnectionRefusedError:
        return False
    return True

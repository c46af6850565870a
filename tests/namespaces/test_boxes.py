"""Real nodes with nothing but a data directory and ports: found, passed on, healed."""

import json
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.namespaces.boxes import Box
from tests.namespaces.conftest import Boxes
from tests.namespaces.wires import Family

Quality = Callable[[str, float, str, float | None], None]

FIND_S = 5.0
DELIVER_S = 1.0
HEAL_S = 5.0
HANG = 4
"""Beyond so many times the promise a test gives up."""

OUTAGE_S = 12.0
LATE_S = 20.0
POSTS = 20
PACE_S = 0.1
"""A box takes 5 writes a second of one person, after a burst of 20."""


def until(holds: Callable[[], bool], limit_s: float) -> float:
    """Return after how many seconds ``holds`` was true; fail far beyond ``limit_s``."""
    began_s = time.monotonic()
    while not holds():
        assert time.monotonic() - began_s < limit_s * HANG, "not in time"
        time.sleep(0.02)
    return time.monotonic() - began_s


def linked(box: Box) -> int:
    """Return how many boxes it is linked with."""
    return int(box.client.ask("GET", "/status")["network"]["peers_connected"])


def all_linked(boxes: list[Box]) -> bool:
    """Return whether each is linked with each other."""
    return all(linked(box) == len(boxes) - 1 for box in boxes)


def settled(box: Box) -> bool:
    """Return whether a box says that nothing is missing on either side."""
    return all(peer["in_sync"] for peer in box.client.ask("GET", "/sync/state")["peers"])


class Listener:
    """An open WebSocket that keeps what it has shown."""

    def __init__(self, socket: ClientConnection) -> None:
        """Read ``socket`` in a thread of its own."""
        self._socket = socket
        self.texts: list[str] = []
        self.frames: list[dict[str, Any]] = []
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        try:
            for text in self._socket:
                frame = json.loads(text)
                self.frames.append(frame)
                if frame["type"] == "message":
                    self.texts.append(frame["message"]["text"])
        except ConnectionClosed:
            return

    def close(self) -> None:
        """Stop reading."""
        self._socket.close()
        self._thread.join()


@contextmanager
def listening(box: Box, path: str = "/ws/messages") -> Generator[Listener]:
    """Listen for as long as the block lasts."""
    with box.client.watch(path) as socket:
        listener = Listener(socket)
        try:
            yield listener
        finally:
            listener.close()


@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_three_boxes_find_each_other_and_deliver(
    boxes: Boxes, family: Family, quality: Quality
) -> None:
    three = boxes(3, family)
    assert "unreachable" in three[0].place.run("ip", "route", "get", "192.0.2.1").stderr
    quality(f"boxes-find-{family}", until(lambda: all_linked(three), FIND_S), "s", FIND_S)
    for box in three:
        box.client.introduce(f"person at {box.place.name}")
    three[0].client.post("the bridge at the mill is down")
    others = [box for box in three if box is not three[0]]
    took_s = until(
        lambda: all("the bridge at the mill is down" in box.client.texts() for box in others),
        DELIVER_S,
    )
    quality(f"message-on-two-others-{family}", took_s, "s", DELIVER_S)

    def counted() -> bool:
        page = three[0].client.ask("GET", "/rooms/everyone/messages?limit=1")
        return bool(page["items"][0]["state"]["boxes"] == len(three))

    until(counted, DELIVER_S)
    names = {peer["name"] for peer in three[0].client.ask("GET", "/peers")}
    assert names == {box.client.ask("GET", "/status")["node"]["name"] for box in others}


@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_a_cut_heals_while_people_go_on_writing(
    boxes: Boxes, family: Family, quality: Quality
) -> None:
    three = boxes(3, family)
    until(lambda: all_linked(three), FIND_S)
    for box in three:
        box.client.introduce(f"person at {box.place.name}")
    alone, others = three[2], three[:2]
    with listening(others[0]) as shown, listening(alone) as shown_alone:
        alone.place.cut()
        expected: set[str] = set()
        for number in range(POSTS):
            for box in (others[number % 2], alone):
                expected.add(f"{box.place.name}{number}")
                box.client.post(f"{box.place.name}{number}")
            time.sleep(PACE_S)
        time.sleep(OUTAGE_S)  # the outage itself: long enough for TCP to back off
        assert not expected & set(others[0].client.texts()) & set(alone.client.texts()), "control"
        alone.place.restore()
        returned_s = time.monotonic()
        for number in range(POSTS):
            box = three[number % 3]
            expected.add(f"{box.place.name}-after{number}")
            box.client.post(f"{box.place.name}-after{number}")
            time.sleep(PACE_S)

        def same() -> bool:
            return all(expected <= set(box.client.texts(limit=200)) for box in three)

        until(same, HEAL_S)
        quality(f"healed-{family}", time.monotonic() - returned_s, "s", HEAL_S)
        until(lambda: all(expected <= set(seen.texts) for seen in (shown, shown_alone)), HEAL_S)
        for seen in (shown, shown_alone):
            assert len(seen.texts) == len(set(seen.texts)), "nothing is shown twice"
    until(lambda: all(map(settled, three)), HEAL_S)


def test_an_interface_that_comes_later(boxes: Boxes, quality: Quality) -> None:
    three = boxes(3, "ipv6", unplugged="c")
    late = three[2]
    until(lambda: linked(three[0]) == 1, FIND_S)
    for box in three:
        box.client.introduce(f"person at {box.place.name}")
    late.client.post("written alone")
    time.sleep(LATE_S)  # the promise is about an interface that appears so long after the start
    late.place.plug()
    quality("late-interface-finds", until(lambda: all_linked(three), FIND_S), "s", FIND_S)
    until(lambda: all("written alone" in box.client.texts() for box in three), DELIVER_S)


def test_sockets_tell_who_comes_and_goes(boxes: Boxes) -> None:
    two = boxes(2, "ipv6")
    with listening(two[0], "/ws/peers") as peers:
        until(lambda: all_linked(two), FIND_S)
        two[1].program.stop()
        until(lambda: any(f["type"] == "peer.left" for f in peers.frames), FIND_S)
        gone = two[0].client.ask("GET", "/peers")[0]
        assert gone["state"] == "gone"
        assert gone["last_seen_ms"] is not None

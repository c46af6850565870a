"""A client that talks from inside a namespace, without a process of its own there."""

import ctypes
import http.client
import json
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from websockets.sync.client import ClientConnection, connect

from tests.namespaces.wires import Place

T = TypeVar("T")
CLONE_NEWNET: Final = 0x40000000  # linux/sched.h
LIMIT_S: Final = 20.0


def within(place: Place, work: Callable[[], T]) -> T:
    """Return what ``work`` returns when it runs in the network namespace of ``place``.

    Sockets that it makes stay there, whoever uses them.

    Raises:
        BaseException: what ``work`` raised.
    """
    made: list[T] = []
    failed: list[BaseException] = []

    def enter_and_work() -> None:
        try:
            _enter(place)
            made.append(work())
        except BaseException as error:  # noqa: BLE001 - handed to the thread that asked
            failed.append(error)

    # A thread has a network namespace of its own choice, and takes it along when it ends.
    thread = threading.Thread(target=enter_and_work)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return made[0]


def connected(place: Place, address: tuple[str, int]) -> socket.socket:
    """Return a TCP connection made in ``place``; it stays there, whoever uses it.

    Raises:
        OSError: nobody answers at ``address`` there.
    """
    return within(place, lambda: socket.create_connection(address, LIMIT_S))


def _enter(place: Place) -> None:
    with Path("/run/netns", place.namespace).open("rb") as namespace:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))


class Client:
    """Speaks HTTP to the node of a place, on that place's loopback."""

    def __init__(self, place: Place, port: int) -> None:
        """Be nobody yet."""
        self._place = place
        self._address = ("127.0.0.1", port)
        self._headers = {"Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """Return the answer's JSON; fail unless it is a success."""
        connection = http.client.HTTPConnection(*self._address, timeout=LIMIT_S)
        connection.sock = connected(self._place, self._address)
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, path, sent, self._headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        assert 200 <= answer.status < 300, (method, path, answer.status, content)
        return json.loads(content) if content else None

    def introduce(self, name: str) -> None:
        """Become a person of this box."""
        token = self.ask("POST", "/auth/init", {"name": name})["token"]
        self._headers["Authorization"] = f"Bearer {token}"

    def post(self, text: str, room: str = "everyone") -> Any:  # noqa: ANN401 - JSON
        """Post a message and return it."""
        return self.ask("POST", f"/rooms/{room}/messages", {"text": text})

    def texts(self, room: str = "everyone", limit: int = 100) -> list[str]:
        """Return the texts of the newest messages, in order for people."""
        page = self.ask("GET", f"/rooms/{room}/messages?limit={limit}")
        return [str(message["text"]) for message in page["items"]]

    def watch(self, path: str = "/ws/messages") -> ClientConnection:
        """Return an open WebSocket as this person."""
        host, port = self._address
        token = {k: v for k, v in self._headers.items() if k == "Authorization"}
        return connect(
            f"ws://{host}:{port}{path}",
            sock=connected(self._place, self._address),
            additional_headers=token,
            open_timeout=LIMIT_S,
            max_size=None,
        )

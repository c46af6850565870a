"""SIGTERM ends a node in order, whoever is connected."""

import socket
from collections.abc import Callable

import httpx

from tests.hostile.node_process import running_node

SOCKETS = 100
PER_ADDRESS = 20
STOP_WITHIN_S = 5.0
UPGRADE = (
    b"GET %b HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
PATHS = (b"/ws/messages", b"/ws/peers", b"/ws/status", b"/ws/messages?with=peers,status")


def test_sigterm_ends_within_five_seconds_with_a_hundred_sockets_open(
    quality: Callable[[str, float, str, float | None], None],
) -> None:
    with running_node() as node:
        open_sockets: list[socket.socket] = []
        for number in range(SOCKETS):
            sock = node.connect(f"127.0.4.{number // PER_ADDRESS + 1}")
            sock.sendall(UPGRADE % PATHS[number % len(PATHS)])
            assert sock.recv(1000).startswith(b"HTTP/1.1 101 ")
            open_sockets.append(sock)
        took_s = node.stop()
        for sock in open_sockets:
            assert_told(sock)
            sock.close()
        assert "Traceback" not in node.log.read_text()
    quality("stop_with_100_sockets", took_s, "s", STOP_WITHIN_S)


def assert_told(sock: socket.socket) -> None:
    """Fail unless the stream ends with a close frame: the page can say so at once."""
    stream = b""
    while piece := sock.recv(65_536):
        stream += piece
    assert stream.endswith(b"\x88\x02\x03\xf4"), "1012: the box is going away"


def test_sigterm_does_not_wait_for_requests_that_never_end(
    quality: Callable[[str, float, str, float | None], None],
) -> None:
    with running_node() as node:
        token = httpx.post(f"{node.url}/auth/init", json={"name": "Ana"}).json()["token"]
        held: list[socket.socket] = []
        for number in range(SOCKETS):
            sock = node.connect(f"127.0.4.{number // PER_ADDRESS + 1}")
            sock.sendall(b"" if number % 2 else b"POST /auth/init HTTP/1.1\r\nHost: local")
            held.append(sock)
        body = {"text": "just before the end"}
        headers = {"authorization": f"Bearer {token}"}
        last = httpx.post(f"{node.url}/rooms/everyone/messages", json=body, headers=headers)
        assert last.status_code == 201
        took_s = node.stop()
        for sock in held:
            sock.close()
    quality("stop_with_100_trickling", took_s, "s", STOP_WITHIN_S)

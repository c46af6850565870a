"""The Unix socket asks the kernel who is there."""

import os
import socket

import httpx
import pytest

from tests.hostile.node_process import NodeProcess, running_node

NOBODY = 65534


def ask_as(uid: int, node: NodeProcess, method: bytes, path: bytes) -> bytes:
    """Return what a process of user ``uid`` is answered, or the name of its error."""
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writable, _asked(uid, node, method, path))
        os._exit(0)  # never back into pytest
    os.close(writable)
    with os.fdopen(readable, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return answer


def _asked(uid: int, node: NodeProcess, method: bytes, path: bytes) -> bytes:
    try:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(10)
            sock.connect(str(node.socket_file))
            sock.sendall(b"%b %b HTTP/1.0\r\nHost: node\r\n\r\n" % (method, path))
            answer = b""
            while piece := sock.recv(65_536):
                answer += piece
            return answer
    except OSError as error:
        return type(error).__name__.encode()


def test_another_user_cannot_even_connect(node: NodeProcess) -> None:
    assert ask_as(NOBODY, node, b"GET", b"/status") == b"PermissionError"


@pytest.mark.parametrize(
    ("method", "path"),
    [(b"POST", b"/admin/token"), (b"GET", b"/admin/backup"), (b"GET", b"/status"), (b"GET", b"/")],
)
def test_another_user_who_got_hold_of_the_socket_gets_nothing(method: bytes, path: bytes) -> None:
    with running_node() as node:
        for open_to_all in (node.data.parent, node.data, node.socket_file):
            open_to_all.chmod(0o777)
        refused = ask_as(NOBODY, node, method, path)
        control = ask_as(0, node, method, path)
    assert refused.startswith(b"HTTP/1.1 403 "), refused
    assert b'"type":"/problems/refused"' in refused
    assert control.split()[1] in {b"200", b"201"}, "control: the owner is served"


def test_the_owners_token_is_admin_over_the_network(node: NodeProcess) -> None:
    transport = httpx.HTTPTransport(uds=str(node.socket_file))
    with httpx.Client(transport=transport, base_url="http://node") as owner:
        token = owner.post("/admin/token").json()["token"]
    headers = {"authorization": f"Bearer {token}"}
    assert httpx.get(f"{node.url}/auth/me", headers=headers).json()["admin"] is True

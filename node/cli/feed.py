"""The node's frames as they come, by WebSocket over its Unix socket."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import websockets.exceptions
from websockets.sync.client import ClientConnection, unix_connect

from node.cli.client import knock, refusal, silence
from node.cli.exits import CommandError, ExitCode

_CLOSE_WITHIN_S: Final = 1.0
_OTHER_STORE: Final = 4410

_GOING_AWAY: Final = frozenset({1000, 1001, 1006, 1012})
"""Ends that a node which stops, or is killed, brings (RFC 6455)."""


def frames(data_dir: Path, path: str) -> Iterator[str]:
    """Yield the frames of the WebSocket at ``path`` for as long as the node runs.

    Raises:
        CommandError: ``NOT_RUNNING``, also once the node stops; ``REFUSED``.
    """
    with _connect(data_dir, path) as connection:
        while True:
            try:
                frame = connection.recv()
            except websockets.exceptions.ConnectionClosed as error:
                raise _ended(error) from error
            if isinstance(frame, str):
                yield frame


def _connect(data_dir: Path, path: str) -> ClientConnection:
    try:
        with silence(data_dir):
            return unix_connect(
                knock(data_dir),
                f"ws://localhost{path}",
                close_timeout=_CLOSE_WITHIN_S,
                compression=None,
            )
    except websockets.exceptions.InvalidStatus as error:
        raise refusal(error.response.status_code, bytes(error.response.body or b"")) from error
    except websockets.exceptions.InvalidHandshake as error:
        why = f"What listens at {data_dir} is no node ({error})."
        raise CommandError(ExitCode.REFUSED, why) from error


def _ended(error: websockets.exceptions.ConnectionClosed) -> CommandError:
    code = 1006 if error.rcvd is None else error.rcvd.code
    if code == _OTHER_STORE:
        return CommandError(
            ExitCode.REFUSED, "The box started a new list. Leave --since out, or load it again."
        )
    if code in _GOING_AWAY:
        return CommandError(ExitCode.NOT_RUNNING, "The node stopped.")
    reason = "" if error.rcvd is None else error.rcvd.reason
    return CommandError(ExitCode.REFUSED, reason or f"The node closed the connection ({code}).")

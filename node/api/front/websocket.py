"""WebSocket connections that keep their place at the door and never wait for a dead reader."""

import asyncio
from asyncio.transports import BaseTransport
from typing import Any, Final

from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from node.api.front import answers
from node.api.front.ending import WriteStall, drop_later
from node.api.front.state import FrontState

CLOSE_HANDSHAKE_S: Final = 2.0
"""How long a peer may take to answer a close frame."""


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol after the upgrade; the HTTP one never hears of the connection's end."""

    def __init__(
        self,
        config: Config,
        server_state: FrontState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.close_timeout = CLOSE_HANDSHAKE_S
        self._door = server_state.door
        self._inside: str | None = None
        self._stall: WriteStall | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        """Take over the connection and its place at the door."""
        super().connection_made(transport)
        self._inside = None if self.client is None else self.client[0]
        self._stall = WriteStall(self.loop, self.transport, self._drop)

    def data_received(self, data: bytes) -> None:
        """Take what came; an upgrade that is none is refused.

        The head comes in one piece, from the HTTP protocol. The library only stops listening to
        one that has a body, and the place at the door would be taken until the box restarts.
        """
        super().data_received(data)
        if not (self.handshake_initiated or self.transport.is_closing()):
            self.transport.write(answers.NOT_HTTP)
            self.transport.close()
            drop_later(self.loop, self._drop)

    def connection_lost(self, exc: Exception | None) -> None:
        """Free the place of this connection."""
        super().connection_lost(exc)
        if self._stall is not None:
            self._stall.end()
        if self._inside is not None:
            self._door.leave(self._inside)
            self._inside = None

    def pause_writing(self) -> None:
        """Stop reading too: pings of a peer that does not read must not pile up pongs."""
        super().pause_writing()
        if self._stall is not None:
            self._stall.begin()
        if not self.transport.is_closing():
            self.transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on: the peer reads."""
        super().resume_writing()
        if self._stall is not None:
            self._stall.end()
        if not self.read_paused and not self.transport.is_closing():
            self.transport.resume_reading()

    def keepalive_timeout(self) -> None:
        """Close: the peer did not answer a ping."""
        super().keepalive_timeout()
        drop_later(self.loop, self._drop)

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """Close for good once the application is done with this socket."""
        super().on_task_complete(task)
        drop_later(self.loop, self._drop, CLOSE_HANDSHAKE_S)

    def shutdown(self) -> None:
        """Close: the server stops."""
        super().shutdown()
        drop_later(self.loop, self._drop)

    def _drop(self) -> None:
        """End the connection now; a write to it would be an error in uvloop."""
        self.disconnected = True
        self.transport.abort()

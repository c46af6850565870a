"""HTTP connections with limits: on heads, on time, on places and on readers that do not read."""

import asyncio
import socket
import struct
from typing import Any, Final, cast

from uvicorn._types import ASGI3Application
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from node.api.entrance import CREDENTIALS
from node.api.front import answers
from node.api.front.deadline import MAX_HELD_BYTES, PIECE_BYTES, Deadline, Meter
from node.api.front.ending import WRITE_STALL_S, WriteStall, drop_later
from node.api.front.state import FrontState
from node.contract.credentials import Credentials

_UCRED: Final = struct.Struct("3i")  # struct ucred of unix(7)


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's protocol for one connection, and what a stranger can push bounded."""

    def __init__(
        self,
        config: Config,
        server_state: FrontState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._door = server_state.door
        self._inside: str | None = None
        self._deadline = Deadline(self.loop, self._expire)
        self._meter = Meter()
        self._held = bytearray()
        """Read, and not parsed yet: a pipelined request waits for its turn as bytes."""
        self._stall: WriteStall | None = None
        self._answering: RequestResponseCycle | None = None
        """The request that is being answered; with pipelining not the newest, ``cycle``."""
        self._ended = False
        """Refused or handed over: nothing more is parsed here."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or drop it at once when the door is full or the peer has left."""
        super().connection_made(transport)
        self._stall = WriteStall(self.loop, transport, self._drop)
        if transport.get_extra_info("socket").family == socket.AF_UNIX:
            self.app_state = {**self.app_state, CREDENTIALS: _credentials(transport)}
        elif self.client is not None and self._door.enter(self.client[0]):
            self._inside = self.client[0]
        else:
            self.connections.discard(self)
            transport.abort()
            return
        self._deadline.arm()

    def connection_lost(self, exc: Exception | None) -> None:
        """Free the place of this connection."""
        self._deadline.disarm()
        if self._stall is not None:
            self._stall.end()
        if self._inside is not None:
            self._door.leave(self._inside)
            self._inside = None
        self._forget()
        super().connection_lost(exc)
        self._unset_keepalive_if_required()

    def data_received(self, data: bytes) -> None:
        """Feed the parser no more than the limits allow; the rest is read and dropped."""
        if self._ended:
            return
        if self.pipeline and len(self._held) + len(data) > MAX_HELD_BYTES:
            self._ended = True
            self._drop()
            return
        self._held += data
        self._feed()

    def _feed(self) -> None:
        """Parse what is held until a request has to wait for the answer to another one."""
        if self._held and not self.pipeline:
            self._deadline.arm()  # also for a trickle of CRLF, which starts no message
        while self._held and not (self._ended or self.pipeline or self.transport.is_closing()):
            room_bytes = self._meter.room_bytes()
            if room_bytes <= 0:
                in_body = self._meter.in_body
                self._refuse(answers.BODY_TOO_LARGE if in_body else answers.HEAD_TOO_LARGE)
                return
            piece = bytes(self._held[: min(room_bytes, PIECE_BYTES)])
            del self._held[: len(piece)]
            self._meter.take(len(piece))
            super().data_received(piece)
        if self._ended:
            self._held.clear()
        elif self.pipeline:
            self.flow.pause_reading()

    def on_message_begin(self) -> None:
        """Start the clock of a request."""
        super().on_message_begin()
        self._deadline.arm()

    def on_headers_complete(self) -> None:
        """Stop counting the head."""
        self._meter.end_head()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Stop the clock: the request is here."""
        self._meter.end_request()
        self._deadline.disarm()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on with what is held; let a last answer drain, but not for ever."""
        super().on_response_complete()
        if self.transport.is_closing():
            drop_later(self.loop, self._drop, WRITE_STALL_S)
        elif self.pipeline:
            self.flow.pause_reading()  # super resumed it, with requests still waiting
        else:
            self._feed()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection and its place over to the WebSocket protocol.

        Frames that came with the upgrade, before the answer to it, are dropped.
        """
        self._ended = True
        self._deadline.disarm()
        self._inside = None
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words are for nobody
        """Answer bytes that are not HTTP."""
        self._refuse(answers.NOT_HTTP)

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection."""
        super().timeout_keep_alive_handler()
        drop_later(self.loop, self._drop)

    def shutdown(self) -> None:
        """Close, after the answer that is under way."""
        super().shutdown()
        if self.transport.is_closing():
            drop_later(self.loop, self._drop)

    def pause_writing(self) -> None:
        """Watch the reader: the buffer is full."""
        super().pause_writing()
        if self._stall is not None:
            self._stall.begin()

    def resume_writing(self) -> None:
        """Stop watching: the reader reads."""
        super().resume_writing()
        if self._stall is not None:
            self._stall.end()

    def _expire(self) -> None:
        self._refuse(answers.TOO_SLOW)

    def _refuse(self, answer: bytes) -> None:
        """End the connection: with ``answer`` where one is due, and never in the middle of another.

        The far end may still be sending. Closing now would reset the connection and take the
        answer with it, so what still comes is read and dropped for a moment.
        """
        self._ended = True
        self._deadline.disarm()
        if not self._may_speak():
            self._drop()
            return
        cycle = self._latest()
        if cycle is None or not cycle.response_started or not self._meter.in_body:
            self.transport.write(answer)
        if cycle is not None:
            cycle.disconnected = True
            cycle.message_event.set()
        self.flow.resume_reading()
        self.transport.write_eof()
        drop_later(self.loop, self._drop)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def _drop(self) -> None:
        """End the connection now, and with it all that was still to be sent."""
        self._forget()
        self.transport.abort()

    def _forget(self) -> None:
        """Let the application's answer go nowhere; uvicorn itself only tells the newest request.

        A write to a dropped connection is an error in uvloop, and any phone could log it at will.
        """
        for cycle in (self._answering, self._latest()):
            if cycle is not None:
                cycle.disconnected = True

    def _may_speak(self) -> bool:
        cycle = self._latest()
        if cycle is None or cycle.response_complete:
            return True
        return self._meter.in_body and not (cycle.response_started or self.pipeline)

    def _latest(self) -> RequestResponseCycle | None:
        """Return the newest request and its answer; None before the first."""
        return cast("RequestResponseCycle | None", self.cycle)


def _credentials(transport: asyncio.Transport) -> Credentials | None:
    """Return the kernel's word on the far end of a Unix socket; None where it gives none."""
    option: int | None = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return None
    sock = transport.get_extra_info("socket")
    return Credentials(*_UCRED.unpack(sock.getsockopt(socket.SOL_SOCKET, option, _UCRED.size)))

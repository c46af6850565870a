"""uvicorn without its signal handlers and its ten wake-ups a second."""

import asyncio
import contextlib
import logging
from collections.abc import Generator
from typing import Any, Final, cast

from uvicorn import Config, Server

from node.api.front.door import Door
from node.api.front.http import HttpProtocol
from node.api.front.state import FrontState
from node.api.front.websocket import WebSocketProtocol

MAX_CLIENT_MESSAGE_BYTES: Final = 4_096
"""A WebSocket client has nothing to say here; stops memory being filled with its messages."""

KEEP_ALIVE_S: Final = 10
PING_S: Final = 20
GRACEFUL_S: Final = 3
"""What answers under way get at the end; with closing it stays below systemd's and our 5 s."""
BACKLOG: Final = 256

STRANGERS_WORDS: Final = (
    "Invalid HTTP request received.",
    "Unsupported upgrade request.",
    "ASGI callable returned without completing handshake.",
)
"""What any phone can make uvicorn log at will; the last one even for a proper refusal."""


class QuietServer(Server):
    """A server that is told when to stop."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.server_state = FrontState(Door())
        self.listening = asyncio.Event()
        """Set once connections are accepted."""
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """Begin to end; ``serve`` returns when connections are closed."""
        self.should_exit = True
        self._stopped.set()
        self.listening.set()  # whoever waits for the start must not wait for ever

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave the signals alone: two servers would fight for them."""
        yield

    async def main_loop(self) -> None:
        """Wait for ``stop``."""
        await self.on_tick(0)
        self.listening.set()
        await self._stopped.wait()


def quiet_server(app: object) -> QuietServer:
    """Return a server of the ASGI application ``app``, with every limit set."""
    silence = logging.getLogger("uvicorn.error")
    if _is_worth_logging not in silence.filters:
        silence.addFilter(_is_worth_logging)
    return QuietServer(
        Config(
            cast("Any", app),
            http=HttpProtocol,
            ws=WebSocketProtocol,
            interface="asgi3",
            lifespan="off",
            proxy_headers=False,
            server_header=False,
            date_header=False,
            access_log=False,
            log_config=None,
            log_level="warning",
            ws_max_size=MAX_CLIENT_MESSAGE_BYTES,
            ws_per_message_deflate=False,
            ws_ping_interval=PING_S,
            ws_ping_timeout=PING_S,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=GRACEFUL_S,
            backlog=BACKLOG,
        )
    )


def _is_worth_logging(record: logging.LogRecord) -> bool:
    return record.msg not in STRANGERS_WORDS

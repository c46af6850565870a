"""One running node, asked by its Unix socket."""

import os
import socket
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import httpx
import msgspec

from node.cli.exits import CommandError, ExitCode
from node.store.opening import MAX_SOCKET_PATH_BYTES, SOCKET_FILE

ANSWER_WITHIN_S: Final = 30.0
"""A loaded Pi answers within a few; beyond this it hangs."""

BACKUP_WITHIN_S: Final = 1800.0
"""The node copies its whole store before the first byte of a backup leaves it."""

_FIRST_ERROR: Final = 400

T = TypeVar("T")


class _Problem(msgspec.Struct):
    """What the command line prints of a problem (RFC 9457)."""

    detail: str


def socket_path(data_dir: Path) -> Path:
    """Return where the node of ``data_dir`` listens.

    Raises:
        CommandError: ``UNUSABLE``: no Unix socket can have so long a path.
    """
    path = data_dir.absolute() / SOCKET_FILE
    surplus_bytes = len(os.fsencode(path)) - MAX_SOCKET_PATH_BYTES
    if surplus_bytes > 0:
        why = f"{data_dir} is {surplus_bytes} bytes too long for a Unix socket."
        raise CommandError(ExitCode.UNUSABLE, f"{why} Choose a shorter --data-dir.")
    return path


def decoded(body: bytes | str, shape: type[T]) -> T:
    """Return the JSON in ``body`` as ``shape``; fields it does not know are left out.

    Raises:
        CommandError: ``REFUSED``: whatever answered speaks another language.
    """
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        why = f"The answer is not what this release understands ({error})."
        raise CommandError(ExitCode.REFUSED, f"{why} Use the release the node runs.") from error


def refusal(status: int, body: bytes) -> CommandError:
    """Return the end of the command that an error answer means."""
    try:
        detail = msgspec.json.decode(body, type=_Problem).detail
    except (msgspec.DecodeError, UnicodeDecodeError):
        detail = f"The node answered {status}."
    return CommandError(ExitCode.REFUSED, detail)


def knock(data_dir: Path) -> str:
    """Return the path of the Unix socket at which the node of ``data_dir`` listens.

    Connects once by hand: httpx and websockets leave their socket open when that fails, and do
    not say whether the socket is missing or another user's.

    Raises:
        CommandError: ``NOT_RUNNING``, ``REFUSED`` to this user, or ``UNUSABLE`` as
            ``socket_path``.
    """
    path = str(socket_path(data_dir))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(ANSWER_WITHIN_S)
        try:
            probe.connect(path)
        except PermissionError as error:
            why = f"You may not speak with the node at {data_dir}."
            fix = "Be root, or the user it runs as."
            raise CommandError(ExitCode.REFUSED, f"{why} {fix}") from error
        except OSError as error:
            why = f"No node is running at {data_dir}."
            fix = f"Start it (disasternet serve --data-dir {data_dir}), or name its --data-dir."
            raise CommandError(ExitCode.NOT_RUNNING, f"{why} {fix}") from error
    return path


@contextmanager
def silence(data_dir: Path) -> Generator[None]:
    """Turn a node that does not answer, or goes away, into the end of the command.

    Raises:
        CommandError: ``NOT_RUNNING``.
    """
    try:
        yield
    except (httpx.TimeoutException, TimeoutError) as error:
        why = f"The node at {data_dir} does not answer. See its log, and start it again."
        raise CommandError(ExitCode.NOT_RUNNING, why) from error
    except (httpx.TransportError, ConnectionError, FileNotFoundError) as error:
        why = f"The node at {data_dir} went away before it had answered. See its log."
        raise CommandError(ExitCode.NOT_RUNNING, why) from error


class Client:
    """A connection to the node of one data directory; use it in a ``with`` block."""

    def __init__(self, data_dir: Path) -> None:
        """Knock at the node.

        Raises:
            CommandError: as ``knock``.
        """
        self.data_dir = data_dir
        self._http = httpx.Client(
            transport=httpx.HTTPTransport(uds=knock(data_dir)),
            base_url="http://localhost",
            timeout=ANSWER_WITHIN_S,
            trust_env=False,  # no proxy, and no password of a .netrc
        )

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connection."""
        self._http.close()

    def get(self, path: str, token: str | None = None) -> bytes:
        """Return the body that answers GET.

        Raises:
            CommandError: ``NOT_RUNNING`` or ``REFUSED``.
        """
        return self._ask("GET", path, None, token)

    def post(
        self, path: str, body: dict[str, Any] | None = None, token: str | None = None
    ) -> bytes:
        """Return the body that answers POST.

        Raises:
            CommandError: ``NOT_RUNNING`` or ``REFUSED``.
        """
        return self._ask("POST", path, body, token)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None, token: str | None) -> bytes:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        with silence(self.data_dir):
            answer = self._http.request(method, path, json=body, headers=headers)
        if answer.status_code >= _FIRST_ERROR:
            raise refusal(answer.status_code, answer.content)
        return answer.content

    def stream(self, path: str) -> Iterator[bytes]:
        """Yield the body that answers GET, piece by piece, to its very end.

        Raises:
            CommandError: ``NOT_RUNNING`` (also when it ends too soon) or ``REFUSED``.
        """
        with (
            silence(self.data_dir),
            self._http.stream("GET", path, timeout=BACKUP_WITHIN_S) as answer,
        ):
            if answer.status_code >= _FIRST_ERROR:
                raise refusal(answer.status_code, answer.read())
            yield from answer.iter_bytes()

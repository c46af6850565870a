"""Who types here: an identity on the node, and its token in the user's state directory."""

import getpass
import os
import re
from pathlib import Path
from typing import Final

from node.cli.client import Client, decoded
from node.cli.exits import CommandError, ExitCode
from node.contract.people import Introduction, Me

_TOKEN: Final = re.compile(r"[0-9a-f]{64}")
_NODE_DIGITS: Final = 8
"""Of the node's id, as in the page's cookie: one machine may speak with several nodes."""


def state_dir() -> Path:
    """Return where this user's programs keep their state (XDG base directories)."""
    home = os.environ.get("XDG_STATE_HOME", "")
    base = Path(home) if Path(home).is_absolute() else Path.home() / ".local" / "state"
    return base / "disasternet"


def saved_token(client: Client) -> str | None:
    """Return the token kept for the node of ``client`` if it still counts there; else None."""
    me = decoded(client.get("/auth/me"), Me)
    try:
        token = _file(me.node.id).read_text("ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    if _TOKEN.fullmatch(token) is None:
        return None
    return token if _is_known(client, token) else None


def speaking_as(client: Client, name: str | None) -> str:
    """Return the token of whoever types here, introduced to the node at the first time.

    Args:
        client: the node.
        name: to be shown to people; None keeps the present one, at first the login name.

    Raises:
        CommandError: ``REFUSED`` name, or there is no login name (``USAGE``).
    """
    token = saved_token(client)
    if token is not None and name is None:
        return token
    body = {"name": name or _login_name()}
    introduction = decoded(client.post("/auth/init", body, token), Introduction)
    if introduction.token != token:
        _keep(_file(introduction.node.id), introduction.token)
    return introduction.token


def _is_known(client: Client, token: str) -> bool:
    """Ask the node; a store that was replaced does not know the tokens of the one before."""
    try:
        return decoded(client.get("/auth/me", token), Me).user is not None
    except CommandError as error:
        if error.code is ExitCode.REFUSED:
            return False
        raise


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        raise CommandError(
            ExitCode.USAGE, "This user has no login name. Give one with --as NAME."
        ) from None


def _file(node_id: str) -> Path:
    return state_dir() / node_id[:_NODE_DIGITS]


def _keep(path: Path, token: str) -> None:
    """Write the token so that nobody else can read it, and a cut leaves the old or the new."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{token}\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)

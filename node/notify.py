"""Tells systemd how the process is (sd_notify(3)); without systemd, nobody."""

import os
import socket
from collections.abc import Mapping
from typing import Final

_MICROSECONDS: Final = 1_000_000


def notify(state: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Send ``state`` to the service manager; return whether there is one that listens.

    Never fails: a manager that does not hear is the manager's trouble.

    Args:
        state: lines of NAME=value, such as ``READY=1``.
        environ: has NOTIFY_SOCKET where there is a manager.
    """
    address = environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    if address.startswith("@"):  # an abstract socket
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as manager:
            manager.connect(address)
            manager.sendall(state.encode())
    except OSError:
        return False
    return True


def watchdog_s(environ: Mapping[str, str] = os.environ) -> float | None:
    """Return within how many seconds the manager wants to hear ``WATCHDOG=1``; None for never."""
    meant_for = environ.get("WATCHDOG_PID", str(os.getpid()))
    if meant_for != str(os.getpid()):
        return None
    try:
        period_s = int(environ.get("WATCHDOG_USEC", "0")) / _MICROSECONDS
    except ValueError:
        return None
    return period_s if period_s > 0 else None

"""Lets each program read its file before it is used, so that what it refuses replaces nothing."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from appliance.hotspot import access_point
from appliance.hotspot.setup import Setup

CHECK_S: Final = 10.0
"""Longest a checker may take on a busy Pi."""
AP_READS_S: Final = 1.0
"""hostapd has no check of its own: without a radio it goes on once the file was read."""


class RefusedFileError(Exception):
    """A program does not take its file; the text is what it said."""


def check_firewall(file: Path) -> None:
    """Return if nftables takes ``file``.

    Raises:
        RefusedFileError: it does not, or could not be asked.
    """
    _ask(("nft", "--check", "--file", str(file)))


def check_names(file: Path) -> None:
    """Return if dnsmasq takes ``file``.

    Raises:
        RefusedFileError: it does not, or could not be asked.
    """
    _ask(("dnsmasq", "--test", f"--conf-file={file}"))


def check_access_point(setup: Setup, scratch: Path) -> None:
    """Return if hostapd takes the file of ``setup``, read for no radio from ``scratch``.

    Raises:
        RefusedFileError: it does not, or could not be asked.
    """
    scratch.write_text(access_point.render(setup, driver="none"))
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program
            ("hostapd", str(scratch)),  # noqa: S607 - of the system
            check=False,
            capture_output=True,
            text=True,
            timeout=AP_READS_S,
        )
    except subprocess.TimeoutExpired:
        return  # it was read, and hostapd went to work
    except OSError as error:
        raise RefusedFileError(f"hostapd: {error.strerror}") from error
    raise RefusedFileError(done.stdout.strip() or done.stderr.strip())


def _ask(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed programs
            command, check=False, capture_output=True, text=True, timeout=CHECK_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RefusedFileError(f"{command[0]}: {error}") from error
    if done.returncode:
        raise RefusedFileError(done.stderr.strip() or done.stdout.strip())

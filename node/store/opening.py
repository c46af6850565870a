"""Looks before it opens: the data directory, its lock, and the file in it."""

import fcntl
import os
import sqlite3
import threading
from pathlib import Path
from typing import Final

from node.store.connection import open_reader
from node.store.schema import ForeignFileError, TooNewError, examine

DATA_FILE: Final = "node.db"
SOCKET_FILE: Final = "node.sock"
LOCK_FILE: Final = "lock"

MAX_SOCKET_PATH_BYTES: Final = 107
"""``sun_path`` holds 108 bytes with the closing zero (unix(7))."""

CHECK_LIMIT_S: Final = 5.0
"""How long the file is checked at start; a big one is checked no further, people are waiting."""


JOURNAL_HEADER_BYTES: Final = 28
JOURNAL_PAGES_BEFORE: Final = slice(16, 20)
"""Where a rollback journal says how many pages the database had before (SQLite file format 3)."""


class OpeningError(Exception):
    """The data directory cannot be used; nothing in it was changed.

    Its text is one line that says what is wrong and what to do.
    """


class UnusableError(OpeningError):
    """It cannot be made or written."""


class InUseError(OpeningError):
    """Another process has it."""


class SocketPathError(OpeningError):
    """Its path is too long for a Unix socket."""


class DamagedError(OpeningError):
    """The data file is not one, or is damaged."""


class NewerError(OpeningError):
    """The data file needs a newer release."""


class DataDirectory:
    """A data directory this process has for itself until ``release``."""

    def __init__(self, path: Path) -> None:
        """Make the directory if needed and lock it.

        Raises:
            SocketPathError: its path is too long.
            UnusableError: it cannot be made or written.
            InUseError: a node, or an offline command, is using it.
        """
        self.path = path.absolute()
        self._check_socket_path()
        try:
            make_folder(self.path)
            self._lock = os.open(
                self.path / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
            )
        except OSError as error:
            why = f"{self.path} cannot be used ({error.strerror}). Choose another --data-dir."
            raise UnusableError(why) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            why = f"{self.path} is in use by another node. Stop it, or choose another --data-dir."
            raise InUseError(why) from None

    @property
    def data_file(self) -> Path:
        """Return where the store is."""
        return self.path / DATA_FILE

    @property
    def socket_file(self) -> Path:
        """Return where the node listens for this machine's own programs."""
        return self.path / SOCKET_FILE

    def release(self) -> None:
        """Let others use the directory."""
        os.close(self._lock)

    def _check_socket_path(self) -> None:
        length = len(os.fsencode(self.path / SOCKET_FILE))
        if length > MAX_SOCKET_PATH_BYTES:
            raise SocketPathError(
                f"{self.path} is {length - MAX_SOCKET_PATH_BYTES} bytes too long for a Unix"
                " socket. Choose a --data-dir with a shorter path."
            )


def examine_file(path: Path, limit_s: float = CHECK_LIMIT_S) -> None:
    """Return when the data file is absent, empty or sound; changes nothing.

    Reads the whole file in order to find damage, but no longer than ``limit_s``.

    Raises:
        DamagedError: it is no data file of ours, or damaged.
        NewerError: it needs a newer release.
    """
    if not path.exists() or path.stat().st_size == 0:
        return
    # Even a reader makes a WAL and its index where there are none; a file that is in order has
    # none, and nobody else writes it now.
    alone = not path.with_name(f"{path.name}-wal").exists()
    try:
        db = open_reader(path, check_same_thread=False, immutable=alone)
    except sqlite3.Error as error:
        if _was_being_made(path, error):
            return
        raise damaged(path, str(error)) from error
    stop = threading.Timer(limit_s, db.interrupt)
    try:
        examine(db)
        stop.start()
        found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    except TooNewError:
        why = f"{path} was written by a newer DisasterNet. Install that release; nothing is lost."
        raise NewerError(why) from None
    except ForeignFileError:
        raise damaged(path, "it belongs to another program") from None
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return
        raise damaged(path, str(error)) from error
    finally:
        stop.cancel()
        db.close()
    if found != "ok":
        raise damaged(path, found.splitlines()[-1])


def _was_being_made(path: Path, error: sqlite3.Error) -> bool:
    """Return whether the power was cut in the first moment of the file's life.

    An empty file becomes a WAL database through a rollback journal, which only a writer can roll
    back: to the empty file it was.
    """
    if error.sqlite_errorcode != sqlite3.SQLITE_READONLY_ROLLBACK:
        return False
    with path.with_name(f"{path.name}-journal").open("rb") as journal:
        return not any(journal.read(JOURNAL_HEADER_BYTES)[JOURNAL_PAGES_BEFORE])


def make_folder(folder: Path) -> None:
    """Make ``folder`` and those above it, for this user only; their names are on the disk then."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for made in missing:
        sync_folder(made.parent)


def sync_folder(folder: Path) -> None:
    """Put the names in ``folder`` on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def damaged(path: Path, why: str) -> DamagedError:
    """Return the error that says what to do about a damaged data file."""
    return DamagedError(
        f"{path} is damaged ({why}). Keep it, and restore a backup:"
        " disasternet restore FILE --data-dir NEW_DIRECTORY."
    )

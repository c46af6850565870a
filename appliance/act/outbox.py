"""The folder in which the appliance leaves requests; everything in it is suspect until checked."""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from appliance.act.verbs import MAX_REQUEST_BYTES, WrongRequestError

MAX_REQUESTS: Final = 16
"""Requests looked at in one go; the rest waits. Stops a broken appliance from holding up root."""

_NAME: Final = re.compile(r"[0-9a-z-]{1,64}\.json")


class Outbox:
    """One folder, read by root and written by one user."""

    def __init__(self, folder: Path, owner_uid: int) -> None:
        """Look at ``folder``.

        Args:
            folder: of the appliance's own, mode 0700.
            owner_uid: the only user whose files count.
        """
        self._folder = folder
        self._owner_uid = owner_uid

    def requests(self) -> Iterator[tuple[str, bytes | WrongRequestError]]:
        """Yield the name and the bytes of each request, or why it is refused; oldest name first.

        Each is gone from the folder before it is yielded: nothing is done twice.
        """
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208 - of this very folder, not its name
            for name in names[:MAX_REQUESTS]:
                try:
                    content: bytes | WrongRequestError = self._take(folder, name)
                except WrongRequestError as refusal:
                    content = refusal
                yield name, content
        finally:
            os.close(folder)

    def _take(self, folder: int, name: str) -> bytes:
        try:
            if _NAME.fullmatch(name) is None:
                raise WrongRequestError("The name of the request is odd.")
            # Never through a link, and never waiting for the other end of a pipe.
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            file = os.open(name, flags, dir_fd=folder)
        except OSError as error:
            raise WrongRequestError(f"The request cannot be opened: {error.strerror}.") from None
        finally:
            _remove(folder, name)
        try:
            self._check(os.fstat(file))
            return os.read(file, MAX_REQUEST_BYTES + 1)
        finally:
            os.close(file)

    def _check(self, found: os.stat_result) -> None:
        if not stat.S_ISREG(found.st_mode):
            raise WrongRequestError("The request is no plain file.")
        if found.st_uid != self._owner_uid:
            raise WrongRequestError("The request is by another user.")
        if found.st_nlink > 1:
            raise WrongRequestError("The request has a second name.")


def _remove(folder: int, name: str) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except IsADirectoryError:
        with suppress(OSError):  # one with something in it stays, and is refused each time
            os.rmdir(name, dir_fd=folder)
    except OSError as error:
        raise WrongRequestError(f"The request cannot be removed: {error.strerror}.") from None

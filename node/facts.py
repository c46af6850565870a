"""Facts that another program of this machine writes into files: read strictly, and seldom."""

import logging
import os
import stat
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec

MAX_FACTS_BYTES: Final = 65_536
"""The largest has a few hundred mesh nodes. Stops a writer gone wrong from filling memory."""

T = TypeVar("T")

_Mark = tuple[int, int, int]

_log = logging.getLogger(__name__)


class FactsFile(Generic[T]):
    """One JSON file that is replaced by rename; read again only when it is another one."""

    def __init__(self, path: Path, shape: type[T]) -> None:
        """Read nothing yet.

        Args:
            path: the file; it may come and go.
            shape: what the file must hold; fields it does not name are left out.
        """
        self._path = path
        self._shape = shape
        self._mark: _Mark | None = None
        self._facts: T | None = None

    def read(self) -> T | None:
        """Return the facts as they are now; None without a file, or when it cannot be used.

        Costs one stat(2) while the file stays the same. What is wrong with it is logged once.
        """
        try:
            mark = _mark_of(os.stat(self._path))  # noqa: PTH116 - beside fstat of the open file
        except OSError:
            self._mark = self._facts = None
            return None
        if mark != self._mark:
            self._load()
        return self._facts

    def _load(self) -> None:
        try:
            # A FIFO in the file's place must not hold up whoever asks.
            descriptor = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            self._mark = self._facts = None
            return
        try:
            state = os.fstat(descriptor)
            self._mark, self._facts = _mark_of(state), None
            self._facts = msgspec.json.decode(_content(descriptor, state), type=self._shape)
        except (OSError, ValueError, RecursionError) as error:
            _log.warning("%s is left out: %s", self._path, error)
        finally:
            os.close(descriptor)


def _content(descriptor: int, state: os.stat_result) -> bytes:
    if not stat.S_ISREG(state.st_mode):
        raise ValueError("it is no file")
    content = os.read(descriptor, MAX_FACTS_BYTES + 1)
    if len(content) > MAX_FACTS_BYTES:
        raise ValueError(f"it has more than {MAX_FACTS_BYTES} bytes")
    return content


def _mark_of(state: os.stat_result) -> _Mark:
    return state.st_ino, state.st_mtime_ns, state.st_size

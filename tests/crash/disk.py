"""A disk whose power can be cut: knows what is on the medium and what is only in the cache.

It grants what POSIX grants and no more. fsync of a file keeps its bytes, not its name; only
fsync of the directory keeps names. Whatever was not synced survives in any mixture, each 512-byte
sector for itself. Every file system the box may meet (ext4, f2fs, btrfs, xfs) grants more.

Writes through a shared mapping never reach this model, as no system call tells of them. SQLite
makes them to ``-shm`` only (the recording checks that), so ``-shm`` survives as anything at all.
"""

import random
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from tests.crash.operations import (
    Acknowledge,
    MakeDirectory,
    Operation,
    Rename,
    Sync,
    Truncate,
    Write,
)

SECTOR_BYTES: Final = 512
"""What a medium writes whole or not at all."""

MAPPED_SUFFIX: Final = "-shm"
"""Files changed through shared memory."""

ROOT: Final = 0
"""The directory everything is in; it is on the medium from the start."""


class Survival(Enum):
    """What becomes of everything that was not synced."""

    NOTHING = auto()
    EVERYTHING = auto()
    NAMES = auto()
    """Names without bytes, as with delayed allocation."""
    BYTES = auto()
    """Bytes in full, no name."""
    FIRST = auto()
    """All up to some moment, in order; the last write torn."""
    MIXED = auto()
    """Each sector, size and name by lot."""


@dataclass(slots=True)
class _File:
    durable: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, Write | Truncate]] = field(
        default_factory=list[tuple[int, Write | Truncate]]
    )


@dataclass(slots=True)
class _Directory:
    durable: dict[str, int] = field(default_factory=dict[str, int])
    pending: list[tuple[int, Rename]] = field(default_factory=list[tuple[int, Rename]])


class Disk:
    """Takes operations in order; may be cut between any two of them."""

    def __init__(self) -> None:
        self._files: dict[int, _File] = {}
        self._directories: dict[int, _Directory] = {ROOT: _Directory()}
        self._count = 0

    def apply(self, operation: Operation) -> None:
        """Carry out the next operation."""
        match operation:
            case Write() | Truncate():
                self._file(operation.file).pending.append((self._count, operation))
            case MakeDirectory():
                self._directories[operation.directory] = _Directory()
            case Rename():
                self._directory(operation.directory).pending.append((self._count, operation))
            case Sync():
                self._sync(operation)
            case Acknowledge():
                pass
        self._count += 1

    def cut(self, survival: Survival, rnd: random.Random) -> dict[str, bytes | None]:
        """Return what is on the medium after a power cut, by path; None is a directory.

        The disk itself stays as it is, so that it can be cut again, otherwise.
        """
        lot = _Lot(survival, rnd, rnd.randrange(self._count + 1))
        return self._tree(ROOT, "", lot)

    def _tree(self, directory: int, prefix: str, lot: "_Lot") -> dict[str, bytes | None]:
        found: dict[str, bytes | None] = {}
        for name, number in self._names(self._directory(directory), lot).items():
            if number in self._directories:
                found[prefix + name] = None
                found |= self._tree(number, f"{prefix}{name}/", lot)
            elif not name.endswith(MAPPED_SUFFIX):
                found[prefix + name] = self._content(self._file(number), lot)
            elif (junk := lot.mapped()) is not None:
                found[prefix + name] = junk
        return found

    def _names(self, directory: _Directory, lot: "_Lot") -> dict[str, int]:
        names = dict(directory.durable)
        for number, change in directory.pending:
            if lot.keeps_name(number):
                _rename(names, change)
        return names

    def _content(self, file: _File, lot: "_Lot") -> bytes:
        content = bytearray(file.durable)
        for number, change in file.pending:
            if isinstance(change, Truncate):
                if lot.keeps_bytes(number):
                    _truncate(content, change.size_bytes)
                continue
            for start in range(0, len(change.data), SECTOR_BYTES):
                if lot.keeps_bytes(number):
                    sector = change.data[start : start + SECTOR_BYTES]
                    _write(content, change.offset + start, sector)
        return bytes(content)

    def _sync(self, sync: Sync) -> None:
        directory = self._directories.get(sync.file)
        if directory is not None:
            for number, renaming in directory.pending:
                if number < sync.began:
                    _rename(directory.durable, renaming)
            directory.pending = [entry for entry in directory.pending if entry[0] >= sync.began]
            return
        file = self._file(sync.file)
        for number, change in file.pending:
            if number >= sync.began:
                continue
            if isinstance(change, Truncate):
                _truncate(file.durable, change.size_bytes)
            else:
                _write(file.durable, change.offset, change.data)
        file.pending = [entry for entry in file.pending if entry[0] >= sync.began]

    def _file(self, number: int) -> _File:
        return self._files.setdefault(number, _File())

    def _directory(self, number: int) -> _Directory:
        return self._directories[number]


class _Lot:
    """Decides for one power cut what survives."""

    def __init__(self, survival: Survival, rnd: random.Random, moment: int) -> None:
        self._survival = survival
        self._rnd = rnd
        self._moment = moment

    def keeps_name(self, number: int) -> bool:
        """Return whether the change of a name that was operation ``number`` survives."""
        return self._keeps(number, always=(Survival.EVERYTHING, Survival.NAMES))

    def keeps_bytes(self, number: int) -> bool:
        """Return whether one sector, or the size, set by operation ``number`` survives."""
        return self._keeps(number, always=(Survival.EVERYTHING, Survival.BYTES))

    def mapped(self) -> bytes | None:
        """Return what a file written through shared memory holds; None when it is gone."""
        pages = self._rnd.randrange(1, 9) * 4096
        return self._rnd.choice((None, b"", bytes(pages), self._rnd.randbytes(pages)))

    def _keeps(self, number: int, *, always: tuple[Survival, ...]) -> bool:
        by_lot = self._survival is Survival.MIXED
        if self._survival is Survival.FIRST:
            by_lot = number == self._moment
            if number < self._moment:
                return True
        return self._rnd.getrandbits(1) == 1 if by_lot else self._survival in always


def _rename(names: dict[str, int], change: Rename) -> None:
    if change.removed is not None:
        names.pop(change.removed, None)
    if change.put is not None:
        names[change.put] = change.file


def _write(content: bytearray, offset: int, data: bytes) -> None:
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(data)] = data


def _truncate(content: bytearray, size_bytes: int) -> None:
    del content[size_bytes:]
    content.extend(bytes(size_bytes - len(content)))

"""What a process did to its files, as a power cut sees it."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes went into the page cache of a file."""

    file: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    """A file was set to a size."""

    file: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Rename:
    """A directory's entries changed, all or none: by create, mkdir, unlink or rename."""

    directory: int
    removed: str | None
    put: str | None
    file: int
    """What ``put`` names from now on; of no meaning when it is None."""


@dataclass(frozen=True, slots=True)
class MakeDirectory:
    """A number stands for an empty directory, which ``Rename`` names next."""

    directory: int


@dataclass(frozen=True, slots=True)
class Sync:
    """What had reached a file or directory before operation number ``began`` is on the medium."""

    file: int
    began: int


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Somebody outside was told; from here on it may not be lost."""

    line: str


Operation: TypeAlias = Write | Truncate | Rename | MakeDirectory | Sync | Acknowledge

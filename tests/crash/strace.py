"""Reads a log of strace: which calls a process made, in which order, and what they returned."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TRACED: Final = (
    "open,openat,creat,close,dup,dup2,dup3,write,writev,pwrite64,pwritev,pwritev2,fsync,fdatasync,"
    "sync_file_range,ftruncate,truncate,fallocate,unlink,unlinkat,rename,renameat,renameat2,link,"
    "linkat,symlink,symlinkat,mkdir,mkdirat,rmdir,mmap,msync,copy_file_range,sendfile"
)
"""Every call that can change a file, or say that a change is safe."""

COMMAND: Final = ("strace", "-f", "--seccomp-bpf", "-qq", "-xx", "-s", "1048576", "-e", TRACED)
"""All strings in hexadecimal and none cut short; add ``-o LOG`` and the program."""

_ENTERED: Final = re.compile(r"(\d+) +(\w+)\((.*)")
_RESUMED: Final = re.compile(r"(\d+) +<\.\.\. \w+ resumed>.*\) += (\S+)")
_FINISHED: Final = re.compile(r"(.*)\) += (\S+)")
_UNFINISHED: Final = " <unfinished ...>"
_STRING: Final = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True, slots=True)
class Call:
    """One system call as it was entered."""

    name: str
    head: tuple[str, ...]
    """Arguments before the first string."""
    strings: tuple[bytes, ...]
    tail: tuple[str, ...]
    """Arguments after the last string."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A thread began a call."""

    thread: str
    call: Call


@dataclass(frozen=True, slots=True)
class Returned:
    """The call a thread was in succeeded."""

    thread: str
    call: Call
    result: str


def read(log: Path) -> Iterator[Entered | Returned]:
    """Yield what the threads of a process did, in the order in which it happened."""
    inside: dict[str, Call] = {}
    with log.open() as lines:
        for line in lines:
            if resumed := _RESUMED.match(line):
                thread, result = resumed[1], resumed[2]
            elif entered := _ENTERED.match(line):
                thread, finished = entered[1], _FINISHED.match(entered[3])
                arguments = finished[1] if finished else entered[3].removesuffix(_UNFINISHED)
                inside[thread] = _call(entered[2], arguments)
                yield Entered(thread, inside[thread])
                if finished is None:
                    continue
                result = finished[2]
            else:
                continue  # a signal, or the end of a thread
            call = inside.pop(thread)
            if not result.startswith(("-", "?")):
                yield Returned(thread, call, result)


def _call(name: str, arguments: str) -> Call:
    strings = tuple(bytes.fromhex(s.replace("\\x", "")) for s in _STRING.findall(arguments))
    head, tail = arguments, ""
    if strings:
        head, tail = arguments[: arguments.index('"')], arguments[arguments.rindex('"') + 1 :]
    return Call(name, _split(head), strings, _split(tail))


def _split(arguments: str) -> tuple[str, ...]:
    return tuple(part for part in (piece.strip() for piece in arguments.split(",")) if part)

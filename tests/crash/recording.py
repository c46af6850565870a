"""Records what the processes of one node did to the files below one folder."""

from pathlib import Path
from typing import Final

from tests.crash.disk import MAPPED_SUFFIX, ROOT
from tests.crash.operations import (
    Acknowledge,
    MakeDirectory,
    Operation,
    Rename,
    Sync,
    Truncate,
    Write,
)
from tests.crash.strace import Call, Entered, read

_TOLD: Final = -1
"""Stands for the file that acknowledgements are written to; it is on no disk that is cut."""


class UnknownCallError(Exception):
    """The process did something to its files that the model does not know. Teach it."""


class Recording:
    """Operations in the order in which they happened, of one process after the other."""

    def __init__(self, folder: Path, told: Path) -> None:
        """Watch ``folder``, which is empty; a line written to ``told`` is an acknowledgement."""
        self.operations: list[Operation] = []
        self.starts: list[int] = []
        """How many operations there were when each process began."""
        self._folder = folder
        self._numbers = {str(folder): ROOT, str(told): _TOLD}
        self._drawn = ROOT
        self._open: dict[str, int] = {}
        self._position: dict[str, int] = {}
        self._began: dict[str, int] = {}

    def add(self, log: Path) -> None:
        """Append what one process did, as strace logged it.

        Raises:
            UnknownCallError: the model of the disk would be wrong about it.
        """
        self.starts.append(len(self.operations))
        self._open.clear()
        for moment in read(log):
            call = moment.call
            if isinstance(moment, Entered):
                self._began[moment.thread] = len(self.operations)
                # Told when the call is entered: the other side may know before it returns.
                if call.name == "write" and self._file(call) == _TOLD:
                    self.operations.append(Acknowledge(call.strings[0].decode()))
            else:
                self._returned(call, moment.result, self._began[moment.thread])

    def path_of(self, file: int) -> str:
        """Return where a file is now, relative to the folder; empty when it has no name."""
        paths = (path for path, number in self._numbers.items() if number == file)
        return next((str(Path(path).relative_to(self._folder)) for path in paths), "")

    def _returned(self, call: Call, result: str, began: int) -> None:  # noqa: C901, PLR0912 - a table
        match call.name:
            case "openat":
                self._opened(call, result)
            case "close":
                self._open.pop(call.head[0], None)
            case "write" | "pwrite64":
                self._wrote(call, int(result))
            case "fsync" | "fdatasync":
                if (file := self._file(call)) is not None:
                    self.operations.append(Sync(file, began))
            case "ftruncate":
                if (file := self._file(call)) is not None:
                    self.operations.append(Truncate(file, int(call.head[1])))
            case "unlink":
                self._unlinked(call.strings[0].decode())
            case "rename":
                self._renamed(call.strings[0].decode(), call.strings[1].decode())
            case "mkdir":
                if self._is_below(path := call.strings[0].decode()):
                    self.operations.append(MakeDirectory(self._drawn + 1))
                    self._name(path)
            case "mmap":
                self._mapped(call)
            case _:
                self._refuse_if_ours(call)

    def _opened(self, call: Call, result: str) -> None:
        path, flags = call.strings[0].decode(), call.tail[0]
        self._open.pop(result, None)
        if self._is_below(path) and path not in self._numbers:
            self._name(path)
        elif path in self._numbers and "O_TRUNC" in flags:
            self.operations.append(Truncate(self._numbers[path], 0))
        if path in self._numbers:
            self._open[result] = self._numbers[path]
            self._position[result] = 0

    def _wrote(self, call: Call, size_bytes: int) -> None:
        file = self._file(call)
        if file is None or file == _TOLD:
            return
        descriptor, data = call.head[0], call.strings[0][:size_bytes]
        if call.name == "pwrite64":
            self.operations.append(Write(file, int(call.tail[1]), data))
        else:
            self.operations.append(Write(file, self._position[descriptor], data))
            self._position[descriptor] += size_bytes

    def _unlinked(self, path: str) -> None:
        if self._is_below(path):
            file = self._numbers.pop(path)
            self.operations.append(Rename(self._parent(path), Path(path).name, None, file))

    def _renamed(self, old: str, new: str) -> None:
        if not self._is_below(old) and not self._is_below(new):
            return
        if Path(old).parent != Path(new).parent:
            raise UnknownCallError(f"{old} was renamed into another directory: {new}")
        file = self._numbers[new] = self._numbers.pop(old)
        change = Rename(self._parent(new), Path(old).name, Path(new).name, file)
        self.operations.append(change)

    def _mapped(self, call: Call) -> None:
        unseen = "MAP_SHARED" in call.head[3] and "PROT_WRITE" in call.head[2]
        file = self._open.get(call.head[4])
        if unseen and file is not None and not self.path_of(file).endswith(MAPPED_SUFFIX):
            raise UnknownCallError(f"{self.path_of(file)} is written through memory, unseen")

    def _refuse_if_ours(self, call: Call) -> None:
        ours = any(argument in self._open for argument in call.head + call.tail)
        if ours or any(self._is_below(string.decode(errors="replace")) for string in call.strings):
            raise UnknownCallError(f"{call.name} {call.head} {call.tail}")

    def _name(self, path: str) -> int:
        self._drawn += 1
        self._numbers[path] = self._drawn
        self.operations.append(Rename(self._parent(path), None, Path(path).name, self._drawn))
        return self._drawn

    def _file(self, call: Call) -> int | None:
        return self._open.get(call.head[0])

    def _parent(self, path: str) -> int:
        return self._numbers[str(Path(path).parent)]

    def _is_below(self, path: str) -> bool:
        return path.startswith(f"{self._folder}/")

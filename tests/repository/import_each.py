"""Program: imports each module of the named packages alone and prints those that cannot be.

A module is imported in a process that has loaded everything of other projects and nothing of
ours, so an import cycle shows from whichever module it is entered. Forking keeps that cheap.
"""

import importlib
import importlib.util
import os
import pkgutil
import sys
import traceback
from collections.abc import Callable, Iterator


def modules(package: str) -> Iterator[str]:
    """Yield the dotted names of a package's modules, without importing any."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError(package)
    yield package
    yield from _below(list(spec.submodule_search_locations), f"{package}.")


def _below(paths: list[str], prefix: str) -> Iterator[str]:
    for found in pkgutil.iter_modules(paths, prefix):
        yield found.name
        if found.ispkg:
            folder = found.name.rpartition(".")[2]
            yield from _below([f"{path}/{folder}" for path in paths], f"{found.name}.")


def in_child(work: Callable[[int], None]) -> tuple[int, bytes]:
    """Run `work` in a fork and return its exit status and what it wrote to the descriptor."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.close(reader)
            work(writer)
            status = 0
        except BaseException:  # noqa: BLE001  # whatever an import raises is the finding
            os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        written = answer.read()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), written


def load_foreign(packages: list[str], names: list[str]) -> None:
    """Import here what the modules bring from elsewhere, and nothing of the packages."""

    def list_loaded(writer: int) -> None:
        for name in names:
            try:
                importlib.import_module(name)
            except Exception:  # noqa: BLE001, S112  # told below, with the module's name
                continue
        os.write(writer, "\n".join(sys.modules).encode())

    _, listed = in_child(list_loaded)
    for name in listed.decode().split():
        if name.partition(".")[0] not in {*packages, "__main__"}:
            try:
                importlib.import_module(name)
            except Exception:  # noqa: BLE001, S112  # made up by its package at run time
                continue


def main(packages: list[str]) -> int:
    """Print each module that cannot be imported alone; return 1 if there is one."""
    names = [name for package in packages for name in modules(package)]
    load_foreign(packages, names)
    if ours := [name for name in sys.modules if name.partition(".")[0] in packages]:
        raise RuntimeError(f"loaded too early: {ours}")
    failed = [name for name in names if in_child(_importer(name))[0] != 0]
    sys.stdout.write("".join(f"{name}\n" for name in failed))
    sys.stdout.write(f"{len(names)} modules\n")
    return 1 if failed else 0


def _importer(name: str) -> Callable[[int], None]:
    def work(_writer: int) -> None:
        importlib.import_module(name)

    return work


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

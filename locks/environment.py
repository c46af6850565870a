"""Makes the Python environments of the lock files, each once for its content."""

import fcntl
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

LOCKS: dict[str, tuple[str, ...]] = {
    "run": ("build", "runtime"),
    "dev": ("build", "runtime", "dev"),
    "oracles": ("oracles",),
    "node": ("node",),
    "tools": ("tools",),
    "ansible": ("ansible",),
}
"""The lock files of each environment. Only `run` holds the project itself."""

KEY_CHARACTERS = 16


class SetUpError(Exception):
    """This machine cannot make the environment; the text is one sentence with the fix."""


def cache_directory() -> Path:
    """Return where environments without the project live, shared by every checkout."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "disasternet"


def lock_files(name: str, root: Path = ROOT) -> list[Path]:
    """Return the lock files of an environment, in the order they are installed."""
    return [root / "locks" / f"{lock}.txt" for lock in LOCKS[name]]


def key(name: str, root: Path = ROOT) -> str:
    """Return the name of an environment's content: other locks or Python, another key."""
    digest = hashlib.sha256()
    for part in (sys.version, str(Path(sys.executable).resolve()), platform.machine()):
        digest.update(part.encode() + b"\0")
    for path in lock_files(name, root):
        digest.update(path.read_bytes() + b"\0")
    if name == "run":
        # An editable install names its checkout, and its scripts come from this table.
        project = tomllib.loads((root / "pyproject.toml").read_text()).get("project")
        digest.update(f"{root}\0{project}".encode())
    return digest.hexdigest()[:KEY_CHARACTERS]


def environment(name: str, root: Path = ROOT) -> Path:
    """Return the directory of an environment, made now if this machine has none of its key.

    A directory is published by renaming a symbolic link onto its final name once all is
    installed, so a half-made one is never returned; it is removed by the next call.

    Raises:
        SetUpError: something outside the project is missing; show the sentence.
    """
    home = root / "build" / "environments" if name == "run" else cache_directory()
    published = home / f"{name}-{key(name, root)}"
    if (published / "bin" / "python").exists():
        return published
    home.mkdir(parents=True, exist_ok=True)
    with _sole_maker(home / f"{name}.lock"):
        if not (published / "bin" / "python").exists():
            _publish(_make(name, root, published), published)
    return published


@contextmanager
def _sole_maker(path: Path) -> Generator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make(name: str, root: Path, published: Path) -> Path:
    if importlib.util.find_spec("ensurepip") is None:
        minor = sys.version_info.minor
        raise SetUpError(
            f"Python 3.{minor} cannot make environments here: install its venv module "
            f"(Debian, Ubuntu, Raspberry Pi OS: sudo apt install python3-venv)."
        )
    for abandoned in published.parent.glob(f"{published.name}.*"):
        shutil.rmtree(abandoned)
    say(f"Making the environment '{name}' from locks/ (once; needs the network) ...")
    made = Path(tempfile.mkdtemp(prefix=f"{published.name}.", dir=published.parent))
    _run([sys.executable, "-m", "venv", str(made)])
    pip = [str(made / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-input"]
    pip.append("--disable-pip-version-check")
    locks = [argument for path in lock_files(name, root) for argument in ("-r", str(path))]
    _run([*pip, "--require-hashes", "--only-binary", ":all:", *locks])
    if name == "run":
        _run([*pip, "--no-deps", "--no-build-isolation", "--editable", str(root)])
    return made


def _publish(made: Path, published: Path) -> None:
    link = made.with_name(f"{made.name}.link")
    link.symlink_to(made.name)
    link.replace(published)


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SetUpError(f"{done.stdout}{done.stderr}This failed: {' '.join(command)}")


def say(line: str) -> None:
    """Write a line of progress, apart from what the program answers on standard output."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def inherited() -> dict[str, str]:
    """Return this process's environment without what would steer a Python or make inside it."""
    foreign = ("PYTHONHOME", "VIRTUAL_ENV", "MAKEFLAGS", "MFLAGS", "MAKELEVEL")
    return {name: value for name, value in os.environ.items() if name not in foreign}


def variables(directory: Path, root: Path = ROOT) -> dict[str, str]:
    """Return the process environment in which a program of that environment runs.

    The project is imported from `root`: environments that checkouts share never hold it.
    """
    kept = inherited()
    path = os.pathsep.join((str(directory / "bin"), kept.get("PATH", os.defpath)))
    return kept | {"PATH": path, "PYTHONPATH": str(root)}


def main(arguments: Sequence[str]) -> int:
    """Print the directory of environment NAME, or become COMMAND run inside it."""
    if not arguments or arguments[0] not in LOCKS:
        say(f"usage: python3 -m locks.environment {{{','.join(LOCKS)}}} [COMMAND ...]")
        return 2
    name, *command = arguments
    try:
        directory = environment(name)
    except SetUpError as error:
        say(str(error))
        return 1
    if not command:
        sys.stdout.write(f"{directory}\n")
        return 0
    inside = variables(directory)
    program = shutil.which(command[0], path=inside["PATH"])
    if program is None:
        say(f"The environment '{name}' has no {command[0]}.")
        return 127
    # Its caller's signals must reach COMMAND itself.
    return os.execve(program, command, inside)  # noqa: S606


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

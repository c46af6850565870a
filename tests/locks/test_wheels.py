"""The runtime lock installs from wheels alone, on laptops and on the box."""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

import pytest

from locks.environment import ROOT, cache_directory

LOCK = ROOT / "locks" / "runtime.txt"
X86_64_TAGS = ("2_28", "2_27", "2_26", "2_24", "2_17", "2014", "2_5", "1")
"""manylinux tags that Debian 12's glibc 2.36 and everything later runs."""
AARCH64_TAGS = ("2_41", "2_36", "2_34", "2_31", "2_28", "2_27", "2_26", "2_24", "2_17", "2014")
"""The same for the box: Raspberry Pi OS on Debian 13, glibc 2.41."""


@dataclass(frozen=True, slots=True)
class Target:
    """A machine the lock is for."""

    python: str
    machine: str
    tags: tuple[str, ...]

    def options(self) -> list[str]:
        """Return what makes pip choose for that machine instead of this one."""
        abi = f"cp{self.python.replace('.', '')}"
        chosen = ["--python-version", self.python, "--implementation", "cp"]
        for each in (abi, "abi3", "none"):
            chosen += ["--abi", each]
        for tag in self.tags:
            separator = "_" if "_" in tag else ""
            chosen += ["--platform", f"manylinux{separator}{tag}_{self.machine}"]
        return [*chosen, "--platform", "any"]


TARGETS = [Target("3.11", "x86_64", X86_64_TAGS), Target("3.13", "aarch64", AARCH64_TAGS)]


def download(lock: Path, target: Target, into: Path, *extra: str) -> str:
    """Download every wheel of a lock, each checked against its hash; return pip's complaint."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-input"]
    command += ["--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
    command += ["-r", str(lock), "-d", str(into), *target.options(), *extra]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return done.stderr if done.returncode else ""


def kept(target: Target) -> Path:
    """Return where the wheels of this lock and target stay between runs."""
    content = repr(target).encode() + LOCK.read_bytes()
    return cache_directory() / "wheels" / sha256(content).hexdigest()[:16]


def wheels(target: Target, scratch: Path) -> Path:
    """Return the directory of a target's wheels, downloaded now unless all are kept and whole."""
    home = kept(target)
    if home.is_dir() and not download(LOCK, target, scratch, *offline(home)):
        return home
    home.parent.mkdir(parents=True, exist_ok=True)
    made = Path(mkdtemp(dir=home.parent))
    complaint = download(LOCK, target, made)
    assert complaint == ""
    shutil.rmtree(home, ignore_errors=True)
    made.rename(home)
    return home


def offline(home: Path) -> tuple[str, ...]:
    """Return the options under which pip takes and verifies what is kept, and asks nobody."""
    return ("--no-index", "--find-links", str(home))


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.machine)
def test_every_locked_wheel_exists_for_the_machine(target: Target, tmp_path: Path) -> None:
    names = {path.name.split("-")[0].lower() for path in wheels(target, tmp_path).glob("*.whl")}
    assert {"litestar", "pynacl", "uvloop", "zeroconf", "pyroute2", "gpiozero"} <= names


def test_a_wheel_of_another_content_is_refused(tmp_path: Path) -> None:
    target = TARGETS[0]
    home = wheels(target, tmp_path)
    forged = tmp_path / "forged.txt"
    line = r"(\nclick==\S+ \\(?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)+)"
    lock = LOCK.read_text()
    pin = re.search(line, lock)
    assert pin is not None
    wrong = re.sub(r"sha256:[0-9a-f]{64}", "sha256:" + "0" * 64, pin[1])
    forged.write_text(lock.replace(pin[1], wrong))
    assert "DO NOT MATCH THE HASHES" in download(forged, target, tmp_path, *offline(home))


def test_a_package_without_a_wheel_for_the_machine_is_refused(tmp_path: Path) -> None:
    home = wheels(TARGETS[0], tmp_path)
    complaint = download(LOCK, TARGETS[1], tmp_path / "other", *offline(home))
    assert "No matching distribution found" in complaint

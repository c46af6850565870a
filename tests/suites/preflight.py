"""What a suite needs of the machine, and how to get it."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from locks.environment import say


@dataclass(frozen=True, slots=True)
class Need:
    """One thing outside the project."""

    name: str
    present: Callable[[], bool]
    fix: str
    """What a person does about it, as a sentence without its full stop."""
    package: str | None = None
    """The Debian package that brings it."""


def program(name: str) -> Need:
    """Return the need for a program of a Debian package of the same name."""
    fix = f"install it (Debian: sudo apt install {name})"
    return Need(name, lambda: shutil.which(name) is not None, fix, package=name)


def _has_commit() -> bool:
    asked = ("git", "rev-parse", "--quiet", "--verify", "HEAD")
    return subprocess.run(asked, check=False, capture_output=True).returncode == 0


CHROMIUM = program("chromium")
STRACE = program("strace")
IPROUTE = Need("ip", lambda: shutil.which("ip") is not None, "install iproute2", package="iproute2")
NFT = Need("nft", lambda: shutil.which("nft") is not None, "install nftables", package="nftables")
DNSMASQ = Need(
    "dnsmasq",
    lambda: shutil.which("dnsmasq") is not None,
    "install dnsmasq-base",
    package="dnsmasq-base",
)
HOSTAPD = program("hostapd")
SYSTEMD = Need(
    "systemd-analyze",
    lambda: shutil.which("systemd-analyze") is not None,
    "install systemd",
    package="systemd",
)
NAMESPACES = Need(
    "right to make network namespaces", lambda: os.geteuid() == 0, "run this suite as root"
)
COMMIT = Need("a commit to clone", _has_commit, "commit the tree first")


def install(needs: set[Need]) -> None:
    """Install what is missing and has a Debian package, where this process may do so.

    A failure is left for `missing` to tell: the other suites still run.
    """
    packages = sorted(need.package for need in needs if need.package and not need.present())
    if not packages or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    say(f"Installing {', '.join(packages)} ...")
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    apt = ("apt-get", "-qq", "-o", "Dpkg::Use-Pty=0")
    log = Path("build", "suites", "apt.log")
    with log.open("w") as output:
        for command in (("update",), ("install", "-y", "--no-install-recommends", *packages)):
            subprocess.run((*apt, *command), check=False, env=quiet, stdout=output, stderr=output)


def missing(needs: tuple[Need, ...]) -> str | None:
    """Return a sentence on the first need this machine does not meet, or None."""
    for need in needs:
        if not need.present():
            return f"this machine has no {need.name}: {need.fix}."
    return None

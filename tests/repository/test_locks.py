"""The locks: pinned, hashed, naming no registry, and true to pyproject.toml."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from locks.environment import LOCKS, ROOT, lock_files

PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)(?: ; .+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")
COMMENT = re.compile(r"^    # ")
NAMES = sorted({lock for locks in LOCKS.values() for lock in locks})
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def faults(text: str) -> list[str]:
    """Return the lines a lock may not have, and the pins that have no hash."""
    found: list[str] = []
    unhashed = ""
    for line in text.splitlines():
        if PIN.match(line):
            found += [unhashed] if unhashed else []
            unhashed = line
        elif HASH.match(line):
            unhashed = ""
        elif not COMMENT.match(line) or "://" in line:
            found.append(line)
    return found + ([unhashed] if unhashed else [])


def pins(name: str) -> dict[str, str]:
    """Return version by canonical name."""
    text = (ROOT / "locks" / f"{name}.txt").read_text()
    matches = (PIN.match(line) for line in text.splitlines())
    return {canonicalize_name(match["name"]): match["version"] for match in matches if match}


def unmet(requirements: Iterable[str], pinned: dict[str, str]) -> list[str]:
    """Return the requirements that no pin meets."""
    found: list[str] = []
    for text in requirements:
        requirement = Requirement(text)
        version = pinned.get(canonicalize_name(requirement.name))
        if version is None or not requirement.specifier.contains(version):
            found.append(text)
    return found


def promised(lock: str) -> list[str]:
    """Return what pyproject.toml asks of a lock."""
    if lock != "runtime":
        groups: dict[str, list[str]] = PROJECT["dependency-groups"]
        return groups[lock]
    project = PROJECT["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["appliance"]]


@pytest.mark.parametrize("name", NAMES)
def test_every_line_is_a_pin_with_hashes_and_no_address(name: str) -> None:
    assert faults((ROOT / "locks" / f"{name}.txt").read_text()) == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://example.org/simple",
        "--find-links wheels",
        "#    uv pip compile pyproject.toml",
        "    # via https://example.org/simple",
        "click>=8 \\",
        "click==8.5.1",
        "click @ https://example.org/click.whl",
        "click==8.5.1 \\",
    ],
)
def test_a_line_that_is_more_or_less_than_that_is_found(line: str) -> None:
    good = (ROOT / "locks" / "build.txt").read_text()
    assert faults(good + line + "\n") == [line]


@pytest.mark.parametrize("name", NAMES)
def test_the_lock_meets_every_requirement_of_pyproject(name: str) -> None:
    assert unmet(promised(name), pins(name)) == []


def test_a_requirement_that_was_not_locked_is_found() -> None:
    assert unmet(["click>=99", "absent"], pins("runtime")) == ["click>=99", "absent"]


def test_every_group_and_every_lock_file_is_known() -> None:
    files = {path.stem for path in (ROOT / "locks").glob("*.txt")}
    assert files == set(NAMES) == set(PROJECT["dependency-groups"]) | {"runtime"}


def test_the_build_backend_is_locked() -> None:
    assert unmet(PROJECT["build-system"]["requires"], pins("build")) == []


@pytest.mark.parametrize("environment", [name for name, locks in LOCKS.items() if len(locks) > 1])
def test_locks_installed_together_agree(environment: str) -> None:
    together: dict[str, set[str]] = {}
    for path in lock_files(environment, Path(ROOT)):
        for name, version in pins(path.stem).items():
            together.setdefault(name, set()).add(version)
    assert {name: versions for name, versions in together.items() if len(versions) > 1} == {}


@pytest.mark.parametrize("oracle", ["cwt", "cbor2", "cryptography"])
def test_an_oracle_never_decides_what_ships(oracle: str) -> None:
    assert oracle in pins("oracles")
    assert oracle not in pins("runtime")

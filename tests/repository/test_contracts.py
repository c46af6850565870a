"""Every import contract holds, and is broken by the import it forbids."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

from locks.environment import ROOT

IGNORED = shutil.ignore_patterns("__pycache__")


class Violation(NamedTuple):
    """A forbidden import and the contract that must say so."""

    contract: str
    """By its id in pyproject.toml."""
    importer: str
    imported: str


VIOLATIONS = [
    Violation("node-layers", "node.protocol", "node.runtime"),
    Violation("node-layers", "node.contract", "node.protocol"),
    Violation("node-layers", "node.api", "node.net"),
    Violation("node-layers", "node.net", "node.app"),
    Violation("node-layers", "node.store", "node.sync"),
    Violation("node-layers", "node.runtime", "node.api"),
    Violation("node-layers", "node.app", "node.cli"),
    Violation("appliance-layers", "appliance.radio", "appliance.mesh"),
    Violation("appliance-layers", "appliance.leds", "appliance.daemon"),
    Violation("appliance-layers", "appliance.sentences", "appliance.hotspot"),
    Violation("sans-io", "node.protocol", "asyncio"),
    Violation("sans-io", "node.protocol", "time"),
    Violation("sans-io", "node.sync", "random"),
    Violation("sans-io", "node.sync", "sqlite3"),
    Violation("sans-io", "node.sync", "node.clock"),
    Violation("use-cases", "node.runtime", "node.store"),
    Violation("use-cases", "node.runtime", "threading"),
    Violation("use-cases", "node.runtime", "litestar"),
    Violation("laptop", "node.api", "appliance"),
    Violation("laptop", "node.net", "pyroute2"),
    Violation("laptop", "node.protocol", "cbor2"),
    Violation("laptop", "node.store", "cryptography"),
    Violation("contract-only", "appliance.leds", "node.runtime"),
    Violation("contract-only", "appliance.portal", "node.config"),
]


NAMES = ["-".join(violation) for violation in VIOLATIONS]
CONFIGURED = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS: dict[str, str] = {each["name"]: each["id"] for each in CONFIGURED["contracts"]}


def module_of(number: int) -> str:
    """Return the module that gets a violation: one of its own, in a package."""
    importer = VIOLATIONS[number].importer
    in_package = (ROOT / importer.replace(".", "/")).is_dir()
    return f"{importer}.wrong_{number}" if in_package else importer


def copy_tree(to: Path) -> Path:
    for package in ("node", "appliance"):
        shutil.copytree(ROOT / package, to / package, ignore=IGNORED)
    shutil.copy(ROOT / "pyproject.toml", to)
    return to


def lint_imports(root: Path) -> "subprocess.CompletedProcess[str]":
    inside = os.environ | {"PYTHONPATH": str(root), "COLUMNS": "200"}
    program = "import sys; from importlinter.cli import lint_imports_command; "
    program += "sys.argv[1:] = ['--no-cache']; lint_imports_command()"
    command = (sys.executable, "-c", program)
    return subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=root, env=inside
    )


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return what lint-imports says of a tree with every violation in a module of its own."""
    root = copy_tree(tmp_path_factory.mktemp("tree"))
    for number, violation in enumerate(VIOLATIONS):
        with (root / module_of(number).replace(".", "/")).with_suffix(".py").open("a") as file:
            file.write(f"\nimport {violation.imported}\n")
    done = lint_imports(root)
    assert done.returncode == 1, done.stderr
    return done.stdout


def sections(said: str) -> dict[str, str]:
    """Return what was said of each broken contract, by its id."""
    _, _, details = said.partition("Broken contracts")
    found: dict[str, str] = {}
    current = ""
    for line in details.splitlines():
        current = CONTRACTS.get(line, current)
        found[current] = found.get(current, "") + line + "\n"
    return found


def test_the_tree_keeps_every_contract(tmp_path: Path) -> None:
    done = lint_imports(copy_tree(tmp_path))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("number", range(len(VIOLATIONS)), ids=NAMES)
def test_a_forbidden_import_breaks_its_contract(broken: str, number: int) -> None:
    violation = VIOLATIONS[number]
    said = sections(broken)[violation.contract]
    assert f"{module_of(number)} -> {violation.imported}" in said


def test_every_contract_has_a_violation() -> None:
    assert {violation.contract for violation in VIOLATIONS} == set(CONTRACTS.values())

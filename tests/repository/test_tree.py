"""The checkout: what must be there and what must not."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from locks.environment import ROOT
from tests.suites.table import SUITES, Suite

NO_PACKAGES = ("ansible", "systemd", "image", "webui", "tests", "locks")


def package_markers(root: Path) -> list[str]:
    """Return the `__init__.py` files that would make a plain folder shadow a real package."""
    return [
        str(marker.relative_to(root))
        for folder in NO_PACKAGES
        for marker in (root / folder).rglob("__init__.py")
        if "node_modules" not in marker.parts
    ]


def test_folders_beside_the_packages_are_no_packages() -> None:
    assert package_markers(ROOT) == []


def test_a_package_marker_in_such_a_folder_is_found(tmp_path: Path) -> None:
    marker = tmp_path / "ansible" / "roles" / "__init__.py"
    marker.parent.mkdir(parents=True)
    marker.touch()
    assert package_markers(tmp_path) == ["ansible/roles/__init__.py"]


Packages = dict[str, dict[str, object]]


def addresses(packages: Packages) -> list[str]:
    """Return the packages of a package-lock.json that say which registry they came from."""
    return [name for name, package in packages.items() if "resolved" in package]


def test_the_page_lock_names_no_registry_and_has_hashes() -> None:
    lock = json.loads((ROOT / "webui" / "package-lock.json").read_text())
    packages: Packages = lock["packages"]
    assert addresses(packages) == []
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []


def test_a_registry_in_the_page_lock_is_found() -> None:
    packages: Packages = {"": {}, "node_modules/vue": {"resolved": "somewhere"}}
    assert addresses(packages) == ["node_modules/vue"]


@pytest.mark.parametrize("command", ["make run", "make test"])
def test_the_readme_names_the_command(command: str) -> None:
    assert command in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("suite", SUITES, ids=[suite.name for suite in SUITES])
def test_every_suite_is_a_target_and_is_in_the_quality_page_with_its_minutes(suite: Suite) -> None:
    assert re.search(rf"^{suite.name}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
    row = f"| `{suite.name}` | {suite.planned_min:g} |"
    assert row in (ROOT / "docs" / "quality.md").read_text()


def test_every_described_test_target_is_a_suite_or_an_alias() -> None:
    described = re.findall(r"^(test-[a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(described) == {suite.name for suite in SUITES} - {"check"}


def test_every_folder_of_tests_is_run_by_a_suite() -> None:
    run = {step.name for suite in SUITES for step in suite.steps}
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    tops = {folder.relative_to(ROOT / "tests").parts[0] for folder in folders}
    assert {f"pytest tests/{top}" for top in tops} <= run


def test_clean_removes_what_was_built_and_keeps_messages(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    kept = [tmp_path / ".local" / "share" / "disasternet" / "node.db", tmp_path / "node" / "app.py"]
    removed = [tmp_path / "build" / "x", tmp_path / "node" / "__pycache__" / "app.pyc"]
    for path in (*kept, *removed):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    inside = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    subprocess.run(("make", "clean"), check=True, cwd=tmp_path, env=inside)
    assert [path.exists() for path in (*kept, *removed)] == [True, True, False, False]

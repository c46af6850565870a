"""The wheel, installed: what ships, and that the plain package names are ours."""

import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest

from locks.environment import ROOT

ASKED = """
import importlib.metadata as metadata, node, appliance
print(metadata.packages_distributions()["node"], metadata.packages_distributions()["appliance"])
print([entry.value for entry in metadata.entry_points(group="console_scripts", name="disasternet")])
print(metadata.version("disasternet") == node.__version__, node.__file__)
"""


def ask(command: Sequence[str | Path], directory: Path) -> str:
    foreign = ("PYTHONPATH", "PYTHONHOME")
    inside = {name: value for name, value in os.environ.items() if name not in foreign}
    return subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=directory, env=inside
    ).stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("wheel")
    ask((sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", made), ROOT)
    (path,) = made.glob("disasternet-*.whl")
    return path


def tracked(folder: str) -> set[str]:
    """Return the files of a package in the checkout, without what Python wrote there."""
    files = (ROOT / folder).rglob("*")
    return {
        str(path.relative_to(ROOT))
        for path in files
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_both_packages_whole_and_nothing_else(wheel: Path) -> None:
    names = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names == tracked("node") | tracked("appliance")
    assert {"node/py.typed", "appliance/py.typed"} <= names


def test_the_wheel_carries_the_licence(wheel: Path) -> None:
    names = ZipFile(wheel).namelist()
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_an_environment_from_the_wheel_owns_the_plain_names(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "environment"
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check")
    ask((*pip, "install", "--quiet", "--no-deps", "--no-index", wheel), tmp_path)
    owners, scripts, version = ask((python, "-c", ASKED), tmp_path).splitlines()
    assert owners == "['disasternet'] ['disasternet']"
    assert scripts == "['node.cli:main']"
    assert version.startswith(f"True {home}")

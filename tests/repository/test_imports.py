"""Each module imports alone: no import cycle, no hidden order."""

import subprocess
import sys
from pathlib import Path

from locks.environment import ROOT

PROGRAM = Path(__file__).with_name("import_each.py")
FEWEST_MODULES = 30
"""Fewer means the walk over the packages broke."""


def import_each(root: Path, *packages: str) -> "subprocess.CompletedProcess[str]":
    program = f"import runpy, sys; sys.path.insert(0, {str(root)!r}); "
    program += f"sys.argv[1:] = {list(packages)!r}; "
    program += f"runpy.run_path({str(PROGRAM)!r}, run_name='__main__')"
    command = (sys.executable, "-W", "error", "-c", program)
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=root)


def test_every_module_imports_alone() -> None:
    done = import_each(ROOT, "node", "appliance")
    *failed, last = done.stdout.splitlines()
    assert (failed, done.returncode) == ([], 0), done.stderr
    assert int(last.split()[0]) > FEWEST_MODULES


def test_a_cycle_is_found_from_whichever_module_it_is_entered(tmp_path: Path) -> None:
    package = tmp_path / "cyclic"
    (package / "deep").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "first.py").write_text("from cyclic.deep.second import B\nA = B\n")
    (package / "deep" / "__init__.py").touch()
    # Entered here the cycle works: only entering it at `first` shows it.
    (package / "deep" / "second.py").write_text("B = 1\nfrom cyclic.first import A\n")
    (package / "last.py").write_text("import cyclic.deep.second\n")
    done = import_each(tmp_path, "cyclic")
    assert done.stdout.splitlines() == ["cyclic.first", "5 modules"]

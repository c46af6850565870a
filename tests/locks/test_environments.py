"""Environments as made: never half, never with another checkout's code."""

import os
import subprocess
from pathlib import Path

import pytest

from locks.environment import LOCKS, SetUpError, environment, variables


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a checkout whose locks install nothing, with a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return make_checkout(tmp_path / "first")


def make_checkout(root: Path) -> Path:
    (root / "locks").mkdir(parents=True)
    for lock in {lock for locks in LOCKS.values() for lock in locks}:
        (root / "locks" / f"{lock}.txt").write_text("# nothing\n")
    (root / "node.py").write_text(f"CHECKOUT = {root.name!r}\n")
    return root


def code_run(directory: Path, root: Path) -> str:
    program = ("python", "-c", "import node; print(node.CHECKOUT)")
    inside = variables(directory, root)
    asked = subprocess.run(
        program, check=True, capture_output=True, text=True, env=inside, cwd=root.parent
    )
    return asked.stdout.strip()


def test_two_checkouts_share_an_environment_and_each_runs_its_own_code(checkout: Path) -> None:
    other = make_checkout(checkout.with_name("second"))
    shared = environment("oracles", checkout)
    assert environment("oracles", other) == shared
    assert code_run(shared, checkout) == "first"
    assert code_run(shared, other) == "second"


def test_a_failed_install_is_told_and_never_returned(checkout: Path) -> None:
    lock = checkout / "locks" / "tools.txt"
    lock.write_text("./absent.whl --hash=sha256:" + "0" * 64 + "\n")
    for _ in range(2):
        with pytest.raises(SetUpError, match="This failed"):
            environment("tools", checkout)
    cache = Path(os.environ["XDG_CACHE_HOME"]) / "disasternet"
    assert not any(path.is_symlink() for path in cache.iterdir())
    # The second try removed what the first had left.
    assert sum(path.is_dir() for path in cache.iterdir()) == 1


def test_an_environment_whose_python_went_away_is_made_again(checkout: Path) -> None:
    made = environment("oracles", checkout).resolve()
    (made / "bin" / "python").unlink()
    again = environment("oracles", checkout)
    assert (again / "bin" / "python").exists()
    assert again.resolve() != made
    assert not made.exists()

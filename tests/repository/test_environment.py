"""Environments are named by their content, and say what this machine lacks."""

import importlib.util
from pathlib import Path

import pytest

import node
from locks.environment import LOCKS, ROOT, SetUpError, environment, key, main


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a checkout of locks alone, with a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return locks_in(tmp_path / "first")


def locks_in(root: Path) -> Path:
    (root / "locks").mkdir(parents=True)
    for lock in {lock for locks in LOCKS.values() for lock in locks}:
        (root / "locks" / f"{lock}.txt").write_text("# nothing\n")
    (root / "pyproject.toml").touch()
    return root


def test_this_process_runs_the_code_of_this_checkout() -> None:
    assert Path(node.__file__).is_relative_to(ROOT)


def test_only_the_environment_with_the_project_is_the_checkouts_own(checkout: Path) -> None:
    other = locks_in(checkout.with_name("second"))
    same = {name for name in LOCKS if key(name, checkout) == key(name, other)}
    assert same == set(LOCKS) - {"run"}


@pytest.mark.parametrize("name", sorted(LOCKS))
def test_another_lock_is_another_environment(checkout: Path, name: str) -> None:
    before = key(name, checkout)
    (checkout / "locks" / f"{LOCKS[name][-1]}.txt").write_text("# other\n")
    assert key(name, checkout) != before


def test_a_python_without_venv_is_told_with_the_package(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find_nothing(_name: str) -> None:
        return None

    monkeypatch.setattr(importlib.util, "find_spec", find_nothing)
    with pytest.raises(SetUpError, match="apt install python3-venv"):
        environment("oracles", checkout)


@pytest.mark.parametrize("arguments", [[], ["absent"]])
def test_an_unknown_name_is_answered_with_the_names(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert "oracles" in capsys.readouterr().err

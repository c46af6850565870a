"""A run ends with its exit status, its table and its last line."""

import json
import subprocess
import time
from pathlib import Path

import pytest

from locks.environment import ROOT, SetUpError
from tests.suites import __main__ as runner
from tests.suites import prepare as preparing
from tests.suites import quality
from tests.suites import run as running
from tests.suites.preflight import Need
from tests.suites.table import REPORT, Step, Suite, chosen, tool

ABSENT = Need("submarine", lambda: False, "buy one")
PASSES = Suite("passes", 1, (tool("true"), tool("true")), side_by_side=True)
FAILS = Suite("fails", 1, (tool("false"), tool("true")))
SLOW = Suite("slow", 1e-9, (tool("true"),))
HANGS = Suite("hangs", 0.001, (tool("sleep", "60"),))
NEEDS = Suite("needs", 1, (tool("true"),), needs=(ABSENT,))
SILENT = Suite("silent", 1, (Step("silent", ("true", REPORT)),))


@pytest.fixture(autouse=True)
def _machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(runner, "BUILD", tmp_path)
    monkeypatch.setattr(runner, "LOGS", tmp_path / "suites")
    monkeypatch.setattr(quality, "QUALITY", tmp_path / "quality.json")
    for module in (preparing, running):
        monkeypatch.setattr(module, "environment", of_the_system)


def of_the_system(_name: str) -> Path:
    return Path("/usr")


def choose(monkeypatch: pytest.MonkeyPatch, *suites: Suite) -> None:
    def chosen_now(_names: list[str]) -> tuple[Suite, ...]:
        return suites

    monkeypatch.setattr(runner, "chosen", chosen_now)


def outcome(
    suites: list[Suite], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, list[str]]:
    choose(monkeypatch, *suites)
    status = runner.main([])
    return status, capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("suites", "status", "last"),
    [
        ([PASSES], 0, "3 passed, 0 failed"),
        ([PASSES, FAILS], 1, "4 passed, 1 failed"),
        ([PASSES, SILENT], 1, "3 passed, 1 failed"),
        ([PASSES, NEEDS], 0, "3 passed, 0 failed"),
    ],
)
def test_the_last_line_and_the_exit_status_tell_what_held(
    suites: list[Suite],
    status: int,
    last: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    got, lines = outcome(suites, monkeypatch, capsys)
    assert (got, lines[-1]) == (status, last)


def test_what_was_left_out_is_named_with_its_need(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, lines = outcome([PASSES, NEEDS], monkeypatch, capsys)
    assert "LEFT OUT needs: this machine has no submarine: buy one." in lines


def test_for_ci_a_suite_left_out_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CI", "true")
    status, lines = outcome([PASSES, NEEDS], monkeypatch, capsys)
    assert (status, lines[-1]) == (1, "3 passed, 1 failed")


def test_a_broken_set_up_is_a_failure_and_other_suites_still_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(name: str) -> Path:
        if name == "oracles":
            raise SetUpError("no network")
        return Path("/usr")

    monkeypatch.setattr(preparing, "environment", refuse)
    broken = Suite("broken", 1, (tool("true"),), environment="oracles")
    status, lines = outcome([broken, PASSES], monkeypatch, capsys)
    assert (status, lines[-1]) == (1, "2 passed, 1 failed")
    assert "LEFT OUT broken: set-up failed: environment oracles." in lines


def test_a_suite_over_its_minutes_is_said_and_still_counts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(running, "HANG_FACTOR", float("inf"))  # late, and not stopped for it
    status, lines = outcome([SLOW, PASSES], monkeypatch, capsys)
    assert "!!! OVER BUDGET: slow, see the table !!!" in lines
    assert status == 0


def test_a_suite_that_hangs_is_stopped_and_failed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, lines = outcome([HANGS, PASSES], monkeypatch, capsys)
    assert status == 1
    assert lines[-1] == "3 passed, 2 failed"


def test_results_and_figures_are_kept_and_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written = tmp_path / "quality.json"
    program = "from pathlib import Path; from tests.suites.quality import record; "
    program += f"record('wait', 9, 's', 2, path=Path({str(written)!r}))"
    records = Suite("records", 1, (tool("python3", "-c", program),))
    choose(monkeypatch, records, PASSES)
    monkeypatch.setattr(quality.read, "__defaults__", (written,))
    assert runner.main([]) == 0
    assert "  wait: 9 s (planned 2)  !!! OVER !!!" in capsys.readouterr().out.splitlines()
    kept = json.loads((tmp_path / "suites.json").read_text())
    assert (kept["passed"], kept["failed"]) == (4, 0)
    assert [suite["name"] for suite in kept["suites"]] == ["set-up", "records", "passes"]


def test_suites_run_together_are_all_counted_in_their_order(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    meeting = [Suite(name, 1, (tool("sleep", "0.5"),)) for name in ("first", "second", "third")]
    choose(monkeypatch, *meeting)
    began_s = time.monotonic()
    assert runner.main(["--together", "first"]) == 0
    assert time.monotonic() - began_s < 1.5, "one after the other takes longer"
    lines = capsys.readouterr().out.splitlines()
    named = [line.split()[0] for line in lines if line.startswith(("first", "second", "third"))]
    assert (named, lines[-1]) == (["first", "second", "third"], "4 passed, 0 failed")


def test_an_unknown_suite_is_answered_with_the_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main(["absent"]) == 2
    assert "test-unit" in capsys.readouterr().err
    assert [suite.name for suite in chosen(["test-unit", "check"])] == ["check", "test-unit"]


def test_the_ci_script_ends_with_the_count_and_the_status(tmp_path: Path) -> None:
    script = tmp_path / ".ci" / "run"
    script.parent.mkdir()
    script.write_bytes((ROOT / ".ci" / "run").read_bytes())
    makefile = (
        "test:\n\t@mkdir -p build"
        ' && printf \'{\\n  "passed": 5,\\n  "failed": 2\\n}\\n\' > build/suites.json'
        ' && echo "CI=$$CI" && exit 1\n'
    )
    (tmp_path / "Makefile").write_text(makefile)
    done = subprocess.run(("bash", script), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout.splitlines() == ["CI=true", "5 passed, 2 failed"]

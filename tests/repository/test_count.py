"""What a step counts for."""

from pathlib import Path

import pytest

from tests.suites.count import Count, of_step

CASES = {
    "passed": '<testcase name="a"/>',
    "failed": '<testcase name="b"><failure/></testcase>',
    "error": '<testcase name="c"><error/></testcase>',
    "skipped": '<testcase name="d"><skipped/></testcase>',
}


def report(path: Path, *cases: str) -> Path:
    body = "".join(CASES[case] for case in cases)
    path.write_text(f"<testsuites><testsuite>{body}</testsuite></testsuites>")
    return path


@pytest.mark.parametrize(
    ("exit_status", "cases", "count"),
    [
        (0, ("passed", "passed"), Count(2, 0)),
        (1, ("passed", "failed"), Count(1, 1)),
        (1, ("passed", "error"), Count(1, 1)),
        (0, ("passed", "skipped"), Count(1, 1)),
        (0, (), Count(0, 1)),
        (3, ("passed",), Count(1, 1)),
    ],
)
def test_a_report_counts_each_test_and_hides_no_failure(
    tmp_path: Path, exit_status: int, cases: tuple[str, ...], count: Count
) -> None:
    path = report(tmp_path / "report.xml", *cases)
    assert of_step(exit_status=exit_status, report=path) == count


def test_a_missing_report_is_a_failure(tmp_path: Path) -> None:
    assert of_step(exit_status=0, report=tmp_path / "absent.xml") == Count(0, 1)


def test_a_report_cut_off_is_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    path.write_text("<testsuites><testcase")
    assert of_step(exit_status=0, report=path) == Count(0, 1)


@pytest.mark.parametrize(("exit_status", "count"), [(0, Count(1, 0)), (2, Count(0, 1))])
def test_a_plain_command_counts_as_one(exit_status: int, count: Count) -> None:
    assert of_step(exit_status=exit_status, report=None) == count

"""Counts what held and what did not."""

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET


@dataclass(frozen=True, slots=True)
class Count:
    """How many checks passed and failed."""

    passed: int = 0
    failed: int = 0

    def __add__(self, other: "Count") -> "Count":
        """Return both together."""
        return Count(self.passed + other.passed, self.failed + other.failed)


ONE_PASSED = Count(passed=1)
ONE_FAILED = Count(failed=1)


def of_step(*, exit_status: int, report: Path | None) -> Count:
    """Return what a step counts for.

    A skipped test has proven nothing, so it counts as failed, like a report that is
    missing or empty. A runner that failed beyond its tests (a warning at exit, an
    unreadable file) adds one.
    """
    if report is None:
        return ONE_FAILED if exit_status else ONE_PASSED
    try:
        counted = of_report(report)
    except (OSError, ET.ParseError):
        return ONE_FAILED
    if counted == Count() or (exit_status and not counted.failed):
        return counted + ONE_FAILED
    return counted


def of_report(report: Path) -> Count:
    """Return the counts of a JUnit report that a test runner of this project wrote.

    Raises:
        OSError: there is no report.
        ParseError: it was cut off.
    """
    root = ET.parse(report).getroot()  # noqa: S314  # written by our own test runner
    counted = Count()
    for case in root.iter("testcase"):
        held = all(case.find(tag) is None for tag in ("failure", "error", "skipped"))
        counted += ONE_PASSED if held else ONE_FAILED
    return counted

"""Says what a run came to, to people and in build/suites.json."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.suites.count import Count
from tests.suites.quality import Figure
from tests.suites.run import Result


def total(results: Sequence[Result]) -> Count:
    """Return the counts of all suites together."""
    return sum((result.count for result in results), Count())


def lines(
    results: Sequence[Result], figures: dict[str, Figure], *, planned_whole_min: float | None
) -> Iterator[str]:
    """Yield the report; the last line is exactly `N passed, N failed`."""
    yield ""
    yield from _table(results)
    yield from _warnings(results, planned_whole_min)
    if figures:
        yield ""
        yield "figures (build/quality.json)"
        for name, figure in sorted(figures.items()):
            yield f"  {_figure(name, figure)}"
    yield ""
    count = total(results)
    yield f"{count.passed} passed, {count.failed} failed"


def _table(results: Sequence[Result]) -> Iterator[str]:
    yield f"{'suite':<18}{'planned':>9}{'used min':>9}{'passed':>8}{'failed':>8}"
    for result in results:
        planned, used = result.suite.planned_min, result.used_s / 60
        start = f"{result.suite.name:<18}{planned:>9.2f}{used:>9.2f}"
        yield f"{start}{result.count.passed:>8}{result.count.failed:>8}"


def _warnings(results: Sequence[Result], planned_whole_min: float | None) -> Iterator[str]:
    for result in results:
        if result.left_out:
            yield f"LEFT OUT {result.suite.name}: {result.left_out}"
        if result.over_budget:
            yield f"!!! OVER BUDGET: {result.suite.name}, see the table !!!"
    used_min = sum(result.used_s for result in results) / 60
    if planned_whole_min is not None:
        yield f"whole: {used_min:.1f} of {planned_whole_min:.0f} minutes"
        if used_min > planned_whole_min:
            yield "!!! OVER BUDGET: the whole run !!!"


def _figure(name: str, figure: Figure) -> str:
    shown = f"{name}: {figure['value']:g} {figure['unit']}"
    limit = figure["limit"]
    if limit is None:
        return shown
    verdict = "" if figure["value"] <= limit else "  !!! OVER !!!"
    return f"{shown} (planned {limit:g}){verdict}"


def write(path: Path, results: Sequence[Result]) -> None:
    """Replace the file by this run's results."""
    count = total(results)
    suites = [
        {
            "name": result.suite.name,
            "planned_min": result.suite.planned_min,
            "used_min": round(result.used_s / 60, 3),
            "passed": result.count.passed,
            "failed": result.count.failed,
            "left_out": result.left_out,
            "over_budget": result.over_budget,
        }
        for result in results
    ]
    content = {"suites": suites, "passed": count.passed, "failed": count.failed}
    path.write_text(json.dumps(content, indent=2) + "\n")

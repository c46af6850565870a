"""Runs suites by name, or all: `python3 -m tests.suites [--together] [NAME ...]`."""

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import FrameType

from locks.environment import ROOT, say
from tests.suites import quality, report
from tests.suites.count import ONE_FAILED, ONE_PASSED, Count
from tests.suites.prepare import Prepared, prepare
from tests.suites.run import Result, run_suite
from tests.suites.table import SET_UP_MIN, SUITES, WHOLE_COLD_MIN, Suite, chosen

BUILD = ROOT / "build"
LOGS = BUILD / "suites"
TOGETHER = "--together"
"""Run the suites at once: sooner done, but no measure of each one's minutes."""


def main(arguments: Sequence[str]) -> int:
    """Run the suites, print the report, return the exit status: 0 only if all held."""
    signal.signal(signal.SIGTERM, _interrupt)
    # A shell's background job ignores Ctrl-C, and so would every program under test.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    together = TOGETHER in arguments
    names = [argument for argument in arguments if argument != TOGETHER]
    try:
        suites = chosen(names)
    except KeyError as error:
        say(f"No suite {error}. There are: {', '.join(suite.name for suite in SUITES)}.")
        return 2
    LOGS.mkdir(parents=True, exist_ok=True)
    if not names:
        quality.QUALITY.unlink(missing_ok=True)
    prepared = prepare(suites, LOGS)
    results = [_set_up(prepared), *_run(suites, prepared.left_out, together=together)]
    report.write(BUILD / "suites.json", results)
    whole = None if names else WHOLE_COLD_MIN
    for line in report.lines(results, quality.read(), planned_whole_min=whole):
        sys.stdout.write(f"{line}\n")
    return 1 if report.total(results).failed else 0


def _run(
    suites: Sequence[Suite], left_out: Mapping[str, str], *, together: bool
) -> Sequence[Result]:
    strict = os.environ.get("CI") == "true"
    cancelled = Event()

    def result_of(suite: Suite) -> Result:
        reason = left_out.get(suite.name)
        if reason:
            return Result(suite, ONE_FAILED if strict else Count(), 0.0, reason)
        return run_suite(suite, LOGS, cancelled, live=len(suites) == 1)

    with ThreadPoolExecutor(len(suites) if together else 1) as pool:
        try:
            return list(pool.map(result_of, suites))
        except BaseException:
            cancelled.set()
            raise


def _set_up(prepared: Prepared) -> Result:
    count = Count(failed=len(prepared.broken)) if prepared.broken else ONE_PASSED
    return Result(Suite("set-up", SET_UP_MIN, ()), count, prepared.used_s)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt(number)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)

"""The suites: one line each, with the minutes they may take and what they need."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.suites.preflight import (
    CHROMIUM,
    COMMIT,
    DNSMASQ,
    HOSTAPD,
    IPROUTE,
    NAMESPACES,
    NFT,
    STRACE,
    SYSTEMD,
    Need,
)

REPORT = "{report}"
"""Stands in a command for the file its JUnit report goes to."""

SET_UP_MIN = 5.0
"""Planned minutes, cold, for environments, Debian packages and the page."""
WHOLE_COLD_MIN = 75.0
"""Planned minutes for everything on a machine that has nothing yet."""
WHOLE_WARM_MIN = 40.0
"""Planned minutes for everything once environments are made."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command; counts as one check, or as its tests when it writes a JUnit report."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suite:
    """What one target runs."""

    name: str
    planned_min: float
    """Cold, on two cores. Beyond it is said loudly, beyond 4 x it is stopped."""
    steps: tuple[Step, ...]
    needs: tuple[Need, ...] = ()
    environment: str = "dev"
    page: bool = False
    """Whether the built page is needed."""
    nodejs: bool = False
    """Whether the steps run in webui/ with its packages."""
    side_by_side: bool = False
    """Whether the steps are independent of each other."""


def tool(*command: str) -> Step:
    """Return a step that holds when its command succeeds."""
    return Step(" ".join(command), command)


def pytest(folder: str, *options: str) -> Step:
    """Return the step that runs the tests of one folder."""
    program = ("python", "-m", "pytest", "--quiet", "--durations=10", f"--junitxml={REPORT}")
    return Step(f"pytest tests/{folder}", (*program, *options, f"tests/{folder}"))


def page_tool(program: str, *arguments: str) -> Step:
    """Return a step of the page's own tools; it counts as its tests if it writes a report."""
    return Step(program, (f"node_modules/.bin/{program}", *arguments))


ON_BOTH_CORES = ("--numprocesses=2", "--dist=worksteal")

TOOLS = (
    tool("pyright"),
    tool("mypy"),
    tool("ruff", "format", "--check"),
    tool("ruff", "check"),
    tool("lint-imports"),
    tool("codespell"),
    tool("yamllint", "--strict", "."),
)
PAGE = (
    page_tool("prettier", "--check", "."),
    page_tool("vue-tsc", "--noEmit"),
    page_tool("vitest", "run", "--reporter=junit", f"--outputFile={REPORT}"),
)

SUITES = (
    Suite("check", 0.5, TOOLS, side_by_side=True),
    Suite("test-unit", 2.25, (pytest("unit", *ON_BOTH_CORES),)),
    Suite("test-cli", 0.75, (pytest("cli", *ON_BOTH_CORES),)),
    Suite("test-repository", 0.5, (pytest("repository", *ON_BOTH_CORES),)),
    Suite("test-web", 0.5, PAGE, nodejs=True),
    Suite("test-property", 2.0, (pytest("property"),)),
    Suite("test-oracles", 1.0, (pytest("oracles"),), environment="oracles"),
    Suite("test-locks", 1.0, (pytest("locks"),)),
    Suite("test-simulation", 7.0, (pytest("simulation", *ON_BOTH_CORES),)),
    Suite(
        "test-namespaces",
        4.0,
        (pytest("namespaces", *ON_BOTH_CORES),),
        needs=(IPROUTE, NAMESPACES, NFT, DNSMASQ, HOSTAPD),
    ),
    Suite("test-systemd", 0.5, (pytest("systemd"),), needs=(SYSTEMD,)),
    Suite("test-hostile", 7.5, (pytest("hostile"), pytest("crash")), needs=(STRACE,), page=True),
    Suite("test-browser", 8.0, (pytest("browser"),), needs=(CHROMIUM,), page=True),
    Suite("test-newcomer", 3.0, (pytest("newcomer"),), needs=(CHROMIUM, COMMIT)),
)


def chosen(names: Sequence[str]) -> tuple[Suite, ...]:
    """Return the suites of these names in the table's order, or all when there are none.

    Raises:
        KeyError: no suite has that name.
    """
    known = {suite.name: suite for suite in SUITES}
    wanted = {known[name].name for name in names} or set(known)
    return tuple(suite for suite in SUITES if suite.name in wanted)

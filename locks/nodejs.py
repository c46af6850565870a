"""Finds the Node.js that builds the page, from the machine or else from PyPI's wheel."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from locks.environment import SetUpError, environment, say

LONG_TERM_20 = (20, 19)
"""The first Node.js 20 that loads ES modules by `require`, which Vite needs."""
SINCE = (22, 12)
"""The same in Node.js 22; everything later has it."""


def fits(version: str) -> bool:
    """Return whether the page builds with the Node.js that says this of its version."""
    match = re.fullmatch(r"v(\d+)\.(\d+)\.\d+\s*", version)
    if match is None:
        return False
    major, minor = int(match[1]), int(match[2])
    return (major == LONG_TERM_20[0] and minor >= LONG_TERM_20[1]) or (major, minor) >= SINCE


def directory() -> Path:
    """Return the directory that holds a fitting `node` and its `npm`.

    Raises:
        SetUpError: there is none and the wheel cannot be installed; show the sentence.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        said = subprocess.run([node, "--version"], check=False, capture_output=True, text=True)
        if fits(said.stdout):
            return Path(node).parent
    return environment("node") / "bin"


def main() -> int:
    """Print the directory, or the sentence that says why there is none."""
    try:
        sys.stdout.write(f"{directory()}\n")
    except SetUpError as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

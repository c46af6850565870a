"""What reaches a terminal, on a real one (a pty)."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import ROOT

SHOW = (
    "from node.cli.output import say, show_facts, show_json, show_table, warn\n"
    "evil = 'a\\x1b[31mb\\x9b2J\\u202ec[bold]d:boom:\\ne'\n"
    "show_table(('One', 'Two'), [(evil, 'x')])\n"
    "show_facts([('Name', evil)])\n"
    "say(evil)\n"
    "warn(evil)\n"
    "show_json({evil: evil})\n"
)
SHOWN = r"a\x1b[31mb\x9b2J\u202ec[bold]d:boom:"


def on_terminal(code: str, **environment: str) -> str:
    """Return what a Python program writes to a terminal."""
    ours, theirs = pty.openpty()
    try:
        known = {key: os.environ[key] for key in ("PATH", "PYTHONPATH") if key in os.environ}
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**known, "TERM": "xterm-256color", "COLUMNS": "200", **environment},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
    finally:
        os.close(theirs)
    written = b""
    try:
        while piece := os.read(ours, 65_536):
            written += piece
    except OSError:
        pass  # how Linux says that the other side has closed
    finally:
        os.close(ours)
    assert process.wait(20) == 0, written
    return written.decode()


def test_nothing_of_a_stranger_is_obeyed_on_a_terminal() -> None:
    written = on_terminal(SHOW, NO_COLOR="1")
    assert written.count(SHOWN) == 4
    assert written.replace("\x1b[1m", "").replace("\x1b[0m", "").count("\x1b") == 0
    assert "\x9b" not in written
    assert "\u202e" not in written


def test_without_the_cleaning_it_would_be() -> None:
    raw = "import node.cli.output as o\no.plain = o.one_line = str\n" + SHOW
    assert "\x1b[31m" in on_terminal(raw, NO_COLOR="1")


def test_no_color_is_honoured() -> None:
    code = "from node.cli import main\nmain(['--help'])"
    colour = re.compile(r"\x1b\[(?:\d;)*3[0-7]m")
    assert colour.search(on_terminal(code)) is not None
    assert colour.search(on_terminal(code, NO_COLOR="1")) is None


def test_a_table_is_drawn_on_a_terminal_and_tabs_elsewhere(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = "from node.cli.output import show_table\nshow_table(('One', 'Two'), [('a', 'b')])\n"
    assert "\t" not in on_terminal(code)
    exec(code, {})  # noqa: S102 - the same program, not on a terminal
    assert capsys.readouterr().out == "ONE\tTWO\na\tb\n"


def test_a_narrow_locale_does_not_stop_a_message(tmp_path: Path) -> None:
    code = "import sys\nfrom node.cli import main\nmain(['--version'])\nprint('\\u0633')"
    written = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PYTHONIOENCODING": "ascii", "HOME": str(tmp_path)},
        capture_output=True,
        check=True,
    )
    assert written.stdout.endswith(b"\\u0633\n")

"""The node's log."""

import io
import logging

from node.cli.logs import PlainFormatter


def logged(message: str, *, fault: Exception | None = None) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(PlainFormatter("%(levelname)s %(name)s: %(message)s"))
    log = logging.Logger("disasternet")  # noqa: LOG001 - its own, so that nothing else hears it
    log.addHandler(handler)
    log.error("%s", message, exc_info=fault)
    return stream.getvalue()


def test_a_record_is_one_line_that_a_stranger_cannot_forge() -> None:
    assert logged("x\nERROR forged\x1b[2J") == "ERROR disasternet: x ⏎ ERROR forged\\x1b[2J\n"


def test_a_traceback_follows_without_what_a_terminal_would_obey() -> None:
    text = logged("failed", fault=ValueError("bad \x1b[2J"))
    assert text == "ERROR disasternet: failed\nValueError: bad \\x1b[2J\n"

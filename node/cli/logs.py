"""The node's log: plain lines on stderr, which the service manager dates and keeps."""

import logging
import sys

from node.cli.text import one_line, plain


class PlainFormatter(logging.Formatter):
    """One line a record, with strangers' text made plain; a traceback follows as lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """Return the line of ``record``."""
        record.message = one_line(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: object) -> str:  # noqa: N802 - logging's own name
        """Return a traceback with what it quotes made plain."""
        text = super().formatException(ei)  # type: ignore[arg-type]
        return "\n".join(plain(line) for line in text.splitlines())


def log_to_stderr(level: int = logging.INFO) -> None:
    """Send the records of every library to stderr; without dates, clocks here may be wrong."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlainFormatter("%(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)

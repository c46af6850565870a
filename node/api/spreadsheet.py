"""Lines for spreadsheets (RFC 4180)."""

import csv
import io
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from node.contract.messages import Message
from node.contract.people import CheckIn

CSV: Final = "text/csv"

BEGIN: Final = "\ufeff"
"""Byte order mark: without it the spreadsheet that most people open the file with takes UTF-8 for
its own code page, and every name that is not English is lost. Programs have JSON."""

_LIVE: Final = re.compile("^[\t\r\n]|(?:^|(?<=[;\r\n]))(?=[=+@\uff1d\uff0b\uff0d\uff20-])")
"""Where spreadsheets take what comes for a formula (OWASP, CSV injection; the last four signs are
the first four in full width): where a cell begins, and, where the semicolon parts cells, also
within: quotes do not hold together there what does not begin with one."""

PEOPLE_TITLES: Final = (
    "name", "fingerprint", "state", "place", "text", "time", "time certain", "person",
)  # fmt: skip
MESSAGE_TITLES: Final = (
    "time", "time certain", "name", "fingerprint", "category", "urgent", "place", "text",
    "boxes", "id", "reply to", "person",
)  # fmt: skip


def person_cells(item: CheckIn) -> tuple[str, ...]:
    """Return a check-in as cells under ``PEOPLE_TITLES``."""
    return (
        item.name, item.fingerprint, item.category, item.place or "", item.text,
        iso_time(item.sort_ms), _yes(item.time_certain), item.person,
    )  # fmt: skip


def message_cells(message: Message) -> tuple[str, ...]:
    """Return a message as cells under ``MESSAGE_TITLES``."""
    author = message.author
    return (
        iso_time(message.sort_ms), _yes(message.time_certain), author.name, author.fingerprint,
        message.category or "", _yes(message.urgent), message.place or "", message.text,
        str(message.state.boxes), message.id, message.reply_to or "", author.person,
    )  # fmt: skip


def lines_of(rows: Iterable[Iterable[str]]) -> str:
    """Return rows of cells as text; no cell is a formula, whatever a stranger wrote into it."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([_dead(cell) for cell in row] for row in rows)
    return text.getvalue()


def iso_time(ms: int) -> str:
    """Return a time as ISO 8601 in UTC; empty when it is beyond any calendar."""
    try:
        moment = datetime.fromtimestamp(ms / 1000, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _dead(cell: str) -> str:
    return _LIVE.sub(r"'\g<0>", cell)


def _yes(value: bool) -> str:  # noqa: FBT001 - a cell
    return "yes" if value else "no"

"""Data directories as they must never be, made from real ones."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from node.cli.exits import ExitCode

PAGE_BYTES = 4096


def _garbage(data_dir: Path) -> None:
    (data_dir / "node.db").write_bytes(b"not a database " * 1000)


def _overwritten_pages(data_dir: Path) -> None:
    with (data_dir / "node.db").open("r+b") as file:
        file.seek(4 * PAGE_BYTES)
        file.write(b"\xa5" * 12 * PAGE_BYTES)


def _cut_off(data_dir: Path) -> None:
    path = data_dir / "node.db"
    path.write_bytes(path.read_bytes()[: -3 * PAGE_BYTES])


def _foreign(data_dir: Path) -> None:
    path = data_dir / "node.db"
    path.unlink()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE bookmarks (url TEXT)")


def make_newer(path: Path, min_reader: int = 99) -> None:
    """Make the store at ``path`` one that a later release wrote."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE store SET min_reader = ?", (min_reader,))
        db.execute("PRAGMA user_version = 99")
        db.commit()


def _newer(data_dir: Path) -> None:
    make_newer(data_dir / "node.db")


def _no_key(data_dir: Path) -> None:
    (data_dir / "identity" / "node.key").write_text("not a key\n")


DAMAGES: dict[str, tuple[Callable[[Path], None], ExitCode, str]] = {
    "garbage": (_garbage, ExitCode.DAMAGED, "disasternet restore FILE"),
    "pages overwritten": (_overwritten_pages, ExitCode.DAMAGED, "disasternet restore FILE"),
    "cut off": (_cut_off, ExitCode.DAMAGED, "disasternet restore FILE"),
    "foreign": (_foreign, ExitCode.DAMAGED, "it belongs to another program"),
    "newer": (_newer, ExitCode.NEWER, "Install that release; nothing is lost."),
    "key": (_no_key, ExitCode.DAMAGED, "Put it aside and start again"),
}
"""Name → what does it, how ``serve`` ends then, and the fix it names."""

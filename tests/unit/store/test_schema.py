"""The file says which code can use it, and a start that was cut off goes on."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from node.protocol.ids import EVERYONE, LogHandle
from node.protocol.ranges import Ranges
from node.protocol.row import Row
from node.store import marks, schema, scrub, serving
from node.store.connection import open_writer
from node.store.schema import MIN_READER, SCHEMA_VERSION, ForeignFileError, TooNewError


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_writer(tmp_path / "node.db")) as opened:
        yield opened


def test_a_new_file_has_everything_and_says_what_it_is(db: sqlite3.Connection) -> None:
    assert schema.examine(db) == 0
    schema.ensure(db)
    assert schema.examine(db) == SCHEMA_VERSION
    assert db.execute("SELECT min_reader FROM store").fetchone() == (MIN_READER,)
    assert db.execute("SELECT id, name FROM room").fetchall() == [(EVERYONE, "everyone")]


def test_every_step_can_be_the_last_one_before_a_power_cut(tmp_path: Path) -> None:
    from sqlite_utils import Database  # noqa: PLC0415

    from node.store import migrations  # noqa: PLC0415

    steps = vars(migrations)["_steps"]
    with closing(open_writer(tmp_path / "names.db")) as names:
        pending = [step.name for step in steps.pending(Database(names))]
    wanted: set[tuple[str, str]] | None = None
    for number, stop in enumerate([*pending, None]):
        with closing(open_writer(tmp_path / f"{number}.db")) as db:
            if stop is not None:
                steps.apply(Database(db, recursive_triggers=False), stop_before=stop)
            assert schema.examine(db) == 0
            schema.ensure(db)
            schema.ensure(db)
            found = set(db.execute("SELECT name, coalesce(sql, '') FROM sqlite_schema"))
            assert wanted in (None, found)
            wanted = found


def test_a_file_of_another_program_is_left_alone(db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE t (n)")
    with pytest.raises(ForeignFileError):
        schema.examine(db)


@pytest.mark.parametrize(("min_reader", "refused"), [(SCHEMA_VERSION, False), (99, True)])
def test_a_newer_file_is_used_if_it_says_so(
    db: sqlite3.Connection, min_reader: int, *, refused: bool
) -> None:
    schema.ensure(db)
    db.execute("PRAGMA user_version = 99")
    db.execute("UPDATE store SET min_reader = ?", (min_reader,))
    if refused:
        with pytest.raises(TooNewError):
            schema.examine(db)
    else:
        assert schema.examine(db) == 99
        schema.ensure(db)
        assert db.execute("PRAGMA user_version").fetchone() == (99,)


def test_a_copied_card_begins_a_new_epoch_and_the_same_machine_does_not(
    db: sqlite3.Connection,
) -> None:
    schema.ensure(db)
    epochs: list[int] = []
    for machine in (b"one", None, b"one", b"two", b"two"):
        schema.claim(db, machine)
        epochs.append(db.execute("SELECT epoch FROM store").fetchone()[0])
    assert epochs[0] == epochs[1] == epochs[2] != epochs[3] == epochs[4]


def test_a_file_that_is_up_to_date_is_opened_without_the_migrations(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from node.store import connection, schema;"
        "db = connection.open_writer(Path(sys.argv[1])); schema.ensure(db); db.close();"
        "print('sqlite_utils' in sys.modules)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "x.db")]
    root = Path(__file__).parents[3]
    runs = [subprocess.check_output(command, text=True, cwd=root).strip() for _ in range(2)]
    assert runs == ["True", "False"]


def test_a_store_of_the_first_release_goes_on_with_what_it_dropped(
    db: sqlite3.Connection,
) -> None:
    """Lives were mixed: 1, 2 and 4 were dropped, 3 and 6 are held, 5 is a hole."""
    from sqlite_utils import Database  # noqa: PLC0415

    from node.store import migrations  # noqa: PLC0415

    steps = vars(migrations)["_steps"]
    steps.apply(Database(db, recursive_triggers=False), stop_before="f_sync")
    row = Row(LogHandle(b"a handle"))
    for seq in (1, 2, 3, 4, 6):
        row = row.with_seen(seq, bytes([seq]) * 8)
    db.execute("INSERT INTO author (key, name, stamp) VALUES (zeroblob(32), '', x'')")
    db.execute(
        "INSERT INTO log (handle, author_no, epoch, class, room_no, frontier, head, head_id8,"
        " lowest_served, changed_n) VALUES (?, 1, 7, 2, 1, ?, 6, ?, 5, 9)",
        (row.handle, row.encode(), bytes([6]) * 8),
    )
    for arrival, seq, kind in ((3, 3, 5), (5, 6, 64)):
        db.execute(
            "INSERT INTO envelope (arrival, log_no, seq, branch, id64, kind, room_no, author_no,"
            " class, shown, sort_ms, time_certain, age_s, lived_s, exact)"
            " VALUES (?, 1, ?, 0, ?, ?, 1, 1, 2, 0, 0, 0, 0, 0, zeroblob(70))",
            (arrival, seq, arrival, kind),
        )
    schema.ensure(db)
    assert set(marks.positions(db, marks.DROPPED, 1)) >= {1, 2, 4}
    assert db.execute("SELECT lowest_served, closed, shared FROM log").fetchone() == (3, 0, 0)
    assert db.execute("SELECT free_kind_bytes, clean FROM store").fetchone() == (70, 1)
    scrub.scrub_log(db, 1)
    assert marks.positions(db, marks.TOLD, 1) == Ranges()
    everything = [(row.handle, Ranges.of([(1, 9)]))]
    assert serving.wanted(db, None, everything, 9).gone == [
        (row.handle, Ranges.of([(1, 2), (4, 4)]))
    ]


def test_a_program_of_the_first_release_leaves_this_file_alone(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema.ensure(db)
    monkeypatch.setattr(schema, "SCHEMA_VERSION", 1)
    with pytest.raises(TooNewError):
        schema.examine(db)

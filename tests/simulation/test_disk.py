"""The store without threads is the store: the same answers, the same errors, the same file."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from node.contract.people import Box
from node.contract.problems import INVALID, RefusedError
from node.protocol.ids import EVERYONE, RoomId
from node.runtime.messages import Post
from node.runtime.node import Node
from node.runtime.ports import Receipt
from node.store import schema
from node.store.connection import open_reader
from node.store.store import Store, open_store
from node.store.transaction import Transaction
from node.store.writer import IDLE_S
from tests.fakes.authors import RemoteAuthor
from tests.fakes.clock import FakeClock
from tests.fakes.entropy import seeded
from tests.simulation.disk import Disk, Disks, InlineReader, InlineWriter
from tests.simulation.loop import run

if TYPE_CHECKING:
    from node.store.reader import Reader

NODE_ID = "ab" * 32
OWN_TO_EACH_STORE = {"incarnation", "epoch", "form_key"}
"""Columns that two stores draw for themselves."""

Scenario = Callable[[Path], Awaitable[Any]]


def in_files(scenario: Scenario, path: Path) -> list[str]:
    """Run ``scenario`` on the real writer and reader and return what is in the file."""
    asyncio.run(_awaited(scenario(path)))
    with closing(open_reader(path)) as db:
        return content(db)


def in_memory(scenario: Scenario, path: Path) -> list[str]:
    """Run ``scenario`` without threads and return what is in the database."""
    with mounted(path) as disk:
        run(_awaited(scenario(path)))
        return content(disk.db)


@contextmanager
def mounted(path: Path) -> Generator[Disk, None, None]:
    disks, disk = Disks(), Disk(1)
    disks.put(path, disk)
    with disks.mounted(), closing(disk):
        yield disk


def content(db: sqlite3.Connection) -> list[str]:
    """Return every row of every table but what each store draws for itself."""
    tables = [
        name
        for (name,) in db.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
        )
        if not name.startswith("_sqlite")
    ]
    lines: list[str] = []
    for table in tables:
        columns = [
            f'"{column[1]}"'
            for column in db.execute(f"PRAGMA table_info('{table}')")
            if column[1] not in OWN_TO_EACH_STORE
        ]
        rows = db.execute(f"SELECT {', '.join(columns)} FROM '{table}'").fetchall()  # noqa: S608
        lines += sorted(f"{table} {row}" for row in rows)
    return lines


async def opened(path: Path, budget_bytes: int = 10**9) -> Store:
    return await open_store(
        path, node_id=NODE_ID, clock=FakeClock(), budget_bytes=budget_bytes, machine=None
    )


async def remote_log(path: Path) -> None:
    """Take logs of two authors in disorder, with a fork, an expired part and a second opening."""
    store = await opened(path)
    ana, ben = RemoteAuthor("ana"), RemoteAuthor("ben")
    twin = RemoteAuthor("ana")
    envelopes = [
        ana.introduces(),
        *(ana.says(f"number {number}", ttl_s=3_600) for number in range(9)),
        *(ben.says(f"word {number}", urgent=number % 3 == 0) for number in range(30)),
        *(twin.says(f"another {number}") for number in range(4)),
    ]
    for group in (envelopes[20:], envelopes[:15], envelopes[10:25]):

        def work(tx: Transaction, group: list[Any] = group) -> list[int | None]:
            receipts = [Receipt(0, each.payload.hlc >> 16, True) for each in group]  # noqa: FBT003
            return [tx.append(e, r, local=False) for e, r in zip(group, receipts, strict=True)]

        await store.write(work)
    await store.search("number", None, 5, None)
    await store.close()
    await (await opened(path)).close()


@pytest.mark.parametrize("scenario", [remote_log])
def test_the_same_sequence_leaves_the_same_database(scenario: Scenario, tmp_path: Path) -> None:
    real = in_files(scenario, tmp_path / "real.db")
    virtual = in_memory(scenario, tmp_path / "virtual.db")
    assert len(real) > 50
    assert virtual == real


def test_the_comparison_sees_one_envelope_less(tmp_path: Path) -> None:
    real = in_files(remote_log, tmp_path / "real.db")
    with mounted(tmp_path / "virtual.db") as disk:
        run(_awaited(remote_log(tmp_path / "virtual.db")))
        disk.db.execute("DELETE FROM envelope WHERE arrival = 3")
        assert content(disk.db) != real


async def _use_cases(path: Path) -> list[tuple[Any, ...]]:
    store = await opened(path)
    node = Node(Box(NODE_ID, NODE_ID, "Gym"), store, FakeClock(), seeded(1))
    user = (await node.people.introduce("Ana", None, None))[0].user
    room = RoomId(bytes.fromhex((await node.rooms.create(user, "Gym")).id))
    await asyncio.gather(*(node.messages.post(user, room, Post(f"n {n}")) for n in range(20)))
    messages = (await node.messages.page(room, limit=50)).items
    found = await node.messages.search("n", room=None, limit=5, before=None)
    totals = await store.totals()
    storage = await store.storage()
    await store.close()
    return [  # sorted: at one and the same time the order is by id, which the epoch decides
        *sorted((message.text, message.author.id, message.state.boxes) for message in messages),
        *sorted((message.text,) for message in found.items),
        (totals.messages, totals.unsent, storage.writable),
    ]


def test_use_cases_give_the_same_answers(tmp_path: Path) -> None:
    real = asyncio.run(_awaited(_use_cases(tmp_path / "real.db")))
    with mounted(tmp_path / "virtual.db"):
        virtual = run(_awaited(_use_cases(tmp_path / "virtual.db")))
    assert len(real) == 26
    assert virtual == real


async def _errors(path: Path) -> list[str]:
    store = await opened(path)
    answers: list[str] = []

    def fails(tx: Transaction) -> None:
        tx.begin_epoch(7)
        raise RefusedError(INVALID)

    def breaks(tx: Transaction) -> None:
        db: sqlite3.Connection = vars(tx)["_db"]
        db.execute("INSERT INTO nowhere VALUES (1)")

    def epoch(tx: Transaction) -> int:
        return tx.position(RemoteAuthor("ana").key.verify_key, 2, EVERYONE).epoch

    before = await store.write(epoch)
    jobs: list[Callable[[Transaction], Any]] = [fails, epoch, breaks]
    done = await asyncio.gather(*(store.write(job) for job in jobs), return_exceptions=True)
    for answer in done:
        if isinstance(answer, RefusedError):
            answers.append(f"refused {answer.problem.slug}")
        else:
            answers.append("as before" if answer == before else repr(answer))

    def deletes(db: sqlite3.Connection) -> None:
        db.execute("DELETE FROM store")

    reader: Reader = vars(store)["_reader"]
    try:
        await reader.read(deletes)
    except sqlite3.OperationalError as error:
        answers.append(str(error))
    await store.close()
    return answers


def test_errors_undo_their_job_alone_and_are_the_same(tmp_path: Path) -> None:
    real = asyncio.run(_awaited(_errors(tmp_path / "real.db")))
    with mounted(tmp_path / "virtual.db"):
        virtual = run(_awaited(_errors(tmp_path / "virtual.db")))
    assert real == [
        "refused invalid",
        "as before",
        "refused fault",
        "attempt to write a readonly database",
    ]
    assert virtual == real


def test_a_caller_is_answered_only_after_the_commit() -> None:
    async def main() -> None:
        disk = Disk(1)
        writer = InlineWriter(disk, _make_table, ())
        await writer.opened()
        done = asyncio.create_task(writer.write(lambda db: db.execute("INSERT INTO t VALUES (1)")))
        await asyncio.sleep(0)
        assert not done.done()
        assert _rows(disk) == 0
        await done
        assert _rows(disk) == 1
        assert not disk.db.in_transaction

    run(main())


def test_what_is_queued_at_a_power_cut_is_lost_and_what_was_answered_is_not() -> None:
    async def main() -> None:
        disk = Disk(1)
        writer = InlineWriter(disk, _make_table, ())
        await writer.write(lambda db: db.execute("INSERT INTO t VALUES (1)"))
        lost = asyncio.create_task(writer.write(lambda db: db.execute("INSERT INTO t VALUES (2)")))
        await asyncio.sleep(0)
        writer.stop()
        await asyncio.sleep(10)
        assert not lost.done()
        lost.cancel()
        assert _rows(disk) == 1
        again = InlineWriter(disk, lambda _: None, ())
        await again.write(lambda db: db.execute("INSERT INTO t VALUES (3)"))
        assert await InlineReader(disk).read(_values) == [1, 3]

    run(main())


def test_chores_run_in_idle_time_until_nothing_is_left_and_on_demand() -> None:
    async def main() -> None:
        left = 3
        ran_at_s: list[float] = []

        def chore(_: sqlite3.Connection) -> bool:
            nonlocal left
            ran_at_s.append(asyncio.get_running_loop().time())
            left -= 1
            return left > 0

        writer = InlineWriter(Disk(1), _make_table, (chore,))
        await asyncio.sleep(5)
        assert [round(at_s / IDLE_S, 6) for at_s in ran_at_s] == [1, 2, 3]
        left = 2
        await writer.write(lambda db: db.execute("INSERT INTO t VALUES (1)"))
        assert left == 2
        writer.rest()
        assert left == 0

    run(main())


def test_a_copy_goes_its_own_way() -> None:
    disk = Disk(1)
    _make_table(disk.db)
    disk.db.execute("INSERT INTO t VALUES (1)")
    copy = disk.copy(2)
    disk.db.execute("INSERT INTO t VALUES (2)")
    assert (_rows(disk), _rows(copy)) == (2, 1)


def test_a_new_store_draws_from_its_seed_alone() -> None:
    def drawn(seed: int) -> tuple[Any, ...]:
        disk = Disk(seed)
        schema.ensure(disk.db)
        first = disk.db.execute("SELECT incarnation, epoch FROM store").fetchone()
        schema.renew_epoch(disk.db)
        return (*first, *disk.db.execute("SELECT epoch FROM store").fetchone())

    assert drawn(1) == drawn(1)
    assert not set(drawn(1)) & set(drawn(2))


def _make_table(db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE t (n INTEGER)")


def _rows(disk: Disk) -> int:
    return len(_values(disk.db))


def _values(db: sqlite3.Connection) -> list[int]:
    return [number for (number,) in db.execute("SELECT n FROM t")]


async def _awaited(work: Awaitable[Any]) -> Any:  # noqa: ANN401 - whatever the scenario answers
    return await work

"""Whatever happens in whatever order, a row says what was seen and nothing else."""

import random
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from node.protocol.envelope import Envelope, seal
from node.protocol.ids import EVERYONE, VerifyKey
from node.protocol.keys import SigningKey
from node.protocol.kinds import REST
from node.protocol.limits import MAX_HOLES
from node.protocol.payload import FIRST_PREV, Payload
from node.protocol.ranges import Ranges
from node.protocol.row import Row
from node.store import appending, dropping, folding, gone, logs, marks, schema, scrub, taking
from node.store.appending import Conditions
from node.store.connection import open_writer
from node.store.dropping import COLUMNS, TABLES, Doomed, drop
from node.store.frontier import lowest_served
from node.store.gone import PATIENCE_S
from node.store.peers import peer_number
from node.store.serving import wanted
from node.store.space import Space
from node.store.sums import hash_of

LENGTH = 24
STEPS = 60
PEER = VerifyKey(b"p" * 32)


def _log() -> list[Envelope]:
    key, log, prev = SigningKey(bytes(32)), list[Envelope](), FIRST_PREV
    for seq in range(1, LENGTH + 1):
        kind, ttl_s = (64, 3_600) if seq % 3 else (40, 3_600)
        log.append(
            seal(
                key,
                Payload(
                    kind, key.verify_key, EVERYONE, seq << 16, 7, seq, prev, REST, 1, ttl_s, ""
                ),
            )
        )
        prev = log[-1].id[:8]
    return log


LOG = _log()


@dataclass
class Model:
    """What must be true after what has happened so far."""

    held: set[int] = field(default_factory=set[int])
    dropped: set[int] = field(default_factory=set[int])
    told: set[int] = field(default_factory=set[int])
    head: int = 0

    @property
    def seen(self) -> set[int]:
        """Return all positions that count as seen."""
        return self.held | self.dropped | self.told

    def row(self) -> Row:
        """Return the row made of nothing but the set of what was seen."""
        missing = Ranges.at(set(range(1, self.head)) - self.seen)
        tip = LOG[self.head - 1].id[:4]
        return Row(LOG[0].payload.log.handle, self.head, tip, missing.runs)  # type: ignore[arg-type]

    def holes_with(self, seq: int) -> int:
        """Return how many holes there would be after ``seq``."""
        after = self.seen | {seq}
        return len(Ranges.at(set(range(1, max(after))) - after).runs)


class World:
    """One store, one log, and a model beside it."""

    def __init__(self, db: sqlite3.Connection, path: Path, seed: int) -> None:
        self.db = db
        self.random = random.Random(seed)  # noqa: S311 - it must replay
        self.model = Model()
        self.lived_s = 0
        self.space = Space(path, 10**9)

    def step(self) -> None:
        """Let one thing happen."""
        self.random.choice([self._take, self._take, self._take, self._drop, self._say_gone,
                            self._lose, self._fold])()  # fmt: skip

    def _take(self) -> None:
        seq = self.random.randint(1, LENGTH)
        model, over_share = self.model, self.random.random() < 0.2
        said = Ranges.at(self.random.sample(range(1, LENGTH), self.random.choice([0, 12])))
        believed = said | gone.said(self.db, 1)
        conditions = Conditions(self.lived_s, self.space)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(taking, "FREE_KIND_SHARE", -1 if over_share else 1)
            result, _ = taking.take(self.db, LOG[seq - 1], (0, 0), said, conditions)
        if seq in model.held | model.dropped:
            assert result == "seen"
            return
        if model.holes_with(seq) > MAX_HOLES:
            way = [h for h in model.row().holes if not Ranges.of([h]) - believed]
            assert (result == "refused") is (not way)
            if not way:
                return
            model.told |= set(range(way[0].first, way[0].last + 1))
        old_head = model.head
        model.head = max(model.head, seq)
        model.told.discard(seq)
        declines = over_share and LOG[seq - 1].payload.kind == 64
        if declines and seq < model.head:
            assert result == "declined"
            model.dropped.add(seq)
            return
        assert result == "stored"
        model.held.add(seq)
        if declines and old_head in model.held - {seq} and LOG[old_head - 1].payload.kind == 64:
            model.held.discard(old_head)
            model.dropped.add(old_head)

    def _drop(self) -> None:
        below = sorted(self.model.held - {self.model.head})
        if not below:
            return
        seq = self.random.choice(below)
        line = self.db.execute(
            f"SELECT {COLUMNS} FROM {TABLES} WHERE e.seq = ?",  # noqa: S608 - no outside text
            (seq,),
        ).fetchone()
        drop(self.db, Doomed._make(line))
        self.model.held.discard(seq)
        self.model.dropped.add(seq)

    def _say_gone(self) -> None:
        first = self.random.randint(1, LENGTH)
        said = Ranges.of([(first, first + self.random.randint(0, 6))])
        handle = LOG[0].payload.log.handle
        gone.note(self.db, peer_number(self.db, PEER), [(handle, said)], self.lived_s)
        if self.random.random() < 0.5:
            return
        self.lived_s += PATIENCE_S
        while gone.judge_some(self.db, self.lived_s):
            pass
        if self.model.head:
            told = marks.positions(self.db, marks.TOLD, 1)
            news = set(told) - self.model.told
            assert news <= set(range(1, self.model.head)) - self.model.seen
            self.model.told |= news

    def _lose(self) -> None:
        if self.model.held:
            seq = self.random.choice(sorted(self.model.held))
            self.db.execute("DELETE FROM envelope WHERE seq = ?", (seq,))
            if LOG[seq - 1].payload.kind == 64:  # damage takes nothing off that count
                less = "UPDATE store SET free_kind_bytes = free_kind_bytes - ?"
                self.db.execute(less, (len(LOG[seq - 1].exact),))
            scrub.scrub_log(self.db, 1)
            self.model.held.discard(seq)
            self.model.told.add(seq)

    def _fold(self) -> None:
        if self.model.head:
            folding.close_beyond(self.db, 0)

    def check(self) -> None:
        """Raise AssertionError where the store says something else than the model."""
        model, db = self.model, self.db
        if not model.head:
            return
        encoded, lowest, closed = db.execute(
            "SELECT frontier, lowest_served, closed FROM log"
        ).fetchone()
        row = Row.decode(encoded)
        assert row == model.row()
        assert {seq for (seq,) in db.execute("SELECT seq FROM envelope")} == model.held
        assert set(marks.positions(db, marks.TOLD, 1)) == model.told
        assert set(marks.positions(db, marks.DROPPED, 1)) == model.dropped
        assert lowest == min(model.held, default=logs.NONE_HELD)
        asked = [(row.handle, Ranges.of([(1, LENGTH)]))]
        found = wanted(db, None, asked, LENGTH)
        assert len(found.held) == len(model.held)
        without = Ranges.at(model.dropped | model.told)
        assert [positions for _, positions in found.gone] == ([without] if without else [])
        assert set(range(1, lowest_served(row, lowest))) <= model.dropped | model.told
        total, rows = db.execute("SELECT total, rows FROM frontier_sum").fetchone()
        assert (total, rows) == (hash_of(encoded), 1)
        assert db.execute("SELECT hash FROM closed").fetchall() == [(total,)] * closed
        free = sum(len(LOG[s - 1].exact) for s in model.held if LOG[s - 1].payload.kind == 64)
        assert db.execute("SELECT free_kind_bytes FROM store").fetchone() == (free,)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("laws") / "empty.db"
    with closing(open_writer(path)) as db:
        schema.ensure(db)
    return path


def runs_clean(empty: Path, seed: int) -> bool:
    """Return whether everything that happens with this seed leaves the store as it must be."""
    with (
        closing(sqlite3.connect(empty)) as source,
        closing(sqlite3.connect(":memory:", isolation_level=None)) as db,
    ):
        source.backup(db)
        world = World(db, empty, seed)
        try:
            for _ in range(STEPS):
                world.step()
                world.check()
        except Exception:  # noqa: BLE001 - a broken store may stumble over anything
            return False
    return True


@pytest.mark.parametrize("seed", range(60))
def test_a_row_is_what_was_seen_and_nothing_else(empty: Path, seed: int) -> None:
    assert runs_clean(empty, seed)


def _nothing(*_: Any) -> None:  # noqa: ANN401 - stands for anything
    """Do nothing where something should be done."""


def _never(*_: Any) -> bool:  # noqa: ANN401
    return False


def _everything(_: object) -> Ranges:
    return Ranges.of([(1, LENGTH)])


def _other_hash(encoded: bytes) -> bytes:
    return hash_of(encoded + b"x")


_BROKEN: dict[str, tuple[object, str, object]] = {
    "takes what was dropped": (marks, "has", _never),
    "leaves the sums alone": (logs, "shift_sum", _nothing),
    "forgets what is served": (dropping, "find_lowest", _nothing),
    "keeps told positions told": (taking, "fill", _nothing),
    "keeps told positions told when it stores": (appending, "fill", _nothing),
    "believes whatever is said to be gone": (gone, "_holes", _everything),
    "does not ask for what was lost": (scrub, "scrub_log", _nothing),
    "lets a closed log count twice": (folding, "hash_of", _other_hash),
    "drops no head of a free kind": (taking, "_drop_free", _nothing),
}


@pytest.mark.parametrize(("module", "name", "wrong"), _BROKEN.values(), ids=_BROKEN.keys())
def test_that_law_notices_a_store_that(
    empty: Path,
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    name: str,
    wrong: object,
) -> None:
    monkeypatch.setattr(module, name, wrong)
    assert not all(runs_clean(empty, seed) for seed in range(60))

"""The power goes at any moment: nothing that was acknowledged is lost, and the box starts."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from tests.crash.operations import Acknowledge, Operation, Rename, Sync
from tests.crash.power import Life, record, recover, states
from tests.crash.recording import Recording
from tests.crash.recovery import Fault, Kind
from tests.crash.writer import CLOSED, KILLED

SEED: Final = 20
FIRST_START_CUTS: Final = 2
"""Cuts after each operation of the first start."""
CUTS: Final = 300
"""Cuts at moments by lot, over all lives."""
CONTROL_CUTS: Final = 60
SHOWN: Final = 8

Quality = Callable[[str, float, str, float | None], None]


@pytest.fixture(scope="module")
def recording(memory: Path) -> Recording:
    """A node's first start; a start on the WAL of a killed one; a start after an orderly end."""
    folder = memory / "shipped"
    folder.mkdir()
    return record(folder, [Life(KILLED), Life(CLOSED, variant="short-wal"), Life(KILLED)])


def first_told(recording: Recording) -> int:
    """Return the moment at which somebody was told something for the first time."""
    told = (n for n, done in enumerate(recording.operations, 1) if isinstance(done, Acknowledge))
    return next(told)


def moments_by_lot(recording: Recording, count: int) -> list[int]:
    rnd = random.Random(SEED)  # noqa: S311 - replays
    return [rnd.randint(first_told(recording), len(recording.operations)) for _ in range(count)]


def cut(
    recording: Recording, moments: Iterable[int], folder: Path
) -> tuple[list[str], Counter[Kind]]:
    """Cut the power at each moment; return how to find each bad state again, and the faults."""
    folder.mkdir()
    bad: list[str] = []
    kinds: Counter[Kind] = Counter()
    for state in states(recording, moments, SEED):
        faults = recover(state, folder)
        kinds.update({fault.kind for fault in faults})
        if faults:
            bad.append(_line(state.moment, state.survival.name, recording, faults))
    return bad, kinds


def shown(bad: list[str]) -> str:
    """Return the first bad states, and how many there are."""
    return "\n".join([f"{len(bad)} bad states", *bad[:SHOWN]])


def _line(moment: int, survival: str, recording: Recording, faults: list[Fault]) -> str:
    last: Operation | None = recording.operations[moment - 1] if moment else None
    first = faults[0]
    return (
        f"seed {SEED}, cut after operation {moment} ({last!s:.90}), {survival} survived:"
        f" {first.kind.value}: {first.what} (and {len(faults) - 1} more)"
    )


def test_a_cut_after_any_operation_of_the_first_start_leaves_a_directory_that_starts(
    recording: Recording, memory: Path, quality: Quality
) -> None:
    moments = [*range(first_told(recording))] * FIRST_START_CUTS
    bad, _ = cut(recording, moments, memory / "first")
    quality("power cuts in the first start, crash states", len(moments), "states", None)
    assert not bad, shown(bad)


def test_no_cut_loses_what_was_acknowledged(
    recording: Recording, memory: Path, quality: Quality, repeated: int
) -> None:
    began_s = time.monotonic()
    moments = moments_by_lot(recording, CUTS * repeated)
    bad, kinds = cut(recording, moments, memory / "any")
    told = sum(isinstance(done, Acknowledge) for done in recording.operations)
    quality("power cuts, crash states", len(moments), "states", None)
    quality("power cuts, acknowledgements at stake", told, "acknowledgements", None)
    quality("power cuts, states with losses", kinds[Kind.LOST], "states", None)
    quality("power cuts, replay", time.monotonic() - began_s, "s", None)
    assert not bad, shown(bad)


def test_what_is_cut_holds_checkpoints_and_starts_on_a_wal_that_was_left(
    recording: Recording,
) -> None:
    lives = [*recording.starts, len(recording.operations)]
    for start, end in pairwise(lives):
        done = recording.operations[start:end]
        told = [n for n, one in enumerate(done) if isinstance(one, Acknowledge)]
        between = done[told[0] : told[-1]]
        synced = [one.file for one in between if isinstance(one, Sync)]
        assert [recording.path_of(file) for file in synced].count("data/node.db") >= 1
    removed = [
        n
        for n, one in enumerate(recording.operations)
        if isinstance(one, Rename) and one.removed == "node.db-wal" and one.put is None
    ]
    assert removed, "no orderly end"
    assert removed[0] > recording.starts[1], "the first life was not left with its WAL"


def test_the_harness_reports_commits_that_are_not_synced(memory: Path) -> None:
    folder = memory / "normal"
    folder.mkdir()
    lazy = record(folder, [Life(KILLED, variant="sync-normal")])
    _, kinds = cut(lazy, moments_by_lot(lazy, CONTROL_CUTS), folder / "states")
    assert kinds[Kind.LOST] > CONTROL_CUTS // 10


def test_the_harness_reports_a_key_that_is_written_in_place(memory: Path) -> None:
    folder = memory / "key"
    folder.mkdir()
    careless = record(folder, [Life(KILLED, variant="key-in-place")])
    bad, _ = cut(careless, range(first_told(careless)), folder / "states")
    assert any("is no key" in line for line in bad)

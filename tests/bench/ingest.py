"""What storing envelopes costs, as ratios within one run: ``make bench``.

Wall seconds differ between machines and between minutes; ratios of interleaved rounds hold.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from node.protocol.envelope import Envelope, open_envelope
from node.runtime.ports import Receipt
from node.store.store import Store, open_store
from node.store.transaction import Transaction
from tests.fakes.authors import RemoteAuthor
from tests.fakes.clock import FakeClock
from tests.suites.quality import record

AUTHORS: Final = 50
ENVELOPES: Final = 6_000
ROUNDS: Final = 5
PER_COMMIT: Final = 100


def written(seed: str) -> list[bytes]:
    """Return envelopes of many authors, interleaved as they would arrive."""
    authors = [RemoteAuthor(f"{seed} {number}") for number in range(AUTHORS)]
    return [
        authors[number % AUTHORS].says(f"message {number}: the tap behind the school works").exact
        for number in range(ENVELOPES)
    ]


def cpu_s(work: Callable[[], object]) -> float:
    """Return the processor seconds of this process that ``work`` took, all threads."""
    start = time.process_time()
    work()
    return time.process_time() - start


async def fresh(folder: Path) -> Store:
    """Return an empty store in ``folder``."""
    return await open_store(
        folder / "node.db", node_id="ab" * 32, clock=FakeClock(), budget_bytes=10**10, machine=None
    )


async def ingest(store: Store, envelopes: Sequence[Envelope], per_commit: int) -> None:
    """Store verified envelopes, so many to a transaction."""
    for start in range(0, len(envelopes), per_commit):
        batch = envelopes[start : start + per_commit]

        def work(tx: Transaction, batch: Sequence[Envelope] = batch) -> None:
            for envelope in batch:
                receipt = Receipt(0, envelope.payload.hlc >> 16, time_certain=True)
                tx.append(envelope, receipt, local=False)

        await store.write(work)


async def round_of(number: int) -> dict[str, float]:
    """Return this round's microseconds of processor per envelope, by stage."""
    exact = written(f"round {number}")
    envelopes: list[Envelope] = []
    verified_s = cpu_s(lambda: envelopes.extend(map(open_envelope, exact)))
    with tempfile.TemporaryDirectory() as folder:
        store = await fresh(Path(folder))
        start_s = time.process_time()
        await ingest(store, envelopes, PER_COMMIT)
        stored_s = time.process_time() - start_s
        start_s = time.process_time()
        await store.search("school", None, 1, None)  # fills both indexes to the end
        indexed_s = time.process_time() - start_s
        await store.close()
    stages = {"verify": verified_s, "store": stored_s, "index": indexed_s}
    return {stage: seconds / ENVELOPES * 1e6 for stage, seconds in stages.items()}


async def commits(clients: int, writes: int) -> float:
    """Return writes per second of so many clients that each wait for their answer."""
    with tempfile.TemporaryDirectory() as folder:
        store = await fresh(Path(folder))
        authors = [RemoteAuthor(f"client {number}") for number in range(clients)]

        async def one(author: RemoteAuthor) -> None:
            for number in range(writes // clients):
                await ingest(store, [author.says(str(number))], 1)

        start_s = time.monotonic()
        await asyncio.gather(*map(one, authors))
        rate = writes / (time.monotonic() - start_s)
        await store.close()
    return rate


async def main() -> None:
    """Measure, print and keep."""
    rounds = [await round_of(number) for number in range(ROUNDS)]
    median = {stage: statistics.median(r[stage] for r in rounds) for stage in rounds[0]}
    for stage, cost_us in median.items():
        print(f"{stage:<8} {cost_us:7.0f} µs of processor per envelope")  # noqa: T201
    share = statistics.median(r["verify"] / (r["verify"] + r["store"]) for r in rounds)
    print(f"ingest runs at {share:.2f} of verifying alone")  # noqa: T201
    record("bench: ingest against verifying alone", round(share, 3), "ratio")
    pairs = [(await commits(1, 300), await commits(64, 1_920)) for _ in range(ROUNDS)]
    gain = statistics.median(many / one for one, many in pairs)
    print(f"64 clients together commit {gain:.1f} times as much as one")  # noqa: T201
    record("bench: group commit, 64 clients against 1", round(gain, 2), "ratio")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

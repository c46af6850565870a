"""Virtual time passes at once, in order, and shows who waits in vain."""

import asyncio
import itertools
from math import isclose

import pytest

from tests.simulation.clock import VirtualClock
from tests.simulation.loop import DeadlockError, LivelockError, VirtualLoop, run


def test_a_month_passes_at_once_and_timers_ring_in_their_order() -> None:
    rung: list[tuple[str, float]] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()

        async def ring(name: str, after_s: float) -> None:
            await asyncio.sleep(after_s)
            rung.append((name, loop.time()))

        await asyncio.gather(ring("month", 2_592_000), ring("day", 86_400), ring("now", 0))

    run(main())
    assert [name for name, _ in rung] == ["now", "day", "month"]
    assert [round(at_s, 6) for _, at_s in rung] == [0, 86_400, 2_592_000]


def test_a_timer_never_rings_early() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        for _ in range(10_000):
            due_s = loop.time() + 0.1
            await asyncio.sleep(0.1)
            assert loop.time() >= due_s - 1e-9

    run(main())


def test_what_is_ready_runs_before_time_moves() -> None:
    seen: list[float] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(1, lambda: seen.append(loop.time()))
        for _ in range(100):
            await asyncio.sleep(0)
            seen.append(loop.time())
        await asyncio.sleep(2)

    run(main())
    assert seen == [0.0] * 100 + [1.0]


def test_a_timeout_is_as_long_as_it_says() -> None:
    async def main() -> float:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 5)
        return asyncio.get_running_loop().time()

    assert isclose(run(main()), 5)


def test_waiting_for_what_never_comes_is_told_with_who_waits() -> None:
    async def the_one_who_waits() -> None:
        await asyncio.Event().wait()

    async def main() -> None:
        await asyncio.create_task(the_one_who_waits(), name="box 3")

    with pytest.raises(DeadlockError, match=r"box 3: .*wait.*the_one_who_waits"):
        run(main())


def test_a_loop_that_never_lets_time_move_is_told() -> None:
    async def main() -> None:
        for _ in itertools.count():
            await asyncio.sleep(0)

    with pytest.raises(LivelockError, match="main"):
        run(main())


def test_a_fault_nobody_looked_at_is_told() -> None:
    async def fails() -> None:
        raise ValueError("unseen")

    async def main() -> None:
        task = asyncio.create_task(fails())
        await asyncio.sleep(1)
        del task

    with pytest.raises(AssertionError, match="unseen"):
        run(main())


@pytest.mark.parametrize(
    ("offset_ms", "drift", "wall_ms"),
    [(0, 0.0, 100_000), (-5_000, 0.0, 95_000), (0, 0.01, 101_000)],
)
def test_a_wall_clock_is_as_wrong_as_it_was_made(
    offset_ms: int, drift: float, wall_ms: int
) -> None:
    async def main() -> tuple[int, float]:
        clock = VirtualClock(asyncio.get_running_loop(), offset_ms=offset_ms, drift=drift)
        before_ms = VirtualClock(asyncio.get_running_loop()).wall_ms()
        await asyncio.sleep(100)
        return clock.wall_ms() - before_ms, clock.monotonic_s()

    assert run(main()) == (wall_ms, 100.0)


def test_the_loop_counts_its_turns() -> None:
    loop = VirtualLoop()
    loop.run_until_complete(asyncio.sleep(0))
    assert loop.turns > 0
    loop.close()

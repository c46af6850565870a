"""An event loop whose time jumps: nothing waits, and the same program runs the same way again."""

import asyncio
import inspect
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

MAX_TURNS_AT_ONCE: Final = 100_000
"""Turns of the loop without time moving; more is a loop that waits for itself."""

T = TypeVar("T")


class DeadlockError(Exception):
    """Nothing is ready and nothing is due: whoever waits would wait for ever."""


class LivelockError(Exception):
    """Something is always ready, so time never moves on."""


class _Idle(selectors.SelectSelector):
    """Knows of no event but the next timer, and is there at once."""

    def __init__(self, wait: Callable[[float | None], None]) -> None:
        super().__init__()
        self._wait = wait

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Let ``timeout`` pass; there are no files to hear of."""
        self._wait(timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs tasks and timers on a time of its own, which starts at 0.

    It hears of no thread and no socket: who waits for one is in a deadlock.
    """

    def __init__(self) -> None:
        super().__init__(_Idle(self._pass))
        self.faults: list[dict[str, Any]] = []
        """What asyncio reported because nobody looked: exceptions of tasks that were let go."""
        self.turns = 0
        self._now_s = 0.0
        self._turns_at_once = 0
        self.set_exception_handler(lambda _, context: self.faults.append(context))

    def time(self) -> float:
        """Return virtual seconds since the loop was made."""
        return self._now_s

    def _pass(self, timeout_s: float | None) -> None:
        self.turns += 1
        if timeout_s is None:
            raise DeadlockError("\n".join(["nobody will ever wake:", *map(_waits, self._tasks())]))
        if timeout_s > 0:
            self._turns_at_once = 0
            self._now_s += timeout_s
            return
        self._turns_at_once += 1
        if self._turns_at_once > MAX_TURNS_AT_ONCE:
            running = [f"at {self._now_s} s for ever:", *map(_waits, self._tasks())]
            raise LivelockError("\n".join(running))

    def _tasks(self) -> "list[asyncio.Task[Any]]":
        return sorted(asyncio.all_tasks(self), key=lambda task: task.get_name())


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run ``main`` on a new virtual loop and return its answer; cancels what it leaves behind.

    Raises:
        DeadlockError: ``main`` waits for what will never come.
        LivelockError: something never lets time move on.
        Exception: whatever ``main`` raised, or a task that was let go raised unseen.
    """
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        answer = runner.run(main)
        loop = runner.get_loop()
    if isinstance(loop, VirtualLoop) and loop.faults:
        raise AssertionError(f"unseen: {loop.faults}")
    return answer


def _waits(task: "asyncio.Task[Any]") -> str:
    """Return where ``task`` stands, the innermost await first."""
    places: list[str] = []
    inner: Any = task.get_coro()
    while inspect.iscoroutine(inner):
        frame = inner.cr_frame
        if frame is not None:
            places.append(f"{inner.__qualname__}:{frame.f_lineno}")
        inner = inner.cr_await
    return f"  {task.get_name()}: {' < '.join(reversed(places))}"

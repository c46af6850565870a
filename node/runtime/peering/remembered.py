"""Positions of logs that are kept in mind about one peer."""

from collections import OrderedDict
from typing import Final

from node.protocol.ids import LogHandle
from node.protocol.ranges import MAX_RUNS, Ranges

MAX_REMEMBERED_RUNS: Final = 4_096
"""Runs of positions remembered about one peer, of all logs together: gone there, or stored there
and not here yet. The log named longest ago is forgotten first, which costs bytes only. Stops a peer
that names logs, or scattered positions of one, for ever.
"""


class Remembered:
    """Positions by log, bounded."""

    def __init__(self) -> None:
        self._logs: OrderedDict[LogHandle, Ranges] = OrderedDict()
        self._runs = 0

    def __getitem__(self, handle: LogHandle) -> Ranges:
        """Return what is remembered of one log."""
        return self._logs.get(handle, Ranges())

    def add(self, handle: LogHandle, positions: Ranges) -> None:
        """Remember more positions; not where the log would have too many runs."""
        more = self[handle] | positions
        if len(more.runs) > MAX_RUNS:
            return
        self._keep(handle, more)
        while self._runs > MAX_REMEMBERED_RUNS:
            _, oldest = self._logs.popitem(last=False)
            self._runs -= len(oldest.runs)

    def remove(self, handle: LogHandle, positions: Ranges) -> None:
        """Forget positions."""
        if handle in self._logs:
            self._keep(handle, self[handle] - positions)

    def _keep(self, handle: LogHandle, positions: Ranges) -> None:
        self._runs += len(positions.runs) - len(self[handle].runs)
        if positions:
            self._logs[handle] = positions
            self._logs.move_to_end(handle)
        else:
            self._logs.pop(handle, None)

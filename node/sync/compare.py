"""What two rows of one log say about each other."""

from node.protocol.frontier import Row
from node.protocol.ranges import Ranges


def seen(row: Row) -> Ranges:
    """Return the positions that ``row`` has seen."""
    return Ranges.of([(1, row.head)]) - Ranges.of(row.holes)


def lacking(mine: Row | None, theirs: Row) -> Ranges:
    """Return the positions that ``theirs`` has seen and ``mine`` (None: an unknown log) has not."""
    return seen(theirs) if mine is None else seen(theirs) - seen(mine)


def is_ahead(mine: Row, theirs: Row) -> bool:
    """Return whether the other side gains by seeing ``mine``.

    It does when mine has seen a position that theirs has not, or when the heads are equal and
    tip or fork flag differ. Who is merely behind says nothing, and asks.
    """
    if mine.head > theirs.head:
        return True
    if mine.head == theirs.head and (mine.tip, mine.forked) != (theirs.tip, theirs.forked):
        return True
    return bool(theirs.holes) and bool(lacking(theirs, mine))


def needs_repair(mine: Row, theirs: Row, gone: Ranges) -> bool:
    """Return whether the ids of the two logs must be compared.

    Their tips tell of different ids although there is no position left to ask for.

    Args:
        mine: this side's row.
        theirs: as the peer showed it.
        gone: positions that the peer can no longer serve.
    """
    if (mine.tip, mine.forked) == (theirs.tip, theirs.forked):
        return False
    if lacking(mine, theirs) - gone:
        return False
    same_history = mine.head == theirs.head and not mine.holes and not theirs.holes
    return mine.forked or theirs.forked or same_history

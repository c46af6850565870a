"""Which authors are one person: rules of docs/protocol.md over continuations with true proofs."""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from node.protocol.limits import MAX_CHAIN_LINKS

A = TypeVar("A", bound=Hashable)
"""An author: its verify key, or what stands for it."""


@dataclass(frozen=True, slots=True)
class Continuations(Generic[A]):
    """What some authors say of each other, each by its newest profile."""

    links: Mapping[A, A]
    """Author to the one it continues, where the proof holds."""
    disowned: Mapping[A, Collection[A]]
    """Author to those it says are not the same person."""


def line_of(author: A, continuations: Continuations[A]) -> list[A]:
    """Return ``author`` and those it continues, up to the person: the last one.

    Along links that are not void. Alone, where they go round or are more than ``MAX_CHAIN_LINKS``.
    """
    line = [author]
    while (above := continuations.links.get(line[-1])) is not None and not is_void(
        line[-1], continuations
    ):
        if above in line or len(line) > MAX_CHAIN_LINKS:
            return [author]
        line.append(above)
    return line


def is_void(author: A, continuations: Continuations[A]) -> bool:
    """Return whether ``author``'s link counts for nothing.

    It does when anybody it leads to disowns the author, or the author disowns one of them.
    """
    if not continuations.disowned:
        return False
    own = continuations.disowned.get(author, ())
    return any(
        above in own or author in continuations.disowned.get(above, ())
        for above in _above(author, continuations.links)
    )


def _above(author: A, links: Mapping[A, A]) -> list[A]:
    """Return whom ``author``'s links lead to, void or not, at most ``MAX_CHAIN_LINKS`` up."""
    found: list[A] = []
    while (above := links.get(found[-1] if found else author)) is not None:
        if above == author or above in found or len(found) == MAX_CHAIN_LINKS:
            break
        found.append(above)
    return found

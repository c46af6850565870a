"""What people on the pages without script were shown, and may rely on whatever happens."""

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeAlias

import msgspec


class Thing(StrEnum):
    """What an answer promised."""

    TEXT = "text"
    """A message with this text is stored, once."""
    NAME = "name"
    """The person has this name."""
    SESSION = "session"
    """The pages below this address are the person's, at that address of a phone."""
    ENDING = "ending"
    """They may be the person's no more: a hand-over has begun."""
    ENDED = "ended"
    """They are nobody's."""
    PAPER = "paper"
    """These twelve words open the person."""
    WORDS = "words"
    """These four words open the person, once."""
    DROPPED = "dropped"
    """This page of the person lists everybody who speaks for them, and not this author."""


class Step(msgspec.Struct, frozen=True, tag="step"):
    """One answer."""

    walk: str
    """Whose: one person from the first word to the last."""
    thing: Thing
    value: str
    address: str = ""


class Broken(msgspec.Struct, frozen=True, tag="broken"):
    """A form was sent and the connection ended without an answer; nothing is promised."""

    asked_s: float
    """On the monotonic clock, which all processes of a machine share."""


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The node answered a form that deserves success with something else."""

    answer: str


Fact: TypeAlias = Step | Broken | Refused


def to_line(fact: Fact) -> bytes:
    """Return a fact as one line."""
    return msgspec.json.encode(fact) + b"\n"


def read_lines(lines: Iterable[bytes]) -> list[Fact]:
    """Return the facts of whole lines."""
    decoder = msgspec.json.Decoder(Fact)
    return [decoder.decode(line) for line in lines]

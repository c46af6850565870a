"""What a client was told, and may rely on whatever happens to the power."""

from collections.abc import Iterable
from typing import TypeAlias

import msgspec


class Box(msgspec.Struct, frozen=True, tag="box"):
    """The node answers, under this key."""

    id: str


class Person(msgspec.Struct, frozen=True, tag="person"):
    """A person was introduced and got a token."""

    id: str
    token: str


class Room(msgspec.Struct, frozen=True, tag="room"):
    """A room was made."""

    id: str
    name: str


class Joined(msgspec.Struct, frozen=True, tag="joined"):
    """A person is a member of a room."""

    token: str
    room: str


class Broken(msgspec.Struct, frozen=True, tag="broken"):
    """A request was sent and the connection ended without an answer; nothing is promised."""

    asked_s: float
    """On the monotonic clock, which all processes of a machine share."""


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The node answered a request that deserves success with something else."""

    answer: str


class Message(msgspec.Struct, frozen=True, tag="message"):
    """A message is stored."""

    client_id: str
    token: str
    room: str
    id: str
    text: str
    cursor: str
    hlc: str


Fact: TypeAlias = Box | Person | Room | Joined | Broken | Refused | Message


def to_line(fact: Fact) -> bytes:
    """Return a fact as one line."""
    return msgspec.json.encode(fact) + b"\n"


def read_lines(lines: Iterable[bytes | str]) -> list[Fact]:
    """Return the facts of whole lines."""
    decoder = msgspec.json.Decoder(Fact)
    return [decoder.decode(line) for line in lines]

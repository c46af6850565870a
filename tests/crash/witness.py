"""Holds a node to what a client was told."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from node.contract.cursors import Cursor
from tests.crash import told
from tests.crash.client import EVERYONE
from tests.crash.mortal import Api


class Witness:
    """Reads the client's file as it grows, and asks the node for everything in it."""

    def __init__(self, path: Path) -> None:
        self.facts: list[told.Fact] = []
        """All that was told so far."""
        self._path = path
        self._read_bytes = 0
        self._asked = 0
        self._newest: dict[str, str] = {}
        self._stored: dict[str, dict[str, Any]] = {}

    def lost(self, api: Api) -> list[str]:
        """Return which new facts the node does not know; reads only what is new there too."""
        self.read()
        known = _Known(api)
        self._look(api, known.rooms)
        new, self._asked = self.facts[self._asked :], len(self.facts)
        return [str(fact) for fact in new if not self._holds(known, fact)]

    def all_lost(self, api: Api) -> list[str]:
        """Return everything that is wrong with the node by now, everything asked anew."""
        self._newest, self._stored, self._asked = {}, {}, 0
        return [*self.lost(api), *self._repeated(), *self._out_of_order()]

    def read(self) -> None:
        """Take in what was told since the last time."""
        content = self._path.read_bytes() if self._path.exists() else b""
        whole = content[self._read_bytes : content.rfind(b"\n") + 1]
        self._read_bytes += len(whole)
        self.facts += told.read_lines(whole.splitlines())

    def messages(self) -> Iterator[told.Message]:
        """Yield the acknowledged messages, each once, in the order they were told."""
        seen: set[str] = set()
        for fact in self.facts:
            if isinstance(fact, told.Message) and fact.client_id not in seen:
                seen.add(fact.client_id)
                yield fact

    def _look(self, api: Api, rooms: set[str]) -> None:
        first = next(self.messages(), None)
        if first is None:
            return
        incarnation = bytes.fromhex(first.cursor.partition(".")[0])
        for room in rooms:
            after = self._newest.get(room, str(Cursor(incarnation, 0)))
            for message in api.messages_after(room, after):
                self._stored[message["id"]] = message
                self._newest[room] = message["cursor"]

    def _holds(self, known: "_Known", fact: told.Fact) -> bool:
        match fact:
            case told.Person():
                return known.person(fact.token) == fact.id
            case told.Room():
                return fact.id in known.rooms
            case told.Joined():
                return fact.room in known.joined(fact.token)
            case told.Message():
                found = self._stored.get(fact.id)
                return found is not None and all(
                    found[name] == getattr(fact, name) for name in ("text", "cursor", "hlc")
                )
            case _:
                return True

    def _repeated(self) -> list[str]:
        """Return what is stored more than once; each text begins with its ``client_id``."""
        times = Counter(message["text"].split()[0] for message in self._stored.values())
        twice = [f"{client_id} is stored {n} times" for client_id, n in times.items() if n > 1]
        ids: defaultdict[str, set[str]] = defaultdict(set)
        for fact in self.facts:
            if isinstance(fact, told.Message):
                ids[fact.client_id].add(fact.id)
        return twice + [
            f"{name} was told as {told_as}" for name, told_as in ids.items() if len(told_as) > 1
        ]

    def _out_of_order(self) -> list[str]:
        """Return where one person's messages stand otherwise than they were acknowledged."""
        by_person: defaultdict[str, list[told.Message]] = defaultdict(list)
        for message in self.messages():
            by_person[message.token].append(message)
        return [
            f"{after.client_id} is not after {before.client_id}"
            for messages in by_person.values()
            for before, after in pairwise(messages)
            if int(after.hlc) <= int(before.hlc)
            or _arrival(after.cursor) <= _arrival(before.cursor)
        ]


class _Known:
    """What the node knows at one time, each thing asked once."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._persons: dict[str, str] = {}
        self._joined: dict[str, set[str]] = {}
        self.rooms: set[str] = {room["id"] for room in api.get("/rooms")}

    def person(self, token: str) -> str:
        """Return whose token it is; empty when it is nobody's."""
        if token not in self._persons:
            me = self._api.find("/auth/me", token)
            self._persons[token] = "" if me is None else me["user"]["id"]
        return self._persons[token]

    def joined(self, token: str) -> set[str]:
        """Return the rooms that the token's person is in."""
        if token not in self._joined:
            rooms: list[dict[str, Any]] = self._api.find("/rooms", token) or []
            self._joined[token] = {room["id"] for room in rooms if room["joined"]}
        return self._joined[token] | {EVERYONE}


def _arrival(cursor: str) -> int:
    return int(cursor.rpartition(".")[2])

"""Phones that never rest, in a process of their own: every answer is told to a file at once.

Run as ``python -m tests.crash.client SOCKET TOLD SEED``. On SIGTERM each phone ends once what it
sent is answered. A request without an answer is sent again until there is one: a message with the
same ``client_id``, so that it must not be stored twice.
"""

import asyncio
import os
import random
import signal
import sys
import time
from enum import IntEnum
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import httpx

from tests.crash.told import Broken, Fact, Joined, Message, Person, Refused, Room, to_line

PHONES: Final = 6
ANSWER_WITHIN_S: Final = 30.0
AGAIN_S: Final = 0.02
EVERYONE: Final = "everyone"
MOST_CHARS: Final = 400


class Thing(IntEnum):
    """What a phone does next, and how often in a hundred times."""

    INTRODUCE = 3
    MAKE_ROOM = 1
    JOIN = 6
    SEND_AGAIN = 5
    WRITE = 85


class Told:
    """The file of what was answered, written before anything else happens."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def add(self, fact: Fact) -> None:
        """Append one line."""
        os.write(self._file, to_line(fact))


class RefusedError(Exception):
    """The node refused what it should have done; it was told to the file."""


class Phone:
    """One connection and one person at a time, who does one thing after the other."""

    def __init__(
        self, number: int, socket: Path, told: Told, rooms: list[str], rnd: random.Random
    ) -> None:
        self._number = number
        self._told = told
        self._rnd = rnd
        self._http = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(uds=str(socket), verify=False),
            base_url="http://localhost",
            timeout=ANSWER_WITHIN_S,
        )
        self._token = ""
        self._rooms = rooms
        self._sent: list[tuple[str, dict[str, Any]]] = []
        self._count = 0

    async def live(self, ended: asyncio.Event) -> None:
        """Do things until ``ended``."""
        while not ended.is_set():
            try:
                await self._do()
            except RefusedError:  # a node that forgot this person or room: begin anew
                self._token = ""
                del self._rooms[1:]
        await self._http.aclose()

    async def _do(self) -> None:
        thing = self._rnd.choices(tuple(Thing), tuple(Thing))[0] if self._token else Thing.INTRODUCE
        match thing:
            case Thing.INTRODUCE:
                await self._introduce()
            case Thing.MAKE_ROOM:
                await self._make_room()
            case Thing.JOIN:
                await self._join()
            case Thing.SEND_AGAIN if self._sent:
                await self._deliver(*self._rnd.choice(self._sent))
            case _:
                await self._write()

    async def _introduce(self) -> None:
        answer = await self._ask("/auth/init", {"name": f"Phone {self._number}"}, token="")
        self._token = answer["token"]
        self._sent.clear()
        self._told.add(Person(answer["user"]["id"], self._token))

    async def _make_room(self) -> None:
        answer = await self._ask("/rooms", {"name": f"Room {self._number}"}, self._token)
        self._rooms.append(answer["id"])
        self._told.add(Room(answer["id"], answer["name"]))

    async def _join(self) -> None:
        room = self._rnd.choice(self._rooms)
        await self._ask(f"/rooms/{room}/join", None, self._token)
        self._told.add(Joined(self._token, room))

    async def _write(self) -> None:
        self._count += 1
        client_id = f"phone-{self._number}-{self._count}"
        body: dict[str, Any] = {"client_id": client_id}
        body["text"] = f"{client_id} {'x' * self._rnd.randrange(MOST_CHARS)}".strip()
        if self._rnd.randrange(5) == 0:
            body["category"] = self._rnd.choice(("safe", "help", "offer"))
        sent = (self._rnd.choice(self._rooms), body)
        await self._deliver(*sent)
        self._sent.append(sent)

    async def _deliver(self, room: str, body: dict[str, Any]) -> None:
        answer = await self._ask(f"/rooms/{room}/messages", body, self._token)
        self._told.add(
            Message(
                client_id=body["client_id"],
                token=self._token,
                room=answer["room_id"],
                id=answer["id"],
                text=answer["text"],
                cursor=answer["cursor"],
                hlc=answer["hlc"],
            )
        )

    async def _ask(self, path: str, body: object, token: str) -> dict[str, Any]:
        """Return the answer, however often the node dies before it gives one.

        Raises:
            RefusedError: it is not the one that was earned.
        """
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        while True:
            asked_s = time.monotonic()
            try:
                response = await self._http.post(path, json=body, headers=headers)
            except httpx.ConnectError:
                await asyncio.sleep(AGAIN_S)
                continue
            except httpx.TransportError:
                self._told.add(Broken(asked_s))
                continue
            if response.status_code < HTTPStatus.BAD_REQUEST:
                answer: dict[str, Any] = response.json()
                return answer
            self._told.add(Refused(f"{path}: {response.status_code} {response.text}"))
            raise RefusedError


async def main(socket: Path, told: Path, seed: int) -> None:
    """Let the phones live until SIGTERM."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    file, rooms = Told(told), [EVERYONE]
    phones = [
        Phone(number, socket, file, rooms, random.Random(f"{seed}-{number}"))  # noqa: S311 - replays
        for number in range(PHONES)
    ]
    async with asyncio.TaskGroup() as group:
        for phone in phones:
            group.create_task(phone.live(ended))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))

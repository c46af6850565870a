"""People on the pages without script, in a process of their own, whose node dies at any step.

Run as ``python -m tests.crash.walk PORT PEER_PORT TOLD SEED``. On SIGTERM each ends its walk. A
form without an answer is sent again as it was until there is one, as people press "reload".
"""

import asyncio
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import httpx

from node.protocol import kinds
from node.protocol.carry import carry_key, prove
from node.protocol.ids import EVERYONE, VerifyKey
from node.protocol.kinds import Kind, Profile
from node.runtime.words import secret_of
from tests.crash.walked import Broken, Refused, Step, Thing, to_line
from tests.fakes.authors import RemoteAuthor
from tests.hostile.lite_phone import LitePhone, shown_words
from tests.hostile.peer_enemy import in_turn
from tests.hostile.peer_floods import data

WALKERS: Final = 4
AGAIN_S: Final = 0.02


class RefusedError(Exception):
    """The node refused what it should have done; it was told to the file."""


class Walk:
    """One person from the first word to the last, over three phones."""

    def __init__(self, name: str, number: int, ports: tuple[int, int], told: int) -> None:
        self._name = name
        self._ports = ports
        self._told = told
        self._phones = [self._phone(number * 4 + at) for at in range(1, 4)]

    def go(self) -> None:
        """Begin, write, take a name, hand over, draw a paper, go on by it, drop a thief.

        Raises:
            RefusedError: the node refused something on the way.
        """
        first, second, third = self._phones
        self._begin(first)
        self._say(first, "second")
        self._rename(first)
        self._go_on(second, self._words(first, "offer"), over=first)
        self._say(second, "third")
        twelve = self._words(second, "draw")
        self._tell(Thing.PAPER, twelve)
        self._go_on(third, twelve)
        self._say(third, "fourth")
        self._drop(third, RemoteAuthor(f"thief of {self._name}"), twelve)
        self._tell(Thing.WORDS, self._words(third, "offer"))

    def close(self) -> None:
        """Close the phones."""
        for phone in self._phones:
            phone.client.close()

    def _begin(self, phone: LitePhone) -> None:
        fields = {"ticket": self._ticket(phone), "once": secrets.token_hex(16)}
        fields |= {"name": self._name, "text": f"{self._name} first"}
        phone.follow(self._ask(lambda: phone.post("/lite/begin", fields), 303))
        self._tell(Thing.TEXT, fields["text"])
        self._tell(Thing.SESSION, phone.place, phone)

    def _say(self, phone: LitePhone, what: str) -> None:
        text, once = f"{self._name} {what}", secrets.token_hex(16)
        self._ask(lambda: phone.say(text, once), 303)
        self._tell(Thing.TEXT, text)

    def _rename(self, phone: LitePhone) -> None:
        name = f"{self._name} by name"
        self._ask(lambda: phone.post("name", {"name": name}), 303)
        self._tell(Thing.NAME, name)

    def _words(self, phone: LitePhone, act: str) -> str:
        return shown_words(self._ask(lambda: phone.act(act), 200))

    def _go_on(self, phone: LitePhone, words: str, over: LitePhone | None = None) -> None:
        fields = {"ticket": self._ticket(phone), "words": words}
        if over is not None:
            self._tell(Thing.ENDING, over.place, over)
        phone.follow(self._ask(lambda: phone.post("/lite/carry", fields), 303))
        self._tell(Thing.SESSION, phone.place, phone)
        if over is not None:
            self._tell(Thing.ENDED, over.place, over)

    def _drop(self, phone: LitePhone, thief: RemoteAuthor, twelve: str) -> None:
        """Let somebody who copied the paper speak as this person, and say that it is not."""
        me = self._ask(lambda: phone.client.get("/auth/me", headers=_bearer(phone)), 200).json()
        victim, key = VerifyKey(bytes.fromhex(me["user"]["id"])), carry_key(secret_of(twelve))
        own = thief.key.verify_key
        profile = Profile(thief.name[:40], None, (victim, prove(key, victim, own)))
        envelope = thief.signs(Kind.PROFILE, profile, EVERYONE, kinds.SAFETY, 0)
        while True:
            with suppress(OSError, TimeoutError):
                asyncio.run(in_turn(self._ports[1], "thief", [data(envelope.exact)]))
            if own.hex() in self._ask(lambda: phone.get("me"), 200).text:
                break
            time.sleep(AGAIN_S)
        self._ask(lambda: phone.act("drop", author=own.hex()), 303)
        self._tell(Thing.DROPPED, f"{phone.place}/me {own.hex()}", phone)

    def _ticket(self, phone: LitePhone) -> str:
        """Return what a form of the phone carries; asked for until it is answered."""
        answer = self._ask(lambda: phone.get("/lite/carry"), 200)
        return answer.text.partition('name="ticket" value="')[2].partition('"')[0]

    def _ask(self, do: Callable[[], httpx.Response], status: int) -> httpx.Response:
        """Return the answer, however often the node dies before it gives one.

        Raises:
            RefusedError: it is not the one that was earned.
        """
        while True:
            asked_s = time.monotonic()
            try:
                answer = do()
            except httpx.ConnectError:
                time.sleep(AGAIN_S)
                continue
            except httpx.TransportError:
                os.write(self._told, to_line(Broken(asked_s)))
                continue
            if answer.status_code == status:
                return answer
            refused = f"{answer.request.url}: {answer.status_code} {answer.text[-900:]}"
            os.write(self._told, to_line(Refused(refused)))
            raise RefusedError(refused)

    def _tell(self, thing: Thing, value: str, phone: LitePhone | None = None) -> None:
        address = "" if phone is None else phone.address
        os.write(self._told, to_line(Step(self._name, thing, value, address)))

    def _phone(self, number: int) -> LitePhone:
        url = f"http://127.0.0.1:{self._ports[0]}"
        return LitePhone.at_url(url, f"127.0.{20 + number // 200}.{1 + number % 200}")


def _bearer(phone: LitePhone) -> dict[str, str]:
    return {"authorization": f"Bearer {phone.cookie.partition('=')[2]}"}


def main(ports: tuple[int, int], told: Path, seed: str) -> None:
    """Let people walk until SIGTERM."""
    ended = threading.Event()

    def end(_signal: int, _frame: object) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    file = os.open(told, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def walk_on(walker: int) -> None:
        number = walker
        while not ended.is_set():
            walk = Walk(f"walk {seed}-{number}", number, ports, file)
            with suppress(RefusedError):
                walk.go()
            walk.close()
            number += WALKERS

    walkers = [threading.Thread(target=walk_on, args=(walker,)) for walker in range(WALKERS)]
    for walker in walkers:
        walker.start()
    for walker in walkers:
        walker.join()


if __name__ == "__main__":
    main((int(sys.argv[1]), int(sys.argv[2])), Path(sys.argv[3]), sys.argv[4])

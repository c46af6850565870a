"""A node under attack, an honest box linked with it, and an enemy in a process of its own."""

import json
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import httpx

from tests.hostile.node_process import NodeProcess, running_node

STATUS_MS: Final = 250.0
"""Promised for 19 of 20 answers of a node under attack."""
DELIVER_S: Final = 1.0
GROWTH_MB: Final = 40.0
HANG: Final = 4
"""Beyond so many times the promise a test gives up: machines differ, faults exceed."""

LOG_EVERY_S: Final = 10.0
WAIT_S: Final = 30.0
POLL_S: Final = 0.005
LOOK_S: Final = 0.02
"""Between two questions for the status; the rest of the time belongs to the attack."""
POST_S: Final = 0.4

_REASON: Final = re.compile(r"link closed: \w+|refused \d+ as \w+")


def until(holds: Callable[[], bool], limit_s: float = WAIT_S) -> float:
    """Return after how many seconds ``holds`` said so; fail when it does not in time."""
    began_s = time.monotonic()
    while not holds():
        assert time.monotonic() - began_s < limit_s, "not in time"
        time.sleep(POLL_S)
    return time.monotonic() - began_s


class Person:
    """A person of one box."""

    def __init__(self, node: NodeProcess, name: str) -> None:
        """Introduce somebody."""
        self.client = httpx.Client(base_url=node.url, timeout=WAIT_S)
        self.client.post("/auth/init", json={"name": name}).raise_for_status()

    def __enter__(self) -> Self:
        """Use as a context that closes the connections at its end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.client.close()

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """Return the JSON at ``path``."""
        answer = self.client.get(path)
        answer.raise_for_status()
        return answer.json()

    def post(self, text: str) -> str:
        """Post a message and return its id once it is acknowledged."""
        answer = self.client.post("/rooms/everyone/messages", json={"text": text})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def has(self, message_id: str) -> bool:
        """Return whether the box holds a message."""
        return self.client.get(f"/messages/{message_id}/envelope").status_code == 200

    def found(self, words: str) -> int:
        """Return how many messages with these words the box shows."""
        return len(self.client.get("/search", params={"q": words}).json()["items"])


def complaints(log: str, lasted_s: float) -> list[str]:
    """Return what must not stand in the log of a node that was attacked for so long."""
    if "Traceback" in log:
        return [log[log.index("Traceback") :]]
    said = Counter(map(_reason, log.splitlines()))
    allowed = 1 + lasted_s // LOG_EVERY_S
    return [f"{reason}: {count} times" for reason, count in said.items() if count > allowed]


def _reason(line: str) -> str:
    found = _REASON.search(line)
    return re.sub(r"\d+", "0", found.group() if found else line)


@dataclass
class Seen:
    """What an attack did to others."""

    status_s: list[float] = field(default_factory=list[float])
    forth_s: list[float] = field(default_factory=list[float])
    """From the node under attack to the honest box."""
    back_s: list[float] = field(default_factory=list[float])
    growth_mb: float = 0.0

    @property
    def status_ms(self) -> float:
        """Return the 95th percentile."""
        return 1000 * sorted(self.status_s)[int(0.95 * len(self.status_s))]


class Field:
    """Where attacks happen."""

    def __init__(
        self, node: NodeProcess, honest: NodeProcess, enemy: "subprocess.Popen[str]"
    ) -> None:
        """Take running processes; the honest box dials the node."""
        self.node = node
        self.honest = honest
        self.enemy = enemy
        self.ana = Person(node, "Ana")
        self.ben = Person(honest, "Ben")
        self.began_s = time.monotonic()
        self.acknowledged: list[str] = []
        """Messages written before and during attacks, on either box."""
        self._looked_at = 0
        self.look_s = LOOK_S
        self.post_s = POST_S

    def strike(self, do: str, **given: object) -> Any:  # noqa: ANN401 - JSON
        """Let the enemy do something, and return what it says of it."""
        return obey(self.enemy, {"do": do, "port": self.node.peer_port, **given})

    def watched(self, do: str, **given: object) -> tuple[Any, Seen]:
        """Let the enemy do something, and look after everybody else meanwhile."""
        said: list[Any] = []
        striking = threading.Thread(target=lambda: said.append(self.strike(do, **given)))
        seen, before = Seen(), self.node.rss_bytes()
        striking.start()
        self.look(seen, striking.is_alive)
        striking.join()
        seen.growth_mb = (self.node.rss_bytes() - before) / 1e6
        assert said, "the enemy's own program failed"
        return said[0], seen

    def look(self, seen: Seen, while_: Callable[[], bool]) -> None:
        """Ask for the status, and send messages both ways, for as long as ``while_`` says so."""
        posted_s = 0.0
        while while_() or not seen.back_s:
            began_s = time.monotonic()
            self.ana.get("/status")
            seen.status_s.append(time.monotonic() - began_s)
            if time.monotonic() - posted_s >= self.post_s:
                posted_s = time.monotonic()
                seen.forth_s.append(self.delivered(self.ana, self.ben))
                seen.back_s.append(self.delivered(self.ben, self.ana))
            time.sleep(self.look_s)

    def delivered(self, author: Person, reader: Person) -> float:
        """Return after how many seconds a message of one box was on the other."""
        message = author.post(f"number {len(self.acknowledged)}")
        self.acknowledged.append(message)
        return until(lambda: reader.has(message), DELIVER_S * HANG)

    def counted(self) -> Counter[str]:
        """Return how links ended so far, and what was refused as ``refused …``, at the node."""
        network = self.ana.get("/status")["network"]
        refused = {f"refused {fault}": n for fault, n in network["connections_refused"].items()}
        return Counter({**network["links_closed"], **refused})

    def assert_held(self, messages: list[str]) -> None:
        """Fail unless both boxes hold all these."""
        assert all(self.ana.has(each) and self.ben.has(each) for each in messages)

    def assert_unharmed(self) -> None:
        """Fail unless what was acknowledged since the last look is there and the logs are quiet."""
        news, self._looked_at = self.acknowledged[self._looked_at :], len(self.acknowledged)
        self.assert_held(news)
        lasted_s = time.monotonic() - self.began_s
        for box in (self.node, self.honest):
            assert box.process.poll() is None, box.log.read_text()
            assert complaints(box.log.read_text(), lasted_s) == []


@contextmanager
def field_of_two() -> Generator[Field]:
    """Yield a node, an honest box linked with it, and an enemy that waits for orders."""
    with running_node() as node, _dialling(node) as honest, an_enemy() as enemy:
        made = Field(node, honest, enemy)
        with made.ana, made.ben:
            until(lambda: made.ana.get("/status")["network"]["peers_connected"] == 1)
            yield made
            made.assert_held(made.acknowledged)


@contextmanager
def _dialling(node: NodeProcess) -> Generator[NodeProcess]:
    with running_node(options=["--peer", f"127.0.0.1:{node.peer_port}"]) as honest:
        yield honest


def obey(enemy: "subprocess.Popen[str]", order: dict[str, object]) -> Any:  # noqa: ANN401 - JSON
    """Let an enemy do something, and return what it says of it."""
    assert enemy.stdin is not None
    assert enemy.stdout is not None
    enemy.stdin.write(json.dumps(order) + "\n")
    enemy.stdin.flush()
    answer = enemy.stdout.readline()
    assert answer, "the enemy's own program failed"
    return json.loads(answer)


@contextmanager
def an_enemy() -> Generator["subprocess.Popen[str]"]:
    """Yield an enemy that waits for orders."""
    command = [sys.executable, "-m", "tests.hostile.peer_program"]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as enemy:
        try:
            yield enemy
        finally:
            enemy.kill()

"""Two boxes with nothing between them but a slow link that breaks again and again."""

import json
import random
import time
from collections import Counter
from collections.abc import Callable

from websockets.sync.client import connect

from tests.hostile.node_process import running_node
from tests.hostile.peer_field import HANG, Person, complaints, until
from tests.hostile.peer_proxy import BYTES_PER_S, Proxy

Quality = Callable[[str, float, str, float | None], None]

BACKLOG_BYTES = 2_000_000
TEXT_CHARS = 1_900
CHAR_BYTES = 3
MESSAGES = BACKLOG_BYTES // (TEXT_CHARS * CHAR_BYTES)
CONVERGE_S = 60.0
SEED = 5
ALPHABET = [chr(code) for code in range(0x4E00, 0x9F00)]
"""Many signs of three bytes, so that no compression makes much less of it."""


def test_two_megabytes_cross_a_slow_link_that_breaks_again_and_again(quality: Quality) -> None:
    chance = random.Random(SEED)  # noqa: S311 - replays
    with running_node() as full, Person(full, "Ana") as ana:
        texts = ["".join(chance.choices(ALPHABET, k=TEXT_CHARS)) for _ in range(MESSAGES)]
        posted = {ana.post(text) for text in texts}
        with (
            Proxy(full.peer_port, SEED) as link,
            running_node(options=["--peer", f"127.0.0.1:{link.port}"]) as empty,
            Person(empty, "Ben") as ben,
            connect(f"ws://127.0.0.1:{empty.port}/ws/messages", max_size=None) as page,
        ):
            began_s = time.monotonic()
            shown = Counter[str]()

            def is_whole() -> bool:
                try:
                    while True:
                        frame = json.loads(page.recv(timeout=0.05))
                        if frame["type"] == "message":
                            shown[frame["message"]["id"]] += 1
                except TimeoutError:
                    return shown.keys() >= posted

            until(is_whole, CONVERGE_S * HANG)
            took_s = time.monotonic() - began_s
            held = [message["id"] for message in pages(ben)]
            print(f"{took_s:.1f} s, {link.connections} connections, {link.dropped} dropped,",  # noqa: T201
                  f"{link.passed_bytes} bytes passed")  # fmt: skip
            assert Counter(held) == dict.fromkeys(posted, 1), "nothing lost, nothing doubled"
            assert shown == dict.fromkeys(posted, 1), "the page was told of each once"
            assert link.dropped >= 2, "control: it breaks"
            assert took_s > BACKLOG_BYTES / 2 / BYTES_PER_S, "control: it is slow"
            quality("peer_bad_link_converged", took_s, "s", CONVERGE_S)
            quality("peer_bad_link_connections", link.connections, "connections", None)
            quality("peer_bad_link_bytes", link.passed_bytes / BACKLOG_BYTES, "x", 2.0)
            for box in (full, empty):
                assert complaints(box.log.read_text(), took_s) == []


def pages(reader: Person) -> list[dict[str, str]]:
    """Return every message of everyone."""
    found: list[dict[str, str]] = []
    before = ""
    while True:
        page = reader.get(f"/rooms/everyone/messages?limit=200{before}")
        found += page["items"]
        if not page["next"] or not page["items"]:
            return found
        before = f"&before={page['next']}"

"""Four words on a real box: nobody finds them by trying, and they open one phone once."""

from collections import Counter
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from node.runtime.tries import TRIES, TRIES_IN_ALL, WINDOW_IN_ALL_S, WINDOW_S
from node.store.sessions import MAX_POP_UPS
from tests.hostile.lite_phone import LitePhone
from tests.hostile.node_process import NodeProcess, running_node

AT_ONCE = 100
THREADS = 20
CROWD = 150
RACES = 12
INVENTED = 600
MEMORY_LIMIT_BYTES = 8_000_000
WRONG = "zoo zoo zoo wrong"


@pytest.fixture
def fresh() -> Generator[NodeProcess]:
    """Return a node that nobody has tried words on."""
    with running_node() as node:
        yield node


def tried(node: NodeProcess, address: str, words: str) -> httpx.Response:
    transport = httpx.HTTPTransport(local_address=address, verify=False)
    with httpx.Client(transport=transport, base_url=node.url, timeout=30) as client:
        return client.post("/auth/handover/redeem", json={"words": words})


def at_once(node: NodeProcess, addresses: list[str], words: str) -> list[httpx.Response]:
    def attempt(address: str) -> httpx.Response:
        return tried(node, address, words)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(attempt, addresses))


def test_of_a_hundred_tries_at_once_only_five_are_looked_at(fresh: NodeProcess) -> None:
    answers = at_once(fresh, ["127.0.7.1"] * AT_ONCE, WRONG)
    counted = Counter(answer.status_code for answer in answers)
    assert counted == {404: TRIES, 429: AT_ONCE - TRIES}
    waits_s = [int(a.headers["retry-after"]) for a in answers if a.status_code == 429]
    assert all(WINDOW_S - 30 <= wait_s <= WINDOW_S for wait_s in waits_s), waits_s
    assert tried(fresh, "127.0.7.2", WRONG).status_code == 404, "another phone is not to blame"


def test_a_locked_out_phone_learns_nothing_of_right_words(fresh: NodeProcess) -> None:
    with LitePhone.at(fresh) as ana:
        words = ana.begin().offer()
        at_once(fresh, ["127.0.7.9"] * TRIES, WRONG)
        right, wrong = (tried(fresh, "127.0.7.9", each) for each in (words, WRONG))
        assert (right.status_code, wrong.status_code) == (429, 429)
        assert right.json().keys() == wrong.json().keys()
        assert tried(fresh, "127.0.7.8", words).status_code == 201, "control: they were right"


def test_many_addresses_share_what_all_may_try_and_the_wait_is_told(fresh: NodeProcess) -> None:
    with LitePhone.at(fresh) as ana:
        words = ana.begin().offer()
        crowd = [f"127.0.8.{1 + number}" for number in range(CROWD)]
        counted = Counter(answer.status_code for answer in at_once(fresh, crowd, WRONG))
        assert counted == {404: TRIES_IN_ALL, 429: CROWD - TRIES_IN_ALL}
        locked_out = tried(fresh, "127.0.7.8", words)
        assert locked_out.status_code == 429
        assert 1 <= int(locked_out.headers["retry-after"]) <= WINDOW_IN_ALL_S
        page = ana.enter(words)
        assert page.status_code == 429
        assert page.headers["retry-after"] in page.text
        assert words in page.text, "what was typed stays in the field"


def test_of_two_phones_that_use_words_at_once_one_goes_on(fresh: NodeProcess) -> None:
    with LitePhone.at(fresh) as ana:
        ana.begin()
        for race in range(RACES):
            with LitePhone.at(fresh) as again:
                words = again.begin(f"Ana {race}").offer()
            phones = [f"127.0.9.{1 + 4 * race + number}" for number in range(4)]
            answers = at_once(fresh, phones, words)
            assert sorted(a.status_code for a in answers) == [201, 404, 404, 404]
            assert sum("used already" in a.text for a in answers) == 3


def test_a_right_try_counts_for_nothing_and_its_answer_is_given_again(fresh: NodeProcess) -> None:
    with LitePhone.at(fresh) as ana:
        words = ana.begin().offer()
        answers = at_once(fresh, ["127.0.7.8"] * 4 * TRIES, words)
        # Tries are counted until they are known to be right: of many at once some have to wait.
        tokens = {a.json()["token"] for a in answers if a.status_code == 201}
        assert len(tokens) == 1
        for _ in range(3 * TRIES):
            assert tried(fresh, "127.0.7.8", words).status_code == 201


def test_newer_words_make_void_the_persons_own_and_nobody_elses(fresh: NodeProcess) -> None:
    with LitePhone.at(fresh) as ana, LitePhone.at(fresh, "127.0.7.2") as ben:
        old, bens = ana.begin().offer(), ben.begin("Ben").offer()
        new = ana.offer()
        assert tried(fresh, "127.0.7.8", old).status_code == 404
        for words, name in ((new, "Ana"), (bens, "Ben")):
            assert tried(fresh, "127.0.7.8", words).json()["user"]["name"] == name


def test_words_used_again_and_again_begin_no_sessions_without_end(fresh: NodeProcess) -> None:
    with LitePhone.at(fresh) as ana, LitePhone.at(fresh, "127.0.7.2") as other:
        words = ana.begin().offer()
        places: list[str] = []
        for _ in range(40):
            other.follow(other.enter(words))
            places.append(other.place)
        assert len(set(places)) == len(places)
        alive = [place for place in places if "Ana" in other.page(place).text]
        # The one the words were made in is over; it may be kept as one of them.
        assert MAX_POP_UPS - 1 <= len(alive) <= MAX_POP_UPS
        assert alive[-1] == places[-1]


def test_invented_addresses_take_no_memory_that_counts(fresh: NodeProcess) -> None:
    at_once(fresh, [f"127.0.10.{1 + number % 200}" for number in range(200)], WRONG)
    before_bytes = fresh.rss_bytes()
    addresses = [f"127.0.{11 + number // 200}.{1 + number % 200}" for number in range(INVENTED)]
    at_once(fresh, addresses, WRONG)
    assert fresh.rss_bytes() - before_bytes < MEMORY_LIMIT_BYTES
    assert fresh.log.read_text() == ""

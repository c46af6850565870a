"""Laws of negentropy: what was found is the difference of two sets, whatever the limits."""

import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.protocol.errors import DecodeError
from node.sync import limits
from node.sync.negentropy import Client, Item, ItemSet, Server
from node.sync.negentropy.items import INFINITY
from tests.property.strategies import counterexample, mangled


def _randoms(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - ids need only differ


@dataclass(frozen=True)
class Case:
    """Two sides that share some items, and a frame limit."""

    seed: int
    highest: int
    """Timestamp."""
    prefix_bytes: int
    """That all ids begin with alike."""
    shared: int
    ours: int
    theirs: int
    limit: int

    def sides(self) -> tuple[set[Item], set[Item]]:
        """Return the items of the client and of the server."""
        drawn = _randoms(self.seed)

        def some(count: int) -> set[Item]:
            return {
                Item(
                    drawn.randint(0, self.highest),
                    bytes(self.prefix_bytes) + drawn.randbytes(32 - self.prefix_bytes),
                )
                for _ in range(count)
            }

        shared = some(self.shared)
        return shared | some(self.ours), shared | some(self.theirs)


Found = tuple[set[Item], set[bytes]]
Talk = Callable[[Case], Found]

_few = st.sampled_from([0, 1, 5, 40, 300])
cases = st.builds(
    Case,
    seed=st.integers(0, 2**32),
    highest=st.sampled_from([0, 2, 300, 2**31, INFINITY - 1]),
    prefix_bytes=st.sampled_from([0, 0, 28]),
    shared=st.sampled_from([0, 1, 15, 31, 32, 33, 200, 1_000]),
    ours=_few,
    theirs=_few,
    limit=st.sampled_from([0, 4_096, 5_000, limits.MAX_REPAIR_MESSAGE_BYTES]),
)


def talk(client: Client, server: Server, limit: int) -> Found:
    message: bytes | None = client.initiate()
    while message is not None:
        answer = server.reconcile(message)
        message = client.reconcile(answer)
        assert not limit or max(len(answer), len(message or b"")) <= limit
    assert client.is_complete
    return client.have, client.need


def compare(case: Case) -> Found:
    ours, theirs = map(ItemSet, case.sides())
    return talk(Client(ours, case.limit), Server(theirs, case.limit), case.limit)


def finds_the_difference(compared: Talk, case: Case) -> bool:
    ours, theirs = case.sides()
    have, need = compared(case)
    return have == ours - theirs and need == {item.id for item in theirs - ours}


@given(cases)
def test_the_client_finds_what_each_side_lacks(case: Case) -> None:
    assert finds_the_difference(compare, case)


def _forgets_one(case: Case) -> Found:
    have, need = compare(case)
    return have, set(sorted(need)[1:])


def _stops_after_one_round(case: Case) -> Found:
    ours, theirs = map(ItemSet, case.sides())
    client = Client(ours, case.limit)
    client.reconcile(Server(theirs, case.limit).reconcile(client.initiate()))
    return client.have, client.need


def _sees_no_timestamps(case: Case) -> Found:
    ours, theirs = case.sides()
    flat = ItemSet(Item(0, item.id) for item in ours)
    return talk(Client(flat, case.limit), Server(ItemSet(theirs), case.limit), case.limit)


@pytest.mark.parametrize("wrong", [_forgets_one, _stops_after_one_round, _sees_no_timestamps])
def test_that_law_notices_a_comparison_that(wrong: Talk) -> None:
    counterexample(cases, lambda case: not finds_the_difference(wrong, case))


def _opening(seed: int) -> bytes:
    drawn = _randoms(seed)
    shared = [Item(number, drawn.randbytes(32)) for number in range(80)]
    return Client(ItemSet(shared)).initiate()


_PIECES = [
    b"\x01\x00", b"\x02\x00", b"\x00\x00", b"\x01\x01\x80", b"\x00", b"\x01", b"\x02",
    b"\x02\x01" + bytes(32), b"\x01" + bytes(16),
]  # fmt: skip
_messages = st.one_of(
    st.integers(0, 50).map(_opening),
    st.integers(0, 50).map(_opening).flatmap(mangled),
    st.binary(max_size=200).map(lambda data: b"\x61" + data),
    st.lists(
        st.sampled_from(_PIECES),
        max_size=40,
    ).map(lambda parts: b"\x61" + b"".join(parts)),
    st.binary(max_size=40),
)


@given(st.lists(_messages, max_size=8))
@settings(max_examples=600)
def test_whatever_a_peer_says_is_answered_within_the_limit_or_refused(said: list[bytes]) -> None:
    drawn = _randoms(1)
    own = ItemSet(Item(number // 2, drawn.randbytes(32)) for number in range(200))
    server, client = Server(own, 4_096), Client(own, 4_096)
    client.initiate()
    for message in said:
        for side in (server, client):
            try:
                answer = side.reconcile(message)
            except DecodeError:
                continue
            assert answer is None or (answer[0] == 0x61 and len(answer) <= 4_096)
    assert client.have <= set(own.items)


@given(st.integers(0, 2**32), cases)
@settings(max_examples=100)
def test_a_comparison_ends_against_a_server_that_answers_at_random(seed: int, case: Case) -> None:
    drawn = _randoms(seed)
    ours, theirs = map(ItemSet, case.sides())
    client, server = Client(ours, case.limit), Server(theirs, case.limit)
    message: bytes | None = client.initiate()
    rounds = 0
    while message is not None:
        rounds += 1
        assert rounds <= limits.MAX_REPAIR_ROUNDS
        asked = message if drawn.random() < 0.5 else b"\x61\x00\x00\x01" + drawn.randbytes(16)
        answer = server.reconcile(asked)
        message = client.reconcile(drawn.choice([answer, b"\x61\x00\x00\x01" + bytes(16)]))

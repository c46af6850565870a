"""Laws of links: nothing altered on the way ever becomes a link or a frame."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import crypto_aead_chacha20poly1305_ietf_encrypt

from node.net import cipher
from node.net.cipher import TAG_BYTES
from node.net.errors import LinkError
from node.net.handshake import DEFLATE, Handshake
from node.net.records import MAX_FRAME_BYTES, Opener, Sealer
from node.net.symmetric import SymmetricState
from tests.unit.net.ends import FLEET_KEY, acceptor, box, dialler, linked, shake

_CASES = 2_000
_OTHER = shake(dialler(box("A"), "other dialler"), acceptor(box("B"), "other acceptor"))
"""Messages of another handshake of the same boxes."""

Mutation = Callable[[random.Random, list[bytes], int], bytes]


def _flip(draw: random.Random, said: list[bytes], number: int) -> bytes:
    data = bytearray(said[number])
    data[draw.randrange(len(data))] ^= draw.randrange(1, 256)
    return bytes(data)


def _truncate(draw: random.Random, said: list[bytes], number: int) -> bytes:
    return said[number][: draw.randrange(len(said[number]))]


def _truncate_and_say_so(draw: random.Random, said: list[bytes], number: int) -> bytes:
    skip = 4 if number == 0 else 0
    head, message = said[number][:skip], said[number][skip + 2 :]
    message = message[: draw.randrange(len(message))]
    return head + len(message).to_bytes(2) + message


def _extend(draw: random.Random, said: list[bytes], number: int) -> bytes:
    skip = 4 if number == 0 else 0
    head, message = said[number][:skip], said[number][skip + 2 :]
    message += draw.randbytes(1 + draw.randrange(40))
    return head + len(message).to_bytes(2) + message


def _swap(draw: random.Random, said: list[bytes], number: int) -> bytes:
    """Exchange two pieces of the message, or it for another message of this handshake."""
    data = said[number]
    cut = draw.randrange(1, len(data))
    swapped = data[cut:] + data[:cut]
    others = [message for at, message in enumerate(said) if at != number]
    return draw.choice([swapped, *others]) if swapped != data else others[0]


def _replay(_draw: random.Random, _said: list[bytes], number: int) -> bytes:
    return _OTHER[number]


def _reflect(_draw: random.Random, said: list[bytes], number: int) -> bytes:
    """Return the receiver's own last words, or for message 1 the acceptor's answer to it."""
    return said[number - 1] if number else said[1]


_MUTATIONS: list[Mutation] = [
    _flip, _flip, _flip, _truncate, _truncate_and_say_so, _extend, _swap, _replay, _reflect,
]  # fmt: skip


def _hear(handshake: Handshake, data: bytes) -> bytes:
    try:
        return handshake.feed(data)
    except LinkError:
        return b""


def survives(draw: random.Random, mutate: Mutation, number: int) -> bool:
    """Return whether a handshake with message ``number`` mutated becomes a link where it must not.

    The receiver of the mutated message must not end up with a link, nor, before message 3, the
    other side.
    """
    fleet_key = draw.choice([None, FLEET_KEY]) if mutate is not _replay else None
    ours = [box(name, fleet_key=fleet_key) for name in "AB"]
    genuine = shake(dialler(ours[0]), acceptor(ours[1]))
    mutated = mutate(draw, genuine, number)
    assert mutated != genuine[number]
    dials, accepts = dialler(ours[0]), acceptor(ours[1])
    data = dials.start()
    for at in range(3):
        receiver = accepts if at % 2 == 0 else dials
        data = _hear(receiver, mutated if at == number else data)
    receiver = accepts if number % 2 == 0 else dials
    broken = receiver.secured is not None
    return broken or (number == 0 and dials.secured is not None)


def test_no_mutated_handshake_becomes_a_link() -> None:
    draw = random.Random(7)  # noqa: S311 - must replay
    survivors = [
        (mutate.__name__, number)
        for case in range(_CASES)
        for mutate, number in [(_MUTATIONS[case % len(_MUTATIONS)], case // len(_MUTATIONS) % 3)]
        if survives(draw, mutate, number)
    ]
    assert survivors == []


def _without_deflate(_draw: random.Random, said: list[bytes], _number: int) -> bytes:
    return said[0][:3] + bytes([said[0][3] & ~DEFLATE]) + said[0][4:]


def test_nobody_between_can_talk_two_boxes_out_of_what_they_offer() -> None:
    draw = random.Random(9)  # noqa: S311 - must replay
    assert not any(survives(draw, _without_deflate, 0) for _ in range(10))


def test_the_same_without_mutation_becomes_a_link() -> None:
    dials, accepts = dialler(box("A")), acceptor(box("B"))
    shake(dials, accepts)
    assert dials.secured is not None
    assert accepts.secured is not None


def _without_check(ciphertext: bytes, _bound: bytes, nonce: bytes, key: bytes) -> bytes:
    """Decrypt whatever the tag says."""
    zeros = bytes(max(0, len(ciphertext) - TAG_BYTES))
    stream = crypto_aead_chacha20poly1305_ietf_encrypt(zeros, b"", nonce, key)
    return bytes(a ^ b for a, b in zip(ciphertext, stream[: len(zeros)], strict=False))


def test_a_cipher_that_checks_no_tag_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cipher, "crypto_aead_chacha20poly1305_ietf_decrypt", _without_check)
    draw = random.Random(8)  # noqa: S311 - must replay
    assert any(survives(draw, _flip, 2) for _ in range(200))


def test_a_handshake_that_signs_nothing_of_itself_would_be_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def forgetful(_self: SymmetricState, _data: bytes) -> None:
        """Mix in nothing: messages of other handshakes are as good."""

    monkeypatch.setattr(SymmetricState, "mix_hash", forgetful)
    assert survives(random.Random(9), _without_deflate, 0)  # noqa: S311 - must replay


_frames = st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=12)


def _direction(*, deflate: bool, interval: int) -> tuple[Sealer, Opener]:
    one, other = linked(deflate=deflate)
    return (
        Sealer(one.send, deflate=deflate, rekey_interval=interval),
        Opener(other.receive, deflate=deflate, rekey_interval=interval),
    )


def _opened(opener: Opener, pieces: list[bytes]) -> list[bytes]:
    """Return the frames found until the end or the first fault."""
    found: list[bytes] = []
    try:
        for piece in pieces:
            opener.feed(piece)
            found += iter(opener.next_frame, None)
    except LinkError:
        pass
    return found


@given(
    frames=_frames,
    deflate=st.booleans(),
    interval=st.integers(1, 5),
    draw=st.randoms(use_true_random=False),
)
def test_frames_come_out_in_order_however_the_bytes_are_cut(
    frames: list[bytes],
    *,
    deflate: bool,
    interval: int,
    draw: random.Random,
) -> None:
    sealer, opener = _direction(deflate=deflate, interval=interval)
    data = b"".join(map(sealer.seal, frames))
    pieces: list[bytes] = []
    while data:
        cut = draw.randint(1, len(data))
        pieces.append(data[:cut])
        data = data[cut:]
    assert _opened(opener, pieces) == frames


@given(frames=_frames, deflate=st.booleans(), draw=st.randoms(use_true_random=False))
def test_altered_records_give_a_true_beginning_and_nothing_else(
    frames: list[bytes],
    *,
    deflate: bool,
    draw: random.Random,
) -> None:
    sealer, opener = _direction(deflate=deflate, interval=3)
    records = [sealer.seal(frame) for frame in frames]
    at = draw.randrange(len(records))
    match draw.randrange(4):
        case 0:
            broken = bytearray(records[at])
            broken[draw.randrange(len(broken))] ^= draw.randrange(1, 256)
            records[at] = bytes(broken)
        case 1:
            records.insert(at, records[draw.randrange(len(records))])
        case 2:
            del records[at]
        case _:
            records.insert(at, draw.randbytes(draw.randrange(1, 100)))
    found = _opened(opener, [b"".join(records)])
    assert found == frames[: len(found)]


@given(data=st.binary(max_size=2_000), deflate=st.booleans())
def test_a_peer_that_seals_anything_gives_frames_or_one_error(
    data: bytes, *, deflate: bool
) -> None:
    _, opener = _direction(deflate=deflate, interval=3)
    one, _ = linked(deflate=deflate)
    sealed = one.send.seal(data)
    for frame in _opened(opener, [len(sealed).to_bytes(2) + sealed]):
        assert 1 <= len(frame) <= MAX_FRAME_BYTES


def test_the_other_handshake_is_of_the_same_boxes() -> None:
    genuine = shake(dialler(box("A")), acceptor(box("B")))
    assert [len(message) for message in _OTHER] == [len(message) for message in genuine]
    assert all(one != other for one, other in zip(_OTHER, genuine, strict=True))

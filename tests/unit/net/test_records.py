"""Records: whole frames or one error, whatever arrives."""

import random
import zlib
from collections.abc import Callable

import pytest

from node.net.cipher import CipherState
from node.net.errors import Fault, LinkError
from node.net.records import MAX_FRAME_BYTES, REKEY_INTERVAL, Opener, Sealer
from tests.unit.net.ends import seed

_NOISE = random.Random(3).randbytes(MAX_FRAME_BYTES)  # noqa: S311 - incompressible, no secret


def direction(*, deflate: bool = False, interval: int = REKEY_INTERVAL) -> tuple[Sealer, Opener]:
    """Return both ends of one direction of a link."""
    return (
        Sealer(CipherState(seed("key")), deflate=deflate, rekey_interval=interval),
        Opener(CipherState(seed("key")), deflate=deflate, rekey_interval=interval),
    )


def frames(opener: Opener, data: bytes) -> list[bytes]:
    opener.feed(data)
    return list(iter(opener.next_frame, None))


def fault(opener: Opener, data: bytes) -> Fault:
    """Return what ``data`` is refused for, and make sure that the opener stays closed."""
    with pytest.raises(LinkError) as refused:
        frames(opener, data)
    opener.feed(data)
    with pytest.raises(LinkError) as again:
        opener.next_frame()
    assert again.value.fault is refused.value.fault
    return refused.value.fault


def sealed(data: bytes) -> bytes:
    """Return a record of any plaintext, as the first of its direction."""
    ciphertext = CipherState(seed("key")).seal(data)
    return len(ciphertext).to_bytes(2) + ciphertext


@pytest.mark.parametrize("deflate", [False, True])
@pytest.mark.parametrize("size", [1, 2, 255, 16_384, MAX_FRAME_BYTES - 1, MAX_FRAME_BYTES])
def test_a_frame_comes_out_as_it_went_in(size: int, *, deflate: bool) -> None:
    sealer, opener = direction(deflate=deflate)
    for frame in (_NOISE[:size], bytes(size), _NOISE[-size:]):
        assert frames(opener, sealer.seal(frame)) == [frame]


@pytest.mark.parametrize("deflate", [False, True])
@pytest.mark.parametrize("step", [1, 2, 17, 1_000, 100_000])
def test_pieces_of_any_size_make_the_same_frames(step: int, *, deflate: bool) -> None:
    sealer, opener = direction(deflate=deflate)
    sent = [_NOISE[: 1 + number * 37] for number in range(60)]
    data = b"".join(map(sealer.seal, sent))
    got = [f for at in range(0, len(data), step) for f in frames(opener, data[at : at + step])]
    assert got == sent
    assert opener.held_bytes == 0


@pytest.mark.parametrize("size", [0, MAX_FRAME_BYTES + 1])
def test_a_frame_that_is_none_is_not_sealed_and_changes_nothing(size: int) -> None:
    sealer, opener = direction(deflate=True)
    with pytest.raises(ValueError, match="bytes"):
        sealer.seal(bytes(size))
    assert frames(opener, sealer.seal(b"next")) == [b"next"]


def test_deflate_makes_repeating_frames_small() -> None:
    sealer, _ = direction(deflate=True)
    frame = _NOISE[:2_000]
    assert len(sealer.seal(frame)) > 2_000
    assert len(sealer.seal(frame)) < 100


@pytest.mark.parametrize("position", [2, 3, 50, -17, -16, -1])
def test_a_flipped_bit_is_refused(position: int) -> None:
    sealer, opener = direction()
    record = bytearray(sealer.seal(_NOISE[:100]))
    record[position] ^= 1
    assert fault(opener, bytes(record)) is Fault.CIPHER


def _reordered(records_: list[bytes]) -> list[bytes]:
    return [records_[1], records_[0]]


def _replayed(records_: list[bytes]) -> list[bytes]:
    return [records_[0], records_[0]]


def _left_out(records_: list[bytes]) -> list[bytes]:
    return records_[1:]


@pytest.mark.parametrize("wrong", [_reordered, _replayed, _left_out])
def test_records_count_in_their_order_once(wrong: Callable[[list[bytes]], list[bytes]]) -> None:
    sealer, opener = direction()
    made = [sealer.seal(b"one"), sealer.seal(b"two"), sealer.seal(b"three")]
    assert fault(opener, b"".join(wrong(made))) is Fault.CIPHER


def test_a_cipher_that_always_took_the_same_nonce_would_be_seen() -> None:
    key = seed("key")
    made = [CipherState(key).seal(b"one"), CipherState(key).seal(b"two")]
    assert [CipherState(key).open(record) for record in reversed(made)] == [b"two", b"one"]


@pytest.mark.parametrize(
    ("size", "deflate"), [(0, False), (16, False), (16, True), (MAX_FRAME_BYTES + 17, False)]
)
def test_an_impossible_length_is_refused_before_the_rest_is_awaited(
    size: int, *, deflate: bool
) -> None:
    _, opener = direction(deflate=deflate)
    assert fault(opener, size.to_bytes(2)) is Fault.LENGTH


@pytest.mark.parametrize("deflate", [False, True])
def test_part_of_a_record_is_no_frame(*, deflate: bool) -> None:
    sealer, opener = direction(deflate=deflate)
    record = sealer.seal(_NOISE[:5_000])
    assert frames(opener, record[:-1]) == []
    assert opener.held_bytes == len(record) - 1
    assert frames(opener, record[-1:]) == [_NOISE[:5_000]]


def deflated(data: bytes, mode: int = zlib.Z_SYNC_FLUSH) -> bytes:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflater.compress(data) + deflater.flush(mode)


@pytest.mark.parametrize("size", [MAX_FRAME_BYTES + 1, 10_000_000, 60_000_000])
def test_a_deflate_bomb_is_stopped_at_the_longest_frame(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = deflated(bytes(size))[:-4]
    assert len(bomb) < 65_519
    asked: list[int] = []
    honest = zlib.decompressobj

    class Counting:
        def __init__(self, bits: int) -> None:
            self._stream = honest(bits)
            self.eof = False
            self.unconsumed_tail = b""

        def decompress(self, data: bytes, limit: int) -> bytes:
            found = self._stream.decompress(data, limit)
            asked.append(len(found))
            return found

    monkeypatch.setattr(zlib, "decompressobj", Counting)
    _, opener = direction(deflate=True)
    assert fault(opener, sealed(bomb)) is Fault.DEFLATE
    assert asked == [MAX_FRAME_BYTES + 1]


def test_a_frame_of_the_longest_length_is_no_bomb() -> None:
    _, opener = direction(deflate=True)
    full = deflated(bytes(MAX_FRAME_BYTES))[:-4]
    assert frames(opener, sealed(full)) == [bytes(MAX_FRAME_BYTES)]


@pytest.mark.parametrize(
    "data",
    [
        b"\xff" * 20,
        b"\x06\x07",
        deflated(b"the last", zlib.Z_FINISH),
        deflated(b"")[:-4] or b"\0",
        b"\x00",
    ],
    ids=["garbage", "reserved block", "ended", "empty", "nothing"],
)
def test_what_does_not_inflate_to_one_frame_is_refused(data: bytes) -> None:
    _, opener = direction(deflate=True)
    assert fault(opener, sealed(data)) is Fault.DEFLATE


def test_compressed_and_plain_records_are_not_confused() -> None:
    sealer, _ = direction(deflate=False)
    _, opener = direction(deflate=True)
    assert fault(opener, sealer.seal(_NOISE[:100])) is Fault.DEFLATE


@pytest.mark.parametrize("interval", [1, 2, 7])
def test_the_key_is_renewed_at_each_interval(interval: int) -> None:
    sealer, opener = direction(interval=interval)
    by_hand = CipherState(seed("key"))
    for number in range(4 * interval):
        if number and number % interval == 0:
            by_hand.rekey()
        record = sealer.seal(b"frame %d" % number)
        assert record[2:] == by_hand.seal(b"frame %d" % number)
        assert frames(opener, record) == [b"frame %d" % number]


@pytest.mark.parametrize(("one", "other"), [(4, REKEY_INTERVAL), (REKEY_INTERVAL, 4), (4, 5)])
def test_a_side_that_renews_its_key_at_another_time_would_be_seen(one: int, other: int) -> None:
    (sealer, _), (_, opener) = direction(interval=one), direction(interval=other)
    data = b"".join(sealer.seal(b"frame") for _ in range(6))
    assert fault(opener, data) is Fault.CIPHER


def test_the_interval_of_the_protocol_holds_on_both_ends() -> None:
    sender, receiver = (CipherState(seed("key"), 2**16 - 2) for _ in range(2))
    sealer, opener = Sealer(sender, deflate=False), Opener(receiver, deflate=False)
    by_hand = CipherState(seed("key"), 2**16 - 2)
    for number in range(4):
        if number == 2:
            by_hand.rekey()
        record = sealer.seal(b"frame")
        assert record[2:] == by_hand.seal(b"frame")
        assert frames(opener, record) == [b"frame"]


def test_no_text_of_either_end_shows_a_key() -> None:
    shown = " ".join(map(repr, direction(deflate=True)))
    assert repr(seed("key"))[2:-1] not in shown
    assert seed("key").hex() not in shown

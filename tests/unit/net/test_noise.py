"""Noise_XX and XXpsk3: published vectors, turns, keys of small order, nothing secret shown."""

from typing import Any

import pytest
from nacl.bindings import crypto_aead_chacha20poly1305_ietf_encrypt

from node.net import cipher
from node.net.cipher import CipherState, KeyPair
from node.net.errors import NoiseError
from node.net.noise import HandshakeState, Keys, Pattern
from node.net.symmetric import SymmetricState
from tests.unit.net.ends import FLEET_KEY, seed
from tests.vectors.notation import load

_VECTORS = load("noise")["vectors"]
_PATTERNS = {pattern.protocol.decode(): pattern for pattern in Pattern}

_SMALL_ORDER = {
    "zero": "00" * 32,
    "one": "01" + "00" * 31,
    "order 8": "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "order 8, the other": "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "p - 1": "ec" + "ff" * 30 + "7f",
    "p": "ed" + "ff" * 30 + "7f",
    "p + 1": "ee" + "ff" * 30 + "7f",
    "zero with the unused bit": "00" * 31 + "80",
}


def state(name: str, *, initiator: bool, pattern: Pattern = Pattern.XX) -> HandshakeState:
    psk = FLEET_KEY if pattern.uses_psk else None
    return HandshakeState(pattern, Keys(KeyPair(seed(name)), psk), initiator=initiator)


def from_vector(vector: dict[str, Any], side: str) -> HandshakeState:
    static, ephemeral = (bytes.fromhex(vector[side][key]) for key in ("static", "ephemeral"))
    psk = bytes.fromhex(vector["psk"]) if vector["psk"] else None
    return HandshakeState(
        _PATTERNS[vector["protocol"]],
        Keys(KeyPair(static), psk, KeyPair(ephemeral)),
        initiator=side == "initiator",
        prologue=bytes.fromhex(vector["prologue"]),
    )


def follows(vector: dict[str, Any]) -> bool:
    """Return whether both our sides say and understand exactly what the vector does."""
    sides = [from_vector(vector, "initiator"), from_vector(vector, "responder")]
    steps = [(bytes.fromhex(m["payload"]), bytes.fromhex(m["message"])) for m in vector["messages"]]
    for number, (payload, message) in enumerate(steps[:3]):
        writer, reader = sides[number % 2], sides[1 - number % 2]
        if writer.write(payload) != message or reader.read(message) != payload:
            return False
    if sides[0].hash != sides[1].hash or vector["hash"] not in (None, sides[0].hash.hex()):
        return False
    ends = [side.split() for side in sides]
    for number, (payload, message) in enumerate(steps[3:], start=3):
        (send, _), (_, receive) = ends[number % 2], ends[1 - number % 2]
        if send.seal(payload) != message or receive.open(message) != payload:
            return False
    return True


@pytest.mark.parametrize("vector", _VECTORS, ids=lambda v: v["name"])
def test_a_published_handshake_is_ours_byte_for_byte(vector: dict[str, Any]) -> None:
    assert follows(vector)


@pytest.mark.parametrize("vector", _VECTORS, ids=lambda v: v["name"])
def test_another_hash_in_the_chaining_would_be_seen(
    vector: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = SymmetricState.mix_hash

    def short(self: SymmetricState, data: bytes) -> None:
        honest(self, data[:31])

    monkeypatch.setattr(SymmetricState, "mix_hash", short)
    assert not follows(vector)


@pytest.mark.parametrize("pattern", Pattern)
def test_both_ends_agree_on_hash_and_static_keys(pattern: Pattern) -> None:
    one, other = (state(n, initiator=n == "I", pattern=pattern) for n in "IR")
    assert other.read(one.write(b"1")) == b"1"
    assert one.read(other.write(b"2")) == b"2"
    assert other.read(one.write(b"3")) == b"3"
    assert one.hash == other.hash
    assert one.remote_static == KeyPair(seed("R")).public
    assert other.remote_static == KeyPair(seed("I")).public


def test_the_payload_is_bound_to_the_hash_before_it() -> None:
    one, other = (state(n, initiator=n == "I") for n in "IR")
    seen: list[bytes] = []

    def payload(bound_hash: bytes) -> bytes:
        seen.append(bound_hash)
        return bound_hash

    for writer, reader in ((one, other), (other, one), (one, other)):
        assert reader.read(writer.write_bound(payload)) == reader.bound_hash == writer.bound_hash
    assert len(set(seen)) == 3


@pytest.mark.parametrize("public", _SMALL_ORDER.values(), ids=_SMALL_ORDER)
def test_an_ephemeral_key_of_small_order_is_refused(public: str) -> None:
    responder = state("R", initiator=False)
    responder.read(bytes.fromhex(public))
    with pytest.raises(NoiseError):
        responder.write()
    with pytest.raises(NoiseError):  # and it stays dead
        responder.write()


def test_a_static_key_of_small_order_is_refused() -> None:
    class Weak(KeyPair):
        def __init__(self) -> None:
            super().__init__(seed("weak"))
            self.public = bytes(32)  # type: ignore[misc]

    responder = HandshakeState(Pattern.XX, Keys(Weak()), initiator=False)
    initiator = state("I", initiator=True)
    responder.read(initiator.write())
    with pytest.raises(NoiseError):
        initiator.read(responder.write())


def test_taking_all_zero_results_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def lax(_secret: bytes, _public: bytes) -> bytes:
        return bytes(32)

    monkeypatch.setattr(cipher, "crypto_scalarmult", lax)
    responder = state("R", initiator=False)
    responder.read(bytes(32))
    responder.write()


@pytest.mark.parametrize("size", [0, 1, 31])
def test_a_short_first_message_is_refused(size: int) -> None:
    responder = state("R", initiator=False)
    with pytest.raises(NoiseError):
        responder.read(bytes([7]) * size)
    with pytest.raises(NoiseError):  # and it stays dead
        responder.read(state("I", initiator=True).write())


def test_nothing_is_said_or_heard_out_of_turn() -> None:
    one, other = (state(n, initiator=n == "I") for n in "IR")
    for wrong in (lambda: one.read(bytes(32)), other.write, one.split):
        with pytest.raises(NoiseError):
            wrong()
    other.read(one.write())
    one.read(other.write())
    other.read(one.write())
    for wrong in (one.write, other.write, lambda: one.read(b"")):
        with pytest.raises(NoiseError):
            wrong()
    one.split()
    with pytest.raises(NoiseError):
        one.split()


def test_a_failed_read_is_the_end_even_if_the_right_message_follows() -> None:
    one, other = (state(n, initiator=n == "I") for n in "IR")
    other.read(one.write())
    answer = other.write()
    with pytest.raises(NoiseError):
        one.read(answer[:-1] + bytes([answer[-1] ^ 1]))
    with pytest.raises(NoiseError):
        one.read(answer)


def test_another_prologue_is_refused() -> None:
    keys = [Keys(KeyPair(seed(name))) for name in "IR"]
    one = HandshakeState(Pattern.XX, keys[0], initiator=True, prologue=b"v1")
    other = HandshakeState(Pattern.XX, keys[1], initiator=False, prologue=b"v2")
    other.read(one.write())
    with pytest.raises(NoiseError):
        one.read(other.write())


def test_another_psk_is_refused() -> None:
    one, other = (
        HandshakeState(Pattern.XX_PSK3, Keys(KeyPair(seed(n)), seed(n)), initiator=n == "I")
        for n in "IR"
    )
    other.read(one.write())
    one.read(other.write())
    with pytest.raises(NoiseError):
        other.read(one.write())


@pytest.mark.parametrize(
    ("pattern", "psk"), [(Pattern.XX, bytes(32)), (Pattern.XX_PSK3, None), (Pattern.XX_PSK3, b"x")]
)
def test_a_psk_is_given_exactly_where_it_is_used(pattern: Pattern, psk: bytes | None) -> None:
    with pytest.raises(ValueError, match="psk"):
        HandshakeState(pattern, Keys(KeyPair(seed("I")), psk), initiator=True)


def test_rekey_takes_the_key_that_noise_defines() -> None:
    key = seed("key")
    state_ = CipherState(key)
    state_.rekey()
    nonce = bytes(4) + b"\xff" * 8
    following = crypto_aead_chacha20poly1305_ietf_encrypt(bytes(32), b"", nonce, key)[:32]
    assert state_.seal(b"x") == CipherState(following).seal(b"x") != CipherState(key).seal(b"x")


def test_the_last_nonce_is_never_used_for_a_message() -> None:
    sender, receiver = (CipherState(seed("key"), 2**64 - 2) for _ in range(2))
    assert receiver.open(sender.seal(b"last")) == b"last"
    with pytest.raises(NoiseError, match="nonce"):
        sender.seal(b"x")
    with pytest.raises(NoiseError, match="nonce"):
        receiver.open(bytes(20))


def test_no_text_of_a_state_shows_a_key() -> None:
    static, psk, key = seed("static"), seed("psk"), seed("key")
    ephemeral = KeyPair(seed("ephemeral"))
    keys = Keys(KeyPair(static), psk, ephemeral)
    things = [
        KeyPair(static),
        keys,
        HandshakeState(Pattern.XX_PSK3, keys, initiator=True),
        CipherState(key),
        SymmetricState(b"x"),
    ]
    shown = " ".join(f"{thing!r} {thing}" for thing in things)
    for secret in (static, psk, key, seed("ephemeral")):
        assert repr(secret)[2:-1] not in shown
        assert secret.hex() not in shown

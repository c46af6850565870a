"""``noiseprotocol`` and we are the same link, in both roles."""

import random
from typing import Any

import pytest

from node.net.cipher import CipherState, KeyPair
from node.net.handshake import Handshake
from node.net.identity import LinkIdentity
from node.net.proof import Role
from node.net.records import Opener, Sealer
from node.protocol.keys import SigningKey
from tests.oracles.noise_reference import (
    Reference,
    conversation,
    framed,
    proof,
    seed,
    transcript,
)
from tests.vectors.notation import load

_LINKS = load("link")["links"]
_FLEET_KEY = seed("fleet")
_PREFACE = {None: b"DN\x01\x00", _FLEET_KEY: b"DN\x01\x02"}


def ours(name: str, role: Role, fleet_key: bytes | None) -> Handshake:
    key = SigningKey(seed(f"{name} node"))
    static = KeyPair(seed(f"{name} static"))
    return Handshake(role, LinkIdentity(key, static, fleet_key, deflate=False))


def theirs(name: str, role: Role, fleet_key: bytes | None, draw: random.Random) -> Reference:
    return Reference(
        (seed(f"{name} static"), draw.randbytes(32)),
        initiator=role is Role.DIALLER,
        prologue=_PREFACE[fleet_key],
        psk=fleet_key,
    )


def meet(we: Role, fleet_key: bytes | None, draw: random.Random) -> tuple[Handshake, Reference]:
    """Run a handshake of us, in this role, with ``noiseprotocol`` in the other."""
    other = Role(1 - we)
    handshake = ours("A" if we is Role.DIALLER else "B", we, fleet_key)
    peer = theirs("B" if we is Role.DIALLER else "A", other, fleet_key, draw)
    if we is Role.DIALLER:
        first = handshake.start()
        assert first[:4] == _PREFACE[fleet_key]
        assert peer.read(first[6:])[0] == b""
        flags = first[3:4]
        third = handshake.feed(framed(peer.write(lambda h: flags + proof("B", other, h))))
        payload, bound_hash = peer.read(third[2:])
        assert payload == proof("A", we, bound_hash)
    else:
        first = _PREFACE[fleet_key] + framed(peer.write(lambda _h: b""))
        payload, bound_hash = peer.read(handshake.feed(first)[2:])
        assert payload == _PREFACE[fleet_key][3:] + proof("B", we, bound_hash)
        assert handshake.feed(framed(peer.write(lambda h: proof("A", other, h)))) == b""
    return handshake, peer


def talk(handshake: Handshake, peer: Reference, draw: random.Random, interval: int) -> None:
    """Exchange 300 records each way, keys renewed every ``interval``."""
    assert handshake.secured is not None
    assert handshake.secured.secret == peer.hash
    sealer = Sealer(handshake.secured.send, deflate=False, rekey_interval=interval)
    opener = Opener(handshake.secured.receive, deflate=False, rekey_interval=interval)
    for number in range(300):
        if number and number % interval == 0:
            peer.rekey_inward()
            peer.rekey_outward()
        frame = draw.randbytes(1 + draw.randrange(600))
        assert peer.decrypt(sealer.seal(frame)[2:]) == frame
        opener.feed(framed(peer.encrypt(frame)))
        assert opener.next_frame() == frame


@pytest.mark.parametrize("fleet_key", [None, _FLEET_KEY], ids=["XX", "XXpsk3"])
@pytest.mark.parametrize("we", Role)
def test_we_link_with_noiseprotocol_and_understand_each_record(
    we: Role, fleet_key: bytes | None
) -> None:
    for number in range(20):
        draw = random.Random(number)  # noqa: S311 - must replay
        talk(*meet(we, fleet_key, draw), draw, interval=1 + number * 16)


@pytest.mark.parametrize("we", Role)
def test_a_key_renewed_in_another_way_would_be_seen(
    we: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(self: CipherState) -> None:
        self.seal(bytes(32))

    monkeypatch.setattr(CipherState, "rekey", wrong)
    draw = random.Random(1)  # noqa: S311 - must replay
    with pytest.raises(Exception, match="authentication"):
        talk(*meet(we, None, draw), draw, interval=50)


def test_large_records_are_the_same_too() -> None:
    draw = random.Random(2)  # noqa: S311 - must replay
    handshake, peer = meet(Role.DIALLER, None, draw)
    assert handshake.secured is not None
    frame = draw.randbytes(65_000)
    assert peer.decrypt(Sealer(handshake.secured.send, deflate=False).seal(frame)[2:]) == frame


@pytest.mark.parametrize("vector", _LINKS, ids=lambda v: v["name"])
def test_a_golden_link_is_what_noiseprotocol_makes_of_its_keys(vector: dict[str, Any]) -> None:
    messages, dials, accepts = transcript(vector)
    assert messages == vector["messages"]
    assert dials.hash.hex() == accepts.hash.hex() == vector["secret"]
    assert conversation(vector) == [entry["record"] for entry in vector["frames"]]

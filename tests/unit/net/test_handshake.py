"""The link's handshake: what it sends, whom it believes, and what it refuses."""

from collections.abc import Callable

import pytest

from node.net import proof
from node.net.errors import Fault, LinkError
from node.net.handshake import DEFLATE, FLEET, MAGIC, Handshake, State
from node.net.identity import LinkIdentity
from node.net.proof import CONTEXT, Role
from node.protocol.ids import VerifyKey
from tests.unit.net.ends import (
    FLEET_KEY,
    Forger,
    acceptor,
    box,
    dialler,
    framed,
    linked,
    secured,
    shake,
)

_IDENTITY_POINT = b"\x01" + bytes(31)
"""Verify key under which one signature fits every message, for verifiers that take it."""


@pytest.mark.parametrize("fleet_key", [None, FLEET_KEY])
def test_each_side_ends_with_the_other_ones_node_id_and_one_secret(
    fleet_key: bytes | None,
) -> None:
    one, other = linked(fleet_key=fleet_key)
    assert one.peer == box("B").node_key.verify_key
    assert other.peer == box("A").node_key.verify_key
    assert one.secret == other.secret
    assert len(one.secret) == 32
    assert other.receive.open(one.send.seal(b"there")) == b"there"
    assert one.receive.open(other.send.seal(b"back")) == b"back"


@pytest.mark.parametrize(
    ("offers", "takes", "agreed"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_deflate_is_used_where_both_sides_want_it(
    *, offers: bool, takes: bool, agreed: bool
) -> None:
    dials, accepts = dialler(box("A", deflate=offers)), acceptor(box("B", deflate=takes))
    shake(dials, accepts)
    assert secured(dials).deflate is secured(accepts).deflate is agreed


def test_a_handshake_comes_through_byte_by_byte_and_keeps_what_follows() -> None:
    dials, accepts = dialler(box("A")), acceptor(box("B"))
    to_accept, to_dial = bytearray(dials.start()), bytearray()
    while accepts.secured is None:
        while to_accept:
            to_dial += accepts.feed(to_accept[:1])
            del to_accept[:1]
        while to_dial:
            to_accept += dials.feed(to_dial[:1])
            del to_dial[:1]
    accepts.feed(b"the first record")
    assert accepts.rest() == b"the first record"
    assert accepts.rest() == b""


def test_two_handshakes_of_the_same_boxes_share_nothing() -> None:
    firsts = [Handshake(Role.DIALLER, box("A")).start() for _ in range(2)]
    assert firsts[0] != firsts[1]
    assert LinkIdentity(box("A").node_key).static.public != box("A").static.public


@pytest.mark.parametrize(
    ("first", "fault"),
    [
        (b"GET / HTTP/1.1\r\n", Fault.PREFACE),
        (b"DN\x02\x00", Fault.PREFACE),
        (b"\x16\x03\x01\x02", Fault.PREFACE),
        (MAGIC + b"\x04", Fault.FLAGS),
        (MAGIC + b"\x80", Fault.FLAGS),
        (MAGIC + b"\x02", Fault.FLAGS),
        (MAGIC + b"\x00\x00\x21", Fault.LENGTH),
        (MAGIC + b"\x00\x00\x00", Fault.LENGTH),
        (MAGIC + b"\x00\xff\xff", Fault.LENGTH),
        (MAGIC + b"\x00" + framed(bytes(32)), Fault.CIPHER),
    ],
)
def test_a_stranger_is_told_nothing(first: bytes, fault: Fault) -> None:
    accepts = acceptor(box("B"))
    with pytest.raises(LinkError) as refused:
        accepts.feed(first)
    assert refused.value.fault is fault
    assert accepts.state is State.REFUSED
    with pytest.raises(LinkError):
        accepts.feed(dialler(box("A")).start())


@pytest.mark.parametrize(
    ("dials_with", "accepts_with"), [(FLEET_KEY, None), (None, FLEET_KEY), (FLEET_KEY, bytes(32))]
)
def test_a_fleet_links_with_its_own_only(
    dials_with: bytes | None, accepts_with: bytes | None
) -> None:
    dials = dialler(box("A", fleet_key=dials_with))
    accepts = acceptor(box("B", fleet_key=accepts_with))
    with pytest.raises(LinkError) as refused:
        shake(dials, accepts)
    assert refused.value.fault in (Fault.FLAGS, Fault.CIPHER)
    assert accepts.secured is None


def test_an_acceptor_that_takes_what_was_not_offered_is_refused() -> None:
    forger = Forger(box("B"))
    for flags in (DEFLATE, FLEET, 4):
        dials = dialler(box("A", deflate=False))

        def payload(bound_hash: bytes, flags: int = flags) -> bytes:
            return bytes([flags]) + forger.prove(bound_hash, Role.ACCEPTOR)

        with pytest.raises(LinkError) as refused:
            forger.accept(dials, payload)
        assert refused.value.fault is Fault.FLAGS
        assert dials.secured is None


def _of_another(forger: Forger, bound_hash: bytes) -> bytes:
    return box("C").node_key.verify_key + forger.prove(bound_hash)[32:]


def _of_another_handshake(forger: Forger, bound_hash: bytes) -> bytes:
    return forger.prove(bound_hash[::-1])


def _of_another_role(forger: Forger, bound_hash: bytes) -> bytes:
    return forger.prove(bound_hash, Role.ACCEPTOR)


def _of_another_static_key(forger: Forger, bound_hash: bytes) -> bytes:
    return Forger(LinkIdentity(forger.identity.node_key)).prove(bound_hash)


def _of_no_context(forger: Forger, bound_hash: bytes) -> bytes:
    key = forger.identity.node_key
    signed = forger.identity.static.public + bytes([Role.DIALLER]) + bound_hash
    return key.verify_key + key.sign(signed)


def _of_a_weak_key(_forger: Forger, _bound_hash: bytes) -> bytes:
    return _IDENTITY_POINT + _IDENTITY_POINT + bytes(32)


def _of_an_impossible_key(_forger: Forger, _bound_hash: bytes) -> bytes:
    return b"\xff" * 32 + bytes(64)


_LIES = [
    _of_another, _of_another_handshake, _of_another_role, _of_another_static_key, _of_no_context,
    _of_a_weak_key, _of_an_impossible_key,
]  # fmt: skip


@pytest.mark.parametrize("lie", _LIES, ids=lambda lie: lie.__name__)
def test_a_false_identity_is_refused(lie: Callable[[Forger, bytes], bytes]) -> None:
    forger, accepts = Forger(box("A")), acceptor(box("B"))
    with pytest.raises(LinkError) as refused:
        forger.meet(accepts, lambda bound_hash: lie(forger, bound_hash))
    assert refused.value.fault is Fault.IDENTITY
    assert accepts.secured is None


@pytest.mark.parametrize("lie", _LIES, ids=lambda lie: lie.__name__)
def test_a_node_that_checks_no_signature_would_be_seen(
    lie: Callable[[Forger, bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def believe(_key: VerifyKey, _data: bytes, _signature: bytes) -> bool:
        return True

    monkeypatch.setattr(proof, "verify", believe)
    forger, accepts = Forger(box("A")), acceptor(box("B"))
    forger.meet(accepts, lambda bound_hash: lie(forger, bound_hash))
    assert accepts.secured is not None


def test_a_false_acceptor_is_refused_before_it_is_told_who_dials() -> None:
    forger, dials = Forger(box("B")), dialler(box("A"))
    with pytest.raises(LinkError) as refused:
        forger.accept(dials, lambda bound_hash: b"\0" + forger.prove(bound_hash, Role.DIALLER))
    assert refused.value.fault is Fault.IDENTITY


def test_the_forger_is_taken_when_it_tells_the_truth() -> None:
    forger, accepts = Forger(box("A")), acceptor(box("B"))
    forger.meet(accepts, forger.prove)
    assert secured(accepts).peer == forger.identity.node_key.verify_key
    forger, dials = Forger(box("B")), dialler(box("A"))
    forger.accept(dials, lambda bound_hash: b"\0" + forger.prove(bound_hash, Role.ACCEPTOR))
    assert secured(dials).peer == forger.identity.node_key.verify_key


def test_a_node_does_not_link_with_itself() -> None:
    dials, accepts = dialler(box("A")), acceptor(box("A"))
    answer = accepts.feed(dials.start())
    with pytest.raises(LinkError) as refused:
        dials.feed(answer)
    assert refused.value.fault is Fault.OWN
    forger, accepts = Forger(box("B")), acceptor(box("B"))
    with pytest.raises(LinkError) as refused:
        forger.meet(accepts, forger.prove)
    assert refused.value.fault is Fault.OWN


@pytest.mark.parametrize("size", [0, 1, 95, 97])
def test_a_payload_of_another_length_is_refused(size: int) -> None:
    forger, accepts = Forger(box("A")), acceptor(box("B"))
    with pytest.raises(LinkError) as refused:
        forger.meet(accepts, lambda bound_hash: (forger.prove(bound_hash) + b"\0")[:size])
    assert refused.value.fault is Fault.LENGTH


def test_the_signature_is_for_links_only() -> None:
    assert CONTEXT == b"disasternet/1 link"


def test_no_text_of_a_handshake_shows_a_key() -> None:
    identity = box("A", fleet_key=FLEET_KEY)
    one, _ = linked()
    shown = f"{identity!r} {dialler(identity)!r} {one!r} {one.send!r}"
    for secret in (FLEET_KEY, one.secret):
        assert repr(secret)[2:-1] not in shown
        assert secret.hex() not in shown

"""Golden links: what we send is theirs byte for byte, and we take what they send."""

from typing import Any

import pytest

from node.net.cipher import KeyPair
from node.net.errors import LinkError
from node.net.handshake import Handshake, Secured
from node.net.records import Opener, Sealer
from tests.unit.net.ends import acceptor, box, dialler, secured, seed, shake
from tests.vectors.notation import load

_VECTORS = load("link")


def ends(vector: dict[str, Any]) -> tuple[Handshake, Handshake]:
    fleet_key = bytes.fromhex(vector["fleet_key"]) if vector["fleet_key"] else None
    one = box("A", fleet_key=fleet_key, deflate=vector["dialler_offers_deflate"])
    other = box("B", fleet_key=fleet_key, deflate=vector["acceptor_takes_deflate"])
    return dialler(one), acceptor(other)


def both(vector: dict[str, Any]) -> dict[str, tuple[Secured, Secured]]:
    """Return, by who sends, the sender's and the receiver's end."""
    dials, accepts = ends(vector)
    shake(dials, accepts)
    one, other = secured(dials), secured(accepts)
    return {"dialler": (one, other), "acceptor": (other, one)}


@pytest.mark.parametrize("vector", _VECTORS["links"], ids=lambda v: v["name"])
def test_a_golden_handshake_is_ours_byte_for_byte(vector: dict[str, Any]) -> None:
    dials, accepts = ends(vector)
    assert [message.hex() for message in shake(dials, accepts)] == vector["messages"]
    assert secured(dials).secret.hex() == secured(accepts).secret.hex() == vector["secret"]


@pytest.mark.parametrize("vector", _VECTORS["links"], ids=lambda v: v["name"])
def test_golden_records_are_taken_and_made(vector: dict[str, Any]) -> None:
    pairs = both(vector)
    interval = vector["rekey_interval"]
    openers = {
        who: Opener(receiver.receive, deflate=receiver.deflate, rekey_interval=interval)
        for who, (_, receiver) in pairs.items()
    }
    sealers = {
        who: Sealer(sender.send, deflate=sender.deflate, rekey_interval=interval)
        for who, (sender, _) in pairs.items()
    }
    for entry in vector["frames"]:
        frame, record = bytes.fromhex(entry["frame"]), bytes.fromhex(entry["record"])
        openers[entry["from"]].feed(record)
        assert openers[entry["from"]].next_frame() == frame
        if entry["plaintext"] == entry["frame"]:
            assert sealers[entry["from"]].seal(frame) == record


@pytest.mark.parametrize("vector", _VECTORS["refused"], ids=lambda v: v["name"])
def test_first_bytes_that_are_none_are_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(LinkError) as refused:
        acceptor(box("B")).feed(bytes.fromhex(vector["bytes"]))
    assert refused.value.fault == vector["fault"]


def test_another_ephemeral_key_would_be_seen() -> None:
    dials, accepts = ends(_VECTORS["links"][0])
    assert shake(dials, acceptor(box("B"), "other"))[1].hex() != _VECTORS["links"][0]["messages"][1]
    assert KeyPair(seed("acceptor ephemeral")).public.hex() in _VECTORS["links"][0]["messages"][1]
    assert accepts.secured is None

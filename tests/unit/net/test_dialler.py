"""Whom the dialler dials, and when, on a clock moved by hand."""

import hashlib
import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from node.net.dialler import Dialler
from node.net.discovery.backoff import MAX_REMEMBERED, BackOff
from node.net.discovery.beacon import NO_DIGESTS, NODE_BYTES, Beacon, Digests
from node.net.discovery.candidates import MAX_CANDIDATES, MAX_PER_HOST, Candidate, Source
from node.net.discovery.endpoint import Endpoint, parse
from node.net.discovery.limits import (
    BACK_OFF_LONGEST_S,
    DIALS_AT_ONCE,
    DIALS_PER_S,
    DIFFERS_FOR_S,
    FORGET_BEACON_S,
    FORGET_MDNS_S,
    FRESH_S,
    HOPEFUL_S,
    MAX_DIALS,
    MAX_DIALS_PER_INTERFACE,
    MORE_LINKS,
    PENALTY_FIRST_S,
    PENALTY_LONGEST_S,
    STALLED_AFTER_S,
    STANDING_LINKS,
    WAIT_FOR_BEACON_S,
    YIELD_S,
)
from node.net.discovery.need import Linked
from node.protocol.ids import VerifyKey

OTHER = Digests((b"differing",) * 4)
BOOT = b"boot"
LOWEST = VerifyKey(bytes(32))
HIGHEST = VerifyKey(b"\xff" * 32)


def peer(number: int) -> VerifyKey:
    return VerifyKey(hashlib.sha256(str(number).encode()).digest())


def at(number: int, interface: str = "eth0") -> Endpoint:
    return Endpoint(f"10.99.{number // 250}.{number % 250 + 1}", 7777, interface)


def draws(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - must replay


@dataclass
class Scene:
    """A dialler, its clock and its links."""

    node: VerifyKey = LOWEST
    static: Sequence[Endpoint] = ()
    seed: int = 1
    now_s: float = 1_000.0
    links: list[Linked] = field(default_factory=list[Linked])
    own: Digests = NO_DIGESTS

    def __post_init__(self) -> None:
        """Make the dialler."""
        self.dialler = Dialler(self.node, draws(self.seed), self.static)

    def hear(
        self,
        number: int,
        digests: Digests = OTHER,
        *,
        boot: bytes = BOOT,
        where: Endpoint | None = None,
    ) -> None:
        """Let a box's beacon arrive."""
        beacon = Beacon(peer(number)[:NODE_BYTES], boot, 7777, digests)
        self.dialler.heard(beacon, where or at(number), self.own, self.now_s)

    def announce(self, number: int) -> None:
        """Let a box be known by mDNS."""
        self.dialler.announced(peer(number)[:NODE_BYTES], at(number), self.now_s)

    def plan(self, after_s: float = 0.0) -> list[Candidate]:
        """Return whom the dialler dials after some time."""
        self.now_s += after_s
        return self.dialler.plan(self.links, self.own, self.now_s)

    def hosts(self, after_s: float = 0.0) -> list[str]:
        """Return the hosts of `plan`."""
        return [candidate.endpoint.host for candidate in self.plan(after_s)]

    def fail(self, planned: Sequence[Candidate]) -> None:
        """Let these dials find nobody."""
        for candidate in planned:
            self.dialler.done(candidate, None, self.now_s)

    def link(self, *numbers: int, boot: bytes | None = BOOT, stalled_s: float = 0.0) -> None:
        """Let links to these boxes stand."""
        self.links += [Linked(peer(number), boot, stalled_s) for number in numbers]


def test_the_first_box_heard_is_dialled_at_once() -> None:
    scene = Scene()
    scene.hear(1)
    assert scene.hosts() == [at(1).host]


def test_equal_digests_do_not_matter_while_links_are_few() -> None:
    scene = Scene()
    scene.link(9)
    scene.hear(1, NO_DIGESTS)
    assert scene.hosts() == [at(1).host]


def test_the_higher_node_id_lets_the_lower_one_dial_first() -> None:
    scene = Scene(HIGHEST)
    scene.hear(1)
    assert scene.hosts() == []
    assert scene.dialler.again_s == scene.now_s + YIELD_S
    assert scene.hosts(YIELD_S) == [at(1).host]


def test_the_higher_node_id_dials_nobody_who_came_meanwhile() -> None:
    scene = Scene(HIGHEST)
    scene.hear(1)
    scene.plan()
    scene.link(1)
    assert scene.hosts(YIELD_S) == []


def test_a_flood_does_not_put_off_the_higher_node_id_for_ever() -> None:
    scene = Scene(HIGHEST)
    for _ in range(30):
        scene.hear(1)
        if scene.plan(0.01):
            break
    assert scene.now_s <= 1_000 + YIELD_S + 0.02


def test_nobody_linked_is_dialled() -> None:
    scene = Scene()
    scene.link(1)
    scene.hear(1)
    scene.announce(1)
    assert scene.hosts() == []


@pytest.mark.parametrize(
    ("stalled_s", "dialled"),
    [(0.0, False), (STALLED_AFTER_S - 0.1, False), (STALLED_AFTER_S, True)],
)
def test_a_beacon_dials_a_peer_whose_link_has_stalled(stalled_s: float, *, dialled: bool) -> None:
    scene = Scene()
    scene.link(1, stalled_s=stalled_s)
    scene.hear(1)
    assert bool(scene.hosts()) == dialled


def test_a_beacon_from_before_the_stall_dials_nobody() -> None:
    scene = Scene()
    scene.hear(1)
    scene.now_s += 5
    scene.link(1, stalled_s=4.0)
    assert scene.hosts() == []
    scene.hear(1)
    assert scene.hosts() == [at(1).host]


def test_a_good_link_beside_a_stalled_one_is_enough() -> None:
    scene = Scene()
    scene.link(1, stalled_s=9.0)
    scene.link(1)
    scene.hear(1)
    assert scene.hosts() == []


@pytest.mark.parametrize(
    ("known", "heard", "dialled"),
    [(b"boot", b"boot", False), (b"boot", b"next", True), (None, b"next", False)],
)
def test_a_beacon_of_another_boot_dials(
    known: bytes | None, heard: bytes, *, dialled: bool
) -> None:
    scene = Scene()
    scene.link(1, boot=known)
    scene.hear(1, boot=heard)
    assert bool(scene.hosts()) == dialled


@pytest.mark.parametrize(("digests", "dialled"), [(NO_DIGESTS, False), (OTHER, True)])
def test_with_two_links_only_who_differs_is_dialled(digests: Digests, *, dialled: bool) -> None:
    scene = Scene()
    scene.link(8, 9)
    scene.hear(1, digests)
    assert bool(scene.hosts()) == dialled


def test_who_differed_when_heard_and_is_equal_by_now_is_not_dialled() -> None:
    scene = Scene()
    scene.link(8, 9)
    scene.hear(1, OTHER)
    scene.own = OTHER
    assert scene.hosts() == []


def test_who_was_equal_when_heard_is_not_dialled_for_what_is_new_here() -> None:
    scene = Scene()
    scene.link(8, 9)
    scene.hear(1, NO_DIGESTS)
    scene.own = OTHER
    assert scene.hosts() == []


def test_beyond_the_standing_links_only_who_stays_different_is_dialled() -> None:
    scene = Scene()
    scene.link(*range(100, 100 + STANDING_LINKS))
    scene.hear(1)
    assert scene.hosts() == []
    for _ in range(int(DIFFERS_FOR_S) // 10):
        scene.now_s += 10
        scene.hear(1)
    assert scene.hosts() == [at(1).host]


def test_who_was_equal_in_between_has_not_stayed_different() -> None:
    scene = Scene()
    scene.link(*range(100, 100 + STANDING_LINKS))
    for number in range(int(DIFFERS_FOR_S) // 10 + 1):
        scene.hear(1, NO_DIGESTS if number == 3 else OTHER)
        assert scene.hosts() == []
        scene.now_s += 10


def test_there_is_an_end_to_links() -> None:
    scene = Scene()
    scene.link(*range(100, 100 + STANDING_LINKS + MORE_LINKS))
    for _ in range(int(DIFFERS_FOR_S) // 10 + 1):
        scene.hear(1)
        scene.now_s += 10
    scene.hear(1)
    assert scene.hosts() == []


def test_stalled_links_do_not_count() -> None:
    scene = Scene()
    scene.link(8)
    scene.link(9, stalled_s=5.0)
    scene.hear(1, NO_DIGESTS)
    assert scene.hosts() == [at(1).host]


def test_only_as_many_are_dialled_at_first_as_links_are_wanted_then_others_beside_them() -> None:
    scene = Scene()
    for number in range(6):
        scene.hear(number)
    assert len(scene.hosts()) == 2
    assert scene.hosts() == []
    assert scene.dialler.again_s == scene.now_s + HOPEFUL_S
    assert len(scene.hosts(HOPEFUL_S)) == 2


def test_boxes_that_hear_the_same_choose_differently() -> None:
    chosen = set[tuple[str, ...]]()
    for seed in range(20):
        scene = Scene(seed=seed)
        for number in range(10):
            scene.hear(number)
        chosen.add(tuple(scene.hosts()))
    assert len(chosen) > 10


def test_one_box_at_two_addresses_is_dialled_once() -> None:
    scene = Scene()
    scene.hear(1)
    scene.hear(1, where=Endpoint("fe80::1%2", 7777, "eth0"))
    scene.announce(1)
    first = scene.plan()
    assert len(first) == 1
    assert len(scene.plan(HOPEFUL_S)) == 1


def test_a_box_is_dialled_once_for_each_beacon() -> None:
    scene = Scene()
    scene.hear(1)
    scene.fail(scene.plan())
    assert scene.hosts(10) == []
    scene.hear(1)
    assert scene.hosts() == [at(1).host]


def test_a_beacon_of_long_ago_dials_nobody() -> None:
    scene = Scene()
    scene.hear(1)
    assert scene.hosts(FRESH_S + 0.1) == []


def dials_of(scene: Scene, number: int, seconds: float) -> list[float]:
    """Return when a box that never answers is dialled while it is heard each half second."""
    tried: list[float] = []
    for _ in range(int(seconds * 2)):
        scene.hear(number)
        if planned := scene.plan(0.5):
            tried.append(scene.now_s)
            scene.fail(planned)
    return tried


def test_back_off_doubles_to_a_minute_with_jitter_and_never_gives_up() -> None:
    tried = dials_of(Scene(), 1, 600)
    pauses = [later - earlier for earlier, later in itertools.pairwise(tried)]
    assert 1 <= pauses[0] <= 2.5
    assert 2 <= pauses[1] <= 4.5
    assert max(pauses) <= BACK_OFF_LONGEST_S + 1
    assert min(pauses[6:]) >= BACK_OFF_LONGEST_S / 2
    assert tried[-1] > 1_000 + 600 - BACK_OFF_LONGEST_S - 1
    assert tried != dials_of(Scene(seed=2), 1, 600)


def test_invented_endpoints_are_remembered_within_bounds_and_the_longest_waits_stay() -> None:
    waits = BackOff[int](draws(1), first_s=1.0, longest_s=60.0)
    for _ in range(6):
        waits.failed(0, 1_000)
    for number in range(1, 2 * MAX_REMEMBERED):
        waits.failed(number, 1_000)
    assert len(waits) == MAX_REMEMBERED
    assert waits.until_s(0) > 1_000


def test_a_link_that_stood_takes_the_back_off_back() -> None:
    scene = Scene()
    dials_of(scene, 1, 120)
    scene.now_s += BACK_OFF_LONGEST_S
    scene.hear(1)
    (answered,) = scene.plan()
    scene.dialler.done(answered, peer(1), scene.now_s)
    scene.now_s += 1
    scene.hear(1)
    assert scene.hosts() == []
    scene.dialler.link_fell(peer(1), 5.0)
    assert scene.hosts() == []
    scene.dialler.link_fell(peer(1), 15.0)
    assert scene.hosts() == [at(1).host]


def test_mdns_that_fails_keeps_no_beacon_waiting() -> None:
    scene = Scene()
    for _ in range(100):
        scene.announce(1)
        scene.fail(scene.plan(1.0))
    scene.hear(1)
    assert [c.source for c in scene.plan()] == [Source.BEACON]


def test_an_interface_that_appears_takes_waits_back_and_one_that_went_forgets_its_boxes() -> None:
    scene = Scene(static=[parse("10.9.9.9:7777")])
    for _ in range(8):
        scene.hear(1)
        scene.fail(scene.plan(4.0))
    scene.hear(1)
    assert scene.hosts() == []
    scene.dialler.interfaces(frozenset(), frozenset())
    scene.dialler.interfaces(frozenset({"eth0"}), frozenset({"eth0"}))
    assert scene.hosts() == ["10.9.9.9"]
    scene.hear(1)
    assert scene.hosts() == [at(1).host]


def test_static_peers_are_dialled_whatever_is_linked_until_they_are() -> None:
    scene = Scene(static=[parse("[fe80::1%eth0]:7777"), parse("gym.example:7000")])
    scene.link(*range(100, 100 + STANDING_LINKS + MORE_LINKS))
    first, second = scene.plan()
    assert [str(c.endpoint) for c in (first, second)] == ["[fe80::1%eth0]:7777", "gym.example:7000"]
    scene.dialler.done(first, peer(1), scene.now_s)
    scene.fail([second])
    scene.link(1)
    assert scene.hosts(BACK_OFF_LONGEST_S) == ["gym.example"]


def test_a_static_peer_whose_link_fell_is_dialled_again() -> None:
    scene = Scene(static=[parse("10.9.9.9:7777")])
    (first,) = scene.plan()
    scene.dialler.done(first, peer(1), scene.now_s)
    scene.link(1)
    assert scene.hosts(20) == []
    scene.links.clear()
    scene.dialler.link_fell(peer(1), 20)
    assert scene.hosts() == ["10.9.9.9"]


def test_static_peers_are_never_given_up() -> None:
    scene = Scene(static=[parse("10.9.9.9:7777")])
    tried = 0
    for _ in range(3_600):
        planned = scene.plan(1.0)
        tried += len(planned)
        scene.fail(planned)
    assert tried >= 3_600 / BACK_OFF_LONGEST_S


def test_a_box_known_by_mdns_alone_is_linked_once_its_beacon_could_have_come() -> None:
    scene = Scene()
    scene.link(8, 9)
    scene.announce(1)
    assert scene.hosts() == []
    assert scene.hosts(WAIT_FOR_BEACON_S) == [at(1).host]


def test_a_box_known_by_mdns_whose_beacons_are_equal_is_not_linked() -> None:
    scene = Scene()
    scene.link(8, 9)
    scene.announce(1)
    scene.now_s += WAIT_FOR_BEACON_S
    scene.hear(1, NO_DIGESTS)
    assert scene.hosts() == []


def test_who_is_not_heard_any_more_is_forgotten() -> None:
    scene = Scene()
    scene.hear(1)
    scene.announce(2)
    known = scene.dialler.candidates
    scene.links = [Linked(peer(n), None) for n in (1, 2)]
    scene.plan(FORGET_BEACON_S + 1)
    assert [c.source for c in known] == [Source.MDNS]
    scene.plan(FORGET_MDNS_S)
    assert len(known) == 0


def test_a_penalised_peer_is_left_alone_longer_each_time() -> None:
    scene = Scene()
    scene.dialler.penalise(peer(1), scene.now_s)
    scene.hear(1)
    assert scene.hosts() == []
    scene.now_s += 2 * PENALTY_FIRST_S
    scene.hear(1)
    assert scene.hosts() == [at(1).host]
    for _ in range(10):
        scene.dialler.penalise(peer(1), scene.now_s)
    scene.fail(list(scene.dialler.candidates))
    scene.now_s += PENALTY_LONGEST_S / 2 - 1
    scene.hear(1)
    assert scene.hosts() == []


def flood(scene: Scene, count: int, interface: str, *, start: int = 10_000) -> None:
    for number in range(start, start + count):
        scene.hear(number, where=at(number, interface))


def test_a_flood_of_invented_boxes_fills_a_table_no_further_than_its_bound() -> None:
    scene = Scene()
    flood(scene, 3 * MAX_CANDIDATES, "eth0")
    assert len(scene.dialler.candidates) == MAX_CANDIDATES


def test_a_flood_on_one_interface_crowds_out_nobody_on_another() -> None:
    scene = Scene()
    for number in range(100):
        scene.hear(number, where=at(number, "bat0"))
    flood(scene, 3 * MAX_CANDIDATES, "eth0")
    kept = [c for c in scene.dialler.candidates if c.endpoint.interface == "bat0"]
    assert len(kept) == 100


def test_one_address_cannot_be_thousands_of_boxes() -> None:
    scene = Scene()
    for port in range(1, 2_000):
        scene.hear(port, where=Endpoint("10.99.0.66", port, "eth0"))
    assert len(scene.dialler.candidates) == MAX_PER_HOST


def test_dials_at_once_are_bounded_and_a_flood_leaves_some_to_other_interfaces() -> None:
    scene = Scene()
    flood(scene, 500, "eth0")
    under_way = list[Candidate]()
    for _ in range(60):
        under_way += scene.plan(0.5)
        flood(scene, 500, "eth0")
    assert len(under_way) == MAX_DIALS_PER_INTERFACE
    scene.hear(1, where=at(1, "bat0"))
    assert scene.hosts() == [at(1).host]
    for number in range(2, 20):
        scene.hear(number, where=at(number, "wlan1"))
        under_way += scene.plan(1.0)
    assert len(under_way) + 1 == MAX_DIALS


def test_boxes_that_refuse_at_once_are_dialled_at_a_bounded_rate() -> None:
    scene = Scene()
    rng, dials = draws(3), 0
    for _ in range(200):
        flood(scene, 20, "eth0", start=rng.randrange(10**5))
        planned = scene.plan(0.1)
        scene.fail(planned)
        dials += len(planned)
    assert dials <= DIALS_AT_ONCE + 20 * DIALS_PER_S + 1


def test_a_static_peer_is_dialled_through_a_flood() -> None:
    scene = Scene(static=[parse("10.9.9.9:7777")])
    flood(scene, 500, "eth0")
    assert "10.9.9.9" in scene.hosts()


@pytest.mark.parametrize(
    "text",
    ["", "host", "host:", ":1", "host:0", "host:65536", "host:x", "fe80::1:7777", "h:\u0661"],
)
def test_what_is_no_static_peer_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"PORT|port"):
        parse(text)


@pytest.mark.parametrize("text", ["10.0.0.2:7777", "[fe80::1%eth0]:7777", "gym.local:1"])
def test_a_static_peer_is_shown_as_it_was_written(text: str) -> None:
    assert str(parse(text)) == text

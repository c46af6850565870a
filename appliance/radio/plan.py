"""What to do with the radios there are: a pure function of what they say they can do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from appliance import sentences
from appliance.radio.quirks import phones_max, quirks_of
from appliance.radio.wiphy import AP, IBSS, MANAGED, MESH_POINT, Wiphy

Backend = Literal["ibss", "11s"]
Name = Literal["P1", "P2", "P3", "P4", "P5"]

_MODE_OF: Final[dict[Backend, str]] = {"ibss": IBSS, "11s": MESH_POINT}


@dataclass(frozen=True, slots=True)
class Role:
    """A radio's part."""

    radio: str


@dataclass(frozen=True, slots=True)
class MeshRole:
    """The part of the radio that talks to other boxes."""

    radio: str
    backend: Backend


@dataclass(frozen=True, slots=True)
class Plan:
    """Who does what."""

    plan: Name | None
    """None without a radio that can do anything."""
    hotspot: Role | None
    mesh: MeshRole | None
    courier: Role | None
    """Takes turns as a client of other boxes' hotspots; the hotspot's own radio if it is that."""
    phones_max: int
    """Phones the hotspot may hold; 0 without one."""
    sentence: str
    """Why, and what it can hold, for a person."""


def make_plan(
    radios: Sequence[Wiphy],
    *,
    backend: Backend = "ibss",
    relay: bool = False,
    without: frozenset[Name] = frozenset(),
) -> Plan:
    """Return the best plan for ``radios``.

    Ethernet is no part of it: a cable is one more link in every plan.

    Args:
        radios: what each says; their order decides nothing but ties.
        backend: how the boxes around talk to each other; all boxes must use the same.
        relay: the operator gives the hotspot up for the mesh (P5).
        without: plans that were tried and did not work.
    """
    mode = _MODE_OF[backend]
    for plan in _candidates(radios, backend, mode, relay=relay):
        if plan.plan not in without:
            return plan
    key = "useless" if radios else "none"
    return Plan(None, None, None, None, 0, sentences.RADIO_PLANS[key])


def _candidates(
    radios: Sequence[Wiphy], backend: Backend, mode: str, *, relay: bool
) -> Iterator[Plan]:
    hotspots = sorted((r for r in radios if r.can_be(AP)), key=lambda r: -phones_max(r))
    meshes = sorted((r for r in radios if _can_mesh(r, mode)), key=lambda r: r.is_onboard)
    relays = [_relay(radio, backend) for radio in meshes]
    if relay:
        yield from relays
    for mesh in meshes:
        yield from (_two(radio, mesh, backend) for radio in hotspots if radio is not mesh)
    for radio in hotspots:
        if radio in meshes and radio.can_be_all((AP, mode)):
            yield _with_hotspot("P3", "P3", radio, mesh=MeshRole(radio.name, backend))
    if not hotspots:
        yield from relays
    yield from _turns(hotspots, [radio for radio in radios if radio.can_be(MANAGED)])


def _turns(hotspots: Sequence[Wiphy], clients: Sequence[Wiphy]) -> Iterator[Plan]:
    for hotspot in hotspots:
        for client in sorted(clients, key=lambda r: r is hotspot):
            yield _courier(hotspot, client)
    if not hotspots:
        for client in clients:
            yield Plan("P4", None, None, Role(client.name), 0, _sentence("P4-client", 0))


def _can_mesh(radio: Wiphy, mode: str) -> bool:
    lies = mode == IBSS and any(quirk.ibss_is_a_lie for quirk in quirks_of(radio.driver))
    return radio.can_be(mode) and not lies


def _two(hotspot: Wiphy, mesh: Wiphy, backend: Backend) -> Plan:
    name: Name = "P2" if mesh.is_onboard else "P1"
    said = name if hotspot.is_onboard != mesh.is_onboard else "two"
    return _with_hotspot(name, said, hotspot, mesh=MeshRole(mesh.name, backend))


def _courier(hotspot: Wiphy, client: Wiphy) -> Plan:
    role = Role(client.name)
    if client is not hotspot:
        return _with_hotspot("P4", "P4-second", hotspot, courier=role)
    return _with_hotspot("P4", "P4", hotspot, courier=role)


def _relay(radio: Wiphy, backend: Backend) -> Plan:
    mesh = MeshRole(radio.name, backend)
    return Plan("P5", None, mesh, None, 0, _sentence("P5", 0))


def _with_hotspot(
    name: Name,
    said: str,
    hotspot: Wiphy,
    mesh: MeshRole | None = None,
    courier: Role | None = None,
) -> Plan:
    phones = phones_max(hotspot)
    sentence = _sentence(said, phones)
    both = hotspot.can_be_all((AP, MESH_POINT)) and not hotspot.can_be_all((AP, IBSS))
    if mesh is None and both:
        sentence += f" {sentences.RADIO_WITH_11S}"
    return Plan(name, Role(hotspot.name), mesh, courier, phones, sentence)


def _sentence(said: str, phones: int) -> str:
    phones_said = (
        sentences.RADIO_PHONES.format(phones=phones) if phones else sentences.RADIO_NO_PHONES
    )
    return f"{sentences.RADIO_PLANS[said]} {phones_said}"

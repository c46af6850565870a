"""What a box does with its radios, decided by what they say and not by their names."""

from dataclasses import replace

import pytest

from appliance.radio.plan import MeshRole, Plan, Role, make_plan
from appliance.radio.quirks import QUIRKS
from appliance.radio.wiphy import AP, IBSS, MANAGED, MESH_POINT, Combination, Limit, Wiphy
from tests.unit.appliance.radio.recorded import NAMES, PI, radio

ALONE = {
    "ar9escape-ar9271": "P4",
    "awus036achm-mt7610u": "P3",
    "awus036acm-mt7612u": "P3",
    "cf-951ax-mt7921au": "P4",
    "dm-digital-mt7601u": "P4",
    "m2-mt7925e": "P4",
    "panda-mini-rt3070": "P4",
    "pau03-rt5370": "P4",
    "pau05-rt5372": "P4",
    "pau06-rt5372": "P4",
    "pau09-rt5572": "P4",
    "pau0b-mt7610u": "P3",
    PI: "P4",
    "tl-wn722n-v1-ar9271": "P4",
}
BESIDE_A_PI = (
    ALONE
    | dict.fromkeys(NAMES, "P1")
    | {
        "cf-951ax-mt7921au": "P2",
        "dm-digital-mt7601u": "P4",
        "m2-mt7925e": "P2",
        PI: "P2",
    }
)


def named(plan: Plan) -> tuple[str | None, str | None, str | None, str | None]:
    """Return the plan's name and the radios of hotspot, mesh and courier."""
    roles = (plan.hotspot, plan.mesh, plan.courier)
    return (plan.plan, *(None if role is None else role.radio for role in roles))  # type: ignore[return-value]


def test_every_recorded_radio_has_an_expected_plan() -> None:
    assert set(NAMES) == set(ALONE) == set(BESIDE_A_PI)
    assert len(NAMES) == 14


@pytest.mark.parametrize("name", NAMES)
def test_a_radio_alone(name: str) -> None:
    plan = make_plan([radio(name)])
    assert plan.plan == ALONE[name]
    assert (plan.mesh is None) == (plan.plan != "P3")
    assert (plan.hotspot is None) == (name == "dm-digital-mt7601u") == (plan.phones_max == 0)


@pytest.mark.parametrize("name", NAMES)
def test_a_radio_beside_that_of_a_pi(name: str) -> None:
    pi, other = radio(PI), replace(radio(name), name="usb")
    either, swapped = make_plan([pi, other]), make_plan([other, pi])
    assert either.plan == BESIDE_A_PI[name]
    if name != PI:
        assert either == swapped


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_chip_decides_nothing(name: str) -> None:
    known, unknown = radio(name), replace(radio(name), driver="never_heard_of")
    assert make_plan([known]).plan == make_plan([unknown]).plan


def test_a_usb_mesh_and_the_pi_for_phones_come_first() -> None:
    plan = make_plan([radio(PI), radio("awus036acm-mt7612u")])
    assert named(plan) == ("P1", PI, "awus036acm-mt7612u", None)
    assert plan.phones_max == 7


def test_a_dongle_that_only_makes_a_hotspot_frees_the_pi_for_the_mesh() -> None:
    plan = make_plan([radio(PI), radio("cf-951ax-mt7921au")])
    assert named(plan) == ("P2", "cf-951ax-mt7921au", PI, None)


def test_a_dongle_that_is_only_a_client_takes_the_turns() -> None:
    plan = make_plan([radio(PI), radio("dm-digital-mt7601u")])
    assert named(plan) == ("P4", PI, None, "dm-digital-mt7601u")


def test_a_bare_pi_takes_the_turns_with_its_only_radio() -> None:
    assert named(make_plan([radio(PI)])) == ("P4", PI, None, PI)


def test_the_operator_may_give_the_hotspot_up() -> None:
    plan = make_plan([radio(PI)], relay=True)
    assert named(plan) == ("P5", None, PI, None)
    assert plan.phones_max == 0


def test_with_the_11s_mesh_a_radio_that_cannot_share_ibss_does_both() -> None:
    plan = make_plan([radio("tl-wn722n-v1-ar9271")], backend="11s")
    assert plan.plan == "P3"
    assert plan.mesh == MeshRole("tl-wn722n-v1-ar9271", "11s")


def test_a_radio_of_which_nobody_said_that_types_go_together_does_one_thing() -> None:
    lone = Wiphy("phy0", frozenset({AP, IBSS, MANAGED}), (), frozenset({2437}))
    assert make_plan([lone]).plan == "P4"
    both = Combination((Limit(frozenset({AP, IBSS}), 2),), 2, 1)
    assert make_plan([replace(lone, combinations=(both,))]).plan == "P3"


def test_a_limit_that_names_both_types_counts_both() -> None:
    one = Combination((Limit(frozenset({AP, IBSS}), 1),), 2, 1)
    lone = Wiphy("phy0", frozenset({AP, IBSS, MANAGED}), (one,), frozenset({2437}))
    assert make_plan([lone]).plan == "P4"


@pytest.mark.parametrize(("mhz", "plan"), [((2437, 5180), "P4"), ((5180,), None), ((), None)])
def test_a_radio_that_may_not_send_on_the_phones_band_is_no_hotspot(
    mhz: tuple[int, ...], plan: str | None
) -> None:
    lone = Wiphy("phy0", frozenset({AP, MANAGED}), (), frozenset(mhz))
    assert make_plan([lone]).plan == plan


def test_without_a_radio_a_sentence_says_so() -> None:
    assert make_plan([]).sentence == "No radio was found. This box reaches others by cable only."


def test_a_plan_that_failed_is_left_for_the_next() -> None:
    radios = [radio(PI), radio("awus036acm-mt7612u")]
    tried: list[str | None] = []
    for _ in range(4):
        plan = make_plan(radios, without=frozenset(tried))  # type: ignore[arg-type]
        tried.append(plan.plan)
    assert tried == ["P1", "P2", "P3", "P4"]


def test_a_driver_that_lists_what_it_refuses_gets_no_mesh() -> None:
    liar = replace(radio("awus036acm-mt7612u"), driver="rtl8xxxu")
    assert make_plan([liar]).plan == "P4"


@pytest.mark.parametrize(
    ("name", "phones"),
    [(PI, 7), ("tl-wn722n-v1-ar9271", 7), ("m2-mt7925e", 32), ("dm-digital-mt7601u", 0)],
)
def test_phones_are_one_fewer_than_the_chip_fails_at(name: str, phones: int) -> None:
    assert make_plan([radio(name)]).phones_max == phones


def test_what_the_driver_says_of_stations_counts() -> None:
    said = replace(radio("m2-mt7925e"), max_stations=16)
    assert make_plan([said]).phones_max == 15


def test_an_unknown_radio_that_looks_like_a_pis_is_trusted_with_as_few_phones() -> None:
    assert make_plan([replace(radio(PI), driver=None)]).phones_max == 7


def test_roles_are_those_of_one_radio_at_most_where_it_cannot_share() -> None:
    plan = make_plan([radio("panda-mini-rt3070")])
    assert plan.hotspot == plan.courier == Role("panda-mini-rt3070")
    assert "11s" in plan.sentence


def test_every_quirk_has_a_source_and_says_something() -> None:
    plain = {"driver", "why", "source"}
    for quirk in QUIRKS:
        said = [name for name in quirk.__slots__ if name not in plain and getattr(quirk, name)]
        assert len(said) == 1, quirk
        assert quirk.why.endswith("."), quirk
        assert "/" in quirk.source, quirk


def test_a_mesh_point_is_named_as_the_kernel_does() -> None:
    assert MESH_POINT in radio("awus036acm-mt7612u").modes

"""The clock is right as soon as somebody knows, and a crowd of wrong phones does no harm."""

import pytest

from appliance.clock.deciding import AGREE_MS, MIN_SESSION_AGE_S, STEP_BY_PHONES_MS, decide
from appliance.clock.evidence import DAY_MS, YEAR_MS, Bounds, BoxTime, Evidence, PhoneTime, Source

BUILT = 1_790_000_000_000
NOW = BUILT + 100 * DAY_MS
FAR = BUILT + 80 * YEAR_MS
BOUNDS = Bounds(built_ms=BUILT, saved_ms=BUILT + DAY_MS, newest_envelope_ms=None)
UNSET = 0


def phones(*times_ms: int, age_s: float = 600.0) -> Evidence:
    return Evidence(phones=tuple(PhoneTime(ms, age_s) for ms in times_ms))


def boxes(*told: tuple[int, int]) -> Evidence:
    return Evidence(boxes=tuple(BoxTime(ms, quality) for ms, quality in told))


def test_a_clock_of_1970_is_raised_to_what_is_certain() -> None:
    decision = decide(UNSET, Source.NONE, Evidence(), BOUNDS)
    assert (decision.source, decision.set_to_ms) == (Source.NONE, BOUNDS.floor_ms)


def test_three_phones_that_agree_set_it() -> None:
    decision = decide(UNSET, Source.NONE, phones(NOW, NOW + 50_000, NOW + 100_000), BOUNDS)
    assert (decision.source, decision.set_to_ms) == (Source.PHONES, NOW + 50_000)


@pytest.mark.parametrize(
    "evidence",
    [
        phones(NOW, NOW),
        phones(NOW, NOW + AGREE_MS + 1, NOW + 2 * AGREE_MS + 2),
        phones(NOW, NOW, NOW, age_s=MIN_SESSION_AGE_S - 1),
        phones(FAR, FAR, FAR),
        phones(BUILT - 1, BUILT - 1, BUILT - 1),
    ],
    ids=["two", "three that disagree", "three new ones", "three far ahead", "three before it"],
)
def test_phones_that_prove_nothing_leave_it_at_the_floor(evidence: Evidence) -> None:
    decision = decide(UNSET, Source.NONE, evidence, BOUNDS)
    assert (decision.source, decision.set_to_ms) == (Source.NONE, BOUNDS.floor_ms)


def test_twenty_phones_in_2105_do_not_outvote_three_that_are_possible() -> None:
    decision = decide(UNSET, Source.NONE, phones(*[FAR] * 20, NOW, NOW, NOW), BOUNDS)
    assert decision.set_to_ms == NOW


def test_phones_that_push_as_far_as_they_can_are_set_right_by_a_box() -> None:
    pushed = BOUNDS.ceiling_ms
    wrong = decide(UNSET, Source.NONE, phones(*[pushed] * 20), BOUNDS)
    assert wrong.set_to_ms == pushed
    right = decide(pushed, wrong.source, boxes((NOW, 2)), BOUNDS)
    assert (right.source, right.set_to_ms) == (Source.BOXES, NOW)


def test_an_envelope_from_a_good_clock_holds_phones_back() -> None:
    bounds = Bounds(BUILT, BUILT, newest_envelope_ms=NOW)
    assert decide(UNSET, Source.NONE, phones(*[NOW + 31 * DAY_MS] * 3), bounds).set_to_ms == BUILT
    near = decide(UNSET, Source.NONE, phones(*[NOW + 29 * DAY_MS] * 3), bounds)
    assert near.set_to_ms == NOW + 29 * DAY_MS


def test_phones_do_not_move_a_clock_that_is_about_right() -> None:
    evidence = phones(*[NOW + STEP_BY_PHONES_MS - 1] * 3)
    decision = decide(NOW, Source.PHONES, evidence, BOUNDS)
    assert (decision.source, decision.set_to_ms) == (Source.PHONES, None)


def test_phones_never_move_what_a_box_has_set() -> None:
    decision = decide(NOW, Source.BOXES, phones(*[NOW + DAY_MS] * 5), BOUNDS)
    assert (decision.source, decision.set_to_ms) == (Source.BOXES, None)


def test_boxes_count_by_their_clocks_and_a_single_liar_among_equals_does_not_decide() -> None:
    told = boxes((FAR, 1), (NOW + 9_000, 2), (NOW, 3), (NOW, 3), (FAR, 3))
    assert decide(UNSET, Source.NONE, told, BOUNDS).set_to_ms == NOW


@pytest.mark.parametrize("quality", [0, 1])
def test_boxes_that_know_nothing_themselves_say_nothing(quality: int) -> None:
    assert decide(UNSET, Source.NONE, boxes((NOW, quality)), BOUNDS).source is Source.NONE


def test_with_gps_or_ntp_nobody_else_is_asked() -> None:
    known = Evidence(reference=True, phones=phones(*[FAR] * 9).phones, boxes=boxes((FAR, 3)).boxes)
    decision = decide(NOW, Source.BOXES, known, BOUNDS)
    assert (decision.source, decision.set_to_ms) == (Source.REFERENCE, None)
    lost = decide(NOW, Source.REFERENCE, boxes((NOW + DAY_MS, 3)), BOUNDS)
    assert (lost.source, lost.set_to_ms) == (Source.REFERENCE, None)

"""Which light a box shows for what is going on: a table and a pure function."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """What the lights tell, the most pressing first."""

    SAFE_TO_UNPLUG = "safe to unplug"
    LOCATE = "locate"
    STORING_FAULT = "storing fault"
    RADIO_IMPOSSIBLE = "radio impossible"
    URGENT = "urgent"
    STARTING = "starting"
    COURIER_AWAY = "courier away"
    UNSYNCED = "unsynced"
    MESHED = "meshed"
    READY_ALONE = "ready alone"


@dataclass(frozen=True, slots=True)
class Step:
    """One piece of a rhythm."""

    ms: int
    green: bool = False
    red: bool = False


@dataclass(frozen=True, slots=True)
class Trigger:
    """How the kernel drives the board's own light (drivers/leds/trigger)."""

    name: str
    """``none``, ``default-on``, ``heartbeat`` or ``timer``."""
    on_ms: int = 0
    off_ms: int = 0
    """Of ``timer``."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """What is shown, again and again."""

    state: State
    look: str
    """For the table in docs/operations.md."""
    steps: tuple[Step, ...]
    act: Trigger


@dataclass(frozen=True, slots=True)
class Signs:
    """What the lights depend on; all false is a box that is ready and alone."""

    starting: bool = False
    stopped: bool = False
    """Everything is on the card, and nothing more is written."""
    locate: bool = False
    storing_fault: bool = False
    radio_impossible: bool = False
    urgent: bool = False
    """An urgent message came that nobody read here yet."""
    courier_away: bool = False
    unsynced: bool = False
    """Messages wait that no other box has stored."""
    meshed: bool = False


def _blink(color: str, *flashes_ms: int, pause_ms: int) -> tuple[Step, ...]:
    """Return flashes of one color, each followed by as long a dark, and a pause at the end."""
    light = {color: True}
    steps = [step for ms in flashes_ms for step in (Step(ms, **light), Step(ms))]
    return (*steps[:-1], Step(pause_ms))


PATTERNS: Final = {
    pattern.state: pattern
    for pattern in (
        Pattern(
            State.SAFE_TO_UNPLUG, "dark; the box may be unplugged", (Step(1000),), Trigger("none")
        ),
        Pattern(
            State.LOCATE,
            "green and red in turn, five times a second",
            (Step(100, green=True), Step(100, red=True)),
            Trigger("timer", 100, 100),
        ),
        Pattern(
            State.STORING_FAULT,
            "red, steady",
            (Step(1000, red=True),),
            Trigger("timer", 900, 100),
        ),
        Pattern(
            State.RADIO_IMPOSSIBLE,
            "red, two flashes every two seconds",
            _blink("red", 200, 200, pause_ms=1400),
            Trigger("timer", 200, 1400),
        ),
        Pattern(
            State.URGENT,
            "green, three quick flashes every second",
            _blink("green", 100, 100, 100, pause_ms=500),
            Trigger("timer", 100, 500),
        ),
        Pattern(
            State.STARTING,
            "green, on and off every half second",
            (Step(500, green=True), Step(500)),
            Trigger("timer", 500, 500),
        ),
        Pattern(
            State.COURIER_AWAY,
            "green, one long flash of a second every two seconds",
            (Step(1000, green=True), Step(1000)),
            Trigger("timer", 1000, 1000),
        ),
        Pattern(
            State.UNSYNCED,
            "green, steady, with a short dark every two seconds",
            (Step(1800, green=True), Step(200)),
            Trigger("timer", 1800, 200),
        ),
        Pattern(State.MESHED, "green, steady", (Step(1000, green=True),), Trigger("default-on")),
        Pattern(
            State.READY_ALONE,
            "green, two short flashes every two seconds, like a heart",
            _blink("green", 150, 150, pause_ms=1550),
            Trigger("heartbeat"),
        ),
    )
}

_SIGN_OF: Final = {
    State.SAFE_TO_UNPLUG: "stopped",
    State.LOCATE: "locate",
    State.STORING_FAULT: "storing_fault",
    State.RADIO_IMPOSSIBLE: "radio_impossible",
    State.URGENT: "urgent",
    State.STARTING: "starting",
    State.COURIER_AWAY: "courier_away",
    State.UNSYNCED: "unsynced",
    State.MESHED: "meshed",
}


def pattern_for(signs: Signs) -> Pattern:
    """Return what to show: the most pressing state that holds, in the order of ``State``."""
    for state in State:
        if state is State.READY_ALONE or getattr(signs, _SIGN_OF[state]):
            return PATTERNS[state]
    raise AssertionError("a box is at least ready and alone")

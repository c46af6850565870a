"""What each phone on the hotspot is told when it looks for internet: a table of states.

A phone is its address on the hotspot: pop-up windows keep no cookies, and MAC addresses rotate.
"""

from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from appliance.portal.probes import System

MAX_CLIENTS: Final = 1_024
"""Addresses remembered (0.2 MB); the longest unseen is forgotten, and led to the page again.

Stops a stranger that takes address after address from filling memory.
"""

REJOIN_S: Final = 300.0
"""Silence after which a probe means that the phone left and came back."""

REMEMBER_S: Final = 86_400.0
"""A phone that was let go is not led to the page again for a day."""


class Stage(Enum):
    """What probes are told."""

    CAPTIVE = "captive"
    """They are led to the page, so that the window opens, and stays open."""
    RELEASED = "released"
    """They hear what means internet, so that the phone keeps the Wi-Fi."""


class Event(Enum):
    """What a phone did."""

    PROBE = "probe"
    """The system asked for internet."""
    PAGE = "page"
    """A window or a browser came, and was led to the page."""
    STAY = "stay"
    """The person said that the phone shall keep this Wi-Fi."""
    REJOIN = "rejoin"
    """The phone was silent for ``REJOIN_S``."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How a system wants to be treated."""

    released_by: frozenset[Event]
    """PAGE where the window outlives success; else only STAY, as it closes under the person."""
    greeted_again: bool
    """Captive again after it came back."""
    why: str
    source: str


_EITHER: Final = frozenset({Event.PAGE, Event.STAY})

MANNERS: Final = {
    System.APPLE: Manners(
        _EITHER,
        greeted_again=False,
        why="Until success the window's button is Cancel, and Cancel leaves the Wi-Fi.",
        source="WBA captive-behavior ios.md; ConnectBox views.py",
    ),
    System.ANDROID: Manners(
        frozenset({Event.STAY}),
        greeted_again=True,
        why="The window closes on 204; after a return without it the phone says no internet.",
        source="AOSP NetworkMonitor.java; ConnectBox #251, #265",
    ),
    System.WINDOWS: Manners(
        _EITHER,
        greeted_again=False,
        why="It opens a whole browser, which stays.",
        source="learn.microsoft.com, Network Connectivity Status Indicator",
    ),
    System.CHROMEOS: Manners(
        frozenset({Event.STAY}),
        greeted_again=False,
        why="The sign-in window closes on 204.",
        source="Chromium network portal detection",
    ),
    System.FIREFOX: Manners(
        _EITHER,
        greeted_again=False,
        why="It shows a bar with a button, which goes on success.",
        source="offspot/captive-portal",
    ),
    System.NETWORKMANAGER: Manners(
        _EITHER,
        greeted_again=False,
        why="The desktop opens a window that the person closes.",
        source="offspot/captive-portal",
    ),
    System.KINDLE: Manners(
        _EITHER,
        greeted_again=False,
        why="It opens its browser, which stays.",
        source="ConnectBox views.py",
    ),
}
"""Every system of ``probes.py``."""

UNKNOWN: Final = Manners(
    frozenset({Event.STAY}),
    greeted_again=False,
    why="Nobody asked for internet in a way that is known.",
    source="none",
)


def next_stage(stage: Stage, event: Event, manners: Manners) -> Stage:
    """Return the stage after ``event``."""
    match event:
        case Event.PROBE:
            return stage
        case Event.REJOIN:
            return Stage.CAPTIVE if manners.greeted_again else stage
        case Event.PAGE | Event.STAY:
            return Stage.RELEASED if event in manners.released_by else stage


class _Client(NamedTuple):
    stage: Stage
    system: System | None
    seen_s: float


class Clients:
    """Remembers the phones."""

    def __init__(self) -> None:
        self._clients: OrderedDict[str, _Client] = OrderedDict()

    def see(self, address: str, event: Event, now_s: float, system: System | None = None) -> Stage:
        """Note what a phone did; return the stage by which to answer.

        Args:
            address: the phone's, on the hotspot.
            event: PROBE, PAGE or STAY.
            now_s: monotonic.
            system: whose question it was, where that is known.
        """
        known = self._clients.pop(address, _Client(Stage.CAPTIVE, None, now_s))
        system = system or known.system
        manners = UNKNOWN if system is None else MANNERS[system]
        silence_s = now_s - known.seen_s
        stage = Stage.CAPTIVE if silence_s > REMEMBER_S else known.stage
        if silence_s > REJOIN_S:
            stage = next_stage(stage, Event.REJOIN, manners)
        stage = next_stage(stage, event, manners)
        self._clients[address] = _Client(stage, system, now_s)
        if len(self._clients) > MAX_CLIENTS:
            self._clients.popitem(last=False)
        return stage

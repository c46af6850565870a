"""How the API shows the admin's part."""

from dataclasses import dataclass
from typing import Literal

ClaimState = Literal["closed", "waiting", "contested", "granted"]


@dataclass(frozen=True, slots=True)
class Claim:
    """Answer of ``POST /admin/claim``: where a session's claim stands."""

    state: ClaimState
    """``closed``: the button was not pressed; ``contested``: two asked, so nobody gets it."""
    wait_s: int
    """Ask again after so many seconds while waiting; 0 otherwise."""

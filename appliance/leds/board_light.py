"""The board's own light (ACT), driven by the kernel so that it goes on while Python is busy."""

from pathlib import Path
from typing import Final

from appliance.leds.patterns import Trigger

LIGHTS: Final = Path("/sys/class/leds")
NAMES: Final = ("ACT", "led0")
"""On a Pi with a kernel since 6.1, and before."""


def find(lights: Path = LIGHTS) -> Path | None:
    """Return the folder of the board's light; None on a board without one."""
    return next((lights / name for name in NAMES if (lights / name / "trigger").exists()), None)


def drive(light: Path, trigger: Trigger) -> None:
    """Let the kernel show ``trigger``.

    The delays come after the trigger: the kernel makes their files with it
    (Documentation/leds/ledtrig-timer).

    Raises:
        OSError: the light cannot be written; go on without it.
    """
    (light / "trigger").write_text(trigger.name)
    if trigger.name == "timer":
        (light / "delay_on").write_text(str(trigger.on_ms))
        (light / "delay_off").write_text(str(trigger.off_ms))

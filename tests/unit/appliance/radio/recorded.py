"""Radios as real ones were recorded, and `iw list` texts that say the same."""

import json
from pathlib import Path
from typing import Any

from appliance.radio.wiphy import Combination, Limit, Wiphy

FOLDER = Path(__file__).parents[3] / "vectors" / "radios"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
PI = "pi-3b-plus"


def facts(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return read


def radio(name: str) -> Wiphy:
    """Return a recorded radio, under the name of its file."""
    said = facts(name)
    return Wiphy(
        name=name,
        modes=frozenset(said["modes"]),
        combinations=tuple(
            Combination(
                tuple(Limit(frozenset(modes), most) for modes, most in one["limits"]),
                one["total"],
                one["channels"],
            )
            for one in said["combinations"]
        ),
        frequencies_mhz=frozenset(said["frequencies_mhz"]),
        driver=said["driver"],
    )


def iw_text(name: str, *, indent: str = "\t", wrap: str = " ") -> str:
    """Return what `iw list` prints of a recorded radio, in the parts that count.

    Args:
        name: of its file.
        indent: what the lines begin with; pages turn tabs into spaces.
        wrap: what stands behind a comma in a list of types; pages wrap long lines.
    """
    said = facts(name)
    lines = ["Wiphy phy0", f"{indent}max # scan SSIDs: 4", f"{indent}Supported interface modes:"]
    lines += [f"{indent}{indent} * {mode}" for mode in said["modes"]]
    lines += [f"{indent}Band 1:", f"{indent}{indent}Frequencies:"]
    lines += [f"{indent}{indent}\t* {mhz} MHz [1] (20.0 dBm)" for mhz in said["frequencies_mhz"]]
    lines += [f"{indent}{indent}\t* 2484 MHz [14] (disabled)"]
    lines += [f"{indent}{indent}\t* 5500 MHz [100] (20.0 dBm) (no IR, radar detection)"]
    lines += [f"{indent}Supported commands:", f"{indent}{indent} * set_wiphy_netns"]
    if said["combinations"]:
        lines += [f"{indent}valid interface combinations:"]
    for one in said["combinations"]:
        parts = [f"#{{ {f',{wrap}'.join(modes)} }} <= {most}" for modes, most in one["limits"]]
        lines += [f"{indent}{indent} * {', '.join(parts)},"]
        total = f"total <= {one['total']}, #channels <= {one['channels']}"
        lines += [f"{indent}{indent}   {total}, STA/AP BI must match"]
    lines += [f"{indent}HT Capability overrides:", f"{indent}{indent} * MCS: ff ff"]
    return "\n".join(lines) + "\n"

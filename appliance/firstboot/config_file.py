"""Reads `disasternet.toml` from the card, as people really write it.

The file is flat, so each line is read by itself: one bad line spoils no other, and every complaint
has the number of its line.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from appliance import sentences
from appliance.firstboot.config_keys import KEYS, Config, WrongValueError

NAME: Final = "disasternet.toml"

MAX_FILE_BYTES: Final = 65_536
"""Two hundred times a full file; stops a wrong file from filling the memory of a first boot."""
MAX_COMPLAINTS: Final = 20

_QUOTES: Final = str.maketrans({
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u201f": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u00a0": " ", "\u2013": "-", "\u2014": "-",
})  # fmt: skip
"""What word processors and phones make of straight signs."""

_KEY: Final = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
_NOTHING: Final = re.compile(r"\s*(#.*)?")

FOREIGN: Final = {
    "custom.toml": "name, country, ssh_keys",
    "user-data": "name, ssh_keys",
    "network-config": "country, wifi_name",
    "wpa_supplicant.conf": "country",
    "userconf.txt": "ssh_keys",
    "ssh": "ssh_keys",
    "firstrun.sh": "name, country, ssh_keys",
}
"""Files of other systems that people put on the card → our keys for what they mean."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something in the file that is not used."""

    line: int
    """From 1; 0 for the whole file."""
    sentence: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What the card asks for."""

    config: Config
    complaints: tuple[Complaint, ...]


def read(folder: Path) -> Reading:
    """Return what the file in ``folder`` asks for; without a file, the defaults.

    Never fails: what cannot be used is left at its default and complained about.
    """
    foreign = [
        Complaint(0, sentences.FOREIGN_FILE.format(file=name, keys=keys))
        for name, keys in FOREIGN.items()
        if (folder / name).exists()
    ]
    found = next((p for p in sorted(folder.glob("*")) if p.name.lower() == NAME), None)
    if found is None:
        return Reading(Config(), tuple(foreign))
    try:
        with found.open("rb") as stream:
            raw = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        unread = sentences.CANNOT_READ_FILE.format(file=NAME, why=error.strerror)
        return Reading(Config(), (*foreign, Complaint(0, unread)))
    reading = parse(raw)
    return Reading(reading.config, (*foreign, *reading.complaints))


def parse(raw: bytes) -> Reading:
    """Return what the bytes of a file ask for."""
    if len(raw) > MAX_FILE_BYTES:
        too_long = Complaint(0, sentences.CONFIG_TOO_LONG.format(file=NAME))
        return Reading(Config(), (too_long,))
    text = _decoded(raw).translate(_QUOTES).replace("\r\n", "\n").replace("\r", "\n")
    values: dict[str, Any] = {}
    complaints: list[Complaint] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if _NOTHING.fullmatch(line):
            continue
        try:
            key, value = _entry(line)
            values[key] = value
        except WrongValueError as wrong:
            complaints.append(Complaint(number, str(wrong)))
    return Reading(Config(**values), tuple(complaints[:MAX_COMPLAINTS]))


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):  # Notepad's "Unicode"
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _entry(line: str) -> tuple[str, Any]:
    match = _KEY.match(line)
    if match is None:
        raise WrongValueError(sentences.CONFIG_NOT_A_LINE)
    name = match[1].lower().replace("-", "_")
    key = KEYS.get(name)
    if key is None:
        raise WrongValueError(sentences.CONFIG_UNKNOWN_KEY.format(key=match[1]))
    try:
        (value,) = tomllib.loads(f"value = {line[match.end() :]}").values()
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        raise WrongValueError(
            sentences.CONFIG_WRONG_VALUE.format(key=name, accepted=key.accepted)
        ) from None
    if not key.takes(value):
        raise WrongValueError(sentences.CONFIG_WRONG_VALUE.format(key=name, accepted=key.accepted))
    return name, tuple(cast("list[str]", value)) if isinstance(value, list) else value

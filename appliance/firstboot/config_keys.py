"""What can be asked for in `disasternet.toml`: one row per key."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, cast

MAX_NAME_CHARS: Final = 40
MAX_PIN: Final = 27
MAX_LIST: Final = 8


class WrongValueError(Exception):
    """A line cannot be used; its text says why and what can."""


@dataclass(frozen=True, slots=True)
class Config:
    """What a box is asked to be; the defaults are safe everywhere."""

    name: str = ""
    country: str = ""
    channel: int = 6
    wifi_name: str = "DisasterNet"
    wifi_passphrase: str = ""
    languages: tuple[str, ...] = ("en",)
    mesh: str = "ibss"
    relay: bool = False
    share_internet: bool = False
    fleet_key: str = ""
    ssh_keys: tuple[str, ...] = ()
    green_pin: int = 17
    red_pin: int = 27
    button_pin: int = 3


@dataclass(frozen=True, slots=True)
class Key:
    """One key."""

    takes: Callable[[Any], bool]
    accepted: str
    """What it takes, to follow "It takes"."""


def _text(pattern: str, accepted: str) -> Key:
    form = re.compile(pattern)
    return Key(lambda v: isinstance(v, str) and form.fullmatch(v) is not None, accepted)


def _number(least: int, most: int, what: str) -> Key:
    def takes(value: Any) -> bool:  # noqa: ANN401 - whatever TOML has
        return type(value) is int and least <= value <= most

    return Key(takes, f"{what} from {least} to {most}, without quotes")


def _list(pattern: str, accepted: str) -> Key:
    form = re.compile(pattern)

    def takes(value: Any) -> bool:  # noqa: ANN401 - whatever TOML has
        if not isinstance(value, list):
            return False
        items = cast("list[object]", value)
        texts = [item for item in items if isinstance(item, str) and form.fullmatch(item)]
        return 0 < len(items) <= MAX_LIST and len(texts) == len(items)

    return Key(takes, accepted)


def _takes_ssid(value: Any) -> bool:  # noqa: ANN401 - whatever TOML has
    return isinstance(value, str) and 0 < len(value.encode("utf-8", "replace")) <= 32  # noqa: PLR2004


_YES_OR_NO: Final = Key(lambda v: isinstance(v, bool), "true or false, without quotes")

KEYS: Final = {
    "name": _text(rf"[^\x00-\x1f]{{1,{MAX_NAME_CHARS}}}", '1 to 40 letters in quotes: "Gym"'),
    "country": _text(r"[A-Z]{2}", 'two capital letters in quotes: "TR"'),
    "channel": _number(1, 13, "a number"),
    "wifi_name": Key(_takes_ssid, '1 to 32 letters in quotes: "DisasterNet"'),
    "wifi_passphrase": _text(r"[ -~]{8,63}", "8 to 63 letters, digits or signs in quotes"),
    "languages": _list(r"[a-z]{2,3}", 'a list of languages: ["en", "ar"]'),
    "mesh": _text(r"ibss|11s", '"ibss" or "11s"'),
    "relay": _YES_OR_NO,
    "share_internet": _YES_OR_NO,
    "fleet_key": _text(r"[0-9a-fA-F]{64}", "64 hexadecimal digits in quotes"),
    "ssh_keys": _list(
        r"(ssh|ecdsa|sk)-[a-z0-9@.-]+ [A-Za-z0-9+/=]+( [^\n\x00]*)?",
        'a list of public keys: ["ssh-ed25519 AAAA... me"]',
    ),
    "green_pin": _number(0, MAX_PIN, "a GPIO number"),
    "red_pin": _number(0, MAX_PIN, "a GPIO number"),
    "button_pin": _number(0, MAX_PIN, "a GPIO number"),
}
"""Every key; a list is written on one line."""

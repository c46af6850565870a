"""What root is asked to do: one form per verb, checked again whoever asks."""

from typing import Annotated, Any, ClassVar, Final

import msgspec
from msgspec import Meta

MAX_REQUEST_BYTES: Final = 49_152
"""A report of 32 KiB with every line break escaped, and some; stops a file that fills memory."""

MAX_REPORT_BYTES: Final = 32_768
"""Size of the file that is made on the card at build and never grows (FAT must not be changed)."""

EARLIEST_MS: Final = 1_700_000_000_000
LATEST_MS: Final = 4_102_444_800_000
"""2023 to 2100: a request outside was made by a broken program."""

Version = Annotated[str, Meta(pattern=r"^[0-9]{1,5}(\.[0-9]{1,5}){1,3}([a-z0-9.+-]{0,20})$(?!\n)")]
"""Names a folder; no slash and no leading dot can be in it."""

Device = Annotated[
    str, Meta(pattern=r"^([0-9]{1,3}-[0-9.]{1,20}:[0-9.]{1,8}|mmc[0-9]:[0-9a-f]{4}:[0-9])$(?!\n)")
]
"""A USB interface or an SDIO function, as the kernel names it below /sys/bus."""


class WrongRequestError(Exception):
    """A request is not carried out; its text goes into the log and the answer."""


class Verb(msgspec.Struct, forbid_unknown_fields=True, frozen=True, tag_field="verb"):
    """Something root does."""

    name: ClassVar[str]


class HotspotApply(Verb, tag="hotspot-apply", frozen=True):
    """Let the files in the appliance's outbox take the place of the hotspot's."""


class ClockSet(Verb, tag="clock-set", frozen=True):
    """Set the system clock."""

    wall_ms: Annotated[int, Meta(ge=EARLIEST_MS, le=LATEST_MS)]


class RadioRebind(Verb, tag="radio-rebind", frozen=True):
    """Take a radio from its driver and give it back: the last step before a reboot."""

    device: Device


class Reboot(Verb, tag="reboot", frozen=True):
    """Stop everything in order and start again."""


class PowerOff(Verb, tag="poweroff", frozen=True):
    """Stop everything in order."""


class WriteReport(Verb, tag="write-report", frozen=True):
    """Write the report on the card, in place."""

    text: str


class ReleaseSwitch(Verb, tag="release-switch", frozen=True):
    """Let another installed release be the one that starts."""

    version: Version


class FactoryReset(Verb, tag="factory-reset", frozen=True):
    """Forget everything at the next start."""


_Request = (
    HotspotApply
    | ClockSet
    | RadioRebind
    | Reboot
    | PowerOff
    | WriteReport
    | ReleaseSwitch
    | FactoryReset
)
_DECODER: Final[msgspec.json.Decoder[Any]] = msgspec.json.Decoder(_Request)


def parse(raw: bytes) -> Verb:
    """Return what a request asks for.

    Raises:
        WrongRequestError: it is no request, asks for an unknown verb, or with odd arguments.
    """
    if len(raw) > MAX_REQUEST_BYTES:
        raise WrongRequestError(f"The request is longer than {MAX_REQUEST_BYTES} bytes.")
    try:
        verb: Verb = _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WrongRequestError(f"The request cannot be used: {error}.") from None
    if isinstance(verb, WriteReport) and len(verb.text.encode("utf-8", "replace")) > (
        MAX_REPORT_BYTES
    ):
        raise WrongRequestError(f"The report is longer than {MAX_REPORT_BYTES} bytes.")
    return verb

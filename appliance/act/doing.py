"""Carries out verbs on one machine."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from appliance.act import verbs
from appliance.act.verbs import Verb, WrongRequestError

INIT: Final = 1
POWER_OFF: Final = signal.SIGRTMIN + 4
REBOOT: Final = signal.SIGRTMIN + 5
"""What systemd as PID 1 starts poweroff.target and reboot.target for (systemd(1), SIGNALS)."""

HOTSPOT_FILES: Final = ("hostapd.conf", "dnsmasq.conf", "rules.nft")
RESET_MARK: Final = "factory-reset"


def _set_clock(wall_ms: int) -> None:
    time.clock_settime_ns(time.CLOCK_REALTIME, wall_ms * 1_000_000)


@dataclass(frozen=True, slots=True)
class Machine:
    """Where things are, and the two calls that only root makes."""

    data: Path = Path("/data")
    drafts: Path = Path("/run/disasternet/hotspot")
    """Hotspot files that the appliance rendered and checked."""
    report: Path = Path("/boot/firmware/disasternet-report.txt")
    buses: Path = Path("/sys/bus")
    check_hotspot: Callable[[Path], None] = field(default=lambda _: None)
    """Raises when the hotspot's files in a folder are not what their programs take."""
    set_clock: Callable[[int], None] = field(default=_set_clock)
    signal_init: Callable[[int], None] = field(default=lambda number: os.kill(INIT, number))


def carry_out(verb: Verb, machine: Machine) -> None:
    """Do what ``verb`` says.

    Raises:
        WrongRequestError: it cannot be done as things are; nothing was changed.
        OSError: the machine refused in the middle.
    """
    match verb:
        case verbs.HotspotApply():
            _apply_hotspot(machine)
        case verbs.ClockSet(wall_ms=wall_ms):
            machine.set_clock(wall_ms)
        case verbs.RadioRebind(device=device):
            _rebind(machine.buses, device)
        case verbs.Reboot():
            machine.signal_init(REBOOT)
        case verbs.PowerOff():
            machine.signal_init(POWER_OFF)
        case verbs.WriteReport(text=text):
            _write_report(machine.report, text)
        case verbs.ReleaseSwitch(version=version):
            _switch(machine.data / "releases", version)
        case verbs.FactoryReset():
            put(machine.data / RESET_MARK, b"")
        case _:
            raise AssertionError(f"nobody does {verb}")


def put(file: Path, content: bytes) -> None:
    """Let ``content`` take the place of ``file`` in one step, safe at a power cut."""
    scratch = file.with_name(f".{file.name}.new")
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    scratch.replace(file)
    _sync_folder(file.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _apply_hotspot(machine: Machine) -> None:
    drafts = {name: _plain(machine.drafts / name) for name in HOTSPOT_FILES}
    machine.check_hotspot(machine.drafts)
    for name, content in drafts.items():
        put(machine.data / "hotspot" / name, content)


def _plain(file: Path) -> bytes:
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise WrongRequestError(f"{file.name} cannot be read: {error.strerror}.") from None
    with os.fdopen(handle, "rb") as stream:
        content = stream.read(verbs.MAX_REQUEST_BYTES + 1)
    if len(content) > verbs.MAX_REQUEST_BYTES:
        raise WrongRequestError(f"{file.name} is too long.")
    return content


def _rebind(buses: Path, device: str) -> None:
    bus = buses / ("sdio" if device.startswith("mmc") else "usb")
    driver = bus / "devices" / device / "driver"
    if not driver.exists():
        raise WrongRequestError(f"{device} has no driver here.")
    folder = driver.resolve()
    for order in ("unbind", "bind"):
        (folder / order).write_text(device)


def _write_report(report: Path, text: str) -> None:
    """Overwrite the report in place: the card's first partition must not be changed otherwise."""
    try:
        handle = os.open(report, os.O_WRONLY | os.O_NOFOLLOW)
    except OSError as error:
        raise WrongRequestError(f"There is no report to write: {error.strerror}.") from None
    with os.fdopen(handle, "r+b", buffering=0) as stream:
        size = os.fstat(stream.fileno()).st_size
        content = text.encode("utf-8", "replace").replace(b"\n", b"\r\n")[:size]
        stream.write(content.ljust(size, b" "))
        os.fsync(stream.fileno())


def _switch(releases: Path, version: str) -> None:
    if not (releases / version / "venv").is_dir():
        raise WrongRequestError(f"Release {version} is not installed.")
    scratch = releases / ".current.new"
    scratch.unlink(missing_ok=True)
    scratch.symlink_to(version)
    scratch.replace(releases / "current")
    _sync_folder(releases)

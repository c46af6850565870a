"""Each verb changes what it is for, on a machine made of folders."""

import signal
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from appliance.act.doing import HOTSPOT_FILES, Machine, carry_out
from appliance.act.verbs import (
    ClockSet,
    FactoryReset,
    HotspotApply,
    PowerOff,
    RadioRebind,
    Reboot,
    ReleaseSwitch,
    WriteReport,
    WrongRequestError,
)


@dataclass
class Scratch:
    """A machine below one folder, and what it was told."""

    root: Path
    clock: list[int] = field(default_factory=list[int])
    signals: list[int] = field(default_factory=list[int])

    def machine(self, *, refuses: bool = False) -> Machine:
        """Return it; with ``refuses`` the checkers take no file."""
        for part in ("data/hotspot", "data/releases/1.2.0/venv", "drafts", "bus"):
            (self.root / part).mkdir(parents=True, exist_ok=True)

        def check(_: Path) -> None:
            if refuses:
                raise WrongRequestError("nft: syntax error")

        return Machine(
            data=self.root / "data",
            drafts=self.root / "drafts",
            report=self.root / "report.txt",
            buses=self.root / "bus",
            check_hotspot=check,
            set_clock=self.clock.append,
            signal_init=self.signals.append,
        )


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path)


def test_the_clock_and_init_are_told(scratch: Scratch) -> None:
    machine = scratch.machine()
    carry_out(ClockSet(1_790_000_000_000), machine)
    carry_out(Reboot(), machine)
    carry_out(PowerOff(), machine)
    assert scratch.clock == [1_790_000_000_000]
    assert scratch.signals == [signal.SIGRTMIN + 5, signal.SIGRTMIN + 4]


def test_hotspot_files_are_checked_and_then_all_replaced(scratch: Scratch) -> None:
    machine = scratch.machine()
    for name in HOTSPOT_FILES:
        (machine.drafts / name).write_text(f"new {name}")
        (machine.data / "hotspot" / name).write_text("old")
    carry_out(HotspotApply(), machine)
    said = {path.name: path.read_text() for path in (machine.data / "hotspot").iterdir()}
    assert said == {name: f"new {name}" for name in HOTSPOT_FILES}


def test_what_a_checker_refuses_replaces_nothing(scratch: Scratch) -> None:
    machine = scratch.machine(refuses=True)
    for name in HOTSPOT_FILES:
        (machine.drafts / name).write_text("new")
        (machine.data / "hotspot" / name).write_text("old")
    with pytest.raises(WrongRequestError, match="syntax error"):
        carry_out(HotspotApply(), machine)
    assert {p.read_text() for p in (machine.data / "hotspot").iterdir()} == {"old"}


def test_a_draft_that_is_a_link_is_refused(scratch: Scratch) -> None:
    machine = scratch.machine()
    for name in HOTSPOT_FILES:
        (machine.drafts / name).symlink_to("/etc/hostname")
    with pytest.raises(WrongRequestError, match="cannot be read"):
        carry_out(HotspotApply(), machine)
    assert list((machine.data / "hotspot").iterdir()) == []


def test_a_release_is_switched_to_and_back(scratch: Scratch) -> None:
    machine = scratch.machine()
    (machine.data / "releases/1.3.0/venv").mkdir(parents=True)
    for version in ("1.2.0", "1.3.0", "1.2.0"):
        carry_out(ReleaseSwitch(version), machine)
        assert (machine.data / "releases/current").readlink() == Path(version)


def test_a_release_that_is_not_there_leaves_the_present_one(scratch: Scratch) -> None:
    machine = scratch.machine()
    carry_out(ReleaseSwitch("1.2.0"), machine)
    with pytest.raises(WrongRequestError, match="not installed"):
        carry_out(ReleaseSwitch("9.9"), machine)
    assert (machine.data / "releases/current").readlink() == Path("1.2.0")


def test_the_report_is_overwritten_in_place_and_never_grows(scratch: Scratch) -> None:
    machine = scratch.machine()
    machine.report.write_bytes(b"?" * 64)
    inode = machine.report.stat().st_ino
    carry_out(WriteReport("All is well.\nTwo lines.\n"), machine)
    assert machine.report.read_bytes() == b"All is well.\r\nTwo lines.\r\n".ljust(64)
    carry_out(WriteReport("x" * 100), machine)
    assert machine.report.read_bytes() == b"x" * 64
    assert machine.report.stat().st_ino == inode


def test_without_a_report_on_the_card_none_is_made(scratch: Scratch) -> None:
    machine = scratch.machine()
    with pytest.raises(WrongRequestError, match="no report"):
        carry_out(WriteReport("x"), machine)
    assert not machine.report.exists()


@pytest.mark.parametrize(("bus", "device"), [("usb", "1-1.4:1.0"), ("sdio", "mmc1:0001:1")])
def test_a_radio_is_taken_from_its_driver_and_given_back(
    scratch: Scratch, bus: str, device: str
) -> None:
    machine = scratch.machine()
    driver = machine.buses / bus / "drivers" / "brcmfmac"
    driver.mkdir(parents=True)
    place = machine.buses / bus / "devices" / device
    place.mkdir(parents=True)
    (place / "driver").symlink_to(driver)
    carry_out(RadioRebind(device), machine)
    assert [(driver / order).read_text() for order in ("unbind", "bind")] == [device, device]


def test_a_radio_without_a_driver_is_refused(scratch: Scratch) -> None:
    with pytest.raises(WrongRequestError, match="no driver"):
        carry_out(RadioRebind("1-1:1.0"), scratch.machine())


def test_a_factory_reset_is_only_marked(scratch: Scratch) -> None:
    machine = scratch.machine()
    carry_out(FactoryReset(), machine)
    assert (machine.data / "factory-reset").read_bytes() == b""
    assert (machine.data / "releases/1.2.0/venv").is_dir()

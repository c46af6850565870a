"""What the board says is read from where the kernel puts it, and nonsense is nothing."""

from pathlib import Path

import pytest

from appliance.storage.vitals import Places, Vitals, read


@pytest.fixture
def places(tmp_path: Path) -> Places:
    (tmp_path / "data").mkdir()
    return Places(sys=tmp_path / "sys", data=tmp_path / "data")


def tell(places: Places, file: str, text: str) -> None:
    path = places.sys / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


THROTTLED = "devices/platform/soc/soc:firmware/get_throttled"


@pytest.mark.parametrize(
    ("word", "now", "once", "slow"),
    [
        ("0", False, False, False),
        ("50005", True, True, True),
        ("50000", False, True, False),
        ("1", True, False, False),
        ("4", False, False, True),
    ],
)
def test_the_firmware_s_word_is_taken_apart(
    places: Places,
    word: str,
    now: bool,  # noqa: FBT001 - columns of the table
    once: bool,  # noqa: FBT001
    slow: bool,  # noqa: FBT001
) -> None:
    tell(places, THROTTLED, f"{word}\n")
    vitals = read(places)
    assert (vitals.undervolted, vitals.undervolted_once, vitals.throttled) == (now, once, slow)


def test_heat_errors_and_space_are_read(places: Places) -> None:
    tell(places, "class/thermal/thermal_zone0/temp", "51234\n")
    tell(places, "fs/ext4/mmcblk0p3/errors_count", "2\n")
    tell(places, "fs/ext4/mmcblk0p2/errors_count", "1\n")
    vitals = read(places)
    assert (vitals.temperature_mc, vitals.card_errors) == (51234, 3)
    assert vitals.free_bytes is not None
    assert vitals.free_bytes > 0
    assert vitals.read_only is False


def test_a_board_that_says_nothing_is_no_fault(tmp_path: Path) -> None:
    assert read(Places(tmp_path / "no", tmp_path / "no")) == Vitals()


@pytest.mark.parametrize("nonsense", ["", "hot", "\x00\xff", "9" * 5000])
def test_nonsense_is_nothing(places: Places, nonsense: str) -> None:
    tell(places, "class/thermal/thermal_zone0/temp", nonsense)
    tell(places, THROTTLED, nonsense if nonsense != "9" * 5000 else "xyz")
    vitals = read(places)
    assert (vitals.temperature_mc, vitals.throttled) == (None, None)

"""Settings: defaults, then the file, then the command line."""

from pathlib import Path

import msgspec
import pytest

from node import config
from node.config import ConfigError, Settings

OTHERS = {
    "data_dir": "/srv/box", "host": "192.0.2.1", "port": 80, "peer_port": 7000, "name": "Gym",
    "public_names": ["a.test"], "peers": ["10.0.0.2:7777"], "discovery": False,
    "webui_dir": "/srv/page", "storage_budget_bytes": 32 * 1024 * 1024, "write_rate_per_s": 1.5,
    "write_burst": 3, "lasting_rate_per_s": 0.5, "lasting_burst": 4,
    "hotspot_addresses": ["192.168.9.1"], "appliance_user": "box",
    "hotspot_interfaces": ["wlan0"], "carry_rooms": ["ab" * 32],
    "fleet_key_file": "/srv/fleet.key", "compress_links": False,
    "facts_dir": "/srv/facts",
}  # fmt: skip
"""A value of use for every setting that is not its default."""


def test_the_table_has_every_setting() -> None:
    defaults = msgspec.structs.asdict(Settings())
    assert set(OTHERS) == set(defaults)
    assert [name for name, value in OTHERS.items() if value == defaults[name]] == []


def test_the_page_lists_every_setting_with_its_default() -> None:
    page = (Path(__file__).parents[3] / "docs" / "cli.md").read_text()
    for name, value in msgspec.structs.asdict(Settings()).items():
        assert f"| `{name}` | `{msgspec.json.encode(value).decode()}` |" in page


@pytest.mark.parametrize("name", OTHERS)
def test_the_command_line_wins_over_the_file_and_the_file_over_the_default(
    tmp_path: Path, name: str
) -> None:
    default = getattr(Settings(), name)
    file = tmp_path / "disasternet.toml"
    file.write_bytes(b"" if default is None else f"{name} = {_toml(OTHERS[name])}\n".encode())
    assert getattr(config.load(file, {name: None}), name) == OTHERS[name]
    assert getattr(config.load(file, {name: default}), name) == default
    assert getattr(config.load(None, {name: None}), name) == default


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("prot = 80", "prot"),
        ("port = -1", "port"),
        ("port = 65536", "port"),
        ("port = 80.5", "port"),
        ("port = true", "port"),
        ("host = ''", "host"),
        (f"name = '{'x' * 41}'", "name"),
        ("public_names = 'a'", "public_names"),
        ("public_names = ['']", "public_names"),
        ("storage_budget_bytes = 1", "storage_budget_bytes"),
        ("write_rate_per_s = 0", "write_rate_per_s"),
        ("write_burst = 0", "write_burst"),
        ("[port]", "port"),
        ("port = 80\nport = 81", "not TOML"),
    ],
)
def test_a_value_of_no_use_is_named_with_its_file(tmp_path: Path, content: str, why: str) -> None:
    file = tmp_path / "disasternet.toml"
    file.write_text(content)
    with pytest.raises(ConfigError) as caught:
        config.load(file, {})
    assert str(file) in str(caught.value)
    assert why in str(caught.value)


def test_a_value_of_no_use_on_the_command_line_is_not_blamed_on_the_file(tmp_path: Path) -> None:
    file = tmp_path / "disasternet.toml"
    file.write_text("port = 80")
    with pytest.raises(ConfigError) as caught:
        config.load(file, {"name": "x" * 41})
    assert "In the command line:" in str(caught.value)


@pytest.mark.parametrize("content", [b"\xff", b"\x00", b"x"])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "disasternet.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="is not TOML"):
        config.load(file, {})


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.toml"):
        with pytest.raises(ConfigError, match=f"{path} cannot be read: "):
            config.load(path, {})


def test_settings_of_two_nodes_do_not_share_lists() -> None:
    Settings().public_names.append("x")
    Settings().hotspot_addresses.append("x")
    assert Settings().public_names == []
    assert "x" not in Settings().hotspot_addresses


@pytest.mark.parametrize(
    ("xdg", "expected"),
    [("/srv/data", "/srv/data/disasternet"), ("", "/home/ann/.local/share/disasternet"),
     ("relative", "/home/ann/.local/share/disasternet")],
)  # fmt: skip
def test_the_default_data_directory_is_the_xdg_one(
    monkeypatch: pytest.MonkeyPatch, xdg: str, expected: str
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", xdg)
    monkeypatch.setenv("HOME", "/home/ann")
    assert config.data_dir(Settings()) == Path(expected)


def test_a_tilde_is_the_home_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    assert config.data_dir(Settings(data_dir="~/box")) == Path("/home/ann/box")
    assert config.webui_dir(Settings(webui_dir="~/page")) == Path("/home/ann/page")


@pytest.mark.parametrize(
    "peer", ["10.0.0.2:7777", "box.local:80", "[fe80::1%eth0]:7777", "[2001:db8::1]:7777"]
)
def test_addresses_of_boxes_are_taken(peer: str) -> None:
    assert config.load(None, {"peers": [peer]}).peers == [peer]


@pytest.mark.parametrize("peer", ["x", "10.0.0.2", ":7777", "fe80::1:7777", "a b:1", "a:1\n"])
def test_what_is_no_address_of_a_box_is_told_in_words(peer: str) -> None:
    with pytest.raises(ConfigError, match=r"Write HOST:PORT, such as 10\.0\.0\.2:7777"):
        config.load(None, {"peers": [peer]})


def test_a_fleet_key_is_64_hex_digits_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "fleet.key"
    settings = Settings(fleet_key_file=str(file))
    assert config.fleet_key(Settings()) is None
    with pytest.raises(ConfigError, match="cannot be read"):
        config.fleet_key(settings)
    for text in ("", "ab" * 31, "zz" * 32, "ab" * 33):
        file.write_text(text)
        with pytest.raises(ConfigError, match="64 hex digits"):
            config.fleet_key(settings)
    file.write_text("AB" * 32 + "\n")
    assert config.fleet_key(settings) == bytes.fromhex("ab" * 32)


def test_a_port_of_a_peer_is_one() -> None:
    with pytest.raises(ConfigError, match="no address of a box"):
        config.convert({"peers": ["10.0.0.2:99999"]}, "the command line")

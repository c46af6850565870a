"""The shipped units are understood by systemd, and let nobody do more than they must."""

import ipaddress
import re
import shutil
from pathlib import Path

import pytest

from appliance.hotspot import access_point, firewall, names
from appliance.hotspot.setup import AWAY, HOME, PORTAL_ADDRESS, Setup
from node import config
from tests.systemd.conftest import UNITS, ask, unit_files

EXPOSURE = {"disasternet-node.service": 1.5, "disasternet-portal.service": 1.5}
"""systemd-analyze's own measure, 0 to 10; what a stranger could do with the process."""

NETWORKS = {
    "disasternet-node.service": (
        "127.0.0.1", "::1", "10.1.2.3", "172.20.0.1", "192.168.1.7", "169.254.1.1", "224.0.0.251",
        "fe80::1", "fd00::1", "ff02::fb", str(HOME.ip), str(AWAY.ip),
    ),
    "disasternet-portal.service": (
        "127.0.0.1", str(HOME.ip), str(AWAY.ip), str(PORTAL_ADDRESS), str(Setup().leases[1]),
    ),
}  # fmt: skip


def exposure(unit: Path) -> float:
    said = ask("systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)).stdout
    found = re.search(r"Overall exposure level for \S+ (\d+\.\d+)", said)
    assert found is not None, said
    return float(found[1])


@pytest.mark.parametrize("unit", unit_files(), ids=lambda unit: unit.name)
def test_systemd_understands_every_line(root: Path, unit: Path) -> None:
    ended = ask("systemd-analyze", "verify", "--man=no", f"--root={root}", unit.name)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_line_it_does_not_understand_would_be_noticed(root: Path) -> None:
    unit = root / "usr/lib/systemd/system/disasternet-node.service"
    unit.write_text(unit.read_text().replace("MemoryMax=", "MemoryMost="))
    ended = ask("systemd-analyze", "verify", "--man=no", f"--root={root}", unit.name)
    assert "MemoryMost" in ended.stderr


@pytest.mark.parametrize(("name", "most"), EXPOSURE.items())
def test_a_service_that_strangers_talk_to_can_do_little(name: str, most: float) -> None:
    assert exposure(UNITS / name) <= most


@pytest.mark.parametrize("name", EXPOSURE)
@pytest.mark.parametrize("line", ["RestrictNamespaces=yes\n", "PrivateUsers=yes\n"])
def test_a_line_of_the_sandbox_that_is_lost_is_noticed(
    tmp_path: Path, name: str, line: str
) -> None:
    whole = (UNITS / name).read_text()
    (tmp_path / name).write_text(whole.replace(line, ""))
    assert exposure(tmp_path / name) > exposure(UNITS / name)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_a_box_can_be_on_is_let_through(name: str) -> None:
    line = re.search(r"^IPAddressAllow=(.*)$", (UNITS / name).read_text(), re.MULTILINE)
    assert line is not None
    words = line[1].replace("localhost", "127.0.0.0/8 ::1/128").split()
    allowed = [ipaddress.ip_network(word) for word in words]
    for address in NETWORKS[name]:
        assert any(ipaddress.ip_address(address) in network for network in allowed), address
    assert not any(ipaddress.ip_address("8.8.8.8") in network for network in allowed)


def test_users_and_folders_are_made(root: Path) -> None:
    for kind in ("sysusers.d", "tmpfiles.d"):
        shutil.copytree(UNITS / kind, root / "usr/lib" / kind)
    shutil.copytree(UNITS / "hotspot", root / "usr/share/disasternet/hotspot")
    shutil.copy(UNITS / "node.toml", root / "usr/share/disasternet/node.toml")
    (root / "etc").mkdir()
    (root / "etc/group").write_text("netdev:x:109:\n")
    made = ask("systemd-sysusers", f"--root={root}", str(UNITS / "sysusers.d/disasternet.conf"))
    assert made.returncode == 0, made.stderr
    groups = (root / "etc/group").read_text()
    assert re.search(
        r"^disasternet-ctl:x:\d+:disasternet,disasternet-appliance$", groups, re.MULTILINE
    )
    tmpfiles = str(UNITS / "tmpfiles.d/disasternet.conf")
    made = ask("systemd-tmpfiles", "--create", f"--root={root}", tmpfiles)
    assert made.returncode == 0, made.stderr
    assert (root / "data/store").stat().st_mode & 0o777 == 0o700
    assert (root / "run/disasternet/outbox").stat().st_mode & 0o777 == 0o700
    kept = root / "data/hotspot/rules.nft"
    assert kept.read_text() == (UNITS / "hotspot/rules.nft").read_text()
    kept.write_text("better")
    ask("systemd-tmpfiles", "--create", f"--root={root}", tmpfiles)
    assert kept.read_text() == "better", "what works is never replaced by the image's own"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("hostapd.conf", access_point.render(Setup())),
        ("dnsmasq.conf", names.render(Setup())),
        ("rules.nft", firewall.render(Setup())),
    ],
)
def test_the_image_s_own_hotspot_is_the_safe_default(file: str, text: str) -> None:
    assert (UNITS / "hotspot" / file).read_text() == text


def test_the_node_takes_its_configuration() -> None:
    settings = config.load(UNITS / "node.toml", {})
    assert (settings.host, settings.port) == ("0.0.0.0", 80)  # noqa: S104 - behind the rules
    assert settings.hotspot_interfaces == ["br-hs"]
    assert str(HOME.ip) in settings.hotspot_addresses

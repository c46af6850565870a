"""Settings, read once at start: defaults, then the configuration file, then the command line."""

import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

MIN_BUDGET_BYTES: Final = 16 * 1024 * 1024
"""A smaller store would drop messages before anybody read them."""

_Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=253)]
_RoomId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}\\Z")]


_PEER: Final = re.compile(r"(\[[0-9A-Fa-f:.]+(%[\w.-]+)?\]|[^:\[\]/\s]+):[0-9]{1,5}")
"""HOST:PORT; an IPv6 address stands in brackets, with its scope where it needs one."""


class ConfigError(Exception):
    """The configuration cannot be used; its text says where and what to change."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that can be set, with safe defaults; a file's keys have the same names."""

    data_dir: str = ""
    """Where messages and keys are kept; empty: ``default_data_dir()``."""
    host: _Name = "127.0.0.1"
    """Address to serve on; other machines reach the node only on another one than this."""
    port: _Port = 8080
    peer_port: _Port = 7777
    """For links from other boxes."""
    name: Annotated[str, msgspec.Meta(max_length=40)] = ""
    """Name of this box, shown to people; empty: kept, or made from its key."""
    public_names: list[_Name] = []
    """Host names under which browsers may come, beside addresses, localhost and *.local."""
    peers: list[_Name] = []
    """HOST:PORT of boxes to link with, beside those that are found."""
    discovery: bool = True
    """Look for other boxes on every network."""
    hotspot_interfaces: list[_Name] = []
    """Network interfaces that phones share: no discovery there, and links only from other boxes
    that come as guests (IPv6 link-local)."""
    carry_rooms: list[_RoomId] = []
    """Ids of the rooms this box keeps and passes on, beside everyone; empty: all."""
    fleet_key_file: str = ""
    """File with 64 hex digits that all boxes of a closed fleet share; empty: links with any box."""
    compress_links: bool = True
    """Compress what goes to other boxes."""
    webui_dir: str = ""
    """The built page; empty: beside the program."""
    storage_budget_bytes: Annotated[int, msgspec.Meta(ge=MIN_BUDGET_BYTES)] = 2_000_000_000
    """What the store may grow to before the oldest chat makes room."""
    write_rate_per_s: Annotated[float, msgspec.Meta(gt=0)] = 5.0
    """Writes per second of one session and of one address, in the long run."""
    write_burst: Annotated[int, msgspec.Meta(ge=1)] = 20
    """Writes at once; a person who sends ten lines quickly is not stopped."""
    lasting_rate_per_s: Annotated[float, msgspec.Meta(gt=0)] = 0.2
    """New people and rooms per second of one address; five times that for all together."""
    lasting_burst: Annotated[int, msgspec.Meta(ge=1)] = 30
    """New people and rooms at once of one address; ten times that for all together."""
    hotspot_addresses: list[_Name] = msgspec.field(
        default_factory=lambda: ["10.83.73.1", "172.29.80.1"]
    )
    """Addresses of this box on its open hotspot; the admin's part is refused there."""
    appliance_user: _Name = "disasternet-appliance"
    """System user that may ask for the status and start courier links."""
    facts_dir: _Name = "/run/disasternet/facts"
    """Where the appliance says what its hotspot is; without it this box has none."""

    def __post_init__(self) -> None:
        """Look at what a type cannot say; called by msgspec, which names the place of an error."""
        for peer in self.peers:
            if _PEER.fullmatch(peer) is None or not 0 < int(peer.rpartition(":")[2]) < 1 << 16:
                raise ValueError(
                    f"{peer} is no address of a box. Write HOST:PORT, such as 10.0.0.2:7777"
                )


def load(file: Path | None, given: dict[str, Any]) -> Settings:
    """Return the settings of ``file``, overruled by what was ``given`` on the command line.

    Args:
        file: a TOML file, or None.
        given: names and values; None means not given.

    Raises:
        ConfigError: the file cannot be read, or a value is of no use; nothing was started.
    """
    values = _read(file) if file else {}
    origin = str(file) if file else "the command line"
    convert(values, origin)
    overruling = {name: value for name, value in given.items() if value is not None}
    return convert({**values, **overruling}, "the command line")


def convert(values: dict[str, Any], origin: str) -> Settings:
    """Return ``values`` as settings.

    Raises:
        ConfigError: an unknown name, or a value of no use; ``origin`` is named.
    """
    try:
        return msgspec.convert(values, Settings)
    except msgspec.ValidationError as error:
        raise ConfigError(f"In {origin}: {error}. See disasternet config show.") from None


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not TOML: {error}.") from None


def default_data_dir() -> Path:
    """Return where a person's programs keep their data (XDG base directories)."""
    home = os.environ.get("XDG_DATA_HOME", "")
    base = Path(home) if Path(home).is_absolute() else Path.home() / ".local" / "share"
    return base / "disasternet"


def data_dir(settings: Settings) -> Path:
    """Return the data directory, with ``~`` for the home directory."""
    return Path(settings.data_dir).expanduser() if settings.data_dir else default_data_dir()


def fleet_key(settings: Settings) -> bytes | None:
    """Return the key of the fleet; None when links are open to any box.

    Raises:
        ConfigError: the file cannot be read, or holds no key.
    """
    if not settings.fleet_key_file:
        return None
    file = Path(settings.fleet_key_file).expanduser()
    try:
        text = file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The fleet key {file} cannot be read: {error}.") from None
    if re.fullmatch(r"[0-9a-fA-F]{64}", text) is None:
        raise ConfigError(
            f"{file} is no fleet key. It needs 64 hex digits, such as openssl rand -hex 32 makes."
        )
    return bytes.fromhex(text)


def webui_dir(settings: Settings) -> Path:
    """Return where the built page is: as set, in a checkout, or beside an installed release."""
    if settings.webui_dir:
        return Path(settings.webui_dir).expanduser()
    here = Path(__file__).resolve().parent.parent
    checkout = here / "webui" / "dist"
    # A release is a folder with a virtual environment and the page side by side; here is then
    # <release>/venv/lib/pythonX.Y/site-packages.
    return checkout if checkout.exists() or len(here.parents) < 4 else here.parents[3] / "webui"  # noqa: PLR2004

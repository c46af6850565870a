"""The program as people call it, and nodes to call it on."""

import shutil
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from click.testing import CliRunner

from node.cli import main
from tests.cli.running import Ended, Serving, over_socket, serving

Cli = Callable[..., Ended]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home directory for the whole session; nobody's real files are touched."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def cli(home: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Return a call that runs a command in this process, as its entry point does."""
    for name, folder in (("XDG_STATE_HOME", "state"), ("XDG_DATA_HOME", "data")):
        monkeypatch.setenv(name, str(home / folder))
    monkeypatch.setenv("LOGNAME", "ann")

    def call(*arguments: object, stdin: bytes = b"") -> Ended:
        with CliRunner().isolation(input=stdin) as (out, err, _):
            try:
                code: int = main([str(argument) for argument in arguments])
            except SystemExit as ended:  # click's own way out when it shows help
                code = int(str(ended.code))
            sys.stdout.flush()
            return Ended(code, out.getvalue().decode(), err.getvalue().decode())

    return call


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    """Return a node that runs for the whole session; tests leave it as usable as it was."""
    with serving(tmp_path_factory.mktemp("node") / "data", "--name", "Gym") as running:
        yield running


@pytest.fixture
def ask(cli: Cli, node: Serving) -> Cli:
    """Return a call that runs a command on the session's node; it must be done."""

    def call(*arguments: object, stdin: bytes = b"") -> Ended:
        ended = cli(*arguments, "--data-dir", node.data_dir, stdin=stdin)
        assert (ended.code, ended.err) == (0, "") or arguments[0] in {"admin", "backup"}, ended
        return ended

    return call


@pytest.fixture(scope="session")
def _used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data_dir = tmp_path_factory.mktemp("used") / "data"
    with serving(data_dir, "--name", "Used") as running:
        with over_socket(running) as http:
            token = http.post("/auth/init", json={"name": "Ann"}).json()["token"]
            http.headers["Authorization"] = f"Bearer {token}"
            for number in range(30):
                body = {"text": f"message {number} " * 40}
                assert http.post("/rooms/everyone/messages", json=body).is_success
        assert running.stop() == 0
    return data_dir


@pytest.fixture
def used(_used: Path, tmp_path: Path) -> Path:
    """Return a data directory of the test's own, with messages, that a node left in order."""
    return Path(shutil.copytree(_used, tmp_path / "data"))

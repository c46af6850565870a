"""The published program verifies an envelope and imports nothing of ours."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.vectors.notation import load

_PROGRAM = Path(__file__).parents[2] / "docs" / "verify_envelope.py"
_ENVELOPES = load("envelopes")["envelopes"]


def verify(data: bytes, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the program on a file with ``data``, cut off from this checkout."""
    file = folder / "envelope.cose"
    file.write_bytes(data)
    return subprocess.run(
        [sys.executable, "-I", str(_PROGRAM), str(file)],
        cwd=folder,
        env={},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("vector", _ENVELOPES[:3], ids=lambda v: v["name"])
def test_it_verifies_an_envelope(vector: dict[str, str], tmp_path: Path) -> None:
    done = verify(bytes.fromhex(vector["envelope"]), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("verified [1, ")


@pytest.mark.parametrize("from_end", [1, 40, 64, 70])
def test_it_fails_on_a_flipped_bit(from_end: int, tmp_path: Path) -> None:
    data = bytearray.fromhex(_ENVELOPES[0]["envelope"])
    data[-from_end] ^= 1
    done = verify(bytes(data), tmp_path)
    assert done.returncode == 1
    assert "verified" not in done.stdout
    assert "VerifyError" in done.stderr


def test_it_has_ten_lines_and_imports_nothing_of_ours() -> None:
    code = _PROGRAM.read_text(encoding="utf-8")
    tree = ast.walk(ast.parse(code))
    imports = [node for node in tree if isinstance(node, ast.Import | ast.ImportFrom)]
    imported = {
        node.module if isinstance(node, ast.ImportFrom) else node.names[0].name for node in imports
    }
    assert imported == {"base64", "sys", "pathlib", "cbor2", "cwt"}
    assert sum(bool(line) for line in code.splitlines()[1:]) == 10

"""Every reason to refuse is written down and has a vector."""

import re
from pathlib import Path

from tests.vectors.notation import load

_ROOT = Path(__file__).parents[3]
_RAISED = re.compile(r'DecodeError\(\s*"(\w+)"')
_ROW = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)


def reasons_in_code() -> set[str]:
    folders = (_ROOT / "node" / name for name in ("protocol", "sync"))
    paths = (path for folder in folders for path in folder.rglob("*.py"))
    code = "".join(path.read_text(encoding="utf-8") for path in paths)
    fields = re.findall(r'_(?:uint|sized)\("(\w+)"', code)
    assigned = re.findall(r'reason = "(\w+)" if .* else "(\w+)"', code)
    return set(_RAISED.findall(code)) | set(fields) | {slug for pair in assigned for slug in pair}


def test_every_reason_has_a_refused_vector() -> None:
    names = ("refused", "cbor", "frontier", "frames", "negentropy")
    vectors = [v for name in names for v in load(name)["refused"]]
    assert {v["reason"] for v in vectors} == reasons_in_code()


def test_every_reason_is_explained_in_the_protocol() -> None:
    section = (
        (_ROOT / "docs" / "protocol.md").read_text(encoding="utf-8").partition("## Reasons")[2]
    )
    table = section.partition("\n## ")[0]
    assert set(_ROW.findall(table)) == reasons_in_code()

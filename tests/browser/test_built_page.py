"""What is built is small, whole and needs nothing from elsewhere."""

import gzip
import re
from pathlib import Path

import pytest

from locks.environment import ROOT
from tests.suites.quality import record

DIST = ROOT / "webui" / "dist"
FIRST_LOAD_LIMIT_BYTES = 40 * 1024
TEXT = {".html", ".js", ".css", ".svg"}
SMALLEST_COMPRESSED_BYTES = 1024


def uncompressed_problems(folder: Path) -> list[str]:
    problems: list[str] = []
    files = [path for path in folder.rglob("*") if path.suffix in TEXT]
    for path in files:
        content = path.read_bytes()
        brotli, gz = (path.with_name(path.name + suffix) for suffix in (".br", ".gz"))
        if len(content) < SMALLEST_COMPRESSED_BYTES:
            continue
        if not brotli.is_file() or not gz.is_file():
            problems.append(f"{path.name} is not compressed")
        elif gzip.decompress(gz.read_bytes()) != content:
            problems.append(f"{gz.name} is not {path.name}")
        elif brotli.stat().st_size >= len(content):
            problems.append(f"{brotli.name} saves nothing")
    return problems if files else ["nothing was built"]


def test_every_text_file_is_there_compressed_and_plain() -> None:
    assert uncompressed_problems(DIST) == []


def test_a_stale_or_absent_compressed_file_is_noticed(tmp_path: Path) -> None:
    assert uncompressed_problems(tmp_path) == ["nothing was built"]
    page = tmp_path / "page.js"
    page.write_text("x" * SMALLEST_COMPRESSED_BYTES)
    assert uncompressed_problems(tmp_path) == ["page.js is not compressed"]
    (tmp_path / "page.js.br").write_bytes(b"")
    (tmp_path / "page.js.gz").write_bytes(gzip.compress(b"old"))
    assert uncompressed_problems(tmp_path) == ["page.js.gz is not page.js"]


def first_load(folder: Path) -> set[Path]:
    """Return the scripts and styles that the page asks for at once, and what those import."""
    page = (folder / "index.html").read_text()
    waiting = [folder / name for name in re.findall(r'(?:src|href)="/([^"]+\.(?:js|css))"', page)]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        imported = re.findall(r'(?:from|import)\s*"(\./[^"]+\.js)"', path.read_text())
        waiting.extend((path.parent / name).resolve() for name in imported)
    return found


def test_the_first_load_fits_a_crowded_hotspot() -> None:
    total = sum(len(gzip.compress(path.read_bytes(), 9)) for path in first_load(DIST.resolve()))
    record("page_first_load_bytes", total, "B gzip", FIRST_LOAD_LIMIT_BYTES)
    assert 0 < total <= FIRST_LOAD_LIMIT_BYTES


def test_what_is_loaded_later_is_not_loaded_first() -> None:
    first = {path.name.split("-")[0] for path in first_load(DIST.resolve())}
    built = {path.name.split("-")[0] for path in (DIST / "assets").glob("*.js")}
    assert {"fallback.js", "index"} <= first
    assert {"MePage", "PeoplePage", "EnterPage", "person"} <= built - first


def test_what_the_first_script_imports_counts(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '<script src="/a.js"></script><link rel="stylesheet" href="/a.css"/>'
    )
    (tmp_path / "a.js").write_text('import{x}from"./b.js";import"./c.js";import("./later.js")')
    for name in ("a.css", "b.js", "c.js", "later.js"):
        (tmp_path / name).write_text("")
    found = {path.name for path in first_load(tmp_path.resolve())}
    assert found == {"a.js", "a.css", "b.js", "c.js"}


@pytest.mark.parametrize(
    "unwanted", ["<style", "<script>", "style=", "onload=", "http://", "https://"]
)
def test_the_page_has_nothing_its_policy_refuses(unwanted: str) -> None:
    page = (DIST / "index.html").read_text()
    assert '<script type="module"' in page
    assert unwanted not in page


def test_no_source_map_is_built_or_asked_for() -> None:
    assert list(DIST.rglob("*.map")) == []
    scripts = [path for path in DIST.rglob("*") if path.suffix in {".js", ".css"}]
    assert len(scripts) >= len(["page script", "page style", "docs script", "docs style"])
    assert [path.name for path in scripts if "sourceMappingURL=" in path.read_text()] == []

"""What is built is small, whole and needs nothing from elsewhere."""

import gzip
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


def test_the_first_load_fits_a_crowded_hotspot() -> None:
    loaded = [*(DIST / "assets").glob("*.js.gz"), *(DIST / "assets").glob("*.css.gz")]
    total = sum(path.stat().st_size for path in loaded)
    record("page_first_load_bytes", total, "B gzip", FIRST_LOAD_LIMIT_BYTES)
    assert 0 < total <= FIRST_LOAD_LIMIT_BYTES


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

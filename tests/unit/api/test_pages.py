"""Pages from memory."""

import gzip
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest

from node.api.pages import Pages
from tests.unit.api.boxes import BoxUnderTest, open_box

pytestmark = pytest.mark.anyio

HTML = b"<!doctype html><title>DisasterNet</title>"
SCRIPT = b"console.log(1);" * 100


@pytest.fixture
def build(tmp_path: Path) -> Path:
    build = tmp_path / "dist"
    (build / "assets").mkdir(parents=True)
    (build / "index.html").write_bytes(HTML)
    (build / "assets" / "index-abcd1234.js").write_bytes(SCRIPT)
    (build / "assets" / "index-abcd1234.js.gz").write_bytes(gzip.compress(SCRIPT))
    (build / "assets" / "index-abcd1234.js.br").write_bytes(b"as if brotli")
    (build / "odd.bin").write_bytes(b"\0")
    return build


@pytest.fixture
async def built(tmp_path: Path, build: Path) -> AsyncGenerator[BoxUnderTest]:
    async with open_box(tmp_path, pages=Pages.load(build)) as box:
        yield box


async def raw(box: BoxUnderTest, path: str, **headers: str) -> httpx.Response:
    """Ask without httpx's own Accept-Encoding."""
    headers.setdefault("accept_encoding", "identity")
    return await box.client().get(
        path, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


async def test_the_root_is_the_index_and_asks_to_be_checked(built: BoxUnderTest) -> None:
    answer = await raw(built, "/")
    assert answer.content == HTML
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert "content-security-policy" in answer.headers


async def test_hashed_names_are_kept_for_ever(built: BoxUnderTest) -> None:
    answer = await raw(built, "/assets/index-abcd1234.js")
    assert answer.headers["cache-control"] == "max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [("identity", None), ("gzip", "gzip"), ("br;q=0, gzip", "gzip")],
)
async def test_a_client_gets_the_form_it_takes(
    built: BoxUnderTest, accept: str, encoding: str | None
) -> None:
    answer = await raw(built, "/assets/index-abcd1234.js", accept_encoding=accept)
    assert answer.headers.get("content-encoding") == encoding
    assert answer.content == SCRIPT
    assert answer.headers["vary"] == "accept-encoding"


async def test_compressed_siblings_are_no_pages_of_their_own(built: BoxUnderTest) -> None:
    assert (await raw(built, "/assets/index-abcd1234.js.gz")).status_code == 404


async def test_a_copy_that_is_still_right_is_not_sent_again(built: BoxUnderTest) -> None:
    tag = (await raw(built, "/")).headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = await raw(built, "/", if_none_match=known)
        assert (answer.status_code, answer.content) == (304, b""), known
        assert answer.headers["etag"] == tag
    assert (await raw(built, "/", if_none_match='"other"')).status_code == 200


async def test_forms_of_one_page_have_tags_of_their_own(built: BoxUnderTest) -> None:
    path = "/assets/index-abcd1234.js"
    tags = {
        (await raw(built, path, accept_encoding=e)).headers["etag"] for e in ("identity", "gzip")
    }
    assert len(tags) == 2


async def test_head_tells_the_length_and_sends_nothing(built: BoxUnderTest) -> None:
    answer = await built.client().head("/", headers={"accept-encoding": "identity"})
    assert answer.headers["content-length"] == str(len(HTML))
    assert answer.content == b""


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_pages_are_only_read(built: BoxUnderTest, method: str) -> None:
    answer = await built.client().request(method, "/")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert answer.json()["type"] == "/problems/method"


@pytest.mark.parametrize(
    "path", ["/../secret", "/assets/../../secret", "/%2e%2e/secret", "/assets"]
)
async def test_nothing_outside_the_build_is_reachable(
    built: BoxUnderTest, tmp_path: Path, path: str
) -> None:
    (tmp_path / "secret").write_text("secret")
    assert (await raw(built, path)).status_code == 404


async def test_nothing_is_read_from_disk_after_the_start(built: BoxUnderTest, build: Path) -> None:
    (build / "index.html").write_bytes(b"changed")
    assert (await raw(built, "/")).content == HTML


async def test_without_a_build_the_root_says_how_to_make_one(still_box: BoxUnderTest) -> None:
    answer = await still_box.client().get("/")
    assert answer.status_code == 200
    assert "make run" in answer.text


def test_unknown_endings_are_plain_bytes(build: Path) -> None:
    assert Pages.load(build).files["/odd.bin"].media_type == "application/octet-stream"

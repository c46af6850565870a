"""The built pages, served from memory: nothing touches the card after the start."""

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.api.asgi import Receive, Scope, Send, header
from node.api.encodings import choose_encoding
from node.api.headers import HeaderList
from node.api.refusal import Refusal, refuse
from node.contract.problems import METHOD

_SIBLINGS: Final = {".br": "br", ".gz": "gzip"}
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}
"""Fixed: a laptop's own table of types may hold anything, and ``nosniff`` takes us at our word."""

_FOREVER: Final = b"max-age=31536000, immutable"
_CHECK: Final = b"no-cache"
_HASHED: Final = "/assets/"
"""The build puts a hash into every name below this."""

NOT_BUILT: Final = b"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>DisasterNet</title>
<p>This box works, but its page has not been built. On the machine that has the source, type
<code>make run</code>: it builds the page and starts the box.</p></html>
"""


@dataclass(frozen=True, slots=True)
class Page:
    """One file in every form it was built in."""

    media_type: str
    forms: dict[str, bytes]
    """Content coding (RFC 9110) → bytes; ``identity`` is always there."""
    tag: str
    """Names these bytes, for ETag."""

    @classmethod
    def of(cls, media_type: str, content: bytes) -> "Page":
        """Return a page that exists in one form only."""
        return cls(media_type, {"identity": content}, hashlib.sha256(content).hexdigest()[:16])


@dataclass(frozen=True, slots=True)
class Pages:
    """An ASGI application of fixed pages."""

    files: dict[str, Page]
    """Path → page; ``/`` is always there."""

    @classmethod
    def load(cls, directory: Path) -> "Pages":
        """Return the pages built into ``directory``; without a build, one that says how to."""
        files = {"/": Page.of(_TYPES[".html"], NOT_BUILT)}
        for path in sorted(directory.rglob("*")):
            if path.is_file() and path.suffix not in _SIBLINGS:
                files[f"/{path.relative_to(directory).as_posix()}"] = _read(path)
        if "/index.html" in files:
            files["/"] = files["/index.html"]
        return cls(files)

    def plus(self, path: str, page: Page) -> "Pages":
        """Return these pages and one more."""
        return Pages({**self.files, path: page})

    def hold(self, path: str) -> bool:
        """Return whether ``path`` is one of these pages."""
        return path in self.files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer GET for a path these pages hold; the gate turns HEAD into GET."""
        if scope["method"] != "GET":
            await refuse(scope, receive, send, Refusal(METHOD, headers=[(b"allow", b"GET, HEAD")]))
            return
        page = self.files[scope["path"]]
        encoding = choose_encoding(header(scope, b"accept-encoding"), page.forms)
        body = page.forms[encoding]
        headers = _headers(scope["path"], page, encoding)
        status = 200
        if _is_known(header(scope, b"if-none-match"), page.tag):
            status, body = 304, b""
        else:
            headers += [
                (b"content-type", page.media_type.encode()),
                (b"content-length", str(len(body)).encode()),
            ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})


def _headers(path: str, page: Page, encoding: str) -> HeaderList:
    headers = [
        (b"etag", f'"{page.tag}-{encoding}"'.encode()),
        (b"vary", b"accept-encoding"),
        (b"cache-control", _FOREVER if path.startswith(_HASHED) else _CHECK),
    ]
    if encoding != "identity":
        headers.append((b"content-encoding", encoding.encode()))
    return headers


def _is_known(if_none_match: str, tag: str) -> bool:
    """Return whether the client's copy, in whatever coding, is still right."""
    if if_none_match.strip() == "*":
        return True
    names = (name.strip().removeprefix("W/").strip('"') for name in if_none_match.split(","))
    return any(name.partition("-")[0] == tag for name in names if name)


def _read(path: Path) -> Page:
    content = path.read_bytes()
    forms = {"identity": content}
    for suffix, encoding in _SIBLINGS.items():
        sibling = path.with_name(path.name + suffix)
        if sibling.is_file():
            forms[encoding] = sibling.read_bytes()
    media_type = _TYPES.get(path.suffix) or mimetypes.types_map.get(path.suffix)
    tag = hashlib.sha256(content).hexdigest()[:16]
    return Page(media_type or "application/octet-stream", forms, tag)

"""Archives that are no backups, made from a good one."""

import hashlib
import io
import json
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from node.cli.exits import ExitCode
from tests.cli.damage import make_newer

NAMES = ("manifest.json", "node.db")


def packed(manifest: bytes, store: bytes, names: tuple[str, str] = NAMES) -> bytes:
    """Return a tar archive of two files."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as tar:
        for name, content in zip(names, (manifest, store), strict=True):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return target.getvalue()


def unpacked(archive: bytes) -> tuple[dict[str, object], bytes]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        manifest, store = (tar.extractfile(member) for member in tar.getmembers())
        assert manifest is not None
        assert store is not None
        return json.loads(manifest.read()), store.read()


def repacked(archive: bytes, store: bytes, **changes: object) -> bytes:
    """Return ``archive`` with another store, and a manifest that fits it but for ``changes``."""
    manifest, _ = unpacked(archive)
    digest = hashlib.sha256(store).hexdigest()
    manifest |= {"bytes": len(store), "sha256": digest, **changes}
    return packed(json.dumps(manifest).encode(), store)


def flipped(archive: bytes, _: Path) -> bytes:
    middle = len(archive) // 2
    return archive[:middle] + bytes([archive[middle] ^ 1]) + archive[middle + 1 :]


def damaged_store(archive: bytes, _: Path) -> bytes:
    store = bytearray(unpacked(archive)[1])
    store[4 * 4096 : 16 * 4096] = b"\xa5" * 12 * 4096
    return repacked(archive, bytes(store))


def foreign_store(archive: bytes, folder: Path) -> bytes:
    path = folder / "foreign.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE bookmarks (url TEXT)")
    return repacked(archive, path.read_bytes())


def newer_store(archive: bytes, folder: Path) -> bytes:
    path = folder / "newer.db"
    path.write_bytes(unpacked(archive)[1])
    make_newer(path)
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return repacked(archive, path.read_bytes())


def altered(sql: str) -> Callable[[bytes, Path], bytes]:
    """Return what makes an archive whose store had ``sql`` run on it: sound for SQLite."""

    def make(archive: bytes, folder: Path) -> bytes:
        path = folder / "altered.db"
        path.write_bytes(unpacked(archive)[1])
        with closing(sqlite3.connect(path)) as db:
            db.executescript(sql)
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return repacked(archive, path.read_bytes())

    return make


ENDLESS = """CREATE TRIGGER t AFTER UPDATE ON store BEGIN
    INSERT INTO urgent_use (author_no, lived_s)
    WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x, x FROM c;
END"""
SILENT = "CREATE TRIGGER t BEFORE INSERT ON envelope BEGIN SELECT RAISE(IGNORE); END"

ATTACKS: dict[str, tuple[Callable[[bytes, Path], bytes], ExitCode]] = {
    "empty": (lambda _a, _f: b"", ExitCode.DAMAGED),
    "text": (lambda _a, _f: b"hello\n" * 1000, ExitCode.DAMAGED),
    "one bit flipped": (flipped, ExitCode.DAMAGED),
    "cut in the middle": (lambda a, _: a[: len(a) // 2], ExitCode.DAMAGED),
    "cut in the manifest": (lambda a, _: a[:600], ExitCode.DAMAGED),
    "no store": (lambda a, _: a[:1024] + bytes(1024), ExitCode.DAMAGED),
    "foreign archive": (lambda _a, _f: packed(b"{}", b"", ("a", "b")), ExitCode.DAMAGED),
    "manifest no JSON": (lambda a, _: packed(b"{", unpacked(a)[1]), ExitCode.DAMAGED),
    "manifest a list": (lambda a, _: packed(b"[]", unpacked(a)[1]), ExitCode.DAMAGED),
    "manifest not UTF-8": (lambda a, _: packed(b"\xff", unpacked(a)[1]), ExitCode.DAMAGED),
    "manifest deep": (lambda a, _: packed(b"[" * 60_000, unpacked(a)[1]), ExitCode.DAMAGED),
    "size no number": (lambda a, _: repacked(a, b"", bytes="1"), ExitCode.DAMAGED),
    "store empty": (lambda a, _: repacked(a, b""), ExitCode.DAMAGED),
    "store damaged": (damaged_store, ExitCode.DAMAGED),
    "store foreign": (foreign_store, ExitCode.DAMAGED),
    "a table is missing": (altered("DROP TABLE member"), ExitCode.DAMAGED),
    "no facts about the store": (altered("DELETE FROM store"), ExitCode.DAMAGED),
    "a trigger that never ends": (altered(ENDLESS), ExitCode.DAMAGED),
    "a trigger that drops what is written": (altered(SILENT), ExitCode.DAMAGED),
    "store newer": (newer_store, ExitCode.NEWER),
    "format newer": (lambda a, _: repacked(a, unpacked(a)[1], format=2), ExitCode.NEWER),
}

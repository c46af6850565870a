"""Backups: one file that holds everything but the node's own key.

A tar archive of ``manifest.json`` and ``node.db``, in this order. Taken while the node runs, from
one snapshot. A restored store has a new incarnation and a new epoch: the box it came from may
have gone on writing, and two boxes must never continue the same logs.
"""

import contextlib
import hashlib
import io
import json
import os
import sqlite3
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

from node.store.connection import make_private, open_reader, open_writer
from node.store.opening import (
    DATA_FILE,
    DataDirectory,
    NewerError,
    UnusableError,
    sync_folder,
)
from node.store.schema import (
    SCHEMA_VERSION,
    ForeignFileError,
    TooNewError,
    ensure,
    examine,
    renew_epoch,
)

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1

MAX_MANIFEST_BYTES: Final = 65_536
"""A manifest has some hundred; stops a forged archive from filling memory."""

CHUNK_BYTES: Final = 256 * 1024

_SIDE_FILES: Final = ("-wal", "-shm", "-journal")


class BackupError(Exception):
    """The file is not a backup, or a damaged one; its text says which. Nothing was changed."""


def take(source: Path, scratch: Path) -> Iterator[bytes]:
    """Yield a backup of the store at ``source``, consistent while it is being written to.

    Args:
        source: the data file.
        scratch: where a compact copy is kept meanwhile, a file that is not there yet; needs as
            much space as the store holds. Two backups at once need two of them.

    Raises:
        sqlite3.OperationalError: no space for the copy.
    """
    make_private(scratch)
    try:
        db = open_reader(source, check_same_thread=False)
        try:
            db.execute("VACUUM INTO ?", (str(scratch),))
        finally:
            db.close()
        yield from _archive(scratch)
    finally:
        _remove(scratch)


def _archive(copy: Path) -> Iterator[bytes]:
    with copy.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        manifest = json.dumps(
            {"format": FORMAT, "schema": SCHEMA_VERSION, "bytes": size, "sha256": digest}
        ).encode()
        yield _header(MANIFEST, len(manifest))
        yield manifest + _padding(len(manifest))
        yield _header(DATA_FILE, size)
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
        yield _padding(size) + bytes(2 * tarfile.BLOCKSIZE)


def _header(name: str, size: int) -> bytes:
    entry = tarfile.TarInfo(name)
    entry.size = size
    entry.mode = 0o600
    return entry.tobuf(tarfile.PAX_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)


def restore(backup: Path, directory: DataDirectory) -> Path | None:
    """Put the store of ``backup`` in place; return where the store that was there is kept now.

    Args:
        backup: from whoever; checked in full before anything is changed.
        directory: locked by the caller; its identity stays.

    Raises:
        BackupError: not a backup, or damaged.
        NewerError: it was taken by a newer release.
        UnusableError: no space.
    """
    part = directory.path / f"{DATA_FILE}.part"
    _remove(part)
    try:
        _extract(backup, part)
        _renew(part)
        kept = _make_way(directory.data_file)
        part.rename(directory.data_file)
        sync_folder(directory.path)
    except OSError as error:
        raise UnusableError(f"{directory.path}: {error.strerror}. Free some space.") from error
    finally:
        _remove(part)
    return kept


def _extract(backup: Path, target: Path) -> None:
    try:
        with tarfile.open(backup, "r:") as archive:
            manifest = _manifest(archive)
            source = _member(archive, DATA_FILE, manifest["bytes"])
            digest = hashlib.sha256()
            make_private(target)
            with target.open("r+b") as file:
                while chunk := source.read(CHUNK_BYTES):
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
    except (tarfile.TarError, EOFError) as error:
        raise BackupError(f"{backup} is not a backup ({error}).") from None
    if digest.hexdigest() != manifest["sha256"]:
        raise BackupError(f"{backup} is damaged: its content does not match its manifest.")


def _manifest(archive: tarfile.TarFile) -> dict[str, Any]:
    content = _member(archive, MANIFEST, None).read(MAX_MANIFEST_BYTES)
    try:
        manifest = json.loads(content)
        known = manifest["format"] == FORMAT
        whole = isinstance(manifest.get("bytes"), int) and isinstance(manifest.get("sha256"), str)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BackupError("The manifest of this backup cannot be read.") from None
    if not known:
        raise NewerError("This backup was taken by a newer DisasterNet. Install that release.")
    if not whole:
        raise BackupError("The manifest of this backup cannot be read.")
    return dict(manifest)


def _member(archive: tarfile.TarFile, name: str, size: int | None) -> IO[bytes]:
    """Return the next member, which must be a plain file of that name and size."""
    entry = archive.next()
    if entry is None or entry.name != name or not entry.isreg() or size not in (None, entry.size):
        raise BackupError(f"This is not a backup: there is no {name} where it should be.")
    return archive.extractfile(entry) or io.BytesIO()


def _renew(path: Path) -> None:
    """Check the extracted store and give it a new incarnation and a new epoch."""
    try:
        db = open_writer(path)
        try:
            if not examine(db):
                raise BackupError("The store in this backup is empty.")
            found = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                raise BackupError(f"The store in this backup is damaged ({found}).")
            _check_shape(db)
            db.execute("UPDATE store SET incarnation = randomblob(8)")
            renew_epoch(db)
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            db.close()
    except ForeignFileError:
        raise BackupError("The store in this backup belongs to another program.") from None
    except TooNewError:
        raise NewerError(
            "This backup was taken by a newer DisasterNet. Install that release."
        ) from None
    except sqlite3.DatabaseError as error:
        raise BackupError(f"The store in this backup is damaged ({error}).") from error


def _check_shape(db: sqlite3.Connection) -> None:
    """Return when the store is made as ours are, so that the box can go on with it.

    A sound SQLite file may lack tables, or hold triggers that run with whatever is written: the
    first never ends, and the box would be without its messages after the restore.

    Raises:
        BackupError: it is not.
    """
    strange = "SELECT count(*) FROM sqlite_schema WHERE type IN ('trigger', 'view')"
    sound = not db.execute(strange).fetchone()[0]
    if sound:
        ensure(db)  # a backup of an older release, as it would be at the next start
        with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as ours:
            ensure(ours)
            sound = _columns(ours) <= _columns(db)
    if not sound or db.execute("SELECT count(*) FROM store").fetchone()[0] != 1:
        raise BackupError("The store in this backup is not made as a store of this program is.")


def _columns(db: sqlite3.Connection) -> set[tuple[str, str]]:
    """Return every table with every column; a newer release may have more of both."""
    columns = "SELECT t.name, c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c"
    return set(db.execute(columns).fetchall())


def _make_way(data_file: Path) -> Path | None:
    """Rename what is in the place of the data file, with its WAL, and return the new name."""
    if not data_file.exists():
        return None
    # Folded in first, so that a power cut between two renames never parts a file from its WAL.
    with (
        contextlib.suppress(sqlite3.DatabaseError),
        contextlib.closing(open_writer(data_file)) as db,
    ):
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    number = 1
    while (kept := data_file.with_name(f"{data_file.name}.before-restore-{number}")).exists():
        number += 1
    for suffix in _SIDE_FILES:  # first: a WAL without its file is harmless, not the reverse
        side = data_file.with_name(data_file.name + suffix)
        if side.exists():
            side.rename(kept.with_name(kept.name + suffix))
    data_file.rename(kept)
    return kept


def _remove(path: Path) -> None:
    for suffix in ("", *_SIDE_FILES):
        path.with_name(path.name + suffix).unlink(missing_ok=True)

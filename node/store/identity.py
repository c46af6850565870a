"""The node's own key, as files beside the store: made here, never sent anywhere."""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.contract.people import Box
from node.protocol.keys import SEED_BYTES, SigningKey
from node.protocol.names import clean_name
from node.store.opening import DamagedError, make_folder, sync_folder

FOLDER: Final = "identity"
_KEY: Final = "node.key"
_PUBLIC: Final = "public.json"
_MACHINE: Final = "machine"

MACHINE_SERIAL: Final = Path("/proc/device-tree/serial-number")
"""Burnt into every Raspberry Pi; other machines have no such file."""

DEFAULT_NAME: Final = "Box"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this node is."""

    key: SigningKey
    box: Box


def machine_mark(serial: Path = MACHINE_SERIAL) -> bytes | None:
    """Return 32 bytes that tell this machine from others; None when nothing does."""
    try:
        number = serial.read_bytes().strip(b"\0\n ")
    except OSError:
        return None
    return hashlib.sha256(b"disasternet/1 machine" + number).digest() if number else None


def load_or_make(
    directory: Path,
    name: str | None,
    entropy: Callable[[int], bytes],
    machine: bytes | None,
) -> Identity:
    """Return the node's identity, made at the first call; safe to repeat after any interruption.

    A key that was made on another machine is put aside and replaced: two boxes with one key,
    from a copied card, would speak for each other.

    Args:
        directory: the locked data directory.
        name: shown to people; None keeps the present one.
        entropy: returns that many random bytes.
        machine: as ``machine_mark`` returns it.

    Raises:
        DamagedError: the key file is not one. Nothing was changed.
    """
    folder = directory / FOLDER
    make_folder(folder)
    if machine is not None and _read(folder / _MACHINE) not in (b"", machine):
        _put_aside(folder)
    if not (folder / _KEY).exists():
        _write(folder / _KEY, entropy(SEED_BYTES).hex().encode() + b"\n")
    if machine is not None:
        _write(folder / _MACHINE, machine)
    key = _load_key(folder / _KEY)
    box = _publish(folder, key, name)
    return Identity(key, box)


def rotate(directory: Path, entropy: Callable[[int], bytes], machine: bytes | None) -> Identity:
    """Replace the node's key and return the new identity; the old key is put aside.

    People's keys and messages stay as they are.
    """
    folder = directory / FOLDER
    make_folder(folder)
    _put_aside(folder)
    return load_or_make(directory, None, entropy, machine)


def _publish(folder: Path, key: SigningKey, name: str | None) -> Box:
    node_id = key.verify_key.hex()
    try:
        known = str(json.loads(_read(folder / _PUBLIC) or b"{}").get("name", ""))
    except (ValueError, AttributeError):
        known = ""  # a torn file of an older release; all in it can be made again
    shown = clean_name(name or "") or clean_name(known) or f"{DEFAULT_NAME} {node_id[:4]}"
    public = json.dumps({"node_id": node_id, "name": shown}, ensure_ascii=False)
    if _read(folder / _PUBLIC) != public.encode():
        _write(folder / _PUBLIC, public.encode(), mode=0o644)
    return Box(node_id, node_id, shown)


def _load_key(path: Path) -> SigningKey:
    try:
        return SigningKey(bytes.fromhex(path.read_text("ascii")))
    except ValueError:
        raise DamagedError(
            f"{path} is no key. Put it aside and start again; the box gets a new key."
        ) from None


def _put_aside(folder: Path) -> None:
    key = folder / _KEY
    if key.exists():
        old = hashlib.sha256(key.read_bytes()).hexdigest()[:8]
        key.rename(folder / f"{_KEY}.{old}.old")
    (folder / _MACHINE).unlink(missing_ok=True)


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _write(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Replace ``path`` so that a power cut leaves the old or the new content, never half."""
    part = path.with_name(f"{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    sync_folder(path.parent)

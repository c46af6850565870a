"""What a data directory looks like from outside, when no node runs to say so."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from node.clock import SystemClock
from node.contract.status import Check, CheckState, StorageState
from node.runtime.health import Vitals, check_clock, check_space
from node.store.opening import DATA_FILE, LOCK_FILE, OpeningError, examine_file


def checks_without_node(data_dir: Path, absence: str) -> list[Check]:
    """Return health checks of ``data_dir`` and the machine; nothing is changed.

    Args:
        data_dir: where no node answers.
        absence: why not, and what to do.
    """
    node = failed("node", absence)
    return [node, *_directory_checks(data_dir), check_clock(_vitals(data_dir))]


def _directory_checks(data_dir: Path) -> Iterator[Check]:
    fault = _fault(data_dir)
    if fault is not None:
        yield fault
        return
    yield Check("directory", CheckState.OK, f"{data_dir} can be used.", "")
    yield _store_check(data_dir / DATA_FILE)
    yield check_space(_vitals(data_dir))


def _fault(data_dir: Path) -> Check | None:
    """Return what keeps a node from starting in ``data_dir``; None when nothing does."""
    if not data_dir.exists():
        why = f"{data_dir} does not exist yet."
        return Check("directory", CheckState.WARN, why, "The node makes it when it starts.")
    if not data_dir.is_dir() or not os.access(data_dir, os.R_OK | os.W_OK | os.X_OK):
        why = f"{data_dir} is no directory this user can write."
        fix = "Be the user the node runs as, or choose another --data-dir."
        return Check("directory", CheckState.FAIL, why, fix)
    if _is_locked(data_dir / LOCK_FILE):
        why = f"A process has {data_dir}, and does not answer."
        fix = "Wait for it if it just started; else stop it, and start the node again."
        return Check("directory", CheckState.FAIL, why, fix)
    return None


def _is_locked(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _store_check(path: Path) -> Check:
    try:
        examine_file(path)
    except OpeningError as error:
        return failed("store", str(error))
    why = "The store is sound." if path.exists() else "There is no store yet."
    return Check("store", CheckState.OK, why, "")


def failed(check: str, text: str) -> Check:
    """Return a failed check from a line that says what is wrong, and then what to do."""
    why, _, fix = text.partition(". ")
    return Check(check, CheckState.FAIL, f"{why.rstrip('.')}.", fix)


def _vitals(data_dir: Path) -> Vitals:
    place = data_dir.absolute()
    while not place.exists():
        place = place.parent
    free_bytes = shutil.disk_usage(place).free
    return Vitals(StorageState(0, 0, free_bytes, writable=True), SystemClock().quality(), 0)

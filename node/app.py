"""Composition: the one place that knows every layer."""

import asyncio
import logging
import os
import pwd
import socket
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node import __version__, config
from node.api.application import ApiSettings, build
from node.api.front.doors import Doors, open_doors, port_error
from node.api.front.serving import serve
from node.api.pages import Pages
from node.clock import SystemClock
from node.config import Settings
from node.contract.facts import (
    CHECKS_FILE,
    HOTSPOT_FILE,
    PHONES_FILE,
    RADIO_FILE,
    ChecksFacts,
    HotspotFacts,
    RadioFacts,
)
from node.contract.problems import FULL, RefusedError
from node.contract.status import PhonesState
from node.facts import FactsFile
from node.net.discovery.endpoint import parse
from node.net.doors import open_peer_doors
from node.net.identity import LinkIdentity
from node.net.network import Network, NetworkSettings
from node.notify import notify, watchdog_s
from node.protocol.envelope import Envelope, open_envelope
from node.protocol.ids import EVERYONE, RoomId
from node.runtime.node import Node, Surroundings
from node.runtime.status import Machine
from node.store import backup, identity
from node.store.opening import DataDirectory, UnusableError, damaged, examine_file
from node.store.store import Store, open_store

SCRATCH: Final = "backup.part-"
"""Begins the names of copies that live as long as a backup is taken."""

KEEP_TIME_S: Final = 600.0
"""How much of an envelope's life a power cut can forget."""

THREAD_FROM: Final = 4
"""So many signatures are worth a thread: on a Pi one takes 0.3 ms, handing over 0.1."""

FEEDS_A_PERIOD: Final = 3
"""The watchdog is fed so often in its period: a late turn of the loop is no reason to kill it."""

RESTART_S: Final = 5.0
"""Pause before a background task that failed is started again."""

_log = logging.getLogger("disasternet")


@dataclass(frozen=True, slots=True)
class _Listening:
    doors: Doors
    announce: Callable[[str], None]
    network: Network


async def run(settings: Settings, announce: Callable[[str], None]) -> None:
    """Run a node until SIGTERM or SIGINT.

    Args:
        settings: as loaded.
        announce: told the node's address once it answers there.

    Raises:
        OpeningError: the data directory cannot be used.
        PortError: the address cannot be served on.
    """
    with ExitStack() as stack:
        directory = DataDirectory(config.data_dir(settings))
        stack.callback(directory.release)
        examine_file(directory.data_file)
        for left in directory.path.glob(f"{SCRATCH}*"):  # by a node that was killed meanwhile
            left.unlink()
        doors = open_doors(settings, directory.socket_file)
        for door in (*doors.tcp, *doors.unix):
            stack.callback(door.close)
        stack.callback(directory.socket_file.unlink, missing_ok=True)
        peer_doors = _open_peer_doors(settings.peer_port)
        for door in peer_doors:
            stack.callback(door.close)
        fleet_key = config.fleet_key(settings)
        machine = identity.machine_mark()
        who = identity.load_or_make(directory.path, settings.name or None, os.urandom, machine)
        clock = SystemClock()
        try:
            store = await open_store(
                directory.data_file,
                node_id=who.box.id,
                clock=clock,
                budget_bytes=settings.storage_budget_bytes,
                machine=machine,
            )
        except sqlite3.OperationalError as error:
            why = f"{directory.data_file} cannot be written ({error}). Free some space."
            raise UnusableError(why) from error
        except sqlite3.DatabaseError as error:
            raise damaged(directory.data_file, str(error)) from error
        try:
            node = Node(who.box, store, clock, os.urandom, _surroundings(settings))
            network = Network(
                node.peering,
                LinkIdentity(who.key, fleet_key=fleet_key, deflate=settings.compress_links),
                peer_doors,
                NetworkSettings(
                    static=tuple(map(parse, settings.peers)),
                    discovery=settings.discovery,
                    hotspot=frozenset(settings.hotspot_interfaces),
                ),
                clock,
            )
            await _serve(node, store, settings, directory, _Listening(doors, announce, network))
        finally:
            await store.close()


async def _serve(
    node: Node, store: Store, settings: Settings, directory: DataDirectory, listening: _Listening
) -> None:
    doors = listening.doors

    async def take_backup() -> AsyncIterator[bytes]:
        # A name of its own: two backups at once must not share a copy.
        scratch = directory.path / f"{SCRATCH}{os.urandom(8).hex()}"
        chunks = backup.take(directory.data_file, scratch)
        try:
            while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
                yield chunk
        except sqlite3.OperationalError as error:
            why = "There is no space for a copy of the store. Free some, or use a bigger card."
            raise RefusedError(FULL, why) from error

    app = build(
        node,
        ApiSettings(
            public_names=tuple(settings.public_names),
            pages=Pages.load(config.webui_dir(settings)),
            hotspot_addresses=frozenset(settings.hotspot_addresses),
            write_rate_per_s=settings.write_rate_per_s,
            write_burst=settings.write_burst,
            lasting_rate_per_s=settings.lasting_rate_per_s,
            lasting_burst=settings.lasting_burst,
            version=__version__,
            appliance_uid=_uid_of(settings.appliance_user),
            backup=take_backup,
            clock=SystemClock(),
        ),
    )
    tasks = [
        asyncio.create_task(_supervise("status", node.run)),
        asyncio.create_task(_supervise("retention", lambda: _keep_time(store))),
        asyncio.create_task(_supervise("watchdog", lambda: _feed_watchdog(store))),
    ]

    def ready() -> None:
        listening.announce(_address(doors.tcp))
        notify("READY=1")

    try:
        async with app.lifespan(), listening.network:
            await serve(
                app.tcp,
                app.unix,
                doors.tcp,
                doors.unix,
                ready=ready,
            )
    finally:
        notify("STOPPING=1")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _open_peer_doors(port: int) -> list[socket.socket]:
    try:
        return open_peer_doors(port)
    except OSError as error:
        raise port_error(f"port {port} for other boxes", "--peer-port", error) from error


def _surroundings(settings: Settings) -> Surroundings:
    rooms = frozenset(RoomId(bytes.fromhex(room)) for room in settings.carry_rooms)
    facts = Path(settings.facts_dir).expanduser()
    return Surroundings(
        carried=rooms | {EVERYONE} if rooms else None,
        verify=_verify,
        hotspot=FactsFile(facts / HOTSPOT_FILE, HotspotFacts).read,
        machine=Machine(
            radio=FactsFile(facts / RADIO_FILE, RadioFacts).read,
            phones=FactsFile(facts / PHONES_FILE, PhonesState).read,
            checks=FactsFile(facts / CHECKS_FILE, ChecksFacts).read,
        ),
    )


async def _verify(exacts: list[bytes]) -> list[Envelope]:
    if len(exacts) < THREAD_FROM:
        return [open_envelope(exact) for exact in exacts]
    return await asyncio.to_thread(lambda: [open_envelope(exact) for exact in exacts])


async def _keep_time(store: Store) -> None:
    while True:
        await asyncio.sleep(KEEP_TIME_S)
        await store.keep_time()


async def _feed_watchdog(store: Store) -> None:
    """Tell systemd again and again that the loop turns and the database takes writes.

    A node that hangs in either says nothing, and is started again.
    """
    period_s = watchdog_s()
    if period_s is None:
        await asyncio.Event().wait()
        return
    while True:
        await store.write(lambda _: None)
        notify("WATCHDOG=1")
        await asyncio.sleep(period_s / FEEDS_A_PERIOD)


async def _supervise(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Run ``work`` for ever, and again after a pause when it fails."""
    while True:
        try:
            await work()
        except Exception:  # noqa: BLE001 - a supervisor: logged, and started again
            _log.exception("%s failed; again in %s s", name, RESTART_S)
        await asyncio.sleep(RESTART_S)


def _uid_of(user: str) -> int | None:
    try:
        return pwd.getpwnam(user).pw_uid
    except KeyError:
        return None


def _address(doors: list[socket.socket]) -> str:
    host, port = doors[0].getsockname()[:2]
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - shown, not bound
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"

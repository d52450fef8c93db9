"""Running a worker's file anew whenever it changes.

The old one takes nothing more and finishes what it has, then the new one begins.

The worker is a process of its own, so that the new code starts from nothing. It stands outside the terminal's
group of processes: Ctrl-C reaches it once, through here.
"""

import asyncio
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from counterflow_worker.clock import Clock
from counterflow_worker.run import signals_to

logger = logging.getLogger("counterflow_worker")

LOOK_EVERY_MS = 300
SIGNALLED = 128
"""What shells add to the number of the signal that has ended a program."""
SKIPPED = ("__pycache__", "node_modules")
"""Folders that hold no source of a worker; so do hidden ones, and virtual environments."""

Snapshot = Mapping[Path, tuple[int, int]]
"""Source files by their time of change, in nanoseconds, and their size."""


class Reloader:
    """Keeps one process of `command` alive while the Python files of a folder stay as they are."""

    def __init__(self, command: Sequence[str], folder: Path, clock: Clock) -> None:
        self.command = tuple(command)
        self.folder = folder
        self.clock = clock
        self.stopping = asyncio.Event()
        self.child: asyncio.subprocess.Process | None = None
        self.asked_to_end = False

    async def run(self) -> int:
        """Run the worker, again after every change, until SIGTERM or SIGINT; its last exit code.

        The worker gets these signals as well, a second one too.
        """
        with signals_to(self.stop, leaves=False):
            while True:
                seen = snapshot(self.folder)
                code = await self.run_once(seen)
                if self.stopping.is_set():
                    return code if code >= 0 else SIGNALLED - code

    async def run_once(self, seen: Snapshot) -> int:
        """One life of the worker: from its start until a change or a stop has ended it; its exit code."""
        self.asked_to_end = False
        self.child = await asyncio.create_subprocess_exec(*self.command, start_new_session=True)
        ended = asyncio.create_task(self.child.wait())
        waiting = [ended, asyncio.create_task(self.change(seen)), asyncio.create_task(self.stopping.wait())]
        try:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if done == {ended}:
                logger.warning(
                    "the worker has ended with exit code %s; it is started again when a file changes",
                    ended.result(),
                )
                await asyncio.wait(waiting[1:], return_when=asyncio.FIRST_COMPLETED)
            self.end_child()
            return await ended
        finally:
            for task in waiting:
                task.cancel()

    def stop(self) -> None:
        """End the worker and do not start it again; a second time: it leaves at once."""
        again = self.stopping.is_set()
        self.stopping.set()
        self.end_child(again=again)

    def end_child(self, *, again: bool = False) -> None:
        """Ask the worker to finish, unless it was asked already."""
        if self.child is not None and self.child.returncode is None and (again or not self.asked_to_end):
            self.asked_to_end = True
            self.child.terminate()

    async def change(self, seen: Snapshot) -> None:
        """Wait until a source file has changed, come or gone."""
        while not (changed := differing(seen, snapshot(self.folder))):
            await self.clock.sleep(LOOK_EVERY_MS)
        logger.info(
            "%s changed; the worker finishes what it has and is started again",
            ", ".join(sorted(path.name for path in changed)),
        )


def snapshot(folder: Path) -> Snapshot:
    """The Python files in a folder and the folders in it, with their times and sizes as they are now."""
    files = {}
    for path in source_files(folder):
        try:
            status = path.stat()
        except FileNotFoundError:  # editors replace a file by taking it away for a moment
            continue
        files[path] = (status.st_mtime_ns, status.st_size)
    return files


def source_files(folder: Path) -> Iterator[Path]:
    """The paths of the Python files that may hold the source of a worker, as deep as they lie."""
    for path, folders, files in os.walk(folder):
        folders[:] = [
            name
            for name in folders
            if not (name.startswith(".") or name in SKIPPED or Path(path, name, "pyvenv.cfg").exists())
        ]
        yield from (Path(path, name) for name in files if name.endswith(".py"))


def differing(before: Snapshot, now: Snapshot) -> set[Path]:
    """The files that have come, gone or changed."""
    return {path for path in {*before, *now} if before.get(path) != now.get(path)}

"""`counterflow`, that writes down how much of a processor each long turn of its event loop took.

A turn that takes long holds everybody up, whatever else the machine has to do meanwhile: processor time tells
of the server alone. Each line of the file `TURNS` is the end of a turn (`time.perf_counter`) and milliseconds.
"""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import IO

from counterflow import server
from counterflow.cli.app import app

BEAT_SECONDS = 0.005
LONG_MS = 10.0
"""Shorter ones are not written down."""


class Beat:
    """Comes again and again between whatever else the loop has to do."""

    def __init__(self, loop: asyncio.AbstractEventLoop, file: IO[str]) -> None:
        self._loop = loop
        self._file = file
        self._used = time.thread_time()

    def come(self) -> None:
        """Write down what was used since the last time, and come again."""
        now = time.thread_time()
        taken_ms = (now - self._used) * 1_000
        if taken_ms >= LONG_MS:
            self._file.write(f"{time.perf_counter()} {taken_ms:.3f}\n")
        self._used = now
        self._loop.call_later(BEAT_SECONDS, self.come)


def main() -> None:
    """Run it."""
    file = Path(os.environ["TURNS"]).open("a", buffering=1)  # noqa: SIM115 - as long as the process is there
    new_loop = server._loop_factory() or asyncio.new_event_loop

    def watched_loop() -> asyncio.AbstractEventLoop:
        loop = new_loop()
        loop.call_soon(Beat(loop, file).come)
        return loop

    server._loop_factory = lambda: watched_loop
    app()


if __name__ == "__main__":
    main()

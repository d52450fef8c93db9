"""A command that holds the event loop for too long is broken off, whatever its prices said.

Fuel bounds what commands may take, but only as well as each thing is priced. So a thread looks ten times a
second at which command is being decided, and raises `CommandBrokenOff` into the event loop's thread where one
is at it for too long; `kernel.decide` takes back what it has done. Beginning and ending a command costs it
two assignments.

That an exception can come between any two instructions has two answers. Inside a command: the thread looks at
what is being run, and waits while that is code which leaves state or store half changed. Outside: `end` and
the thread agree, each says first what it is about to do and then looks at the other, so that an exception
that is still on its way when the command has ended is taken back.

What counts is the processor time of the event loop's thread: on a machine that is busy with other things, or
while another thread reads, a command takes long without holding up anybody.

What is one long instruction (a call into C that keeps the interpreter's lock) can be neither seen nor broken
off: that is for the prices alone.
"""

from __future__ import annotations

import ctypes
import functools
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType, TracebackType
from typing import Protocol, Self

from counterflow import store
from counterflow.kernel.state.changing import is_changing
from counterflow.kernel.vocabulary import CommandBrokenOff

LOOK_S = 0.1
"""How long the thread sleeps between two looks."""
HELD_S = 0.2
"""What a command may take without being remarkable."""
RETRY_S = 0.005
"""How soon it tries again where a command could not be broken off just then."""
UNDISTURBED_S = 0.1
"""How long the loop's thread can be made to stand still; a look at what it does takes a thousandth of it."""
FINALIZER = "__del__"
"""What is raised there, or in what a weak reference calls, is swallowed."""

_STORE = str(Path(str(store.__file__)).parent)
_raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
_raise_in.argtypes = (ctypes.c_ulong, ctypes.py_object)


class Watch(Protocol):
    """Who is told when a command begins and ends; both in the event loop's thread."""

    def begin(self) -> None:
        """A command begins."""
        ...

    def end(self) -> None:
        """It has ended; it may be said twice. Raises `CommandBrokenOff` where that was on its way."""
        ...


class Unwatched:
    """Commands take as long as they take."""

    def begin(self) -> None:
        """Nothing."""

    def end(self) -> None:
        """Nothing."""


class Watchdog:
    """Watches the commands of one event loop, from `with` on; begun in the loop's thread. `held` is called in
    the watchdog's own, once for each command that takes longer than `HELD_S`.
    """

    def __init__(self, limit_ms: int, held: Callable[[], None]) -> None:
        self._limit_s = limit_ms / 1000
        self._held = held
        self._count = 0
        self._at_work = 0
        """The number of the command that is being decided; 0 while none is."""
        self._aimed_at = 0
        """The number of the command that is to be broken off."""
        self._aiming = threading.Lock()
        self._loop_thread = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="counterflow-watchdog", daemon=True)

    def __enter__(self) -> Self:
        self._loop_thread = threading.get_ident()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._thread.join()

    # -- in the event loop's thread --------------------------------------------------------------------------

    def begin(self) -> None:
        """A command begins."""
        self._count += 1
        self._at_work = self._count

    def end(self) -> None:
        """It has ended; it may be said twice. Raises `CommandBrokenOff` where that was on its way."""
        self._at_work = 0
        if self._aimed_at == self._count:
            with self._aiming:
                _raise_in(self._loop_thread, ctypes.py_object())  # nothing: what has not come comes no more

    # -- in its own ------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        seconds_of = _seconds_at_work(self._loop_thread)
        seen, since, pause_s, is_told = 0, 0.0, LOOK_S, False
        while not self._stopped.wait(pause_s):
            at_work, now, pause_s = self._at_work, seconds_of(), LOOK_S
            if at_work != seen:
                seen, since, is_told = at_work, now, False
            elif at_work and now - since >= HELD_S:
                if not is_told:
                    is_told = True
                    self._held()
                if now - since >= self._limit_s:
                    pause_s = self._break_off(at_work)

    def _break_off(self, number: int) -> float:
        """Raise into the command, unless it must not be broken off just now; answers how long to wait. Then
        that is looked at again. What is swallowed (in a finalizer) is raised again.
        """
        with _undisturbed():
            if _must_end(_code_of(sys._current_frames().get(self._loop_thread))):
                return RETRY_S
            with self._aiming:
                self._aimed_at = number
                if self._at_work == number:
                    _raise_in(self._loop_thread, ctypes.py_object(CommandBrokenOff))
        return 10 * LOOK_S


def _seconds_at_work(thread: int) -> Callable[[], float]:
    """What tells the seconds that a thread was at work; where a system cannot tell, those that went by."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return time.monotonic
    return functools.partial(time.clock_gettime, time.pthread_getcpuclockid(thread))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """The loop's thread stands still while the block runs, for as long as `UNDISTURBED_S`. It waits for the
    interpreter's lock, and threads ask for that to be handed over after an interval that they read when they
    begin to wait. So the interval is set, and then the loop's thread made to wait anew.
    """
    interval_s = sys.getswitchinterval()
    sys.setswitchinterval(UNDISTURBED_S)
    try:
        time.sleep(0.001)
        yield
    finally:
        sys.setswitchinterval(interval_s)


def _must_end(running: Iterable[CodeType]) -> bool:
    running = list(running)
    return is_changing(running) or any(
        code.co_filename.startswith(_STORE)
        or code.co_filename == weakref.__file__
        or code.co_name == FINALIZER
        for code in running
    )


def _code_of(frame: FrameType | None) -> Iterator[CodeType]:
    while frame is not None:
        yield frame.f_code
        frame = frame.f_back

"""Work beside everything else that can be broken off: what takes long, and is nobody's to wait for.

Reading a model is Python, so it shares the processor with the event loop, which has its turn every few
milliseconds; it never has to wait for the work itself. A thread cannot be ended from outside, but an
exception can be raised in it between two of its steps (CPython, `PyThreadState_SetAsyncExc`). A thread of a
pool would be waited for when the process ends, so each piece of work has one of its own, which is not.
"""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable
from concurrent.futures import Executor, Future
from threading import Lock, Thread, get_ident
from typing import Any, ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")


class BrokenOff(BaseException):
    """Raised inside work that nobody wants any more."""


class Aside(Executor):
    """Does each piece of work in a thread of its own. Neither `shutdown` nor the end of the process waits for
    it.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._under_way: set[_Work] = set()

    def submit(
        self, work: Callable[Given, Result], /, *args: Given.args, **kwargs: Given.kwargs
    ) -> Future[Result]:
        """Begin at once; the future has what comes of it."""
        future: Future[Result] = Future()
        started = _Work(lambda: work(*args, **kwargs), future, self._under_way.discard)
        self._under_way.add(started)
        Thread(target=started.run, name=self._name, daemon=True).start()
        return future

    def break_off(self) -> None:
        """End whatever is under way, wherever it stands; its futures are never done."""
        for work in list(self._under_way):
            work.break_off()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002 - as the base class has it
        """Break off what is under way."""
        self.break_off()


def _without_circles(work: Callable[[], Result]) -> Result:
    """What comes of the work; what it has left in circles goes at once. Trees of XML are circles, with all of
    their document. Only what is newest is looked at, so that nobody waits for it.
    """
    try:
        return work()
    finally:
        gc.collect(0)


class _Work:
    def __init__(
        self, work: Callable[[], Any], future: Future[Any], has_ended: Callable[[_Work], None]
    ) -> None:
        self._future = future
        self._work = work
        self._has_ended = has_ended
        self._thread_id = 0
        """Of the thread while it is at work: afterwards the number may be another's."""
        self._lock = Lock()
        self._is_broken_off = False

    def run(self) -> None:
        """What the thread does."""
        try:
            self._do()
        except BrokenOff:
            return
        finally:
            self._has_ended(self)
            # What was raised leads here by its traceback, and from here to what it was about, which may be
            # megabytes: in a circle they would stay until somebody collects circles.
            del self._future, self._work

    def _do(self) -> None:
        self._begin()
        try:
            result = _without_circles(self._work)
        except BrokenOff:
            raise
        except BaseException as error:  # noqa: BLE001 - whoever waits for the future is told
            if self._is_wanted_at_its_end():
                self._future.set_exception(error)
        else:
            if self._is_wanted_at_its_end():
                self._future.set_result(result)

    def _begin(self) -> None:
        with self._lock:
            if self._is_broken_off or not self._future.set_running_or_notify_cancel():
                raise BrokenOff
            self._thread_id = get_ident()

    def _is_wanted_at_its_end(self) -> bool:
        with self._lock:
            self._thread_id = 0
            return not self._is_broken_off

    def break_off(self) -> None:
        """Raise `BrokenOff` where it stands."""
        with self._lock:
            self._is_broken_off = True
            if self._thread_id:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self._thread_id), ctypes.py_object(BrokenOff)
                )

"""Work beside everything else that can be broken off: what takes long, and is nobody's to wait for.

Reading a model is Python, so it shares the processor with the event loop, which has its turn every few
milliseconds; it never has to wait for the work itself. A thread cannot be ended from outside, but an
exception can be raised in it between two of its steps (CPython, `PyThreadState_SetAsyncExc`). A thread of a
pool would be waited for when the process ends, so each piece of work has one of its own, which is not.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from concurrent.futures import Executor, Future
from threading import Lock, Thread, get_ident
from typing import Any, ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")


class BrokenOff(BaseException):
    """Raised inside work that nobody wants any more."""


class Aside(Executor):
    """Does each piece of work in a thread of its own, which neither `shutdown` nor the end of the process
    waits for.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._under_way: set[_Work] = set()

    def submit(
        self, work: Callable[Given, Result], /, *args: Given.args, **kwargs: Given.kwargs
    ) -> Future[Result]:
        """Begin at once; the future has what comes of it."""
        started = _Work(lambda: work(*args, **kwargs), self._under_way.discard)
        self._under_way.add(started)
        Thread(target=started.run, name=self._name, daemon=True).start()
        return started.future

    def break_off(self) -> None:
        """End whatever is under way, wherever it stands; its futures are never done."""
        for work in list(self._under_way):
            work.break_off()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002 - as the base class has it
        """Break off what is under way."""
        self.break_off()


class _Work:
    def __init__(self, work: Callable[[], Any], has_ended: Callable[[_Work], None]) -> None:
        self.future: Future[Any] = Future()
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

    def _do(self) -> None:
        self._begin()
        try:
            result = self._work()
        except BrokenOff:
            raise
        except BaseException as error:  # noqa: BLE001 - whoever waits for the future is told
            if self._is_wanted_at_its_end():
                self.future.set_exception(error)
        else:
            if self._is_wanted_at_its_end():
                self.future.set_result(result)

    def _begin(self) -> None:
        with self._lock:
            if self._is_broken_off or not self.future.set_running_or_notify_cancel():
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

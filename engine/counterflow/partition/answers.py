"""Who is told what once it is durable, or that it is not going to be.

Nothing of a command leaves the house before its batch is committed. Until then its answer stands in the open
batch as two functions, one to be called after the commit, one if that fails; exactly one of them is called.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable, Iterable
from typing import Any

from counterflow.kernel.vocabulary import InstanceEnded, Settled, ToldLater
from counterflow.partition.batch import OpenBatch
from counterflow.partition.pending import Pending
from counterflow.partition.refusals import Unavailable

logger = logging.getLogger("counterflow.partition")

Answered = Callable[[Any], None]
Failed = Callable[[Exception], None]


def answer_all(tellers: Iterable[Callable[[], None]]) -> None:
    """Tell everybody, whatever one of them makes of it. What was decided is durable, or gone, for all."""
    for tell in tellers:
        try:
            tell()
        except Exception:
            logger.exception("Somebody could not be told how a command has ended")


def into(future: asyncio.Future[Any]) -> tuple[Answered, Failed]:
    """How a future is told, unless nobody waits for it any more."""

    def set_result(answer: Any) -> None:
        if not future.done():
            future.set_result(answer)

    def failed(error: Exception) -> None:
        if not future.done():
            future.set_exception(error)

    return set_result, failed


def answer_later(
    batch: OpenBatch, pending: Pending, size: int, answer: Any, answered: Answered, failed: Failed
) -> None:
    """Tell the answer to a command of so many bytes, which counts as pending until then."""
    pending.enter(size)

    def is_committed() -> None:
        pending.leave(size)
        answered(answer)

    def has_failed(error: Exception) -> None:
        pending.leave(size)
        failed(Unavailable(f"The command was not carried out: {error}"))

    batch.committed.append(is_committed)
    batch.failed.append(has_failed)


class Settlements:
    """Who waits for the end of what a command has begun, by the position of the log at which it began."""

    def __init__(self) -> None:
        self._waiting: dict[int, tuple[Answered, Failed]] = {}

    def put_off(self, later: ToldLater, answered: Answered, failed: Failed) -> tuple[Answered, Failed]:
        """Whoever is told so waits until it has ended; how they are told that it has begun, or never did."""
        self._waiting[later.position] = functools.partial(_give, answered, later.answer), failed

        def has_begun(_: Any) -> None:
            """Nothing is said before it has ended."""

        def never_began(error: Exception) -> None:
            self._waiting.pop(later.position, None)
            failed(error)

        return has_begun, never_began

    def answer_later(self, batch: OpenBatch, settled: Iterable[Settled]) -> None:
        """Tell those who wait for what has ended in a batch."""
        for end in settled:
            if end.position in self._waiting:
                batch.committed.append(functools.partial(self._answer, end))

    def end(self, error: Exception) -> None:
        """Nobody is told of an end any more: they are told this instead."""
        while self._waiting:
            _, (_, failed) = self._waiting.popitem()
            failed(error)

    def _answer(self, end: Settled) -> None:
        answered, failed = self._waiting.pop(end.position)
        if end.refusal is not None:
            failed(end.refusal)
        else:
            answered(None)


def _give(answered: Answered, answer: Any, _: None) -> None:
    answered(answer)


class InstanceEnds:
    """Who waits for the end of which process instance."""

    def __init__(self) -> None:
        self._waiting: dict[int, list[asyncio.Future[InstanceEnded]]] = {}

    def follow(self, process_instance_key: int, ended: asyncio.Future[InstanceEnded]) -> None:
        """The future has the instance's end, once that is durable."""
        self._waiting.setdefault(process_instance_key, []).append(ended)

    def leave(self, process_instance_key: int, ended: asyncio.Future[InstanceEnded]) -> None:
        """Whoever waited with this future waits no longer."""
        waiting = self._waiting.get(process_instance_key, [])
        if ended in waiting:
            waiting.remove(ended)
        if not waiting:
            self._waiting.pop(process_instance_key, None)

    def answer_later(self, batch: OpenBatch, ends: Iterable[InstanceEnded]) -> None:
        """Tell those who wait of instances that have ended in a batch."""
        for end in ends:
            if end.process_instance_key in self._waiting:
                batch.committed.append(functools.partial(self._answer, end))

    def answer_if_it_never_began(
        self, batch: OpenBatch, process_instance_key: int, ended: asyncio.Future[InstanceEnded]
    ) -> None:
        """Tell whoever follows an instance from its beginning if the batch that creates it fails."""

        def failed(error: Exception) -> None:
            self.leave(process_instance_key, ended)
            if not ended.done():
                ended.set_exception(Unavailable(f"The process instance was not created: {error}"))
                ended.exception()  # counts as seen: who waits for the answer only has been told there

        batch.failed.append(failed)

    def _answer(self, end: InstanceEnded) -> None:
        for future in self._waiting.pop(end.process_instance_key, []):
            if not future.done():
                future.set_result(end)

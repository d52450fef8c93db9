"""Instances whose end somebody waits for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

from counterflow.budget import Account
from counterflow.kernel.lives.instances import CreateProcessInstance
from counterflow.kernel.rows import ProcessInstance
from counterflow.kernel.vocabulary import InstanceEnded
from counterflow.partition.writer import Writer
from counterflow.service.admission import Admission
from counterflow.service.commands import kept
from counterflow.service.refusals import NotInTime, ResultLost
from counterflow.service.requests import duration_ms
from counterflow.service.rests import Rests
from counterflow.service.turns import Turns


class Results:
    """Begins instances and waits for their ends."""

    def __init__(
        self, writer: Writer, admission: Admission, turns: Turns, rests: Rests, request_timeout_ms: int
    ) -> None:
        """`request_timeout_ms` is how long is waited for who does not say it."""
        self._writer = writer
        self._request_timeout_ms = request_timeout_ms
        self._admission = admission
        self._turns = turns
        self._rests = rests
        self._awaited: dict[asyncio.Future[InstanceEnded], int] = {}
        self._has_ended = False

    async def run(
        self, command: CreateProcessInstance, wait_ms: int, account: Account, names: Iterable[str] = ()
    ) -> tuple[ProcessInstance, dict[str, bytes]]:
        """Begin an instance in its turn; answers it, and its variables, once it has completed.

        They are those of the names, or all. Raises `NotInTime` after so long (0 or less: as the settings
        say), and `ResultLost` where it ends otherwise or the engine stops.
        """
        wait_ms = duration_ms(wait_ms) if wait_ms > 0 else self._request_timeout_ms
        with self._admission.waiting(account):
            instance, ended = await self._begun(command, account)
            end = await self._end_of(instance.key, ended, wait_ms)
        if end.state != "completed":
            raise ResultLost(
                f"Process instance '{instance.key}' was {end.state} before it could complete, so there is no "
                "result"
            )
        chosen = frozenset(names)
        return instance, {
            name: value for name, value in end.variables.items() if not chosen or name in chosen
        }

    async def end_of(self, process_instance_key: int) -> InstanceEnded | None:
        """Wait for the end of an instance that goes on; None at once where it has ended, or there is none.
        Either is durable then. Raises `Overloaded`, and `ResultLost` where the engine stops.
        """
        with self._admission.waiting():
            ended = self._writer.follow(process_instance_key)
            if ended is None:
                await self._writer.settle()
                return None
            self._awaited[ended] = process_instance_key
            if self._has_ended:
                self.end()
            try:
                return await ended
            finally:
                del self._awaited[ended]
                self._writer.stop_following(process_instance_key, ended)

    def end(self) -> None:
        """The engine is stopping: who waits for a result is told so, not in a way to do it again."""
        self._has_ended = True
        for ended, key in list(self._awaited.items()):
            if not ended.done():
                ended.set_exception(
                    ResultLost(
                        f"The server is stopping; process instance '{key}' was created and goes on when it "
                        "is back, but its result cannot be awaited any more"
                    )
                )

    async def _begun(
        self, command: CreateProcessInstance, account: Account
    ) -> tuple[ProcessInstance, asyncio.Future[InstanceEnded]]:
        caller = object()
        try:
            while True:
                await self._rests.over(account, caller)
                async with self._turns:
                    if not self._rests.is_to_wait(account, caller):
                        return await self._begun_now(command, account)
        finally:
            self._rests.leave(account, caller)

    async def _begun_now(
        self, command: CreateProcessInstance, account: Account
    ) -> tuple[ProcessInstance, asyncio.Future[InstanceEnded]]:
        self._admission.check()
        begun = time.perf_counter()
        answered, ended = self._writer.submit_and_follow(command)
        self._rests.took(account, time.perf_counter() - begun)
        instance: ProcessInstance = await kept(
            answered, lambda late: self._writer.stop_following(late.key, ended)
        )
        return instance, ended

    async def _end_of(self, key: int, ended: asyncio.Future[InstanceEnded], wait_ms: int) -> InstanceEnded:
        self._awaited[ended] = key
        if self._has_ended:
            self.end()
        try:
            async with asyncio.timeout(wait_ms / 1000):
                return await ended
        except TimeoutError:
            raise NotInTime(
                f"Process instance '{key}' was created, but has not completed within {wait_ms} ms; it goes on"
            ) from None
        finally:
            del self._awaited[ended]
            self._writer.stop_following(key, ended)

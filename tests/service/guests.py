"""A service without a way in, and those who ask it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from counterflow.budget import Budgets
from counterflow.caller import Caller
from counterflow.kernel.lives.job_delivery import ActivateJobs
from counterflow.kernel.vocabulary import ActivatedJob, Command
from counterflow.partition.writer import Writer
from counterflow.service.resources import File
from counterflow.service.service import Service
from counterflow.settings import Settings
from tests.edge import models
from tests.partition.rig import GatedStore

ANNA = Caller("ipv4:10.0.0.7:53122", identities=("anna",))


class Guest:
    """Somebody who asks, and reads as much as they like."""

    def __init__(self, request_bytes: int = 10, budgets: Budgets | None = None) -> None:
        self.caller = ANNA
        self.request_bytes = request_bytes
        self.account = (budgets or Budgets(1 << 20, 1_000)).account()
        self.is_over = False
        self.on_gone: Callable[[], object] | None = None
        self.on_drained: Callable[[], object] | None = None
        self.is_reading = True
        self.jobs: list[ActivatedJob] = []
        self.has_begun = False
        self.was_sent_away = False

    def begin(self) -> None:
        self.has_begun = True

    def send(self, job: ActivatedJob) -> bool:
        if self.is_reading:
            self.jobs.append(job)
        return self.is_reading

    def end(self) -> None:
        self.was_sent_away = True
        self.go()

    def go(self) -> None:
        self.is_over = True
        if self.on_gone is not None:
            self.on_gone()


@dataclass
class Asked:
    """What a test of the service has in hand."""

    service: Service
    writer: Writer
    store: GatedStore

    def carry_out(self, command: Command, guest: Guest | None = None) -> asyncio.Future[Any]:
        """A future that is told as a caller would be."""
        caller = guest or Guest()
        return asked(lambda told, failed: self.service.commands.carry_out(caller, command, told, failed))

    def begin(self, guest: Guest, command: Command) -> asyncio.Future[Any]:
        return asked(lambda told, failed: self.service.commands.begin(guest, command, told, failed))


def asked(ask: Callable[[Callable[[Any], None], Callable[[Exception], None]], None]) -> asyncio.Future[Any]:
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    ask(future.set_result, future.set_exception)
    return future


def wish(maximum: int = 10) -> ActivateJobs:
    return ActivateJobs(type="work", worker="w", timeout_ms=60_000, maximum=maximum)


@asynccontextmanager
async def asking(**settings: Any) -> AsyncIterator[Asked]:
    """A service with one model deployed, stopped at the end."""
    store, chosen = GatedStore(), Settings(**settings)
    writer = Writer(store)
    service = Service(writer, store, chosen)
    writer.start()
    service.start()
    await service.deployments.deploy([File("order.bpmn", models.ONE_TASK)], ANNA)
    try:
        yield Asked(service, writer, store)
    finally:
        store.gate.set()
        service.fall_silent()
        await service.stop()
        await writer.stop()

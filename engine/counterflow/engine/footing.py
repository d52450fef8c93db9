"""What the verbs of an engine stand on: the few things that each kind of engine does in its own way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from counterflow.engine.handlers import WorkerTask
from counterflow.engine.lookups import find_job
from counterflow.engine.results import checked, key_or_name
from counterflow.kernel.lives.deployments import Deployment
from counterflow.kernel.vocabulary import Command, InstanceEnded
from counterflow.model.events import CompensationOrder
from counterflow.service.resources import File
from counterflow.store.port import Store

Answer = TypeVar("Answer")


class Footing(ABC):
    """Carries commands out, answers questions about what is committed, and knows what the engine was told."""

    @abstractmethod
    async def _do(self, command: Command) -> Any:
        """Carry a command out; answers when that is durable."""

    @abstractmethod
    async def _ask(self, question: Callable[[Store], Answer]) -> Answer:
        """The answer to a question about what is committed."""

    @abstractmethod
    async def _deploy(self, files: Sequence[File]) -> Deployment:
        """Read, judge and deploy files. Raises `Rejection` with every finding."""

    @abstractmethod
    async def _wait_for_end(self, process_instance_key: int) -> InstanceEnded | None:
        """Wait for the end of an instance; None at once where the store tells of it, or knows no such one."""

    @abstractmethod
    def _asked_for(self) -> frozenset[str]:
        """The types of jobs that somebody takes by now."""

    @abstractmethod
    def _default_order(self) -> CompensationOrder:
        """In which order is undone what no model gives an order to."""

    @abstractmethod
    def _add_worker(self, task: WorkerTask) -> None:
        """Have jobs done from now on."""

    async def _carry_out(self, command: Command) -> Any:
        return await self._do(checked(command))

    async def _key_of(self, job: int | str) -> int:
        job = key_or_name(job, "a job")
        return job if isinstance(job, int) else (await self._ask(lambda store: find_job(store, job))).key

"""For tests of processes: an engine in memory, with a clock that you move by hand.

    engine = Engine()
    engine.deploy("trip.bpmn")
    trip = engine.start("trip", {"destination": "Rome"})
    engine.complete("book-hotel", {"reservation": "H-1"})
    engine.advance(minutes=5)
    assert engine.is_completed(trip)

It has the verbs of `counterflow.open`. Each is carried out and committed before it returns, exactly as the
server would; only the network, and the passing of time, are missing. Workers do their jobs at once, within
the verb that made them; an async handler runs in a loop of its own, also where the test is async itself.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

from counterflow import kernel
from counterflow.engine.blocking import CLOSED
from counterflow.engine.blocking_verbs import BlockingVerbs
from counterflow.engine.handlers import Returned, WorkerTask, after_refusal, completion, failure, way_out
from counterflow.engine.lookups import NothingThere, find_element, find_incident, find_job, recorded_end
from counterflow.engine.results import EndedInstance, length, milliseconds, taken, whole_key
from counterflow.engine.verbs import Verbs
from counterflow.kernel.lives.deployments import Deployment, DeployResources
from counterflow.kernel.lives.due import TriggerDue
from counterflow.kernel.lives.quarantine import QuarantineInstance
from counterflow.kernel.rows import ElementInstance, Incident, Job, ProcessInstance
from counterflow.kernel.state.shelf import ModelNeeded
from counterflow.kernel.vocabulary import (
    ActivatedJob,
    Command,
    InstanceEnded,
    LogEntry,
    Rejection,
    Settled,
    ToldLater,
)
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.kernel.work.pages import GoOn, next_undertaking
from counterflow.model.events import CompensationOrder
from counterflow.partition.batch import load_state, seal
from counterflow.partition.source import keep_model, read_model
from counterflow.service.deployments import deployment_refused, refuse_unreadable
from counterflow.service.resources import File, read_files
from counterflow.settings import Settings, usable
from counterflow.store.memory import MemoryStore
from counterflow.store.open import IN_MEMORY
from counterflow.store.port import Store

logger = logging.getLogger("counterflow.testing")

Answer = TypeVar("Answer")

EPOCH_MS = 1_700_000_000_000
"""The moment at which every engine in memory begins: 2023-11-14T22:13:20Z."""


class Engine(BlockingVerbs):
    """One partition on a store of its own, in memory unless told otherwise."""

    def __init__(
        self,
        store: Store | None = None,
        *,
        order: CompensationOrder = CompensationOrder.MIRROR,
        limits: ProcessLimits | None = None,
    ) -> None:
        if isinstance(store, str):
            raise TypeError(
                f"Expected a store, or nothing for one in memory, but found {store!r}; counterflow.open(URL) "
                "opens a database"
            )
        self.store = store or MemoryStore()
        self.now_ms = EPOCH_MS
        self.log: list[LogEntry] = []
        self.ended: list[InstanceEnded] = []
        self._settled: dict[int, Settled] = {}
        self._order = usable(Settings(database=IN_MEMORY, compensation_order=order)).compensation_order
        self._limits = limits or ProcessLimits()
        self._state = load_state(self.store, self._order)
        self._verbs = _ByHand(self)
        self._workers: list[WorkerTask] = []
        self._is_working = False
        self._is_open = True

    # -- commands and time -----------------------------------------------------------------------------------

    def run(self, command: Command) -> Any:
        """Carry out any command of the kernel and commit it, and then the pages in which its work goes on.
        Raises `Rejection` with nothing changed.
        """
        self._refuse_closed()
        answer = self._run_page(command)
        while undertaking := next_undertaking(self._state):
            self._run_page(GoOn(undertaking_key=undertaking))
        return answer

    def _refuse_closed(self) -> None:
        if not self._is_open:
            raise RuntimeError(CLOSED)

    def _run_page(self, command: Command) -> Any:
        try:
            decision = self._decide(command)
        except kernel.KernelFault as fault:
            self.run(QuarantineInstance(process_instance_key=fault.process_instance_key, reason=str(fault)))
            raise
        self.store.commit(seal(self._state, decision.log))
        self._state.take_ready()  # nobody waits for jobs here
        self.log += decision.log
        self.ended += decision.ended
        self._settled.update({end.position: end for end in decision.settled})
        self._work()
        return decision.answer

    def _decide(self, command: Command) -> kernel.Outcome:
        """Models are read on the spot."""
        while True:
            try:
                return kernel.decide(self._state, command, self.now_ms, self._limits)
            except ModelNeeded as needed:
                keep_model(self._state, needed, read_model(self.store, needed))

    def advance(self, by: timedelta = timedelta(), **duration: float) -> None:
        """Let time pass (`seconds=…`, `minutes=…`), with everything that comes due on the way. Each comes at
        its own moment. Raises `ValueError` for a time that would go back.
        """
        self._refuse_closed()
        passing = length(by) + timedelta(**duration)
        if passing < timedelta():
            raise ValueError(f"Expected a time of 0 or more to pass, but found {passing}: it never goes back")
        until = self.now_ms + milliseconds(passing)
        while (due := self._state.next_due()) is not None and due.due_ms <= until:
            self.now_ms = max(self.now_ms, due.due_ms)
            if not self.run(TriggerDue(table=due.table, key=due.key, due_ms=due.due_ms)):
                self._state.is_no_longer_due(due)
        self.now_ms = until

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close for good, as `counterflow.open` does; a store that was handed in stays open. Once is enough,
        and a test may as well leave it.
        """
        self._is_open = False

    def restart(self) -> None:
        """Forget everything in memory and go on from the store."""
        self._refuse_closed()
        self._state = load_state(self.store, self._order)

    # -- looking ---------------------------------------------------------------------------------------------

    def job(self, key_or_element: str | int) -> Job:
        """A job by key, or the oldest open one of a type or of an element. Raises `NothingThere`."""
        return find_job(self.store, key_or_element)

    def element(self, element_id: str) -> ElementInstance:
        """The oldest active instance of an element. Raises `NothingThere`."""
        return find_element(self.store, element_id)

    def incident(self, element_id: str) -> Incident:
        """The oldest incident of an element. Raises `NothingThere`."""
        return find_incident(self.store, element_id)

    def is_completed(self, process_instance_key: int) -> bool:
        """Whether an instance has come to its end by itself."""
        header = self.store.get(ProcessInstance, (process_instance_key,))
        return header is not None and header.state == "completed"

    # -- waiting for nothing ---------------------------------------------------------------------------------

    def _wait(self, verb: Coroutine[Any, Any, Answer]) -> Answer:
        """Nothing here waits, so a verb comes to its end in one go."""
        if not self._is_open:
            verb.close()
            raise RuntimeError(CLOSED)
        try:
            verb.send(None)
        except StopIteration as done:
            answer: Answer = done.value
            return answer
        verb.close()
        raise RuntimeError(f"{verb} waits for something that nobody brings while the clock stands still")

    def _add_worker(self, task: WorkerTask) -> None:
        self._refuse_closed()
        self._workers.append(task)
        self._work()

    def _work(self) -> None:
        """Let workers do what is ready, until nothing is."""
        if self._is_working:
            return
        self._is_working = True
        try:
            while sum(self._do_some(task) for task in self._workers):
                pass
        finally:
            self._is_working = False

    def _do_some(self, task: WorkerTask) -> int:
        jobs: Sequence[ActivatedJob] = self.run(task.wish)
        for job in jobs:
            self._settle(task, job, _done(task, job))
        return len(jobs)

    def _settle(self, task: WorkerTask, job: ActivatedJob, command: Command) -> None:
        """Tell what has become of a job. A refusal is the worker's and not that of the verb which has made
        the job: the one before may have ended this one's instance.
        """
        try:
            self.run(command)
        except Rejection as refused:
            logger.warning("Job %s of type '%s': %s", job.key, job.type, refused)
            instead = after_refusal(job, command, refused, task.back_off_ms)
            if instead is not None:
                self._settle(task, job, instead)


class _ByHand(Verbs):
    """The verbs on an engine whose clock is moved by hand."""

    def __init__(self, by_hand: Engine) -> None:
        self._engine = by_hand

    async def end_of(self, process_instance_key: int, timeout: timedelta | None = None) -> EndedInstance:  # noqa: ASYNC109 - the verb has it; here nothing waits
        """The end of an instance. Raises `NothingThere` where it goes on: nothing happens by itself."""
        if timeout is not None:
            length(timeout)
        end = recorded_end(self._engine.store, whole_key(process_instance_key))
        if end is None:
            raise NothingThere(
                f"Expected process instance '{process_instance_key}' to have ended, but it goes on; do its "
                "jobs, or advance the clock"
            )
        return end

    async def _do(self, command: Command) -> Any:
        """What is put off until somebody else has answered counts as done, unless that was denied already."""
        answer = self._engine.run(command)
        if not isinstance(answer, ToldLater):
            return answer
        settled = self._engine._settled.get(answer.position)
        if settled is not None and settled.refusal is not None:
            raise settled.refusal
        return answer.answer

    async def _ask(self, question: Callable[[Store], Answer]) -> Answer:
        return question(self._engine.store)

    async def _deploy(self, files: Sequence[File]) -> Deployment:
        refuse_unreadable(files)
        judged = read_files(files)
        if judged.errors:
            raise deployment_refused([f"'{name}': {finding}" for name, finding in judged.errors])
        deployment: Deployment = self._engine.run(DeployResources(resources=judged.resources))
        return deployment

    async def _wait_for_end(self, _: int) -> InstanceEnded | None:
        return None  # `end_of` asks the store alone

    def _asked_for(self) -> frozenset[str]:
        return frozenset(task.wish.type for task in self._engine._workers)

    def _default_order(self) -> CompensationOrder:
        return self._engine._order

    def _add_worker(self, task: WorkerTask) -> None:
        self._engine._add_worker(task)


def _done(task: WorkerTask, job: ActivatedJob) -> Command:
    """What a handler makes of a job."""
    try:
        returned = task.handler(taken(job))
        return completion(job, _result(returned) if isinstance(returned, Awaitable) else returned)
    except Exception as error:  # noqa: BLE001 - whatever a handler raises is told of its job
        return failure(job, error, task.back_off_ms)
    except (SystemExit, asyncio.CancelledError) as error:
        return failure(job, way_out(error), task.back_off_ms)


def _result(returned: Awaitable[Returned]) -> Returned:
    """What an async handler comes to, in a loop of its own. Beside the loop of an async test, which stands
    still meanwhile, that one needs a thread.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(_awaited(returned))
    with ThreadPoolExecutor(1) as beside:
        context = contextvars.copy_context()
        return beside.submit(context.run, asyncio.run, _awaited(returned)).result()


async def _awaited(returned: Awaitable[Returned]) -> Returned:
    return await returned

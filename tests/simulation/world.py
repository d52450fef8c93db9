"""The simulated world: the real kernel, writer and store; clients, workers and a person who mends, driven by
seeded chance.

The process of the engine lives on an event loop of its own and dies at the store's crash points; everything
in memory is dropped, and after a while a new one starts on the same store. What clients and workers know
outlives it: who got no answer asks again, and so does now and then one who got it. The clock never waits.
"""

from __future__ import annotations

import asyncio
import functools
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from heapq import heappop, heappush
from typing import Any

from counterflow import kernel
from counterflow.kernel.events.conditional import EvaluateConditional
from counterflow.kernel.events.message import MessageCorrelated
from counterflow.kernel.lives.correlation import CorrelateMessage, PublishMessage, TriggerElement
from counterflow.kernel.lives.deletions import DeleteResource
from counterflow.kernel.lives.deployments import DeployResources
from counterflow.kernel.lives.instances import CancelProcessInstance, CreateProcessInstance
from counterflow.kernel.lives.job_delivery import ReturnJob
from counterflow.kernel.lives.jobs import CompleteJob, UpdateJobRetries
from counterflow.kernel.lives.user_task_commands import CompleteUserTask
from counterflow.kernel.resources import ReadResource
from counterflow.kernel.rows import ProcessDefinition, ProcessInstance
from counterflow.kernel.state.shelf import ModelNeeded
from counterflow.kernel.state.source import CacheLimits
from counterflow.kernel.vocabulary import Command, InstanceEnded, LogEntry, Rejection
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.kernel.work.incidents import ResolveIncident
from counterflow.partition.batch import load_state
from counterflow.partition.clock import Clock as PartitionClock
from counterflow.partition.decider import Decider
from counterflow.partition.refusals import Overloaded, Unavailable
from counterflow.partition.source import LoadedModel
from counterflow.partition.timekeeping import Timekeeping
from counterflow.partition.writer import Writer
from counterflow.service.resources import File, read_files
from counterflow.store.port import Batch, StoreError
from tests.kernel.bench import resource
from tests.simulation.clock import Clock, VirtualEventLoop, fault_of
from tests.simulation.coverage import Tally
from tests.simulation.desk import Desk
from tests.simulation.drawing import draw, draw_decisions
from tests.simulation.faults import CLOCK_STEPS_MS, JOB_TYPES, TROUBLED_MS
from tests.simulation.history import History
from tests.simulation.invariants import Violation
from tests.simulation.judge import Judge
from tests.simulation.operators import Foretold, Operators
from tests.simulation.people import People
from tests.simulation.shapes import Case
from tests.simulation.store import Crash, SimulatedStore
from tests.simulation.unfinished import is_swept
from tests.simulation.workers import Workers

PAGES = (1_000, 1_000, 20, 6, 2)
"""How many events a page has; small ones make pages of everything, and crashes come between them."""
ELEMENTS = 20_000
"""Loops that small pages do not recognise are held up here."""
READ_AGAIN = 0.25
"""In so many worlds a life reads again what was accepted, which is dear; in the others it finds it read."""
REPEATED = (PublishMessage, ResolveIncident, UpdateJobRetries)
"""What the person who mends will ask for again anyway."""


(DECISIONS,) = read_files([File("decisions.dmn", draw_decisions())]).resources


class WatchedDecider(Decider):
    """Each decision is now and then made twice, and a fault of the kernel ends the run. A resource is read once
    per world: a diagram is dear to read, and the same bytes give the same graph.
    """

    def __init__(self, world: World, is_committing: Callable[[], bool], *parts: Any) -> None:
        super().__init__(*parts)
        self._world = world
        self._is_committing = is_committing

    def read_model(self, needed: ModelNeeded) -> LoadedModel:
        models = self._world.models
        if needed.row.checksum not in models:
            models[needed.row.checksum] = super().read_model(needed)
        return models[needed.row.checksum]

    def decide(self, command: Command) -> kernel.Outcome:
        expected = self._decided_elsewhere(command)
        decision = super().decide(command)
        if expected is not None and expected != decision.log:
            self._world.fail(
                Violation(
                    f"{command} gives other events on a reloaded copy: {_shown(expected)} and {_shown(decision.log)}"
                )
            )
        return decision

    def _decided_elsewhere(self, command: Command) -> list[LogEntry] | None:
        """The same command on a copy that was loaded just now, while everything decided is on the disk."""
        is_settled = not self.state.journal and not self._is_committing() and not self.is_lost
        if not is_settled or self._world.chance.random() > 0.1:
            return None
        copy = load_state(self._store, self._order)
        copy.processes = self.state.processes  # graphs are frozen, and dear to read
        copy.decisions.models = self.state.decisions.models
        try:
            return kernel.decide(copy, command, self.now_ms(), self._limits).log
        except (Rejection, ModelNeeded, kernel.KernelFault):
            return None

    def _set_aside(self, fault: kernel.KernelFault) -> bool:
        self._world.fail(Violation(f"the kernel met a fault of its own: {fault}"), fault.__cause__)
        return super()._set_aside(fault)


class WatchedWriter(Writer):
    """The real writer, whose decisions are watched."""

    def __init__(self, world: World, **options: Any) -> None:
        self._decides_by = functools.partial(
            WatchedDecider, world, lambda: getattr(self, "_committing", None) is not None
        )
        clock = PartitionClock(world.clock.now_ms, world.clock.monotonic_ms)
        super().__init__(world.store, time=Timekeeping(clock), limits=world.limits, **options)


class World:
    """One seed's world. `run` plays it to its end, or raises `Violation`."""

    def __init__(self, seed: int, case: Case) -> None:
        self.seed = seed
        self.case = case
        self.chance = random.Random(f"world {seed}")
        self.limits = ProcessLimits(
            page_events=random.Random(f"pages {seed}").choice(PAGES), elements=ELEMENTS
        )
        self.clock = Clock()
        self.fired: Counter[str] = Counter()
        self.given: Counter[str] = Counter()
        self.tally: Tally = Counter()
        self.resources = [resource(draw(generation)) for generation in case.generations]
        self.processes = {
            (found.checksum, process.id): process for found in self.resources for process in found.processes
        }
        self.ad_hoc = {
            node.id: node.ad_hoc.activities
            for process in self.processes.values()
            for node in process.nodes.values()
            if node.ad_hoc is not None
        }
        """What may be activated, by ad-hoc sub-process."""
        self.drawn = {
            found.checksum: generation.processes
            for found, generation in zip(self.resources, case.generations, strict=True)
        }
        reads_again = random.Random(f"models {seed}").random() < READ_AGAIN
        self.models = {} if reads_again else dict(map(_as_read, self.resources))
        """What a life finds read."""
        self._judge = Judge(self)
        self._people = People(self)
        self._desk = Desk(self)
        self._operators = Operators(self)
        self._workers = Workers(self)
        self.store = SimulatedStore(self.strikes, self._committed)
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self._alarm: asyncio.TimerHandle | None = None
        self.writer: WatchedWriter | None = None
        self._died: asyncio.Future[None] | None = None
        self._unanswered: dict[asyncio.Future[Any], Command] = {}
        self._failure: BaseException | None = None
        self._rate = self.chance.choice([0.0, 0.01, 0.03, 0.08])
        self._is_over = False

    @property
    def occurred(self) -> Tally:
        """How often each fault has struck, each command was given, and each element was at work."""
        faults: Tally = Counter({("fault", name, ""): count for name, count in self.fired.items() if count})
        commands: Tally = Counter({("command", name, ""): count for name, count in self.given.items()})
        return self.tally + faults + commands

    @property
    def is_calm(self) -> bool:
        """After a while nothing goes wrong any more, so that everything can come to its end."""
        return self.clock.seconds * 1_000 > TROUBLED_MS

    @property
    def history(self) -> History:
        """What the log has told so far."""
        return self._judge.history

    @property
    def foretold(self) -> Sequence[Foretold]:
        """The migrations that were asked for, and what each was said to do."""
        return self._operators.foretold

    def last_position(self, instance_key: int) -> int:
        """How far the log has told of an instance."""
        return self._judge.positions.get(instance_key, 0)

    @property
    def renamed(self) -> Iterable[tuple[str, str]]:
        """What has another id in the later version: the one before, and the one there."""
        return self.case.later.renamed if self.case.later is not None else ()

    def finish(self) -> None:
        """Everything has come to its end, and every answer: the run is over."""
        if not self._unanswered:
            self._is_over = True
            self.die()

    # -- life and death --------------------------------------------------------------------------------------

    def run(self) -> None:
        """Play to the end. Raises `Violation`."""
        self._begin()
        while not self._is_over:
            self._one_life()
            self._raise_failure()
            self._judge.check_life()
        self._judge.check_end()

    def fail(self, violation: BaseException, cause: BaseException | None = None) -> None:
        """End the run with this."""
        violation.__cause__ = cause
        self._failure = self._failure or violation
        self.die()

    def die(self) -> None:
        """The process is no more."""
        if self._died is not None and not self._died.done():
            self._died.set_result(None)

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _one_life(self) -> None:
        event_loop = VirtualEventLoop(
            self.clock, self._execute, lambda: self.chance.choice([0.0, 0.001, 0.01, 0.2])
        )
        event_loop.set_exception_handler(lambda _, context: self.fail(fault_of(context)))
        try:
            event_loop.run_until_complete(self._life())
        finally:
            self._bury()
            event_loop.end()
        self.clock.seconds += self.chance.choice([0.0, 0.05, 3.0])

    async def _life(self) -> None:
        self._died = asyncio.get_running_loop().create_future()
        self.clock.begun()
        cached, pending = (
            self.chance.choice([1, 2, 1_000]),
            3 if not self.is_calm and self.chance.random() < 0.3 else 1_000,
        )
        self.writer = WatchedWriter(
            self, caches=CacheLimits(instances=cached, waiting=cached - 2), maximum_pending=pending
        )
        self.writer.start()
        for job_type in JOB_TYPES:
            self._workers.take(job_type)
        self._play()
        await self._died

    def _bury(self) -> None:
        """Answers that had left the house count; who got none asks again, or gives up."""
        self.writer = self._died = self._alarm = None
        unanswered, self._unanswered = self._unanswered, {}
        for future, command in unanswered.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                self._answered(command, future.result())
            elif isinstance(command, DeployResources) or (
                not isinstance(command, ReturnJob) and self.chance.random() < 0.8
            ):
                self.later(self.chance.uniform(0, 2), functools.partial(self.submit, command))

    def _execute(self, future: asyncio.Future[Any], work: Callable[[], Any]) -> None:
        """What the writer thread would do."""
        if future.done() or self._died is None or self._died.done():
            return
        try:
            result = work()
        except Crash:
            self.die()
        except StoreError as error:
            future.set_exception(error)
        except Exception as fault:  # noqa: BLE001 - a violation, or a fault of the judge's own: neither may pass for a failed commit
            self.fail(fault)
        else:
            future.set_result(result)

    def strikes(self, fault: str, rate: float | None = None) -> bool:
        """Whether a fault strikes here, with its own probability or that of the seed."""
        strikes = not self.is_calm and self.chance.random() < (self._rate if rate is None else rate)
        if strikes:
            self.fired[fault] += 1
        return strikes

    def _committed(self, batch: Batch) -> None:
        if batch.log:
            self.clock.logged(batch.log[-1].timestamp_ms)
        self._judge.committed(batch)

    def _set_clock(self) -> None:
        by_ms = self.chance.choice(CLOCK_STEPS_MS)
        self.fired["clock set ahead" if by_ms > 0 else "clock set back"] += 1
        self.clock.set_by(by_ms)

    # -- the agenda ------------------------------------------------------------------------------------------

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something after so much virtual time, in this life or the next."""
        self._count += 1
        heappush(self._agenda, (self.clock.seconds + seconds, self._count, action))

    def _play(self) -> None:
        """Do what is due, and wait for the next."""
        self._alarm = None
        while self.writer is not None and self._agenda and self._agenda[0][0] <= self.clock.seconds:
            heappop(self._agenda)[2]()
        self._wake()

    def _wake(self) -> None:
        """See to it that the life that is under way sees the next thing on the agenda; one alarm is enough
        for all.
        """
        if self.writer is None or not self._agenda:
            return
        when = self._agenda[0][0]
        if self._alarm is not None:
            if self._alarm.when() <= when:
                return
            self._alarm.cancel()
        self._alarm = asyncio.get_running_loop().call_at(when, self._play)

    def soon(self, seconds: float, action: Callable[[], None]) -> None:
        """Like `later`, and sure to be seen by the life that is under way."""
        self.later(seconds, action)
        self._wake()

    def _begin(self) -> None:
        first, *later = self.resources
        self.later(0, lambda: self.submit(DeployResources(resources=(DECISIONS, first))))
        for found in later:
            self.later(self.chance.uniform(2, 20), functools.partial(self._deploy_again, found))
        for _ in range(self.chance.choice([1, 1, 2, 3])):
            self.later(self.chance.uniform(0.5, 10), self._people.create)
        for _ in range(self.chance.choice([0, 2, 6, 12])):
            self.later(self.chance.uniform(0, TROUBLED_MS / 1_000), self._people.meddle)
        for _ in range(self.chance.choice([0, 0, 1, 3])):
            self.later(self.chance.uniform(0, TROUBLED_MS / 1_000), self._set_clock)
        self.later(1, self._desk.look)
        self._operators.begin()
        self.later(5, self._people.mend)
        self.later(TROUBLED_MS / 1_000 + 0.5, self._people.restart)

    def _deploy_again(self, found: ReadResource) -> None:
        self.fired["deployed anew"] += 1
        self.submit(DeployResources(resources=(found,)))
        self._operators.follow_version()

    # -- clients ---------------------------------------------------------------------------------------------

    def submit(self, command: Command) -> None:
        """Give a command as a client does: it may be held back, or given twice."""
        if self.strikes("command held back", 0.04):
            self.soon(self.chance.uniform(0.1, 8), lambda: self.give(command))
            return
        self.give(command)
        if self.strikes("command doubled", 0.04):
            self.soon(self.chance.uniform(0, 4), lambda: self.give(command))

    def give(self, command: Command) -> None:
        """Give a command now, and again if it is turned away or lost."""
        if self.writer is None:
            self.later(1, lambda: self.give(command))
            return
        try:
            future = self._submitted(self.writer, command)
        except Rejection:
            self.fired[f"refused {type(command).__name__}"] += 1
            return
        except (Overloaded, Unavailable) as error:
            self.fired["turned away"] += isinstance(error, Overloaded)
            if not isinstance(command, REPEATED):
                self.soon(1, lambda: self.give(command))
            return
        self._unanswered[future] = command
        future.add_done_callback(self._settled)

    def _submitted(self, writer: WatchedWriter, command: Command) -> asyncio.Future[Any]:
        self.given[type(command).__name__] += 1
        if not isinstance(command, CreateProcessInstance) or self.chance.random() < 0.7:
            return writer.submit(command)
        answered, ended = writer.submit_and_follow(command)
        ended.add_done_callback(self._end_told)
        return answered

    def _end_told(self, ended: asyncio.Future[InstanceEnded]) -> None:
        """Who waits for the result hears of an end that is durable."""
        if ended.cancelled() or ended.exception() is not None:
            return
        self.fired["result told"] += 1
        end = ended.result()
        if self.history.books.ended.get(end.process_instance_key) != end.state:
            self.fail(Violation(f"{end} was told and is not in the log"))

    def _settled(self, future: asyncio.Future[Any]) -> None:
        command = self._unanswered.pop(future, None)
        if command is None or future.cancelled():
            return
        if isinstance(future.exception(), Rejection):  # a listener has denied it, or its task was canceled
            self.fired[f"denied {type(command).__name__}"] += 1
        elif future.exception() is not None:
            self.soon(0.5, lambda: self.give(command))
        else:
            self._answered(command, future.result())

    def _answered(self, command: Command, answer: Any) -> None:
        """An answered command is durable."""
        is_durable = True
        if isinstance(command, CompleteJob):
            is_durable = self.history.books.completed_jobs[command.job_key] == 1
        elif isinstance(command, CompleteUserTask):
            is_durable = self.history.books.completed_jobs[command.user_task_key] == 1
        elif isinstance(command, EvaluateConditional):
            is_durable = all(self.store.get(ProcessInstance, (begun.instance_key,)) for begun in answer)
        elif isinstance(command, CreateProcessInstance):
            is_durable = self.store.get(ProcessInstance, (answer.key,)) is not None
        elif isinstance(command, DeleteResource):
            self.fired["deleted"] += 1
            definition = self.store.get(ProcessDefinition, (command.resource_key,))
            is_durable = definition is not None and definition.deleted_at_ms is not None
        elif isinstance(command, PublishMessage):
            is_durable = any(entry.command == "PublishMessage" for entry in self.store.read_log())
        elif isinstance(command, CorrelateMessage):
            self.fired["correlated"] += 1
            is_durable = any(
                isinstance(event, MessageCorrelated) and event.message_key == answer.message_key
                for entry in self.store.read_log()
                if entry.process_instance_key == answer.process_instance_key
                for event in kernel.events_of(entry)
            )
        elif isinstance(command, TriggerElement):
            is_durable = any(entry.command == "TriggerElement" for entry in self.store.read_log())
        elif isinstance(command, CancelProcessInstance):
            key = command.process_instance_key
            is_durable = key in self.history.books.ended or is_swept(self.store, key)
        if not is_durable:
            self.fail(Violation(f"{command} was answered and is not in the log"))


def _as_read(found: ReadResource) -> tuple[bytes, LoadedModel]:
    return found.checksum, LoadedModel(len(found.content), found.processes)


def _shown(log: list[LogEntry]) -> str:
    return "; ".join(f"{entry.position}: {kernel.events_of(entry)}" for entry in log)

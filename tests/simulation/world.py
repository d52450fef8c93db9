"""The simulated world: the real kernel, loop and store; clients, workers and a person who mends, driven by seeded chance.

The process of the engine lives on an event loop of its own and dies at the store's crash points; everything in memory is
dropped, and after a while a new one starts on the same store. What clients and workers know outlives it: who got no
answer asks again, and so does now and then one who got it. The clock never waits.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import random
from collections import Counter
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import Any

import msgspec

from counterflow.delivery.takers import PollTaker, StreamTaker
from counterflow.kernel import engine
from counterflow.kernel.correlation import PublishMessage
from counterflow.kernel.deployments import DeployResources, ReadResource
from counterflow.kernel.incidents import ResolveIncident
from counterflow.kernel.instances import CancelProcessInstance, CreateProcessInstance
from counterflow.kernel.job_delivery import ActivateJobs, ReturnJob
from counterflow.kernel.jobs import CompleteJob, FailJob, ThrowError, UpdateJobRetries
from counterflow.kernel.records import ActivatedJob, Command, LogEntry, Rejection
from counterflow.kernel.rows import Incident, MessageSubscription, ProcessDefinition, ProcessInstance, Timer
from counterflow.kernel.variables import SetVariables
from counterflow.loop import Loop, Overloaded, Unavailable
from counterflow.model.graph import Process
from counterflow.partition import load_state
from counterflow.store.port import Batch
from tests.model.diagram import reading
from tests.simulation import store as points
from tests.simulation.clock import Clock, VirtualEventLoop, fault_of
from tests.simulation.history import History
from tests.simulation.invariants import InstanceCheck, Violation, check_replay, check_shared
from tests.simulation.oracle import Oracle, decision_of
from tests.simulation.shapes import Case
from tests.simulation.store import Crash, SimulatedStore

CRASHES = (points.BEFORE_BEGIN, points.AFTER_FIRST_WRITE, points.BEFORE_COMMIT, points.AFTER_COMMIT)
FAULTS = (
    *(*CRASHES, points.BEFORE_PUSH, points.COMMIT_FAILED, "restarted in peace", "command doubled", "command held back"),
    *("worker slow", "worker died", "job completed twice", "job failed", "job failed for good", "error thrown", "job handed back"),
    *("message early", "message late", "message twice", "cancelled", "variables set", "turned away", "incident resolved"),
)
"""Each must strike at least once over a run of many seeds."""
REPEATED = (PublishMessage, ResolveIncident, UpdateJobRetries)
"""What the person who mends will ask for again anyway."""
JOB_TYPES = ("odd", "even")
TROUBLED_MS = 40_000
PATIENCE_MS = 400_000
DEADLINE_MS = 4_000
PUNCTUAL_MS = 6_000
"""How late a timer may be once it has been calm for as long."""
KEYS = ("one", "two")


class WatchedLoop(Loop):
    """The real loop; each decision is now and then made twice, and a fault of the kernel ends the run."""

    def __init__(self, world: World, **options: Any) -> None:
        super().__init__(world.store, now_ms=world.clock.now_ms, **options)
        self._world = world

    def _decide(self, command: Command) -> engine.Decision:
        expected = self._decided_elsewhere(command)
        decision = super()._decide(command)
        if expected is not None and expected != decision.log:
            self._world.fail(Violation(f"{command} gives other events on a reloaded copy: {_shown(expected)} and {_shown(decision.log)}"))
        return decision

    def _decided_elsewhere(self, command: Command) -> list[LogEntry] | None:
        """The same command on a copy that was loaded just now, while everything decided is on the disk."""
        is_settled = not self.state.journal and self._flushing is None and not self._is_lost
        if not is_settled or self._world.chance.random() > 0.1:
            return None
        try:
            return engine.decide(load_state(self._store, self._order), command, self.now_ms(), self._limits).log
        except (Rejection, engine.KernelFault):
            return None

    def _set_aside(self, fault: engine.KernelFault) -> None:
        self._world.fail(Violation(f"the kernel met a fault of its own: {fault}"), fault.__cause__)
        super()._set_aside(fault)


class World:
    """One seed's world. `run` plays it to its end, or raises `Violation`."""

    def __init__(self, seed: int, case: Case, content: bytes) -> None:
        self.seed = seed
        self.case = case
        self.chance = random.Random(f"world {seed}")
        self.clock = Clock()
        self.fired: Counter[str] = Counter()
        self.store = SimulatedStore(self._strikes, self._committed)
        self.history = History(self._process_of)
        self._oracle = Oracle(seed, case) if case.is_structured else None
        self._content = content
        self._processes = {process.id: process for process in reading(content).processes}
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self._loop: WatchedLoop | None = None
        self._died: asyncio.Future[None] | None = None
        self._unanswered: dict[asyncio.Future[Any], Command] = {}
        self._failure: BaseException | None = None
        self._rate = self.chance.choice([0.0, 0.01, 0.03, 0.08])
        self._is_over = False
        self._definitions: dict[int, Process] = {}

    @property
    def is_calm(self) -> bool:
        """After a while nothing goes wrong any more, so that everything can come to its end."""
        return self.clock.seconds * 1_000 > TROUBLED_MS

    # -- life and death -------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Play to the end. Raises `Violation`."""
        self._begin()
        while not self._is_over:
            self._one_life()
            self._raise_failure()
            self._tell(check_replay(self.store))
        self._check_end()

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
        event_loop = VirtualEventLoop(self.clock, self._execute, lambda: self.chance.choice([0.0, 0.001, 0.01, 0.2]))
        event_loop.set_exception_handler(lambda _, context: self.fail(fault_of(context)))
        try:
            event_loop.run_until_complete(self._life())
        finally:
            self._bury()
            event_loop.end()
        self.clock.seconds += self.chance.choice([0.0, 0.05, 3.0])

    async def _life(self) -> None:
        self._died = asyncio.get_running_loop().create_future()
        cached, pending = self.chance.choice([1, 2, 1_000]), 3 if not self.is_calm and self.chance.random() < 0.3 else 1_000
        self._loop = WatchedLoop(self, cached_instances=cached, maximum_pending=pending)
        self._loop.start()
        for job_type in JOB_TYPES:
            self._take(job_type)
        self._play()
        await self._died

    def _bury(self) -> None:
        """Answers that had left the house count; who got none asks again, or gives up."""
        self._loop = self._died = None
        unanswered, self._unanswered = self._unanswered, {}
        for future, command in unanswered.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                self._answered(command, future.result())
            elif isinstance(command, DeployResources) or (not isinstance(command, ReturnJob) and self.chance.random() < 0.8):
                self.later(self.chance.uniform(0, 2), functools.partial(self.submit, command))

    def _execute(self, future: asyncio.Future[Any], work: Callable[[], Any]) -> None:
        """What the writer thread would do."""
        if future.done() or self._died is None or self._died.done():
            return
        try:
            result = work()
        except (Crash, Violation) as end:
            if isinstance(end, Violation):
                self.fail(end)
            self.die()
        except Exception as error:  # noqa: BLE001 - as a thread hands over whatever its work has raised
            future.set_exception(error)
        else:
            future.set_result(result)

    def _strikes(self, fault: str, rate: float | None = None) -> bool:
        strikes = not self.is_calm and self.chance.random() < (self._rate if rate is None else rate)
        if strikes:
            self.fired[fault] += 1
        return strikes

    # -- the agenda -----------------------------------------------------------------------------------------------

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something after so much virtual time, in this life or the next."""
        self._count += 1
        heappush(self._agenda, (self.clock.seconds + seconds, self._count, action))

    def _play(self) -> None:
        """Do what is due, and wait for the next."""
        while self._loop is not None and self._agenda and self._agenda[0][0] <= self.clock.seconds:
            heappop(self._agenda)[2]()
        if self._loop is not None and self._agenda:
            asyncio.get_running_loop().call_at(self._agenda[0][0], self._play)

    def _soon(self, seconds: float, action: Callable[[], None]) -> None:
        """Like `later`, and sure to be seen by the life that is under way."""
        self.later(seconds, action)
        if self._loop is not None:
            asyncio.get_running_loop().call_at(self.clock.seconds + seconds, self._play)

    def _begin(self) -> None:
        resource = ReadResource("model.bpmn", self._content, hashlib.sha256(self._content).digest(), reading(self._content).processes)
        deploy = DeployResources(resources=(resource,))
        self.later(0, lambda: self.submit(deploy))
        for _ in range(self.chance.choice([1, 1, 2, 3])):
            self.later(self.chance.uniform(0.5, 10), self._create)
        for _ in range(self.chance.choice([0, 2, 6, 12])):
            self.later(self.chance.uniform(0, TROUBLED_MS / 1_000), self._meddle)
        self.later(5, self._mend)
        self.later(TROUBLED_MS / 1_000 + 0.5, self._restart)

    # -- clients --------------------------------------------------------------------------------------------------

    def submit(self, command: Command) -> None:
        """Give a command as a client does: it may be held back, or given twice."""
        if self._strikes("command held back", 0.04):
            self._soon(self.chance.uniform(0.1, 8), lambda: self._give(command))
            return
        self._give(command)
        if self._strikes("command doubled", 0.04):
            self._soon(self.chance.uniform(0, 4), lambda: self._give(command))

    def _give(self, command: Command) -> None:
        if self._loop is None:
            self.later(1, lambda: self._give(command))
            return
        try:
            future = self._loop.submit(command)
        except Rejection:
            return
        except (Overloaded, Unavailable) as error:
            self.fired["turned away"] += isinstance(error, Overloaded)
            if not isinstance(command, REPEATED):
                self._soon(1, lambda: self._give(command))
            return
        self._unanswered[future] = command
        future.add_done_callback(self._settled)

    def _settled(self, future: asyncio.Future[Any]) -> None:
        command = self._unanswered.pop(future, None)
        if command is None or future.cancelled():
            return
        if future.exception() is not None:
            self._soon(0.5, lambda: self._give(command))
        else:
            self._answered(command, future.result())

    def _answered(self, command: Command, answer: Any) -> None:
        """An answered command is durable."""
        is_durable = True
        if isinstance(command, CompleteJob):
            is_durable = self.history.books.completed_jobs[command.job_key] == 1
        elif isinstance(command, CreateProcessInstance):
            is_durable = self.store.get(ProcessInstance, (answer.key,)) is not None
        elif isinstance(command, PublishMessage):
            is_durable = any(entry.command == "PublishMessage" for entry in self.store.read_log())
        elif isinstance(command, CancelProcessInstance):
            is_durable = command.process_instance_key in self.history.books.ended
        if not is_durable:
            self.fail(Violation(f"{command} was answered and is not in the log"))

    def _create(self) -> None:
        self.submit(CreateProcessInstance(bpmn_process_id="main", variables=self._beginning()))

    def _beginning(self) -> dict[str, bytes]:
        """What every instance begins with: the key of its messages, and the way that each choice takes."""
        values: dict[str, object] = {"key": self.chance.choice(KEYS), "again": self.chance.random() < 0.3}
        for process in self._processes.values():
            values |= {f"c_{name}": self.chance.randint(0, 2) for name in process.nodes if name.startswith("x")}
        return _document(values)

    def _meddle(self) -> None:
        """Something that nobody has asked for."""
        makers = [self._publish, self._publish, self._publish, self._set_variables, self._cancel, self._restart]
        if not self.is_calm:
            self.chance.choice(makers)()

    def _publish(self) -> None:
        names = sorted({row.message_name for row in self.store.scan(MessageSubscription, {})} | self._names())
        if not names:
            return
        key = self.chance.choice(KEYS)
        name = self.chance.choice(names)
        command = PublishMessage(
            name=name,
            correlation_key=key,
            message_id=self.chance.choice(["", "", "same"]),
            time_to_live_ms=self.chance.choice([0, 3_000, 20_000]),
            variables=self._beginning() if name == "begin" else _document({"note": self.chance.randint(0, 9)}),
        )
        self.submit(command)
        if self._strikes("message twice", 0.3):
            self._soon(self.chance.uniform(0, 1), lambda: self._give(command))

    def _names(self) -> set[str]:
        events = [node.event for process in self._processes.values() for node in process.nodes.values()]
        names = {getattr(event, "name", None) for event in events}
        return {name for name in names if isinstance(name, str)}

    def _set_variables(self) -> None:
        roots = self._active()
        if roots:
            self.fired["variables set"] += 1
            key = self.chance.choice(roots).key
            self.submit(SetVariables(element_instance_key=key, variables=_document({"note": 1}), local=self.chance.random() < 0.5))

    def _cancel(self) -> None:
        roots = [row for row in self._active() if not row.parent_instance_key]
        if roots and self.chance.random() < 0.4:
            self.fired["cancelled"] += 1
            self.submit(CancelProcessInstance(process_instance_key=self.chance.choice(roots).key))

    def _restart(self) -> None:
        self.fired["restarted in peace"] += 1
        self.die()

    def _active(self) -> Sequence[ProcessInstance]:
        return self.store.scan(ProcessInstance, {"state": "active"})

    # -- workers --------------------------------------------------------------------------------------------------

    def _take(self, job_type: str) -> None:
        """A worker opens a stream, or polls."""
        if self._loop is None:
            return
        timeout_ms, maximum = DEADLINE_MS, self.chance.choice([1, 4])
        request = ActivateJobs(type=job_type, worker="worker", timeout_ms=timeout_ms, maximum=maximum)
        if self.chance.random() < 0.5:
            stream = StreamTaker(request, lambda: self._woken(stream), lambda jobs: None)
            self._loop.takers.add_stream(stream)
        else:
            self._loop.takers.park(PollTaker(request, functools.partial(self._polled, job_type)))
        self._loop.offer(job_type)

    def _woken(self, stream: StreamTaker) -> None:
        if self._strikes(points.BEFORE_PUSH):
            self.die()
            return
        while stream.queue:
            self._work(stream.queue.popleft())

    def _polled(self, job_type: str, jobs: Sequence[ActivatedJob]) -> None:
        for job in jobs:
            self._work(job)
        self._soon(self.chance.choice([0, 0.1, 1]), lambda: self._take(job_type))

    def _work(self, job: ActivatedJob) -> None:
        if (job.key, job.deadline_ms) not in self.history.books.activations:
            self.fail(Violation(f"{job} was delivered before its activation was committed"))
            return
        self.history.books.activations.remove((job.key, job.deadline_ms))
        delay = self.chance.choice([0, 0.05, 0.5, 2])
        complete = CompleteJob(job_key=job.key, variables=_document({f"go_{job.element_id}": decision_of(self.seed, job.key)}))
        troubles: list[Callable[[], None]] = [
            lambda: self._trouble("worker died"),
            lambda: self._trouble("worker slow", (delay + DEADLINE_MS / 1_000, complete)),
            lambda: self._trouble("job completed twice", (delay, complete), (delay * 2, complete)),
            lambda: self._trouble("job failed", (delay, self._failing(job.key, 2))),
            lambda: self._trouble("job failed for good", (delay, self._failing(job.key, 0))),
            lambda: self._trouble("error thrown", (delay, self._error(job.key))),
            lambda: self._trouble("error thrown", (delay, self._error(job.key))),
            lambda: self._trouble("job handed back", (delay / 4, ReturnJob(job_key=job.key, deadline_ms=job.deadline_ms))),
        ]
        if not self.is_calm and self.chance.random() < 0.3:
            self.chance.choice(troubles)()
        else:
            self._soon(delay, lambda: self.submit(complete))

    def _trouble(self, fault: str, *commands: tuple[float, Command]) -> None:
        self.fired[fault] += 1
        for delay, command in commands:
            self._soon(delay, functools.partial(self.submit, command))

    def _failing(self, key: int, retries: int) -> Command:
        return FailJob(job_key=key, retries=retries, back_off_ms=self.chance.choice([0, 3_000]), message="no", variables={})

    def _error(self, key: int) -> Command:
        return ThrowError(job_key=key, error_code=self.chance.choice(["A", "A", "B", "C"]), variables={})

    # -- the person who mends -------------------------------------------------------------------------------------

    def _mend(self) -> None:
        """Resolve incidents, bring what is waited for, and at last cancel what can never end."""
        self._soon(2, self._mend)
        for incident in self.store.scan(Incident, {}):
            if incident.job_key:
                self.submit(UpdateJobRetries(job_key=incident.job_key, retries=1))
            self.submit(ResolveIncident(incident_key=incident.key))
            self.fired["incident resolved"] += 1
        if self.is_calm:
            self._finish()

    def _finish(self) -> None:
        for waiting in self.store.scan(MessageSubscription, {}):
            self._give(PublishMessage(name=waiting.message_name, correlation_key=waiting.correlation_key, variables={}))
        late = [row for row in self.store.scan(Timer, {}) if row.due_ms < self.clock.now_ms() - PUNCTUAL_MS]
        if late and self.clock.seconds * 1_000 > TROUBLED_MS + 2 * PUNCTUAL_MS:
            self.fail(Violation(f"these timers are long due: {late}"))
        active = self._active()
        stuck = self.clock.seconds * 1_000 > TROUBLED_MS + 60_000
        for row in active:
            if stuck and not row.parent_instance_key:
                self._give(CancelProcessInstance(process_instance_key=row.key))
        if not active and not self._unanswered:
            self._is_over = True
            self.die()
        elif self.clock.seconds * 1_000 > PATIENCE_MS:
            self.fail(Violation(f"instances never end: {active}"))

    # -- judging --------------------------------------------------------------------------------------------------

    def _committed(self, batch: Batch) -> None:
        self._count_messages(batch)
        self.history.read(batch.log)
        if self._oracle is not None:
            self._oracle.read(batch.log, self.store)
        touched = dict.fromkeys(entry.process_instance_key for entry in batch.log if entry.process_instance_key)
        for key in touched:
            rows = self.store.load_instance(key)
            header = rows[ProcessInstance][0] if rows[ProcessInstance] else None
            if isinstance(header, ProcessInstance):
                self._tell(InstanceCheck(self.store, self._process_of(key), rows).wrong(), f"{header.bpmn_process_id} {key}: ")
        self._tell(check_shared(self.store))

    def _count_messages(self, batch: Batch) -> None:
        for entry in batch.log:
            kinds = [type(event).__name__ for event in engine.events_of(entry)]
            self.fired["message early"] += entry.command != "PublishMessage" and "MessageCorrelated" in kinds
            self.fired["message late"] += entry.command == "TriggerDue" and "MessageExpired" in kinds

    def _process_of(self, instance_key: int) -> Process:
        header = self.store.get(ProcessInstance, (instance_key,))
        if header is None:
            raise Violation(f"instance {instance_key} has events and no row")
        return self._processes[header.bpmn_process_id]

    def _tell(self, wrong: Any, where: str = "") -> None:
        for text in wrong:
            raise Violation(where + text)

    def _check_end(self) -> None:
        definitions = self.store.scan(ProcessDefinition, {})
        if len(definitions) != len(self._processes):
            raise Violation(f"{len(definitions)} definitions of {len(self._processes)} processes")


def _document(values: dict[str, Any]) -> dict[str, bytes]:
    return {name: msgspec.json.encode(value) for name, value in values.items()}


def _shown(log: list[LogEntry]) -> str:
    return "; ".join(f"{entry.position}: {engine.events_of(entry)}" for entry in log)

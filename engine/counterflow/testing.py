"""For tests of processes: an engine in memory, with a clock that you move by hand.

    engine = Engine()
    engine.deploy("trip.bpmn")
    trip = engine.start("trip", {"destination": "Rome"})
    engine.complete("book-hotel", {"reservation": "H-1"})
    engine.advance(minutes=5)
    assert engine.is_completed(trip)

Every call is one command, committed before it returns, exactly as the server would; only the network is
missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from counterflow import kernel
from counterflow.kernel.lives.correlation import PublishMessage
from counterflow.kernel.lives.decisions import DecisionEvaluation, EvaluateDecision
from counterflow.kernel.lives.deployments import Deployment, DeployResources
from counterflow.kernel.lives.due import TriggerDue
from counterflow.kernel.lives.instances import CancelProcessInstance, CreateProcessInstance
from counterflow.kernel.lives.job_delivery import ActivateJobs
from counterflow.kernel.lives.jobs import CompleteJob, FailJob, ThrowError, UpdateJobRetries
from counterflow.kernel.lives.quarantine import QuarantineInstance
from counterflow.kernel.lives.variables import SetVariables
from counterflow.kernel.rows import ElementInstance, Incident, Job, ProcessInstance, Variable
from counterflow.kernel.vocabulary import ActivatedJob, Command, InstanceEnded, LogEntry
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.kernel.work.incidents import ResolveIncident
from counterflow.model.graph import CompensationOrder
from counterflow.partition.batch import load_state, seal
from counterflow.service.resources import File, read_files, unreadable
from counterflow.store.memory import MemoryStore
from counterflow.store.port import Store
from counterflow_wire import json_texts

EPOCH_MS = 1_700_000_000_000
"""The moment at which every engine in memory begins: 2023-11-14T22:13:20Z."""


class ModelRefused(Exception):
    """A model that was handed to `Engine.deploy` is refused; one line for each finding."""


class NothingThere(LookupError):
    """What a test asked for is not there; the message lists what is."""


class Engine:
    """One partition on a store of its own, in memory unless told otherwise."""

    def __init__(
        self,
        store: Store | None = None,
        *,
        order: CompensationOrder = CompensationOrder.MIRROR,
        limits: ProcessLimits | None = None,
    ) -> None:
        self.store = store or MemoryStore()
        self.now_ms = EPOCH_MS
        self.log: list[LogEntry] = []
        self.ended: list[InstanceEnded] = []
        self._order = order
        self._limits = limits or ProcessLimits()
        self._state = load_state(self.store, order)

    # -- commands --------------------------------------------------------------------------------------------

    def run(self, command: Command) -> Any:
        """Carry out any command of the kernel and commit it. Raises `Rejection` with nothing changed."""
        try:
            decision = kernel.decide(self._state, command, self.now_ms, self._limits)
        except kernel.KernelFault as fault:
            self.run(QuarantineInstance(process_instance_key=fault.process_instance_key, reason=str(fault)))
            raise
        self.store.commit(seal(self._state, decision.log))
        self._state.take_ready()
        self.log += decision.log
        self.ended += decision.ended
        return decision.answer

    def deploy(self, *models: Path | str) -> Deployment:
        """Deploy BPMN and DMN files together. Raises `ModelRefused`."""
        return self.deploy_contents({Path(model).name: Path(model).read_bytes() for model in models})

    def deploy_contents(self, contents: Mapping[str, bytes]) -> Deployment:
        """Deploy BPMN and DMN documents by resource name. Raises `ModelRefused`."""
        files = [File(name, content) for name, content in contents.items()]
        if problems := unreadable(files):
            raise ModelRefused("\n".join(problems))
        judged = read_files(files)
        if judged.errors:
            raise ModelRefused("\n".join(str(finding) for _, finding in judged.errors))
        deployment: Deployment = self.run(DeployResources(resources=judged.resources))
        return deployment

    def evaluate(self, decision: str | int, variables: Mapping[str, Any] | None = None) -> DecisionEvaluation:
        """Evaluate a decision: the latest version of an id, or the version with a key."""
        by_id, by_key = (decision, 0) if isinstance(decision, str) else ("", decision)
        evaluation: DecisionEvaluation = self.run(
            EvaluateDecision(decision_id=by_id, decision_key=by_key, variables=_document(variables))
        )
        return evaluation

    def start(
        self,
        process_id: str,
        variables: Mapping[str, Any] | None = None,
        version: int = -1,
        *,
        at: Sequence[str] = (),
    ) -> int:
        """Begin an instance, at its none start event or at these elements; answers its key."""
        command = CreateProcessInstance(
            bpmn_process_id=process_id, version=version, start_at=tuple(at), variables=_document(variables)
        )
        header: ProcessInstance = self.run(command)
        return header.key

    def activate(
        self,
        job_type: str,
        *,
        worker: str = "worker",
        timeout: timedelta = timedelta(minutes=5),
        maximum: int = 32,
    ) -> list[ActivatedJob]:
        """Take jobs as a worker would."""
        timeout_ms = timeout // timedelta(milliseconds=1)
        jobs: list[ActivatedJob] = self.run(
            ActivateJobs(type=job_type, worker=worker, timeout_ms=timeout_ms, maximum=maximum)
        )
        return jobs

    def complete(self, job: str | int, variables: Mapping[str, Any] | None = None) -> None:
        """Complete a job: by key, or the oldest open one of a type or of an element."""
        self.run(CompleteJob(job_key=self.job(job).key, variables=_document(variables)))

    def fail(
        self,
        job: str | int,
        *,
        retries: int,
        message: str = "",
        back_off: timedelta = timedelta(),
        variables: Mapping[str, Any] | None = None,
    ) -> None:
        """Fail a job."""
        back_off_ms = back_off // timedelta(milliseconds=1)
        key = self.job(job).key
        self.run(
            FailJob(
                job_key=key,
                retries=retries,
                message=message,
                back_off_ms=back_off_ms,
                variables=_document(variables),
            )
        )

    def throw_error(
        self, job: str | int, code: str, message: str = "", variables: Mapping[str, Any] | None = None
    ) -> None:
        """End a job with a BPMN error."""
        self.run(
            ThrowError(
                job_key=self.job(job).key, error_code=code, message=message, variables=_document(variables)
            )
        )

    def publish(
        self,
        name: str,
        correlation_key: str = "",
        variables: Mapping[str, Any] | None = None,
        *,
        time_to_live: timedelta = timedelta(),
        message_id: str = "",
    ) -> int:
        """Publish a message; answers its key."""
        command = PublishMessage(
            name=name,
            correlation_key=correlation_key,
            message_id=message_id,
            time_to_live_ms=time_to_live // timedelta(milliseconds=1),
            variables=_document(variables),
        )
        key: int = self.run(command)
        return key

    def update_retries(self, job: str | int, retries: int) -> None:
        """Give a job tries."""
        self.run(UpdateJobRetries(job_key=self.job(job).key, retries=retries))

    def set_variables(self, scope: str | int, variables: Mapping[str, Any], *, local: bool = False) -> None:
        """Set variables, seen from an element (by key or id) or from a process instance."""
        key = scope if isinstance(scope, int) else self.element(scope).key
        self.run(SetVariables(element_instance_key=key, variables=_document(variables), local=local))

    def resolve(self, element_id: str) -> None:
        """Resolve the oldest incident of an element."""
        self.run(ResolveIncident(incident_key=self.incident(element_id).key))

    def cancel(self, process_instance_key: int) -> None:
        """Cancel an instance."""
        self.run(CancelProcessInstance(process_instance_key=process_instance_key))

    def advance(self, by: timedelta = timedelta(), **duration: float) -> None:
        """Let time pass (`seconds=…`, `minutes=…`), with everything that comes due on the way, each at its
        own moment.
        """
        until = self.now_ms + (by + timedelta(**duration)) // timedelta(milliseconds=1)
        while (due := self._state.next_due()) is not None and due.due_ms <= until:
            self.now_ms = max(self.now_ms, due.due_ms)
            if not self.run(TriggerDue(table=due.table, key=due.key, due_ms=due.due_ms)):
                self._state.is_no_longer_due(due)
        self.now_ms = until

    def restart(self) -> None:
        """Forget everything in memory and go on from the store."""
        self._state = load_state(self.store, self._order)

    # -- looking ---------------------------------------------------------------------------------------------

    def job(self, wanted: str | int) -> Job:
        """A job by key, or the oldest open one of a type or of an element. Raises `NothingThere`."""
        jobs = self.store.scan(Job, {})
        for job in jobs:
            if wanted in (job.key, job.type, job.element_id):
                return job
        raise NothingThere(
            f"Expected an open job {wanted!r}, but found "
            f"{[(job.type, job.element_id, job.state) for job in jobs]}"
        )

    def element(self, element_id: str) -> ElementInstance:
        """The oldest active instance of an element. Raises `NothingThere`."""
        elements = self.store.scan(ElementInstance, {})
        for element in elements:
            if element.element_id == element_id:
                return element
        raise NothingThere(
            f"Expected an active element {element_id!r}, but found "
            f"{[element.element_id for element in elements]}"
        )

    def incident(self, element_id: str) -> Incident:
        """The oldest incident of an element. Raises `NothingThere`."""
        incidents = self.store.scan(Incident, {})
        for incident in incidents:
            if incident.element_id == element_id:
                return incident
        raise NothingThere(
            f"Expected an incident at {element_id!r}, but found "
            f"{[(found.element_id, found.error_type) for found in incidents]}"
        )

    def variables(self, scope_key: int) -> dict[str, Any]:
        """The variables of one scope while it is active: of a process instance or of an element instance."""
        return {
            row.name: json_texts.decode(row.value, json_texts.ANYTHING)
            for row in self.store.scan(Variable, {"scope_key": scope_key})
        }

    def is_completed(self, process_instance_key: int) -> bool:
        """Whether an instance has come to its end by itself."""
        header = self.store.get(ProcessInstance, (process_instance_key,))
        return header is not None and header.state == "completed"


def _document(variables: Mapping[str, Any] | None) -> dict[str, bytes]:
    return {name: json_texts.encode(value) for name, value in (variables or {}).items()}

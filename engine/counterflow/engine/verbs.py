"""What can be asked of an engine in the program itself, verb by verb.

Every verb returns when what it has done is durable. Where it cannot be done it raises, with nothing changed:
`Rejection` (the caller's mistake, with a sentence that says which; `TypeError` where it is one of Python's
kinds), `NothingThere` (a name finds nothing), `Overloaded` (too much at once: try again after a while) or
`Unavailable` (the database is away, or the engine is stopping).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from counterflow.engine.handlers import (
    Activities,
    Handler,
    Result,
    WorkerTask,
    activations,
    completed,
    pause_ms,
    thrown,
    worker_wish,
)
from counterflow.engine.lookups import (
    all_incidents,
    all_instances,
    all_jobs,
    incident_key,
    recorded_end,
    running_on,
    scope_key,
    variables_of,
)
from counterflow.engine.operating_verbs import OperatingVerbs
from counterflow.engine.pictures import ShownInstance, shown_instance, shown_reasons, shown_undo_plan
from counterflow.engine.results import (
    DecisionAnswer,
    Deployed,
    EndedInstance,
    WorkerJob,
    contents_by_name,
    contents_of_files,
    deployed,
    document,
    ended,
    key_or_name,
    milliseconds,
    mistake,
    outcome,
    sensible,
    taken,
    text,
    tries,
    tries_given,
    truth,
    waiting,
    whole,
    whole_key,
)
from counterflow.engine.steering import Steering
from counterflow.engine.user_task_verbs import UserTaskVerbs
from counterflow.kernel.elements.ad_hoc_activation import ActivateAdHocSubProcessActivities
from counterflow.kernel.events.conditional import Begun, EvaluateConditional
from counterflow.kernel.lives.correlation import Correlated, TriggerElement
from counterflow.kernel.lives.decisions import EvaluateDecision
from counterflow.kernel.lives.deletions import DeleteResource
from counterflow.kernel.lives.instances import CancelProcessInstance
from counterflow.kernel.lives.jobs import FailJob, UpdateJobRetries
from counterflow.kernel.lives.variables import SetVariables
from counterflow.kernel.vocabulary import Rejection
from counterflow.kernel.work.incidents import ResolveIncident
from counterflow.queries.history import records
from counterflow.queries.shapes import (
    HistoryRecord,
    Incident,
    Job,
    ProcessInstance,
    Reasons,
    UndoPlanned,
)
from counterflow.queries.undo_plan import undo_plan
from counterflow.service.requests import (
    activation,
    broadcast,
    correlation,
    duration_ms,
    publication,
)
from counterflow.service.resources import File

Answer = TypeVar("Answer")
Added = TypeVar("Added", bound=Handler)
Variables = Mapping[str, Any]

JOB_TYPE = "the type of jobs"
MESSAGE_BYTES = 4 * 1024 * 1024
"""Jobs that are taken at once fit into it, as into a message of the wire."""


class Verbs(OperatingVerbs, Steering, UserTaskVerbs):
    """The verbs, over the few things that an engine does for them."""

    # -- models ----------------------------------------------------------------------------------------------

    async def deploy(self, *models: str | Path) -> Deployed:
        """Deploy BPMN, DMN and form files together, all of them or none. Raises `Rejection` with every
        finding, and `OSError` for a file that cannot be read.
        """
        return await self.deploy_contents(contents_of_files(models))

    async def deploy_contents(self, contents: Mapping[str, bytes]) -> Deployed:
        """Deploy BPMN and DMN documents by resource name, as `deploy` does."""
        files = [File(name, content) for name, content in contents_by_name(contents).items()]
        return deployed(await self._deploy(files))

    async def evaluate(self, decision: str | int, variables: Variables | None = None) -> DecisionAnswer:
        """Evaluate a decision: the latest version of an id, or the version with a key."""
        decision = key_or_name(decision, "a decision")
        by_id, by_key = (decision, 0) if isinstance(decision, str) else ("", decision)
        command = EvaluateDecision(decision_id=by_id, decision_key=by_key, variables=document(variables))
        return outcome(await self._carry_out(command))

    # -- instances -------------------------------------------------------------------------------------------

    async def end_of(
        self,
        process_instance_key: int,
        timeout: timedelta | None = None,  # noqa: ASYNC109 - how long the caller waits
    ) -> EndedInstance:
        """Wait for the end of an instance, so long at most (None: for ever).

        Raises `TimeoutError`, and the instance goes on.
        """
        async with waiting(process_instance_key, timeout):
            while True:
                end = await self._wait_for_end(process_instance_key)
                if end is not None:
                    return ended(end)
                outcome = await self._ask(lambda store: recorded_end(store, process_instance_key))
                if outcome is not None:
                    return outcome

    async def delete(self, resource_key: int, *, cascade: bool = False) -> None:
        """Delete a version of a process or decision model: nothing begins on it, what runs goes on.

        `cascade`: its running instances are cancelled, but for those that others have called. Raises
        `Rejection`.
        """
        key, cancels = whole_key(resource_key), truth(cascade, "cascade")
        await self._carry_out(DeleteResource(resource_key=key))
        if cancels:
            for running in await self._ask(lambda store: running_on(store, key)):
                with contextlib.suppress(Rejection):  # it has ended meanwhile, which is what was wanted
                    await self.cancel(running.key)

    async def cancel(self, process_instance_key: int) -> None:
        """End an instance without completing it."""
        await self._carry_out(CancelProcessInstance(process_instance_key=whole_key(process_instance_key)))

    async def set_variables(self, scope: int | str, variables: Variables, *, local: bool = False) -> None:
        """Set variables, each where it is already, else in the process instance. Raises `NothingThere`.

        They are seen from a process instance or an element instance (by key, or the oldest active one of an
        element); `local`: all are set in this very scope.
        """
        key = await self._ask(lambda store: scope_key(store, key_or_name(scope, "a scope")))
        await self._carry_out(
            SetVariables(element_instance_key=key, variables=document(variables), local=truth(local, "local"))
        )

    async def publish(
        self,
        name: str,
        correlation_key: str = "",
        variables: Variables | None = None,
        *,
        time_to_live: timedelta = timedelta(),
        message_id: str = "",
    ) -> int:
        """Publish a message, which is kept for so long where nobody waits for it yet; answers its key."""
        command = sensible(
            publication,
            name=text(name, "the name of a message"),
            correlation_key=text(correlation_key, "the correlation key of a message"),
            message_id=text(message_id, "the id of a message"),
            time_to_live_ms=milliseconds(time_to_live),
            variables=document(variables),
        )
        key: int = await self._carry_out(command)
        return key

    async def correlate(
        self, name: str, correlation_key: str = "", variables: Variables | None = None
    ) -> int:
        """Publish a message to who waits for it now; answers the first instance that it has reached or begun.

        That is its key. Nothing is kept: raises `Rejection` where nobody waits.
        """
        correlated: Correlated = await self._carry_out(
            sensible(
                correlation,
                name=text(name, "the name of a message"),
                correlation_key=text(correlation_key, "the correlation key of a message"),
                variables=document(variables),
            )
        )
        return correlated.process_instance_key

    async def broadcast(self, name: str, variables: Variables | None = None) -> int:
        """Broadcast a signal to all who wait for it now; answers its key."""
        key: int = await self._carry_out(
            sensible(broadcast, name=text(name, "the name of a signal"), variables=document(variables))
        )
        return key

    async def evaluate_conditional(
        self, variables: Variables | None = None, *, definition_key: int = 0
    ) -> list[int]:
        """Begin an instance at each conditional start event whose condition holds over these variables. The
        events are those of the latest version of every process, or of one definition. Answers the keys of the
        instances. Raises `Rejection` where there is no such definition.
        """
        begun: list[Begun] = await self._carry_out(
            EvaluateConditional(variables=document(variables), definition_key=whole_key(definition_key))
        )
        return [one.instance_key for one in begun]

    async def trigger(self, element: int | str, variables: Variables | None = None) -> None:
        """Let what a receive task waits for come, without a message. The task is told by the key of its
        element instance or of its process instance, or is the oldest active one of an element. Raises
        `NothingThere`.
        """
        key = await self._ask(lambda store: scope_key(store, key_or_name(element, "an element")))
        await self._carry_out(TriggerElement(key=key, variables=document(variables)))

    async def activate_activities(
        self, ad_hoc: int | str, activities: Activities, *, cancel_remaining: bool = False
    ) -> None:
        """Begin activities of an ad-hoc sub-process, all or none, each with variables of its activation. The
        sub-process is told by its key, or is the oldest active one of an element; with `cancel_remaining`
        what is under way goes.
        """
        key = await self._ask(lambda store: scope_key(store, key_or_name(ad_hoc, "an ad-hoc sub-process")))
        await self._carry_out(
            ActivateAdHocSubProcessActivities(
                element_instance_key=key,
                activities=activations(activities),
                cancel_remaining=truth(cancel_remaining, "cancel_remaining"),
            )
        )

    # -- jobs ------------------------------------------------------------------------------------------------

    def worker(
        self,
        job_type: str,
        *,
        name: str = "engine",
        max_jobs: int = 32,
        timeout: timedelta = timedelta(minutes=5),
        back_off: timedelta = timedelta(seconds=1),
    ) -> Callable[[Added], Added]:
        """Have jobs of a type done by the function below, from now on. It is given a `WorkerJob`, up to
        `max_jobs` of them at once, and returns the variables that the job is completed with, if any.
        `BpmnError` ends the job with an error of the process; any other exception costs a try, and the next
        comes after `back_off`. Raises `Rejection`.
        """
        wish = worker_wish(job_type, name, timeout, max_jobs, MESSAGE_BYTES)
        back_off_ms = pause_ms(job_type, back_off)

        def add(handler: Added) -> Added:
            self._add_worker(WorkerTask(wish, handler, back_off_ms))
            return handler

        return add

    async def activate(
        self,
        job_type: str,
        *,
        worker: str = "worker",
        timeout: timedelta = timedelta(minutes=5),  # noqa: ASYNC109 - how long the jobs are lent
        maximum: int = 32,
    ) -> list[WorkerJob]:
        """Take jobs that are ready, for so long."""
        if whole(maximum, "how many jobs are taken") < 1:
            raise mistake(f"Expected to take at least 1 job of type '{job_type}', but found {maximum}")
        command = sensible(
            activation,
            job_type=text(job_type, JOB_TYPE),
            worker=text(worker, "the name of a worker"),
            timeout_ms=milliseconds(timeout),
            maximum=maximum,
            fetch_variables=(),
            tenant_ids=(),
            message_bytes=MESSAGE_BYTES,
        )
        return [taken(job) for job in await self._carry_out(command)]

    async def complete(
        self, job: int | str, variables: Variables | None = None, *, result: Result | None = None
    ) -> None:
        """Complete a job: by key, or the oldest open one of a type or of an element. That of an ad-hoc
        sub-process is completed with what it decides. Raises `NothingThere`.
        """
        await self._carry_out(completed(await self._key_of(job), variables, result))

    async def fail(
        self,
        job: int | str,
        *,
        retries: int,
        message: str = "",
        back_off: timedelta = timedelta(),
        variables: Variables | None = None,
    ) -> None:
        """Fail a job, with so many tries left (0: an incident); the next comes after `back_off`."""
        command = FailJob(
            job_key=await self._key_of(job),
            retries=tries(retries),
            message=text(message, "the message of a failure"),
            back_off_ms=duration_ms(milliseconds(back_off)),
            variables=document(variables),
        )
        await self._carry_out(command)

    async def throw_error(
        self, job: int | str, code: str, message: str = "", variables: Variables | None = None
    ) -> None:
        """End a job with a BPMN error."""
        key = await self._key_of(job)
        await self._carry_out(thrown(key, code, message, variables))

    async def update_retries(self, job: int | str, retries: int) -> None:
        """Give a job tries."""
        await self._carry_out(UpdateJobRetries(job_key=await self._key_of(job), retries=tries_given(retries)))

    # -- people ----------------------------------------------------------------------------------------------

    async def resolve(self, incident: int | str) -> None:
        """Try again what an incident holds up: by key, or the oldest one of an element.

        Raises `NothingThere`.
        """
        key = await self._ask(lambda store: incident_key(store, key_or_name(incident, "an incident")))
        await self._carry_out(ResolveIncident(incident_key=key))

    async def incidents(self, process_instance_key: int = 0) -> list[Incident]:
        """The open incidents of an instance (0: of all), newest first, each with its remedy.

        Raises `Rejection` for an unknown instance.
        """
        return await self._ask(lambda store: all_incidents(store, whole_key(process_instance_key)))

    async def jobs(self, job_type: str = "", process_instance_key: int = 0) -> list[Job]:
        """The jobs of a type (empty: of all) in an instance (0: in all) that are not over, newest first.
        Raises `Rejection` for an unknown instance.
        """
        return await self._ask(
            lambda store: all_jobs(store, text(job_type, JOB_TYPE), whole_key(process_instance_key))
        )

    async def instances(self, process_id: str = "", state: str = "") -> list[ProcessInstance]:
        """The instances of a process (empty: of all) in a state (empty: any), newest first. A state is
        `active`, `completed` or `terminated`. Raises `Rejection` for a process that was never deployed.
        """
        return await self._ask(
            lambda store: all_instances(
                store, text(process_id, "the id of a process"), text(state, "a state")
            )
        )

    async def variables(self, scope_key: int) -> dict[str, Any]:
        """The variables of one scope while it is active: of a process instance or of an element instance.
        Raises `Rejection` for any other; `show` tells what those have held that have ended.
        """
        return await self._ask(lambda store: variables_of(store, whole_key(scope_key)))

    async def show(self, process_instance_key: int) -> ShownInstance:
        """An instance and everything that has happened in it, as a tree; a notebook shows its picture."""
        return await self._ask(lambda store: shown_instance(store, whole_key(process_instance_key)))

    async def why(self, process_instance_key: int) -> Reasons:
        """Why an instance, and those that it has called, have not gone on. It says of each token what it
        waits for, since when, and what would end that.
        """
        asked_for = self._asked_for()
        return await self._ask(lambda store: shown_reasons(store, whole_key(process_instance_key), asked_for))

    async def undo_plan(self, process_instance_key: int, scope_key: int = 0) -> UndoPlanned:
        """What a compensation thrown now in a scope of an instance (0: its process) would run. It says in
        which order and on which data; nothing is carried out.
        """
        order = self._default_order()
        return await self._ask(
            lambda store: shown_undo_plan(
                store,
                undo_plan(
                    store,
                    whole_key(process_instance_key),
                    scope_key=whole_key(scope_key),
                    default_order=order,
                ),
            )
        )

    async def history(self, process_instance_key: int = 0) -> list[HistoryRecord]:
        """The log of an instance (0: of all), record by record, oldest first."""
        return await self._ask(
            lambda store: list(records(store, process_instance_key=whole_key(process_instance_key)))
        )

"""The verbs of an engine for programs that wait for each of them: those of `Verbs`, without `await`. They
mean the same and raise the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from counterflow.engine.blocking_user_task_verbs import BlockingUserTaskVerbs
from counterflow.engine.handlers import Activities, Result, Variables
from counterflow.engine.pictures import ShownInstance
from counterflow.engine.results import DecisionAnswer, Deployed, EndedInstance, WorkerJob
from counterflow.engine.steering import Activate, Move
from counterflow.engine.verbs import Added
from counterflow.queries.shapes import (
    HistoryRecord,
    Incident,
    Job,
    MigrationPlan,
    ProcessInstance,
    Reasons,
    UndoPlanned,
)


class BlockingVerbs(BlockingUserTaskVerbs):
    """The verbs, each of which returns when it is done."""

    def deploy(self, *models: str | Path) -> Deployed:
        """Deploy BPMN, DMN and form files together, all of them or none. Raises `Rejection` with every
        finding, and `OSError` for a file that cannot be read.
        """
        return self._wait(self._verbs.deploy(*models))

    def deploy_contents(self, contents: Mapping[str, bytes]) -> Deployed:
        """Deploy BPMN and DMN documents by resource name, as `deploy` does."""
        return self._wait(self._verbs.deploy_contents(contents))

    def evaluate(self, decision: str | int, variables: Variables | None = None) -> DecisionAnswer:
        """Evaluate a decision: the latest version of an id, or the version with a key."""
        return self._wait(self._verbs.evaluate(decision, variables))

    def start(
        self,
        process_id: str,
        variables: Variables | None = None,
        version: int = -1,
        *,
        at: Sequence[str] = (),
        tags: Sequence[str] = (),
        business_id: str | None = None,
        ends_after: Sequence[str] = (),
    ) -> int:
        """Begin an instance of a version (-1: the latest), at its none start or these elements. Answers its
        key.

        Its jobs carry the `tags`; it is terminated after an element of `ends_after`.
        """
        verb = self._verbs.start(
            process_id,
            variables,
            version,
            at=at,
            tags=tags,
            business_id=business_id,
            ends_after=ends_after,
        )
        return self._wait(verb)

    def end_of(self, process_instance_key: int, timeout: timedelta | None = None) -> EndedInstance:
        """Wait for the end of an instance, so long at most (None: for ever).

        Raises `TimeoutError`, and the instance goes on.
        """
        return self._wait(self._verbs.end_of(process_instance_key, timeout))

    def delete(self, resource_key: int, *, cascade: bool = False) -> None:
        """Delete a version of a process or decision model: nothing begins on it, what runs goes on.

        `cascade`: its running instances are cancelled, but for those that others have called. Raises
        `Rejection`.
        """
        self._wait(self._verbs.delete(resource_key, cascade=cascade))

    def cancel(self, process_instance_key: int) -> None:
        """End an instance without completing it."""
        self._wait(self._verbs.cancel(process_instance_key))

    def set_variables(self, scope: int | str, variables: Variables, *, local: bool = False) -> None:
        """Set variables, each where it is already, else in the process instance. Raises `NothingThere`.

        They are seen from a process instance or an element instance (by key, or the oldest active one of an
        element); `local`: all are set in this very scope.
        """
        self._wait(self._verbs.set_variables(scope, variables, local=local))

    def publish(
        self,
        name: str,
        correlation_key: str = "",
        variables: Variables | None = None,
        *,
        time_to_live: timedelta = timedelta(),
        message_id: str = "",
    ) -> int:
        """Publish a message, which is kept for so long where nobody waits for it yet; answers its key."""
        return self._wait(
            self._verbs.publish(
                name, correlation_key, variables, time_to_live=time_to_live, message_id=message_id
            )
        )

    def correlate(self, name: str, correlation_key: str = "", variables: Variables | None = None) -> int:
        """Publish a message to who waits for it now; answers the first instance that it has reached or begun.

        That is its key. Nothing is kept: raises `Rejection` where nobody waits.
        """
        return self._wait(self._verbs.correlate(name, correlation_key, variables))

    def broadcast(self, name: str, variables: Variables | None = None) -> int:
        """Broadcast a signal to all who wait for it now; answers its key."""
        return self._wait(self._verbs.broadcast(name, variables))

    def evaluate_conditional(
        self, variables: Variables | None = None, *, definition_key: int = 0
    ) -> list[int]:
        """Begin an instance at each conditional start event whose condition holds over these variables. The
        events are those of the latest version of every process, or of one definition. Answers the keys of the
        instances. Raises `Rejection` where there is no such definition.
        """
        return self._wait(self._verbs.evaluate_conditional(variables, definition_key=definition_key))

    def trigger(self, element: int | str, variables: Variables | None = None) -> None:
        """Let what a receive task waits for come, without a message. The task is told by the key of its
        element instance or of its process instance, or is the oldest active one of an element. Raises
        `NothingThere`.
        """
        self._wait(self._verbs.trigger(element, variables))

    def activate_activities(
        self,
        ad_hoc: int | str,
        activities: Activities,
        *,
        cancel_remaining: bool = False,
    ) -> None:
        """Begin activities of an ad-hoc sub-process, all or none, each with variables of its activation. The
        sub-process is told by its key, or is the oldest active one of an element; with `cancel_remaining`
        what is under way goes.
        """
        self._wait(self._verbs.activate_activities(ad_hoc, activities, cancel_remaining=cancel_remaining))

    def modify(
        self,
        process_instance_key: int,
        *,
        activate: Sequence[str | Activate] = (),
        terminate: Sequence[int | str] = (),
        move: Mapping[int | str, str] | Sequence[Move] = (),
    ) -> None:
        """End tokens of a running instance, begin others, move them: all of it, or nothing. Those that end
        are told by key, or are all of an element.
        """
        self._wait(
            self._verbs.modify(process_instance_key, activate=activate, terminate=terminate, move=move)
        )

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
        return self._verbs.worker(job_type, name=name, max_jobs=max_jobs, timeout=timeout, back_off=back_off)

    def activate(
        self,
        job_type: str,
        *,
        worker: str = "worker",
        timeout: timedelta = timedelta(minutes=5),
        maximum: int = 32,
    ) -> list[WorkerJob]:
        """Take jobs that are ready, for so long."""
        return self._wait(self._verbs.activate(job_type, worker=worker, timeout=timeout, maximum=maximum))

    def complete(
        self, job: int | str, variables: Variables | None = None, *, result: Result | None = None
    ) -> None:
        """Complete a job: by key, or the oldest open one of a type or of an element. That of an ad-hoc
        sub-process is completed with what it decides. Raises `NothingThere`.
        """
        self._wait(self._verbs.complete(job, variables, result=result))

    def fail(
        self,
        job: int | str,
        *,
        retries: int,
        message: str = "",
        back_off: timedelta = timedelta(),
        variables: Variables | None = None,
    ) -> None:
        """Fail a job, with so many tries left (0: an incident); the next comes after `back_off`."""
        self._wait(
            self._verbs.fail(job, retries=retries, message=message, back_off=back_off, variables=variables)
        )

    def throw_error(
        self, job: int | str, code: str, message: str = "", variables: Variables | None = None
    ) -> None:
        """End a job with a BPMN error."""
        self._wait(self._verbs.throw_error(job, code, message, variables))

    def update_retries(self, job: int | str, retries: int) -> None:
        """Give a job tries."""
        self._wait(self._verbs.update_retries(job, retries))

    def resolve(self, incident: int | str) -> None:
        """Try again what an incident holds up: by key, or the oldest one of an element.

        Raises `NothingThere`.
        """
        self._wait(self._verbs.resolve(incident))

    def incidents(self, process_instance_key: int = 0) -> list[Incident]:
        """The open incidents of an instance (0: of all), newest first, each with its remedy.

        Raises `Rejection` for an unknown instance.
        """
        return self._wait(self._verbs.incidents(process_instance_key))

    def jobs(self, job_type: str = "", process_instance_key: int = 0) -> list[Job]:
        """The jobs of a type (empty: of all) in an instance (0: in all) that are not over, newest first.
        Raises `Rejection` for an unknown instance.
        """
        return self._wait(self._verbs.jobs(job_type, process_instance_key))

    def instances(self, process_id: str = "", state: str = "") -> list[ProcessInstance]:
        """The instances of a process (empty: of all) in a state (empty: any), newest first. A state is
        `active`, `completed` or `terminated`. Raises `Rejection` for a process that was never deployed.
        """
        return self._wait(self._verbs.instances(process_id, state))

    def variables(self, scope_key: int) -> dict[str, Any]:
        """The variables of one scope while it is active: of a process instance or of an element instance.
        Raises `Rejection` for any other; `show` tells what those have held that have ended.
        """
        return self._wait(self._verbs.variables(scope_key))

    def show(self, process_instance_key: int) -> ShownInstance:
        """An instance and everything that has happened in it, as a tree; a notebook shows its picture."""
        return self._wait(self._verbs.show(process_instance_key))

    def why(self, process_instance_key: int) -> Reasons:
        """Why an instance, and those that it has called, have not gone on. It says of each token what it
        waits for, since when, and what would end that.
        """
        return self._wait(self._verbs.why(process_instance_key))

    def plan_migration(
        self,
        process_instance_key: int,
        to_version: int = -1,
        *,
        process_id: str = "",
        mappings: Mapping[str, str] | None = None,
    ) -> MigrationPlan:
        """What `migrate` would do: what moves, what would end or be lost, and why it would be refused.

        Nothing is carried out.
        """
        return self._wait(
            self._verbs.plan_migration(
                process_instance_key, to_version, process_id=process_id, mappings=mappings
            )
        )

    def migrate(
        self,
        process_instance_key: int,
        to_version: int = -1,
        *,
        process_id: str = "",
        mappings: Mapping[str, str] | None = None,
        accept_losses: bool = False,
    ) -> None:
        """Bring an instance to a version (-1: the latest) of its process or another: all or nothing.

        `mappings` say which element becomes which; the rest is proposed by id, name and place. Raises
        `Rejection` with every reason why it cannot be done, and, unless losses are accepted, with every wait
        that would end and everything that could no longer be undone.
        """
        self._wait(
            self._verbs.migrate(
                process_instance_key,
                to_version,
                process_id=process_id,
                mappings=mappings,
                accept_losses=accept_losses,
            )
        )

    def suspend(self, process_instance_key: int = 0, *, definition_key: int = 0, job_type: str = "") -> int:
        """Hold back an instance with all that it has called, a definition, or a type of jobs: one of them.

        Nothing of a suspended instance goes on, no instance of a suspended definition begins, nobody is given
        a job of a suspended type. Answers how many were not suspended before. Raises `Rejection`.
        """
        return self._wait(
            self._verbs.suspend(process_instance_key, definition_key=definition_key, job_type=job_type)
        )

    def resume(self, process_instance_key: int = 0, *, definition_key: int = 0, job_type: str = "") -> int:
        """Let what was suspended go on; what came due meanwhile comes.

        Answers how many were suspended. Raises `Rejection`.
        """
        return self._wait(
            self._verbs.resume(process_instance_key, definition_key=definition_key, job_type=job_type)
        )

    def undo_plan(self, process_instance_key: int, scope_key: int = 0) -> UndoPlanned:
        """What a compensation thrown now in a scope of an instance (0: its process) would run. It says in
        which order and on which data; nothing is carried out.
        """
        return self._wait(self._verbs.undo_plan(process_instance_key, scope_key))

    def history(self, process_instance_key: int = 0) -> list[HistoryRecord]:
        """The log of an instance (0: of all), record by record, oldest first."""
        return self._wait(self._verbs.history(process_instance_key))

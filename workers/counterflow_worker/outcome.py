"""What becomes of a job, decided before anything is sent: completed, failed, or a BPMN error thrown.

`decide` runs the handler and knows no server; `execution.report` knows the server and decides nothing.
"""

import logging
from random import Random

import msgspec

from counterflow_wire import json_texts
from counterflow_worker.ad_hoc import AdHocResult
from counterflow_worker.binding import encode_variables
from counterflow_worker.errors import BpmnError, JobFailure, VariablesError
from counterflow_worker.job import Job
from counterflow_worker.retry import JobRetry
from counterflow_worker.task import Step
from counterflow_worker.task_listeners import TaskListenerResult

logger = logging.getLogger("counterflow_worker")

# The server keeps 10 000 characters of a message; a person reads fewer.
MESSAGE_LENGTH = 2_000


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the server is told about a job.

    `variables_json` is the object on the wire, `variables` the same decoded.
    """

    variables_json: str = "{}"

    @property
    def variables(self) -> dict[str, object]:
        """The variables as Python values."""
        return json_texts.decode(self.variables_json, json_texts.VARIABLES)


class Completed(Outcome, frozen=True, kw_only=True):
    """The handler returned: CompleteJob.

    `result` is what it has decided about an ad-hoc sub-process, or a user task.
    """

    result: AdHocResult | TaskListenerResult | None = None


class Failed(Outcome, frozen=True, kw_only=True):
    """The attempt failed: FailJob.

    With no `retries` left the server raises an incident that shows `message`.
    """

    retries: int
    back_off_ms: int
    message: str


class Thrown(Outcome, frozen=True, kw_only=True):
    """The handler raised a BpmnError: ThrowError."""

    code: str
    message: str


async def decide(job: Job, step: Step, retry: JobRetry, random: Random) -> Outcome:
    """Run the step and turn whatever it does into an outcome; nothing but cancellation gets out."""
    try:
        return await attempt(job, step, retry, random)
    except VariablesError as error:
        # The same variables would not fit the next time either; and what a handler did is not done again
        # because of what it returned.
        logger.warning("%r: %s", job, error)
        return Failed(retries=0, back_off_ms=0, message=shortened(str(error)))
    except Exception as error:
        logger.exception("%r: its handler failed", job)
        return failed(job, f"{type(error).__name__}: {error}", retry.policy_for(error), random)


async def attempt(job: Job, step: Step, retry: JobRetry, random: Random) -> Outcome:
    """Run the step; what it returned, or the error or failure it raised to say so, as an outcome.

    Raises VariablesError, and whatever else the handler raises.
    """
    try:
        returned = await step(job)
        if isinstance(returned, AdHocResult | TaskListenerResult):
            returned.on_the_wire()  # what cannot be sent is told before anything is
            return Completed(variables_json=encode_variables(returned.variables), result=returned)
        return Completed(variables_json=encode_variables(returned))
    except BpmnError as error:
        if job.listener_event_type:  # nothing could catch it: it costs a try
            return failed(job, f"BPMN error {error.code}: {error.message}", retry.policy_for(error), random)
        return Thrown(
            code=error.code,
            message=shortened(error.message),
            variables_json=encode_variables(error.variables),
        )
    except JobFailure as failure:
        return failed(job, failure.message, retry.policy_for(failure), random, failure)


def failed(
    job: Job, message: str, retry: JobRetry, random: Random, failure: JobFailure | None = None
) -> Failed:
    """A failure by the task's policy, but for what the handler itself has said."""
    said = failure or JobFailure(message)
    return Failed(
        retries=retry.retries_left(job) if said.retries is None else said.retries,
        back_off_ms=retry.back_off_ms(job, random) if said.back_off_ms is None else said.back_off_ms,
        message=shortened(message),
        variables_json=encode_variables(said.variables),
    )


def shortened(message: str) -> str:
    """The message, cut to `MESSAGE_LENGTH` characters."""
    return message if len(message) <= MESSAGE_LENGTH else message[: MESSAGE_LENGTH - 1] + "…"

"""One job from hand to answer: it is kept ours while the handler runs, then its outcome is reported."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from counterflow_worker.client import Client
from counterflow_worker.clock import Clock
from counterflow_worker.errors import (
    ClientError,
    InvalidArgumentError,
    InvalidStateError,
    NotFoundError,
    ResourceExhaustedError,
)
from counterflow_worker.job import Job
from counterflow_worker.outcome import Completed, Failed, Outcome, Thrown
from counterflow_worker.retry import REPORT_RETRY, CallRetry

logger = logging.getLogger("counterflow_worker")

# Two beats may be lost before the deadline passes.
HEARTBEAT_FRACTION = 1 / 3


@asynccontextmanager
async def heartbeat(
    client: Client, job: Job, timeout_ms: int, clock: Clock
) -> AsyncIterator[asyncio.Task[None]]:
    """Move the job's deadline to `timeout_ms` from now, again and again, for as long as the body runs.

    Yields the task that does it.
    """
    beats = asyncio.create_task(beat(client, job, timeout_ms, clock), name=f"heartbeat of job {job.key}")
    try:
        yield beats
    finally:
        beats.cancel()
        await asyncio.gather(beats, return_exceptions=True)


async def beat(client: Client, job: Job, timeout_ms: int, clock: Clock) -> None:
    """Move the job's deadline on, three times in `timeout_ms`, until the job is no longer ours."""
    while True:
        await clock.sleep(timeout_ms * HEARTBEAT_FRACTION)
        try:
            await client.update_job_timeout(job.key, timeout_ms)
        except (NotFoundError, InvalidStateError) as error:
            # Its instance was cancelled, or it has passed to somebody else; what the handler does is answered
            # with the same.
            logger.warning("%r is no longer ours: %s", job, error)
            return
        except ClientError as error:
            logger.debug("%r: heartbeat lost: %s", job, error)


async def report(client: Client, job: Job, outcome: Outcome, retry: CallRetry = REPORT_RETRY) -> bool:
    """Tell the server the outcome of a job; whether the server has taken it.

    What it refuses is logged, for nobody waits here who could do better.
    """
    try:
        return await send_or_fail(client, job, outcome, retry)
    except (NotFoundError, InvalidStateError) as error:
        logger.warning("%r: its result came too late, the job is not open any more: %s", job, error)
    except ClientError as error:
        logger.warning(
            "%r: its result could not be delivered; the job comes back after its deadline: %s", job, error
        )
    return False


async def send_or_fail(client: Client, job: Job, outcome: Outcome, retry: CallRetry) -> bool:
    """Send the outcome, or fail the job if the server refuses what it says; whether it was taken.

    Raises ClientError.
    """
    try:
        await send(client, job, outcome, retry)
    except (InvalidArgumentError, ResourceExhaustedError) as error:
        # Refused for what it says: an incident shows it to a person; silence would run the handler again and
        # again.
        refused = Failed(
            retries=0, back_off_ms=0, message=f"the server refused the result of the job: {error.reason}"
        )
        await send(client, job, refused, retry)
        return False
    return True


async def send(client: Client, job: Job, outcome: Outcome, retry: CallRetry) -> None:
    """Complete the job, fail it or throw its error, as the outcome says. Raises ClientError."""
    variables = msgspec.Raw(outcome.variables_json)
    match outcome:
        case Completed(result=result):
            await client.complete_job(job.key, variables, result=result, retry=retry)
        case Failed(retries=retries, back_off_ms=back_off_ms, message=message):
            await client.fail_job(
                job.key,
                retries=retries,
                message=message,
                back_off_ms=back_off_ms,
                variables=variables,
                retry=retry,
            )
        case Thrown(code=code, message=message):
            await client.throw_error(job.key, code, message, variables, retry=retry)

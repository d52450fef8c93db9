"""What the client puts into calls and takes out of them, where that is more than a message."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from counterflow_wire import gateway
from counterflow_worker.binding import encode_variables
from counterflow_worker.errors import ClientError
from counterflow_worker.job import Job, read_job


def read_resource(path: str | Path) -> gateway.Resource:
    """A file for a deployment, called by its last name. Raises OSError if it cannot be read."""
    return gateway.Resource(name=Path(path).name, content=Path(path).read_bytes())


def create_request(
    process_id: str, variables: object, version: int, tenant_id: str, start_before: Sequence[str] = ()
) -> gateway.CreateProcessInstanceRequest:
    """The request for a new instance. Raises VariablesError for variables that are none."""
    return gateway.CreateProcessInstanceRequest(
        bpmnProcessId=process_id,
        version=version,
        variables=encode_variables(variables),
        startInstructions=[
            gateway.ProcessInstanceCreationStartInstruction(elementId=element_id)
            for element_id in start_before
        ],
        tenantId=tenant_id,
    )


async def gather_jobs(answers: AsyncIterator[gateway.ActivateJobsResponse]) -> list[Job]:
    """The jobs of all answers. Raises ClientError if the line broke before the first job."""
    jobs: list[Job] = []
    try:
        async for answer in answers:
            jobs.extend(map(read_job, answer.jobs))
    except ClientError:
        if not jobs:
            raise
    return jobs

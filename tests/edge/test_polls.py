"""ActivateJobs: what is ready comes, what is not is waited for, and nothing is lost when nobody reads."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest

from counterflow.service import polls
from counterflow_wire import gateway
from tests.edge import models
from tests.edge.served import Served, poll_request, refused, serving, until


async def test_a_job_comes_with_all_that_a_worker_needs(served: Served) -> None:
    deployed = (await served.deploy()).deployments[0].process
    instance_key = await served.create(variables='{"amount": 5}')
    (job,) = await served.poll()
    assert job == gateway.ActivatedJob(
        key=job.key,
        type="work",
        processInstanceKey=instance_key,
        bpmnProcessId="order",
        processDefinitionVersion=1,
        processDefinitionKey=deployed.processDefinitionKey,
        elementId="work",
        elementInstanceKey=job.elementInstanceKey,
        customHeaders='{"colour":"red"}',
        worker="tester",
        retries=3,
        deadline=job.deadline,
        variables='{"amount":5}',
        tenantId="<default>",
        listenerEventType=gateway.ActivatedJob.UNSPECIFIED,
    )
    assert job.key > instance_key > 2**51
    assert job.deadline > 60_000


async def test_a_job_is_given_once(served: Served) -> None:
    await served.deploy()
    await served.create()
    assert len(await served.poll()) == 1
    assert await served.poll() == []


@pytest.mark.parametrize("names, variables", [([], '{"a":1,"b":2}'), (["b"], '{"b":2}'), (["none"], "{}")])
async def test_only_the_variables_that_were_asked_for(
    served: Served, names: list[str], variables: str
) -> None:
    await served.deploy()
    await served.create(variables='{"a":1,"b":2}')
    (job,) = await served.poll(fetchVariable=names)
    assert job.variables == variables


async def test_no_more_than_was_asked_for(served: Served) -> None:
    await served.deploy()
    for _ in range(5):
        await served.create()
    assert [len(await served.poll(maxJobsToActivate=2)) for _ in range(4)] == [2, 2, 1, 0]


@pytest.mark.parametrize("request_timeout_ms", [-1, 20])
async def test_a_poll_that_finds_nothing_ends_well_without_a_message(
    served: Served, request_timeout_ms: int
) -> None:
    call = served.stub.ActivateJobs(poll_request(requestTimeout=request_timeout_ms))
    assert [message async for message in call] == []
    assert await call.code() is grpc.StatusCode.OK


async def test_a_poll_that_names_no_time_waits_as_long_as_the_server_says() -> None:
    async with serving(long_poll_ms=20) as served:
        assert await served.poll(requestTimeout=0) == []


@pytest.mark.parametrize("wanted", [0, -1])
async def test_a_poll_for_nothing_is_answered_at_once(served: Served, wanted: int) -> None:
    await served.deploy()
    await served.create()
    assert await served.poll(maxJobsToActivate=wanted, requestTimeout=60_000) == []
    assert len(await served.poll()) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"timeout": 0},
        {"timeout": -5},
        {"type": ""},
        {"tenantIds": ["red"]},
        {"type": "", "maxJobsToActivate": 0},
    ],
)
async def test_a_poll_that_makes_no_sense_is_refused(served: Served, fields: dict[str, Any]) -> None:
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, "Expected"):
        await served.poll(**{"job_type": fields.pop("type", "work"), **fields})


async def test_a_waiting_poll_gets_the_next_job(served: Served) -> None:
    await served.deploy()
    waiting = asyncio.create_task(served.poll(requestTimeout=60_000))
    await until(lambda: served.waiting_polls() == 1)
    await served.create()
    assert len(await waiting) == 1


async def test_who_waits_longest_is_served_first(served: Served) -> None:
    await served.deploy()
    waiting = []
    for number in range(3):
        waiting.append(asyncio.create_task(served.poll(requestTimeout=60_000, worker=f"worker-{number}")))
        await until(lambda: served.waiting_polls() == len(waiting))
    for task in waiting:
        await served.create()
        (job,) = await task
        assert job.worker == f"worker-{waiting.index(task)}"


async def test_a_waiting_poll_of_another_type_goes_on_waiting(served: Served) -> None:
    await served.deploy()
    waiting = asyncio.create_task(served.poll("else", requestTimeout=60_000))
    await until(lambda: served.waiting_polls() == 1)
    await served.create()
    assert len(await served.poll()) == 1
    assert served.waiting_polls() == 1
    waiting.cancel()
    await until(lambda: served.waiting_polls() == 0)


async def test_more_than_a_message_holds_comes_in_several(served: Served) -> None:
    await served.deploy()
    for _ in range(5):
        await served.create(variables=f'{{"scan":"{"x" * 1_500_000}"}}')
    messages = await served.poll_messages()
    assert [len(message.jobs) for message in messages] == [2, 2, 1]
    assert max(message.ByteSize() for message in messages) < 4 * 1024 * 1024


async def test_a_large_wish_is_answered_in_several_messages(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polls, "JOBS_AT_ONCE", 2)
    await served.deploy()
    for _ in range(6):
        await served.create()
    assert [len(message.jobs) for message in await served.poll_messages(maxJobsToActivate=5)] == [2, 2, 1]


async def test_a_job_that_fits_into_no_message_becomes_an_incident() -> None:
    async with serving(message_bytes=65_536, variable_bytes=65_536) as served:
        await served.deploy()
        large = await served.create(variables=f'{{"scan":"{"x" * 64_900}"}}')
        small = await served.create()
        assert [job.processInstanceKey for job in await served.poll()] == [small]
        incident = await served.incident_of(large)
        assert incident.error_type == "MESSAGE_SIZE_EXCEEDED"
        assert "fetch fewer variables" in incident.message


async def test_a_job_comes_again_when_its_worker_has_let_it_lie(served: Served) -> None:
    await served.deploy()
    await served.create()
    (first,) = await served.poll(timeout=1)
    (second,) = await served.poll(requestTimeout=60_000)
    assert (second.key, second.retries) == (first.key, first.retries)


async def test_a_client_that_leaves_while_it_waits_takes_nothing_with_it(served: Served) -> None:
    await served.deploy()
    call = served.stub.ActivateJobs(poll_request(requestTimeout=60_000))
    await until(lambda: served.waiting_polls() == 1)
    call.cancel()
    await until(lambda: served.waiting_polls() == 0)
    await served.create()
    assert len(await served.poll()) == 1


async def test_a_client_that_leaves_before_the_commit_of_its_jobs_gives_them_back(served: Served) -> None:
    await served.deploy()
    await served.create()
    served.store.hold()
    call = served.stub.ActivateJobs(poll_request())
    await served.held()
    call.cancel()
    await until(served.edge_is_idle)
    served.store.release()
    (job,) = await served.poll(requestTimeout=60_000)
    assert job.retries == 3


async def test_a_client_that_leaves_while_its_job_is_on_the_way_gives_it_back(served: Served) -> None:
    await served.deploy()
    call = served.stub.ActivateJobs(poll_request(requestTimeout=60_000))
    await until(lambda: served.waiting_polls() == 1)
    served.store.hold()
    creating = asyncio.create_task(served.create())
    await served.held()
    call.cancel()
    await until(lambda: served.calls_under_way() == 1)
    served.store.release()
    await creating
    (job,) = await served.poll(requestTimeout=60_000)
    assert job.retries == 3


async def test_a_job_on_its_way_when_the_time_is_over_is_not_lost(served: Served) -> None:
    await served.deploy()
    waiting = asyncio.create_task(served.poll(requestTimeout=50, worker="first"))
    await until(lambda: served.waiting_polls() == 1)
    served.store.hold()
    creating = asyncio.create_task(served.create())
    await served.held()
    assert await waiting == []
    served.store.release()
    await creating
    assert len(await served.poll(requestTimeout=60_000)) == 1


async def test_a_waiting_poll_whose_job_could_not_be_committed_may_try_again(served: Served) -> None:
    await served.deploy()
    await served.create()
    (job,) = await served.poll()
    waiting = asyncio.create_task(served.poll(requestTimeout=60_000))
    await until(lambda: served.waiting_polls() == 1)
    served.store.failing = True
    async with refused(grpc.StatusCode.UNAVAILABLE, "not carried out"):
        await served.stub.FailJob(gateway.FailJobRequest(jobKey=job.key, retries=1))
    async with refused(grpc.StatusCode.UNAVAILABLE, "try again"):
        await waiting
    served.store.failing = False
    await served.stub.FailJob(gateway.FailJobRequest(jobKey=job.key, retries=1))
    assert len(await served.poll()) == 1


async def test_a_poll_is_told_when_the_store_fails(served: Served) -> None:
    await served.deploy()
    await served.create()
    served.store.failing = True
    async with refused(grpc.StatusCode.UNAVAILABLE, "the disk is full"):
        await served.poll()
    served.store.failing = False
    assert len(await served.poll()) == 1


async def test_many_polls_share_many_jobs_without_a_double(served: Served) -> None:
    await served.deploy()
    waiting = [asyncio.create_task(served.poll(requestTimeout=60_000, maxJobsToActivate=3)) for _ in range(8)]
    await until(lambda: served.waiting_polls() == 8)
    await asyncio.gather(*(served.create() for _ in range(40)))
    taken = [job.key for jobs in await asyncio.gather(*waiting) for job in jobs]
    while rest := await served.poll():
        taken += [job.key for job in rest]
    assert len(taken) == len(set(taken)) == 40


async def test_polls_end_well_when_the_server_stops(served: Served) -> None:
    waiting = asyncio.create_task(served.poll(requestTimeout=60_000))
    await until(lambda: served.waiting_polls() == 1)
    await served.door.stop(grace_seconds=20)
    assert await waiting == []


async def test_two_tasks_of_two_types(served: Served) -> None:
    await served.deploy(models.TWO_TASKS)
    key = await served.create("two")
    for job_type in ("first", "second"):
        (job,) = await served.poll(job_type)
        await served.complete(job)
    assert await served.state_of(key) == "COMPLETED"

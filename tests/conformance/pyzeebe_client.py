"""A stock client in a process of its own: `pyzeebe_client.py ADDRESS NAME SCENARIO [ARGUMENT…]` prints what
it saw as JSON.

Nothing of Counterflow is imported here. Annotations stay objects: pyzeebe looks at them to know what a
handler wants. What pyzeebe's client has no method for is called through the stub it was generated with.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar, cast

import grpc.aio
from pyzeebe import (
    Job,
    JobController,
    ZeebeClient,
    ZeebeWorker,
    create_insecure_channel,
    create_secure_channel,
)
from pyzeebe.errors import BusinessError, PyZeebeError
from pyzeebe.grpc_internals.types import DeployResourceResponse
from pyzeebe.grpc_internals.zeebe_job_adapter import ZeebeJobAdapter
from pyzeebe.proto import gateway_pb2, gateway_pb2_grpc

MODEL = Path(__file__).with_name("clients").joinpath("order.bpmn").read_text()
MESSAGES = Path(__file__).with_name("clients").joinpath("messages.bpmn").read_text()
DECIDING = Path(__file__).with_name("clients").joinpath("deciding.bpmn").read_text()
DISCOUNT = Path(__file__).with_name("clients").joinpath("discount.dmn").read_text()
SCENARIO = "SCENARIO"
"""What a model's process id is, and its job types begin with: scenarios must not see each other's jobs."""

Answer = dict[str, Any]
Handler = TypeVar("Handler", bound=Callable[..., Any])


class Order:
    """The process of a scenario, by its own name."""

    def __init__(self, name: str) -> None:
        self.id = name
        self.pay, self.ship, self.apologise = (f"{name}-{task}" for task in ("pay", "ship", "apologise"))

    async def deploy(self, client: ZeebeClient, model: str = MODEL) -> DeployResourceResponse:
        """Deploy a model under that name."""
        with TemporaryDirectory() as folder:
            file = Path(folder) / f"{self.id}.bpmn"
            file.write_text(model.replace(SCENARIO, self.id))
            return await client.deploy_resource(file)


class Seen:
    """What handlers were given, and a way to wait until it is enough."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self._changed = asyncio.Condition()

    async def add(self, job: Job) -> None:
        async with self._changed:
            self.jobs.append(job)
            self._changed.notify_all()

    async def count(self, wanted: int) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.jobs) >= wanted)


@asynccontextmanager
async def working(worker: ZeebeWorker) -> AsyncIterator[None]:
    """The worker at work; its death is ours."""
    work = asyncio.create_task(worker.work())
    try:
        yield
        if work.done():
            work.result()
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


def handles(worker: ZeebeWorker, job_type: str, **options: Any) -> Callable[[Handler], Handler]:
    """`worker.task`, whose own types admit no handler at all."""
    task: Any = worker.task(job_type, **options)
    return cast("Callable[[Handler], Handler]", task)


async def failure(call: Awaitable[Any]) -> str:
    """The name of the error that a call ends with."""
    try:
        await call
    except PyZeebeError as error:
        return type(error).__name__
    return "none"


async def topology(order: Order, channel: grpc.aio.Channel) -> Answer:
    client = ZeebeClient(channel)
    answer, health = await client.topology(), await client.healthcheck()
    return {
        "cluster_size": answer.cluster_size,
        "gateway_version": answer.gateway_version,
        "partitions": [
            [partition.partition_id, str(partition.role)]
            for broker in answer.brokers
            for partition in broker.partitions
        ],
        "health": str(health.status),
    }


async def deploy(order: Order, channel: grpc.aio.Channel) -> Answer:
    client = ZeebeClient(channel)
    first, second = await order.deploy(client), await order.deploy(client)
    process: Any = first.deployments[0]
    return {
        "process": [process.bpmn_process_id, process.version, process.tenant_id],
        "same": process == second.deployments[0],
    }


async def with_result(order: Order, channel: grpc.aio.Channel, stream: str = "") -> Answer:
    """Ten orders, each paid and shipped by a worker that polls, or that streams as well."""
    client, worker, seen = ZeebeClient(channel), ZeebeWorker(channel, stream_enabled=bool(stream)), Seen()
    await order.deploy(client)

    @handles(worker, order.pay)
    async def pay(job: Job, number: int) -> dict[str, Any]:
        await seen.add(job)
        return {"paid": number * 10}

    @handles(worker, order.ship, single_value=True, variable_name="parcel")
    async def ship(job: Job, paid: int) -> str:
        await seen.add(job)
        return f"P-{paid}"

    async with working(worker):
        results = await asyncio.gather(
            *(client.run_process_with_result(order.id, {"number": number}) for number in range(10))
        )
        named = await client.run_process_with_result(order.id, {"number": 99}, variables_to_fetch=["parcel"])
    return {
        "results": [result.variables for result in results],
        "named": named.variables,
        "handled": sorted(job.type for job in seen.jobs),
        "doubles": len(seen.jobs) - len({job.key for job in seen.jobs}),
        "header": dict(seen.jobs[0].custom_headers),
    }


async def fail_and_try_again(order: Order, channel: grpc.aio.Channel) -> Answer:
    client, worker, seen = ZeebeClient(channel), ZeebeWorker(channel), Seen()
    await order.deploy(client)

    async def try_later(error: Exception, job: Job, controller: JobController) -> None:
        await controller.set_failure_status(str(error), retry_back_off_ms=20)

    @handles(worker, order.pay, exception_handler=try_later)
    async def pay(job: Job) -> dict[str, Any]:
        await seen.add(job)
        if len(seen.jobs) < 3:
            raise ConnectionError("no connection")
        return {"paid": len(seen.jobs)}

    @handles(worker, order.ship)
    async def ship(job: Job) -> None:
        await seen.add(job)

    async with working(worker):
        result = await client.run_process_with_result(order.id, {})
    return {
        "retries": [job.retries for job in seen.jobs],
        "types": [job.type for job in seen.jobs],
        "variables": result.variables,
    }


async def throw_error(order: Order, channel: grpc.aio.Channel) -> Answer:
    client, worker = ZeebeClient(channel), ZeebeWorker(channel)
    await order.deploy(client)

    async def report(error: Exception, job: Job, controller: JobController) -> None:
        await controller.set_error_status(
            str(error), error_code="sold-out" if isinstance(error, BusinessError) else ""
        )

    @handles(worker, order.pay, exception_handler=report)
    async def pay() -> None:
        raise BusinessError("sold-out")

    @handles(worker, order.apologise)
    async def apologise() -> dict[str, Any]:
        return {"sorry": True}

    async with working(worker):
        result = await client.run_process_with_result(order.id, {})
    return {"variables": result.variables}


async def mistakes(order: Order, channel: grpc.aio.Channel) -> Answer:
    client, jobs = ZeebeClient(channel), ZeebeJobAdapter(channel, -1)
    await order.deploy(client)
    key = (await client.run_process(order.id)).process_instance_key
    job = await anext(jobs.activate_jobs(order.pay, "mistaken", 60_000, 1, [], 10_000))
    await jobs.fail_job(job.key, 1, "later", 60_000, {})
    backing_off = await failure(jobs.complete_job(job.key, {}))
    await client.cancel_process_instance(key)
    return {
        "complete_backing_off": backing_off,
        "complete_gone": await failure(jobs.complete_job(job.key, {})),
        "fail_gone": await failure(jobs.fail_job(job.key, 1, "", 0, {})),
        "throw_gone": await failure(jobs.throw_error(job.key, "", {})),
        "cancel_gone": await failure(client.cancel_process_instance(key)),
        "start_unknown": await failure(client.run_process("nobody")),
        "result_late": await failure(client.run_process_with_result(order.id, timeout=50)),
        "deploy_broken": await failure(client.deploy_resource(__file__)),
        "job_of_no_partition": await failure(jobs.complete_job(5, {})),
    }


async def fail_for_good(order: Order, channel: grpc.aio.Channel) -> Answer:
    client, jobs = ZeebeClient(channel), ZeebeJobAdapter(channel, -1)
    await order.deploy(client)
    key = (await client.run_process(order.id, {"amount": 1})).process_instance_key
    async for job in jobs.activate_jobs(order.pay, "failing", 60_000, 100, [], 10_000):
        await jobs.fail_job(job.key, 0, "card expired", 0, {})
        if job.process_instance_key == key:
            return {"instance": key, "job": job.key}
    raise LookupError(f"no job of instance {key}")


async def repair(order: Order, channel: grpc.aio.Channel, instance: str, job: str, incident: str) -> Answer:
    stub: Any = gateway_pb2_grpc.GatewayStub(channel)
    worker, seen = ZeebeWorker(channel), Seen()

    @handles(worker, order.pay)
    async def pay(job: Job, amount: int) -> dict[str, Any]:
        await seen.add(job)
        return {"paid": amount}

    @handles(worker, order.ship)
    async def ship(job: Job) -> None:
        await seen.add(job)

    await stub.UpdateJobRetries(gateway_pb2.UpdateJobRetriesRequest(jobKey=int(job), retries=2))
    await stub.SetVariables(
        gateway_pb2.SetVariablesRequest(elementInstanceKey=int(instance), variables='{"amount": 7}')
    )
    await stub.ResolveIncident(gateway_pb2.ResolveIncidentRequest(incidentKey=int(incident)))
    async with working(worker):
        await seen.count(2)
    return {"retries": seen.jobs[0].retries, "amount": seen.jobs[1].variables["paid"]}


async def more_time(order: Order, channel: grpc.aio.Channel) -> Answer:
    """A job whose time is cut short comes to the next who asks."""
    client, jobs = ZeebeClient(channel), ZeebeJobAdapter(channel, -1)
    await order.deploy(client)
    key = (await client.run_process(order.id)).process_instance_key
    first = await anext(jobs.activate_jobs(order.pay, "slow", 60_000, 1, [], 10_000))
    await jobs.update_job_timeout(first.key, 1)
    second = await anext(jobs.activate_jobs(order.pay, "next", 60_000, 1, [], 10_000))
    await client.cancel_process_instance(key)
    return {"same": first.key == second.key, "retries": [first.retries, second.retries]}


async def idle(order: Order, channel: grpc.aio.Channel) -> Answer:
    """A worker that finds nothing for several polls stays alive."""
    jobs = ZeebeJobAdapter(channel, -1)
    return {
        "found": [
            [job.key async for job in jobs.activate_jobs("nothing", "idle", 1_000, 1, [], wait)]
            for wait in (-1, 20, 20)
        ]
    }


async def publish(order: Order, channel: grpc.aio.Channel) -> Answer:
    """One message for who waits already, one for who comes later, one twice, and one that nobody wants."""
    client = ZeebeClient(channel)
    await order.deploy(client, MESSAGES)
    name = f"{order.id}-paid"
    waiting = asyncio.create_task(client.run_process_with_result(order.id, {"order": "o-1"}))
    first = await client.publish_message(name, "o-1", {"amount": 7})
    later = await client.publish_message(name, "o-2", {"amount": 8}, message_id="m-2")
    again = await failure(client.publish_message(name, "o-2", {"amount": 9}, message_id="m-2"))
    unwanted = await client.publish_message(name, "o-3", time_to_live_in_milliseconds=0, message_id="m-3")
    return {
        "waiting": (await waiting).variables,
        "later": (await client.run_process_with_result(order.id, {"order": "o-2"})).variables,
        "again": again,
        "again_when_gone": await failure(
            client.publish_message(name, "o-3", time_to_live_in_milliseconds=0, message_id="m-3")
        ),
        "dropped": await failure(client.run_process_with_result(order.id, {"order": "o-3"}, timeout=50)),
        "keys_rise": first.key < later.key < unwanted.key,
        "tenant": first.tenant_id,
    }


async def begin_by_message(order: Order, channel: grpc.aio.Channel) -> Answer:
    """A message begins an instance; the next with its key another once that has ended; a caller none."""
    client, worker, seen = ZeebeClient(channel), ZeebeWorker(channel), Seen()
    await order.deploy(client, MESSAGES)

    @handles(worker, f"{order.id}-pack")
    async def pack(job: Job) -> None:
        await seen.add(job)

    for parcel in (1, 2):
        await client.publish_message(f"{order.id}-packing", "o-1", {"parcel": parcel})
    async with working(worker):
        await seen.count(2)
    by_hand = await failure(client.run_process(f"{order.id}-packing"))
    return {"parcels": [job.variables["parcel"] for job in seen.jobs], "by_hand": by_hand}


async def start_instructions(order: Order, channel: grpc.aio.Channel) -> Answer:
    """An instance that begins behind the payment, and two ways to name an element it cannot begin at."""
    stub: Any = gateway_pb2_grpc.GatewayStub(channel)
    client, worker = ZeebeClient(channel), ZeebeWorker(channel)
    await order.deploy(client)

    @handles(worker, order.ship)
    async def ship(paid: int) -> dict[str, Any]:
        return {"parcel": f"P-{paid}"}

    def request(element_id: str) -> Any:
        at = [gateway_pb2.ProcessInstanceCreationStartInstruction(elementId=element_id)]
        creation = gateway_pb2.CreateProcessInstanceRequest(
            bpmnProcessId=order.id, version=-1, startInstructions=at, variables='{"paid": 5}'
        )
        return gateway_pb2.CreateProcessInstanceWithResultRequest(request=creation)

    async def refusal(element_id: str) -> str:
        try:
            await stub.CreateProcessInstanceWithResult(request(element_id))
        except grpc.aio.AioRpcError as error:
            return error.code().name
        return "OK"

    async with working(worker):
        result = await stub.CreateProcessInstanceWithResult(request("ship"))
    return {
        "variables": json.loads(result.variables),
        "refused": [await refusal(element_id) for element_id in ("nowhere", "sold-out")],
    }


async def decide(order: Order, channel: grpc.aio.Channel) -> Answer:
    client = ZeebeClient(channel)
    with TemporaryDirectory() as folder:
        process, discount = Path(folder) / f"{order.id}.bpmn", Path(folder) / f"{order.id}.dmn"
        process.write_text(DECIDING.replace(SCENARIO, order.id))
        discount.write_text(DISCOUNT.replace(SCENARIO, order.id))
        deployed = await client.deploy_resource(process, discount)
    evaluated = await client.evaluate_decision(
        decision_key=None, decision_id=order.id, variables={"amount": 100}
    )
    failed = await client.evaluate_decision(
        decision_key=evaluated.decision_key, decision_id=None, variables={"amount": 1_001}
    )
    (step,) = evaluated.evaluated_decisions
    return {
        "deployed": [type(each).__name__ for each in deployed.deployments],
        "output": evaluated.decision_output,
        "type": step.decision_type,
        "inputs": [(each.input_name, each.input_value) for each in step.evaluated_inputs],
        "rules": [
            (rule.rule_index, [each.output_value for each in rule.evaluated_outputs])
            for rule in step.matched_rules
        ],
        "failed": [
            failed.decision_output,
            failed.failed_decision_id == order.id,
            "UNIQUE" in failed.failure_message,
        ],
        "missing": await failure(
            client.evaluate_decision(decision_key=None, decision_id="nowhere", variables={})
        ),
        "variables": (await client.run_process_with_result(order.id, {"amount": 20})).variables,
    }


SCENARIOS: dict[str, Callable[..., Awaitable[Answer]]] = {
    scenario.__name__: scenario
    for scenario in (
        topology,
        deploy,
        with_result,
        fail_and_try_again,
        throw_error,
        mistakes,
        fail_for_good,
        repair,
        more_time,
        idle,
        publish,
        begin_by_message,
        start_instructions,
        decide,
    )
}


def open_channel(address: str) -> grpc.aio.Channel:
    """Over TLS where the environment names files: `TRUSTED`, and a client's own `CERTIFICATE` and `KEY`."""
    trusted, certificate, key = (
        Path(os.environ[name]).read_bytes() if name in os.environ else None
        for name in ("TRUSTED", "CERTIFICATE", "KEY")
    )
    if trusted is None:
        return create_insecure_channel(grpc_address=address)
    return create_secure_channel(
        grpc_address=address, channel_credentials=grpc.ssl_channel_credentials(trusted, key, certificate)
    )


async def main(address: str, name: str, scenario: str, *arguments: str) -> None:
    async with open_channel(address) as channel, asyncio.timeout(60):
        sys.stdout.write(json.dumps(await SCENARIOS[scenario](Order(name), channel, *arguments)))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

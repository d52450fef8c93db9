"""Counterflow's own SDK, told what to do a line of JSON at a time: `sdk_client.py ADDRESS`.

`../README.md` is the protocol.
"""

import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from counterflow_worker import (
    GIVE_UP,
    BpmnError,
    Client,
    ClientError,
    Job,
    JobFailure,
    Metrics,
    Outcome,
    Worker,
)

Answer = dict[str, Any]
Operation = Callable[[Answer], Awaitable[Answer | None]]
OPTIONS = (
    "createWithResult.ends",
    "activate.fetchVariables",
    "activate.ends",
    "work.stream",
    "work.stream.reopened",
    "fail.variables",
    "throw.variables",
)


def say(**line: Any) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def told(error: ClientError) -> Answer:
    return {"code": error.status, "message": error.reason}


def described(job: Job) -> Answer:
    return {
        "key": str(job.key),
        "type": job.type,
        "processInstanceKey": str(job.process_instance_key),
        "bpmnProcessId": job.bpmn_process_id,
        "processDefinitionVersion": job.process_definition_version,
        "processDefinitionKey": str(job.process_definition_key),
        "elementId": job.element_id,
        "elementInstanceKey": str(job.element_instance_key),
        "worker": job.worker,
        "retries": job.retries,
        "deadline": job.deadline_ms,
        "customHeaders": job.headers,
        "variables": job.variables,
    }


def answer_with(answer: Answer) -> Any:
    """What a handler does to give this answer."""
    variables = answer.get("variables")
    if answer["do"] == "fail":
        raise JobFailure(answer["errorMessage"], answer["retries"], answer.get("retryBackOff", 0), variables)
    if answer["do"] == "throw":
        raise BpmnError(answer["errorCode"], answer["errorMessage"], variables)
    return variables


class Reports(Metrics):
    """Tells how the server took each outcome."""

    def job_reported(self, job: Job, outcome: Outcome, *, accepted: bool) -> None:
        refused = (
            {}
            if accepted
            else {"error": {"code": "LOCAL", "message": f"{type(outcome).__name__} was not accepted"}}
        )
        say(event="answered", worker=job.worker, jobKey=str(job.key), **refused)


class Operations:
    """The operations of the protocol, by their names in Python's spelling."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.client = Client(address)
        self.workers: dict[str, tuple[Worker, asyncio.Task[None]]] = {}

    async def topology(self, _: Answer) -> Answer:
        found = await self.client.topology()
        partitions = [
            {"partitionId": partition.partition_id, "role": partition.role, "health": partition.health}
            for broker in found.brokers
            for partition in broker.partitions
        ]
        return {
            "clusterSize": found.cluster_size,
            "partitionsCount": found.partitions_count,
            "gatewayVersion": found.gateway_version,
            "partitions": partitions,
        }

    async def deploy(self, request: Answer) -> Answer:
        with TemporaryDirectory() as folder:
            file = Path(folder) / request["name"]
            file.write_text(request["content"])
            deployed = await self.client.deploy(file)
        processes = [
            {
                "bpmnProcessId": process.bpmn_process_id,
                "version": process.version,
                "processDefinitionKey": str(process.process_definition_key),
                "resourceName": process.resource_name,
            }
            for process in deployed.processes
        ]
        decisions = [
            {
                "decisionId": decision.decision_id,
                "version": decision.version,
                "decisionKey": str(decision.decision_key),
            }
            for decision in deployed.decisions
        ]
        return {"key": str(deployed.key), "processes": processes, "decisions": decisions}

    async def create(self, request: Answer) -> Answer:
        created = await self.client.create_instance(
            request["bpmnProcessId"],
            request.get("variables"),
            request.get("version", -1),
            start_before=request.get("startBefore", ()),
        )
        return {
            "processInstanceKey": str(created.process_instance_key),
            "processDefinitionKey": str(created.process_definition_key),
            "bpmnProcessId": created.bpmn_process_id,
            "version": created.version,
        }

    async def create_with_result(self, request: Answer) -> Answer:
        ended = await self.client.create_instance_with_result(
            request["bpmnProcessId"],
            request.get("variables"),
            fetch=request.get("fetchVariables", ()),
            timeout_ms=request["requestTimeout"],
        )
        return {
            "processInstanceKey": str(ended.process_instance_key),
            "bpmnProcessId": ended.bpmn_process_id,
            "version": ended.version,
            "variables": ended.variables,
        }

    async def cancel(self, request: Answer) -> None:
        await self.client.cancel(int(request["processInstanceKey"]))

    async def set_variables(self, request: Answer) -> None:
        await self.client.set_variables(
            int(request["elementInstanceKey"]), request["variables"], local=request["local"]
        )

    async def resolve_incident(self, request: Answer) -> None:
        await self.client.resolve_incident(int(request["incidentKey"]))

    async def activate(self, request: Answer) -> Answer:
        asked = {
            "max_jobs": request["maxJobs"],
            "timeout_ms": request["timeout"],
            "request_timeout_ms": request["requestTimeout"],
        }
        jobs = await self.client.activate_jobs(
            request["type"], worker=request["worker"], fetch=request.get("fetchVariables", ()), **asked
        )
        return {"jobs": [described(job) for job in jobs]}

    async def complete(self, request: Answer) -> None:
        await self.client.complete_job(int(request["jobKey"]), request.get("variables"))

    async def fail(self, request: Answer) -> None:
        await self.client.fail_job(
            int(request["jobKey"]),
            retries=request["retries"],
            message=request["errorMessage"],
            back_off_ms=request.get("retryBackOff", 0),
            variables=request.get("variables"),
        )

    async def throw(self, request: Answer) -> None:
        await self.client.throw_error(
            int(request["jobKey"]), request["errorCode"], request["errorMessage"], request.get("variables")
        )

    async def update_retries(self, request: Answer) -> None:
        await self.client.update_job_retries(int(request["jobKey"]), request["retries"])

    async def update_timeout(self, request: Answer) -> None:
        await self.client.update_job_timeout(int(request["jobKey"]), request["timeout"])

    async def publish(self, request: Answer) -> Answer:
        key = await self.client.publish_message(
            request["name"],
            request["correlationKey"],
            request.get("variables"),
            time_to_live_ms=request["timeToLive"],
            message_id=request.get("messageId", ""),
        )
        return {"key": str(key)}

    async def broadcast(self, request: Answer) -> None:
        await self.client.broadcast_signal(request["signalName"], request["variables"])

    async def evaluate_decision(self, request: Answer) -> Answer:
        found = await self.client.evaluate_decision(request["decisionId"], request["variables"])
        return {
            "decisionId": found.decision_id,
            "decisionVersion": found.version,
            "decisionOutput": found.output,
            "matchedRules": [rule.rule_id for decision in found.evaluated for rule in decision.matched_rules],
            "failedDecisionId": found.failed_decision_id,
            "failureMessage": found.failure,
        }

    async def work(self, request: Answer) -> None:
        worker, answers = request["worker"], request["answers"]
        opened = Worker(Client(self.address), name=worker, metrics=Reports())
        taken = count()

        @opened.task(
            request["type"],
            timeout_ms=request["timeout"],
            max_jobs=request["maxJobs"],
            stream=request["stream"],
            retry=GIVE_UP,
        )
        async def handle(job: Job) -> Any:
            say(event="job", worker=worker, job=described(job))
            answer = answers[min(next(taken), len(answers) - 1)]
            if answer["do"] == "hold":
                await asyncio.Event().wait()
            return answer_with(answer)

        self.workers[worker] = opened, asyncio.create_task(opened.run(handle_signals=False))

    async def stop_work(self, request: Answer) -> None:
        opened, running = self.workers.pop(request["worker"])
        opened.stop()
        await running


def operations(target: Operations) -> dict[str, Operation]:
    """The operations by the protocol's names, `updateRetries` and so on."""
    names = [name for name in vars(Operations) if not name.startswith("_")]
    return {re.sub(r"_(.)", lambda letter: letter[1].upper(), name): getattr(target, name) for name in names}


async def serve(operation: Operation, number: int, request: Answer) -> None:
    try:
        say(id=number, ok=await operation(request) or {})
    except ClientError as error:
        say(id=number, error=told(error))


async def main(address: str) -> None:
    known = operations(Operations(address))
    library = "counterflow_worker"
    say(ready={"library": library, "version": version("counterflow"), "operations": [*known, *OPTIONS]})
    async with asyncio.TaskGroup() as served:
        while line := await asyncio.to_thread(sys.stdin.readline):
            request = json.loads(line)
            served.create_task(serve(known[request["do"]], request["id"], request))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

"""Camunda's SDK for Python, which speaks REST, told what to do a line of JSON at a time.

`rest_client.py ADDRESS`; `../README.md` is the protocol.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from threading import Lock
from typing import Any

from camunda_orchestration_sdk import CamundaClient, models
from camunda_orchestration_sdk.errors import ApiError
from camunda_orchestration_sdk.types import File

Answer = dict[str, Any]
LIBRARY = "camunda-orchestration-sdk"
OPTIONS = (
    "createWithResult.ends",
    "create.definitionKey",
    "activate.fetchVariables",
    "activate.ends",
    "fail.variables",
    "throw.variables",
)
CODES = {400: "INVALID_ARGUMENT", 404: "NOT_FOUND", 504: "DEADLINE_EXCEEDED"}
"""What gRPC calls a status of HTTP; of the others the problem's own title says it."""
SAYING = Lock()


def say(**line: Any) -> None:
    with SAYING:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def told(error: ApiError) -> Answer:
    problem = json.loads(error.content)
    code = CODES.get(error.status_code) or problem["title"].replace("INVALID_STATE", "FAILED_PRECONDITION")
    return {"code": code, "message": problem["detail"]}


def described(job: Any) -> Answer:
    return {
        "key": str(job.job_key),
        "type": job.type_,
        "processInstanceKey": str(job.process_instance_key),
        "bpmnProcessId": str(job.process_definition_id),
        "processDefinitionVersion": job.process_definition_version,
        "processDefinitionKey": str(job.process_definition_key),
        "elementId": str(job.element_id),
        "elementInstanceKey": str(job.element_instance_key),
        "worker": job.worker,
        "retries": job.retries,
        "deadline": job.deadline,
        "customHeaders": job.custom_headers.to_dict(),
        "variables": job.variables.to_dict(),
    }


class Operations:
    """The operations of the protocol, by their names in Python's spelling."""

    def __init__(self, address: str) -> None:
        self._client = CamundaClient(
            configuration={
                "CAMUNDA_REST_ADDRESS": f"http://{address}/v2",
                "CAMUNDA_AUTH_STRATEGY": "NONE",
                "CAMUNDA_SDK_LOG_LEVEL": "silent",
            }
        )

    def topology(self, _: Answer) -> Answer:
        found = self._client.get_topology()
        partitions = [
            {
                "partitionId": partition.partition_id,
                "role": partition.role.value.upper(),
                "health": partition.health.value.upper(),
            }
            for broker in found.brokers
            for partition in broker.partitions
        ]
        return {
            "clusterSize": found.cluster_size,
            "partitionsCount": found.partitions_count,
            "gatewayVersion": found.gateway_version,
            "partitions": partitions,
        }

    def deploy(self, request: Answer) -> Answer:
        file = File(payload=request["content"].encode(), file_name=request["name"])
        deployed = self._client.create_deployment(data=models.CreateDeploymentData(resources=[file]))
        processes = [each.process_definition for each in deployed.deployments if each.process_definition]
        decisions = [each.decision_definition for each in deployed.deployments if each.decision_definition]
        return {
            "key": str(deployed.deployment_key),
            "processes": [
                {
                    "bpmnProcessId": str(process.process_definition_id),
                    "version": process.process_definition_version,
                    "processDefinitionKey": str(process.process_definition_key),
                    "resourceName": process.resource_name,
                }
                for process in processes
            ],
            "decisions": [
                {
                    "decisionId": str(decision.decision_definition_id),
                    "version": decision.version,
                    "decisionKey": str(decision.decision_definition_key),
                }
                for decision in decisions
            ],
        }

    def create(self, request: Answer) -> Answer:
        created = self._create(request)
        return {
            "processInstanceKey": str(created.process_instance_key),
            "processDefinitionKey": str(created.process_definition_key),
            "bpmnProcessId": str(created.process_definition_id),
            "version": created.process_definition_version,
        }

    def create_with_result(self, request: Answer) -> Answer:
        ended = self._create(
            request,
            awaitCompletion=True,
            requestTimeout=request["requestTimeout"],
            fetchVariables=request.get("fetchVariables", []),
        )
        return {
            "processInstanceKey": str(ended.process_instance_key),
            "bpmnProcessId": str(ended.process_definition_id),
            "version": ended.process_definition_version,
            "variables": ended.variables.to_dict(),
        }

    def cancel(self, request: Answer) -> None:
        # one version of the library can send nothing, the other nothing but a body
        data = None if version(LIBRARY).startswith("9.") else models.CancelProcessInstanceRequest()
        self._client.cancel_process_instance(request["processInstanceKey"], data=data)

    def set_variables(self, request: Answer) -> None:
        data = models.SetVariableRequest.from_dict(
            {"variables": request["variables"], "local": request["local"]}
        )
        self._client.create_element_instance_variables(request["elementInstanceKey"], data=data)

    def resolve_incident(self, request: Answer) -> None:
        data = models.IncidentResolutionRequest()
        self._client.resolve_incident(request["incidentKey"], data=data)

    def activate(self, request: Answer) -> Answer:
        wish = {
            "type": request["type"],
            "timeout": request["timeout"],
            "maxJobsToActivate": request["maxJobs"],
            "worker": request["worker"],
            "requestTimeout": request["requestTimeout"],
            "fetchVariable": request.get("fetchVariables", []),
        }
        found = self._client.activate_jobs(data=models.JobActivationRequest.from_dict(wish))
        return {"jobs": [described(job) for job in found.jobs]}

    def complete(self, request: Answer) -> None:
        data = models.JobCompletionRequest.from_dict({"variables": request.get("variables") or {}})
        self._client.complete_job(request["jobKey"], data=data)

    def fail(self, request: Answer) -> None:
        names = ("retries", "errorMessage", "retryBackOff")
        said = {name: request[name] for name in names if name in request}
        data = models.JobFailRequest.from_dict({**said, "variables": request.get("variables") or {}})
        self._client.fail_job(request["jobKey"], data=data)

    def throw(self, request: Answer) -> None:
        said = {name: request[name] for name in ("errorCode", "errorMessage")}
        data = models.JobErrorRequest.from_dict({**said, "variables": request.get("variables") or {}})
        self._client.throw_job_error(request["jobKey"], data=data)

    def update_retries(self, request: Answer) -> None:
        self._update(request["jobKey"], {"retries": request["retries"]})

    def update_timeout(self, request: Answer) -> None:
        self._update(request["jobKey"], {"timeout": request["timeout"]})

    def publish(self, request: Answer) -> Answer:
        names = ("name", "correlationKey", "messageId", "timeToLive", "variables")
        said = {name: request[name] for name in names if request.get(name) is not None}
        published = self._client.publish_message(data=models.MessagePublicationRequest.from_dict(said))
        return {"key": str(published.message_key)}

    def broadcast(self, request: Answer) -> None:
        said = {"signalName": request["signalName"], "variables": request["variables"]}
        self._client.broadcast_signal(data=models.SignalBroadcastRequest.from_dict(said))

    def evaluate_decision(self, request: Answer) -> Answer:
        said = {"decisionDefinitionId": request["decisionId"], "variables": request["variables"]}
        found = self._client.evaluate_decision(data=models.DecisionEvaluationByID.from_dict(said))
        return {
            "decisionId": str(found.decision_definition_id),
            "decisionVersion": found.decision_definition_version,
            "decisionOutput": json.loads(found.output),
            "matchedRules": [
                rule.rule_id for decision in found.evaluated_decisions for rule in decision.matched_rules
            ],
            "failedDecisionId": str(found.failed_decision_definition_id or ""),
            "failureMessage": found.failure_message or "",
        }

    def assign_task(self, request: Answer) -> None:
        said = {name: request[name] for name in ("assignee", "allowOverride") if name in request}
        data = models.UserTaskAssignmentRequest.from_dict(said)
        self._client.assign_user_task(request["userTaskKey"], data=data)

    def complete_task(self, request: Answer) -> None:
        data = models.UserTaskCompletionRequest.from_dict({"variables": request["variables"]})
        self._client.complete_user_task(request["userTaskKey"], data=data)

    def _create(self, request: Answer, **more: Any) -> Any:
        shared = {
            "variables": request.get("variables") or {},
            "startInstructions": [{"elementId": element} for element in request.get("startBefore", ())],
            **more,
        }
        if "processDefinitionKey" in request:
            by_key = {"processDefinitionKey": request["processDefinitionKey"], **shared}
            return self._client.create_process_instance(data=models.ProcessCreationByKey.from_dict(by_key))
        by_id = {
            "processDefinitionId": request["bpmnProcessId"],
            "processDefinitionVersion": request.get("version", -1),
            **shared,
        }
        return self._client.create_process_instance(data=models.ProcessCreationById.from_dict(by_id))

    def _update(self, key: str, changes: Answer) -> None:
        self._client.update_job(key, data=models.JobUpdateRequest.from_dict({"changeset": changes}))


def operations(target: Operations) -> dict[str, Callable[[Answer], Answer | None]]:
    """The operations by the protocol's names, `updateRetries` and so on."""
    names = [name for name in vars(Operations) if not name.startswith("_")]
    return {re.sub(r"_(.)", lambda letter: letter[1].upper(), name): getattr(target, name) for name in names}


def serve(operation: Callable[[Answer], Answer | None], number: int, request: Answer) -> None:
    try:
        say(id=number, ok=operation(request) or {})
    except ApiError as error:
        say(id=number, error=told(error))
    except Exception as error:  # noqa: BLE001 - whatever the library raises, the test is told
        say(id=number, error={"code": "LOCAL", "message": repr(error)})


def main(address: str) -> None:
    known = operations(Operations(address))
    say(ready={"library": LIBRARY, "version": version(LIBRARY), "operations": [*known, *OPTIONS]})
    with ThreadPoolExecutor(32) as pool:
        for line in sys.stdin:
            request = json.loads(line)
            pool.submit(serve, known[request["do"]], request["id"], request)


if __name__ == "__main__":
    main(sys.argv[1])

"""Every method sends its request and reads its answer."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message

from counterflow_wire import gateway as wire
from counterflow_worker import (
    AdHocResult,
    Client,
    DeadlineExceededError,
    InvalidStateError,
    NotFoundError,
    UnavailableError,
    VariablesError,
)
from counterflow_worker.results import (
    Broker,
    CompletedProcessInstance,
    DeployedDecision,
    DeployedDecisionRequirements,
    DeployedForm,
    DeployedProcess,
    Deployment,
    EvaluatedDecision,
    Evaluation,
    MatchedRule,
    Partition,
    ProcessInstance,
    Topology,
)
from tests.worker.fake_gateway import FakeGateway, activated

UNAVAILABLE, NOT_FOUND = grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.NOT_FOUND
FAILED_PRECONDITION, DEADLINE = grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.DEADLINE_EXCEEDED

Call = Callable[[Client], Awaitable[object]]


@pytest.mark.parametrize(
    "call,method,request_sent",
    [
        (lambda c: c.create_instance("trip", {"a": 1}), "CreateProcessInstance",
         wire.CreateProcessInstanceRequest(bpmnProcessId="trip", version=-1, variables='{"a":1}')),
        (lambda c: c.create_instance("trip", version=3, tenant_id="t"), "CreateProcessInstance",
         wire.CreateProcessInstanceRequest(bpmnProcessId="trip", version=3, variables="{}", tenantId="t")),
        (lambda c: c.create_instance("trip", start_before=["pay", "ship"]), "CreateProcessInstance",
         wire.CreateProcessInstanceRequest(
             bpmnProcessId="trip", version=-1, variables="{}", startInstructions=[{"elementId": "pay"}, {"elementId": "ship"}])),
        (lambda c: c.create_instance_with_result("trip", fetch=["a"], timeout_ms=9), "CreateProcessInstanceWithResult",
         wire.CreateProcessInstanceWithResultRequest(
             request={"bpmnProcessId": "trip", "version": -1, "variables": "{}"}, requestTimeout=9, fetchVariables=["a"])),
        (lambda c: c.cancel(5), "CancelProcessInstance", wire.CancelProcessInstanceRequest(processInstanceKey=5)),
        (lambda c: c.set_variables(5, {"a": 1}, local=True), "SetVariables",
         wire.SetVariablesRequest(elementInstanceKey=5, variables='{"a":1}', local=True)),
        (lambda c: c.resolve_incident(5), "ResolveIncident", wire.ResolveIncidentRequest(incidentKey=5)),
        (lambda c: c.complete_job(5, {"a": 1}), "CompleteJob", wire.CompleteJobRequest(jobKey=5, variables='{"a":1}')),
        (lambda c: c.complete_job(5, result=AdHocResult(activate=["ask", "ask"], is_cancel_remaining_instances=True)), "CompleteJob",
         wire.CompleteJobRequest(jobKey=5, variables="{}", result={
             "type": "adHocSubProcess", "activateElements": [{"elementId": "ask", "variables": "{}"}] * 2,
             "isCompletionConditionFulfilled": False, "isCancelRemainingInstances": True})),
        (lambda c: c.fail_job(5, retries=2, message="why", back_off_ms=9, variables={"a": 1}), "FailJob",
         wire.FailJobRequest(jobKey=5, retries=2, errorMessage="why", retryBackOff=9, variables='{"a":1}')),
        (lambda c: c.throw_error(5, "CODE", "why", {"a": 1}), "ThrowError",
         wire.ThrowErrorRequest(jobKey=5, errorCode="CODE", errorMessage="why", variables='{"a":1}')),
        (lambda c: c.update_job_timeout(5, 9), "UpdateJobTimeout", wire.UpdateJobTimeoutRequest(jobKey=5, timeout=9)),
        (lambda c: c.update_job_retries(5, 9), "UpdateJobRetries", wire.UpdateJobRetriesRequest(jobKey=5, retries=9)),
        (lambda c: c.publish_message("paid", "order-1", {"a": 1}, time_to_live_ms=9, message_id="m"), "PublishMessage",
         wire.PublishMessageRequest(name="paid", correlationKey="order-1", timeToLive=9, messageId="m", variables='{"a":1}')),
        (lambda c: c.broadcast_signal("stop", {"a": 1}), "BroadcastSignal",
         wire.BroadcastSignalRequest(signalName="stop", variables='{"a":1}')),
        (lambda c: c.evaluate_decision("price", {"a": 1}), "EvaluateDecision",
         wire.EvaluateDecisionRequest(decisionId="price", variables='{"a":1}')),
        (lambda c: c.evaluate_decision("", decision_key=5, tenant_id="t"), "EvaluateDecision",
         wire.EvaluateDecisionRequest(decisionKey=5, variables="{}", tenantId="t")),
        (lambda c: c.topology(), "Topology", wire.TopologyRequest()),
    ],
)  # fmt: skip
async def test_request_says_what_the_caller_said(
    gateway: FakeGateway, client: Client, call: Call, method: str, request_sent: Message
) -> None:
    await call(client)
    assert gateway.calls[method] == [request_sent]


@pytest.mark.parametrize(
    "call,method,answer,result",
    [
        (lambda c: c.create_instance("trip"), "CreateProcessInstance",
         wire.CreateProcessInstanceResponse(
             processDefinitionKey=1, bpmnProcessId="trip", version=2, processInstanceKey=3, tenantId="t"),
         ProcessInstance(process_definition_key=1, bpmn_process_id="trip", version=2, process_instance_key=3, tenant_id="t")),
        (lambda c: c.create_instance_with_result("trip"), "CreateProcessInstanceWithResult",
         wire.CreateProcessInstanceWithResultResponse(
             processDefinitionKey=1, bpmnProcessId="trip", version=2, processInstanceKey=3, variables='{"a":1}', tenantId="t"),
         CompletedProcessInstance(
             process_definition_key=1, bpmn_process_id="trip", version=2, process_instance_key=3, variables={"a": 1}, tenant_id="t")),
        (lambda c: c.set_variables(1, {}), "SetVariables", wire.SetVariablesResponse(key=9), 9),
        (lambda c: c.publish_message("m"), "PublishMessage", wire.PublishMessageResponse(key=9), 9),
        (lambda c: c.broadcast_signal("s"), "BroadcastSignal", wire.BroadcastSignalResponse(key=9), 9),
        (lambda c: c.complete_job(1), "CompleteJob", wire.CompleteJobResponse(), None),
        (lambda c: c.evaluate_decision("price"), "EvaluateDecision",
         wire.EvaluateDecisionResponse(
             decisionId="price", decisionVersion=2, decisionKey=3, decisionOutput='{"a":[1]}', evaluatedDecisions=[{
                 "decisionId": "price", "decisionName": "Price", "decisionVersion": 2, "decisionKey": 3,
                 "decisionType": "DECISION_TABLE", "decisionOutput": "7",
                 "evaluatedInputs": [{"inputId": "i", "inputName": "days", "inputValue": "4"}],
                 "matchedRules": [{"ruleId": "r", "ruleIndex": 1, "evaluatedOutputs": [{"outputName": "a", "outputValue": '"x"'}]}]}]),
         Evaluation(
             decision_id="price", version=2, decision_key=3, output={"a": [1]}, failed_decision_id="", failure="", evaluated=(
                 EvaluatedDecision(
                     decision_id="price", decision_name="Price", version=2, decision_key=3, type="DECISION_TABLE", output=7,
                     inputs={"days": 4}, matched_rules=(MatchedRule(rule_id="r", index=1, outputs={"a": "x"}),)),))),
        (lambda c: c.evaluate_decision("price"), "EvaluateDecision",
         wire.EvaluateDecisionResponse(decisionId="price", failedDecisionId="share", failureMessage="two rules"),
         Evaluation(
             decision_id="price", version=0, decision_key=0, output=None, failed_decision_id="share", failure="two rules", evaluated=())),
        (lambda c: c.topology(), "Topology",
         wire.TopologyResponse(
             brokers=[{"nodeId": 1, "host": "h", "port": 2, "version": "v", "partitions": [
                 {"partitionId": 1, "role": 0, "health": 0}, {"partitionId": 2, "role": 1, "health": 2}]}],
             clusterSize=1, partitionsCount=2, replicationFactor=3, gatewayVersion="8.6.0"),
         Topology(
             brokers=(Broker(node_id=1, host="h", port=2, version="v", partitions=(
                 Partition(partition_id=1, role="LEADER", health="HEALTHY"), Partition(partition_id=2, role="FOLLOWER", health="DEAD"))),),
             cluster_size=1, partitions_count=2, replication_factor=3, gateway_version="8.6.0")),
    ],
)  # fmt: skip
async def test_answer_is_read(
    gateway: FakeGateway, client: Client, call: Call, method: str, answer: Message, result: object
) -> None:
    gateway.answers[method] = answer
    assert await call(client) == result


async def test_deployment_sends_files_and_reads_each_kind(
    gateway: FakeGateway, client: Client, tmp_path: Path
) -> None:
    (tmp_path / "trip.bpmn").write_bytes(b"<bpmn/>")
    (tmp_path / "price.dmn").write_bytes(b"<dmn/>")
    gateway.answers["DeployResource"] = wire.DeployResourceResponse(
        key=1,
        tenantId="t",
        deployments=[
            wire.Deployment(
                process=wire.ProcessMetadata(
                    bpmnProcessId="trip", version=1, processDefinitionKey=2, resourceName="trip.bpmn"
                )
            ),
            wire.Deployment(
                decision=wire.DecisionMetadata(
                    dmnDecisionId="price", dmnDecisionName="Price", version=1, decisionKey=3
                )
            ),
            wire.Deployment(
                decisionRequirements=wire.DecisionRequirementsMetadata(
                    dmnDecisionRequirementsId="r", version=1
                )
            ),
            wire.Deployment(form=wire.FormMetadata(formId="f", version=1, formKey=5, resourceName="f.form")),
        ],
    )

    deployment = await client.deploy(tmp_path / "trip.bpmn", str(tmp_path / "price.dmn"))

    assert [(r.name, r.content) for r in gateway.calls["DeployResource"][0].resources] == [
        ("trip.bpmn", b"<bpmn/>"),
        ("price.dmn", b"<dmn/>"),
    ]
    assert deployment == Deployment(
        key=1,
        tenant_id="t",
        processes=(
            DeployedProcess(
                bpmn_process_id="trip",
                version=1,
                process_definition_key=2,
                resource_name="trip.bpmn",
                tenant_id="",
            ),
        ),
        decisions=(
            DeployedDecision(
                decision_id="price",
                decision_name="Price",
                version=1,
                decision_key=3,
                decision_requirements_id="",
                decision_requirements_key=0,
                tenant_id="",
            ),
        ),
        decision_requirements=(
            DeployedDecisionRequirements(
                decision_requirements_id="r",
                decision_requirements_name="",
                version=1,
                decision_requirements_key=0,
                resource_name="",
                tenant_id="",
            ),
        ),
        forms=(DeployedForm(form_id="f", version=1, form_key=5, resource_name="f.form", tenant_id=""),),
    )


@pytest.mark.parametrize(
    "call,method,second",
    [
        (lambda c: c.complete_job(1),          "CompleteJob",           NOT_FOUND),
        (lambda c: c.fail_job(1, retries=1),   "FailJob",               NOT_FOUND),
        (lambda c: c.fail_job(1, retries=0),   "FailJob",               FAILED_PRECONDITION),
        (lambda c: c.throw_error(1, "CODE"),   "ThrowError",            FAILED_PRECONDITION),
        (lambda c: c.cancel(1),                "CancelProcessInstance", NOT_FOUND),
        (lambda c: c.resolve_incident(1),      "ResolveIncident",       NOT_FOUND),
        (lambda c: c.publish_message("m", message_id="1", time_to_live_ms=9), "PublishMessage", grpc.StatusCode.ALREADY_EXISTS),
    ],
)  # fmt: skip
async def test_refusal_after_a_lost_answer_means_done(
    gateway: FakeGateway, client: Client, call: Call, method: str, second: grpc.StatusCode
) -> None:
    gateway.fail(method, UNAVAILABLE, second)
    await call(client)
    assert len(gateway.calls[method]) == 2


@pytest.mark.parametrize(
    "call,method,status,error",
    [
        (lambda c: c.complete_job(1),                        "CompleteJob",           NOT_FOUND,           NotFoundError),
        (lambda c: c.complete_job(1),                        "CompleteJob",           FAILED_PRECONDITION, InvalidStateError),
        (lambda c: c.create_instance("trip"),                "CreateProcessInstance", UNAVAILABLE,         UnavailableError),
        (lambda c: c.publish_message("m"),                   "PublishMessage",        UNAVAILABLE,         UnavailableError),
        (lambda c: c.publish_message("m", message_id="1"),   "PublishMessage",        UNAVAILABLE,         UnavailableError),
        (lambda c: c.broadcast_signal("s"),                  "BroadcastSignal",       UNAVAILABLE,         UnavailableError),
        (lambda c: c.create_instance_with_result("trip"),    "CreateProcessInstanceWithResult", DEADLINE,  DeadlineExceededError),
    ],
)  # fmt: skip
async def test_error_comes_out_after_one_attempt(
    gateway: FakeGateway,
    client: Client,
    call: Call,
    method: str,
    status: grpc.StatusCode,
    error: type[Exception],
) -> None:
    gateway.fail(method, status)
    with pytest.raises(error):
        await call(client)
    assert len(gateway.calls[method]) == 1


async def test_polled_jobs_are_typed(gateway: FakeGateway, client: Client) -> None:
    await gateway.add_jobs(activated(1, variables={"a": 1}), activated(2), activated(3))
    jobs = await client.activate_jobs(
        "work", max_jobs=2, timeout_ms=7, request_timeout_ms=8, worker="w", fetch=["a"]
    )
    assert [(job.key, job.variables) for job in jobs] == [(1, {"a": 1}), (2, {})]
    assert gateway.calls["ActivateJobs"] == [
        wire.ActivateJobsRequest(
            type="work", worker="w", timeout=7, maxJobsToActivate=2, fetchVariable=["a"], requestTimeout=8
        )
    ]


async def test_poll_that_finds_nothing_is_an_empty_list(client: Client) -> None:
    assert await client.activate_jobs("work", request_timeout_ms=-1) == []


async def test_poll_that_fails_is_not_repeated_behind_the_callers_back(
    gateway: FakeGateway, client: Client
) -> None:
    gateway.fail("ActivateJobs", UNAVAILABLE)
    with pytest.raises(UnavailableError):
        await client.activate_jobs("work")
    assert len(gateway.calls["ActivateJobs"]) == 1


async def test_streamed_jobs_come_until_the_caller_has_enough(gateway: FakeGateway, client: Client) -> None:
    await gateway.push_jobs(activated(1), activated(2), activated(3))
    keys: list[int] = []
    async for job in client.stream_jobs("work", timeout_ms=7, worker="w"):
        keys.append(job.key)
        if len(keys) == 2:
            break
    await gateway.until(lambda: gateway.open_streams == 0)
    assert keys == [1, 2]
    assert gateway.calls["StreamActivatedJobs"] == [
        wire.StreamActivatedJobsRequest(type="work", worker="w", timeout=7)
    ]


async def test_stream_ends_quietly_when_its_time_is_over(gateway: FakeGateway, client: Client) -> None:
    gateway.fail("StreamActivatedJobs", DEADLINE, DEADLINE)
    assert [job async for job in client.stream_jobs("work", open_for_ms=60_000)] == []
    with pytest.raises(DeadlineExceededError):
        _ = [job async for job in client.stream_jobs("work")]


async def test_tenants_are_named_in_polls_and_streams(gateway: FakeGateway) -> None:
    async with Client(gateway.address, tenant_ids=["a", "b"]) as client:
        await client.activate_jobs("work", request_timeout_ms=-1)
    assert list(gateway.calls["ActivateJobs"][0].tenantIds) == ["a", "b"]


@pytest.mark.parametrize("variables", [[1], "text", {"a": object()}])
async def test_variables_that_are_none_do_not_reach_the_server(
    gateway: FakeGateway, client: Client, variables: Any
) -> None:
    with pytest.raises(VariablesError):
        await client.create_instance("trip", variables)
    assert not gateway.calls["CreateProcessInstance"]

"""What the server answers, as frozen records in Python's spelling. Keys are the server's 64-bit numbers."""

from typing import Any

import msgspec

from counterflow_wire import gateway, json_texts

PARTITION_ROLES = ("LEADER", "FOLLOWER", "INACTIVE")
PARTITION_HEALTH = ("HEALTHY", "UNHEALTHY", "DEAD")


class DeployedProcess(msgspec.Struct, frozen=True, kw_only=True):
    """One process of a deployment; an unchanged one keeps its version and key."""

    bpmn_process_id: str
    version: int
    process_definition_key: int
    resource_name: str
    tenant_id: str


class DeployedDecision(msgspec.Struct, frozen=True, kw_only=True):
    """One decision of a deployed DMN file."""

    decision_id: str
    decision_name: str
    version: int
    decision_key: int
    decision_requirements_id: str
    decision_requirements_key: int
    tenant_id: str


class DeployedDecisionRequirements(msgspec.Struct, frozen=True, kw_only=True):
    """A deployed DMN file as a whole."""

    decision_requirements_id: str
    decision_requirements_name: str
    version: int
    decision_requirements_key: int
    resource_name: str
    tenant_id: str


class DeployedForm(msgspec.Struct, frozen=True, kw_only=True):
    """A deployed form."""

    form_id: str
    version: int
    form_key: int
    resource_name: str
    tenant_id: str


class Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """What one deployment holds, in the order the server tells it."""

    key: int
    tenant_id: str
    processes: tuple[DeployedProcess, ...]
    decisions: tuple[DeployedDecision, ...]
    decision_requirements: tuple[DeployedDecisionRequirements, ...]
    forms: tuple[DeployedForm, ...]


class ProcessInstance(msgspec.Struct, frozen=True, kw_only=True):
    """A process instance that has been created; its start event may not have run yet."""

    process_instance_key: int
    bpmn_process_id: str
    version: int
    process_definition_key: int
    tenant_id: str


class CompletedProcessInstance(ProcessInstance, frozen=True, kw_only=True):
    """A process instance that has run to its end, with its root variables at that moment."""

    variables: dict[str, Any]


class MatchedRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule of a decision table that applied; `index` counts from 1, `outputs` go by name."""

    rule_id: str
    index: int
    outputs: dict[str, Any]


class EvaluatedDecision(msgspec.Struct, frozen=True, kw_only=True):
    """One decision on the way to the output, the required ones first.

    `inputs` go by name, `type` is the server's word.
    """

    decision_id: str
    decision_name: str
    version: int
    decision_key: int
    type: str
    output: Any
    inputs: dict[str, Any]
    matched_rules: tuple[MatchedRule, ...]


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision gave.

    Where it failed, `failure` says why, `failed_decision_id` where, and the output is None.
    """

    decision_id: str
    version: int
    decision_key: int
    output: Any
    evaluated: tuple[EvaluatedDecision, ...]
    failed_decision_id: str
    failure: str


class Partition(msgspec.Struct, frozen=True, kw_only=True):
    """A partition as one broker sees it.

    `role` is LEADER, FOLLOWER or INACTIVE, `health` HEALTHY, UNHEALTHY or DEAD.
    """

    partition_id: int
    role: str
    health: str


class Broker(msgspec.Struct, frozen=True, kw_only=True):
    """One server of a cluster."""

    node_id: int
    host: str
    port: int
    version: str
    partitions: tuple[Partition, ...]


class Topology(msgspec.Struct, frozen=True, kw_only=True):
    """Which servers answer, and what they are made of."""

    brokers: tuple[Broker, ...]
    cluster_size: int
    partitions_count: int
    replication_factor: int
    gateway_version: str


def read_deployment(response: gateway.DeployResourceResponse) -> Deployment:
    """What the wire's message says was deployed, kind by kind."""
    items = response.deployments
    return Deployment(
        key=response.key,
        tenant_id=response.tenantId,
        processes=tuple(read_process(item.process) for item in items if item.HasField("process")),
        decisions=tuple(read_decision(item.decision) for item in items if item.HasField("decision")),
        decision_requirements=tuple(
            read_requirements(item.decisionRequirements)
            for item in items
            if item.HasField("decisionRequirements")
        ),
        forms=tuple(read_form(item.form) for item in items if item.HasField("form")),
    )


def read_process(process: gateway.ProcessMetadata) -> DeployedProcess:
    """What the wire's message says of a deployed process."""
    return DeployedProcess(
        bpmn_process_id=process.bpmnProcessId,
        version=process.version,
        process_definition_key=process.processDefinitionKey,
        resource_name=process.resourceName,
        tenant_id=process.tenantId,
    )


def read_decision(decision: gateway.DecisionMetadata) -> DeployedDecision:
    """What the wire's message says of a deployed decision."""
    return DeployedDecision(
        decision_id=decision.dmnDecisionId,
        decision_name=decision.dmnDecisionName,
        version=decision.version,
        decision_key=decision.decisionKey,
        decision_requirements_id=decision.dmnDecisionRequirementsId,
        decision_requirements_key=decision.decisionRequirementsKey,
        tenant_id=decision.tenantId,
    )


def read_requirements(requirements: gateway.DecisionRequirementsMetadata) -> DeployedDecisionRequirements:
    """What the wire's message says of a deployed DMN file."""
    return DeployedDecisionRequirements(
        decision_requirements_id=requirements.dmnDecisionRequirementsId,
        decision_requirements_name=requirements.dmnDecisionRequirementsName,
        version=requirements.version,
        decision_requirements_key=requirements.decisionRequirementsKey,
        resource_name=requirements.resourceName,
        tenant_id=requirements.tenantId,
    )


def read_form(form: gateway.FormMetadata) -> DeployedForm:
    """What the wire's message says of a deployed form."""
    return DeployedForm(
        form_id=form.formId,
        version=form.version,
        form_key=form.formKey,
        resource_name=form.resourceName,
        tenant_id=form.tenantId,
    )


def read_instance(response: gateway.CreateProcessInstanceResponse) -> ProcessInstance:
    """What the wire's message says of a new instance."""
    return ProcessInstance(
        process_instance_key=response.processInstanceKey,
        bpmn_process_id=response.bpmnProcessId,
        version=response.version,
        process_definition_key=response.processDefinitionKey,
        tenant_id=response.tenantId,
    )


def read_completed_instance(
    response: gateway.CreateProcessInstanceWithResultResponse,
) -> CompletedProcessInstance:
    """What the wire's message says of an instance that has ended.

    Raises msgspec.DecodeError if its variables are no JSON object.
    """
    return CompletedProcessInstance(
        process_instance_key=response.processInstanceKey,
        bpmn_process_id=response.bpmnProcessId,
        version=response.version,
        process_definition_key=response.processDefinitionKey,
        tenant_id=response.tenantId,
        variables=json_texts.decode(response.variables or "{}", json_texts.VARIABLES),
    )


def read_evaluation(response: gateway.EvaluateDecisionResponse) -> Evaluation:
    """What the wire's message says of an evaluation; an empty output of a failed one is None."""
    return Evaluation(
        decision_id=response.decisionId,
        version=response.decisionVersion,
        decision_key=response.decisionKey,
        output=json_texts.decode(response.decisionOutput or "null", json_texts.ANYTHING),
        evaluated=tuple(map(read_evaluated, response.evaluatedDecisions)),
        failed_decision_id=response.failedDecisionId,
        failure=response.failureMessage,
    )


def read_evaluated(decision: gateway.EvaluatedDecision) -> EvaluatedDecision:
    """What the wire's message says of one decision on the way. Raises msgspec.DecodeError for bad JSON."""
    return EvaluatedDecision(
        decision_id=decision.decisionId,
        decision_name=decision.decisionName,
        version=decision.decisionVersion,
        decision_key=decision.decisionKey,
        type=decision.decisionType,
        output=json_texts.decode(decision.decisionOutput or "null", json_texts.ANYTHING),
        inputs={
            given.inputName: json_texts.decode(given.inputValue or "null", json_texts.ANYTHING)
            for given in decision.evaluatedInputs
        },
        matched_rules=tuple(map(read_rule, decision.matchedRules)),
    )


def read_rule(rule: gateway.MatchedDecisionRule) -> MatchedRule:
    """What the wire's message says of a rule that applied. Raises msgspec.DecodeError for bad JSON."""
    outputs = {
        given.outputName: json_texts.decode(given.outputValue or "null", json_texts.ANYTHING)
        for given in rule.evaluatedOutputs
    }
    return MatchedRule(rule_id=rule.ruleId, index=rule.ruleIndex, outputs=outputs)


def read_topology(response: gateway.TopologyResponse) -> Topology:
    """What the wire's message says of the cluster."""
    return Topology(
        brokers=tuple(map(read_broker, response.brokers)),
        cluster_size=response.clusterSize,
        partitions_count=response.partitionsCount,
        replication_factor=response.replicationFactor,
        gateway_version=response.gatewayVersion,
    )


def read_broker(broker: gateway.BrokerInfo) -> Broker:
    """What the wire's message says of a server."""
    return Broker(
        node_id=broker.nodeId,
        host=broker.host,
        port=broker.port,
        version=broker.version,
        partitions=tuple(map(read_partition, broker.partitions)),
    )


def read_partition(partition: gateway.Partition) -> Partition:
    """What the wire's message says of a partition."""
    return Partition(
        partition_id=partition.partitionId,
        role=PARTITION_ROLES[partition.role],
        health=PARTITION_HEALTH[partition.health],
    )

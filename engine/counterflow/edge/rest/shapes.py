"""What is asked and answered, as JSON: names and members as the contract of `/v2` has them.

In answers every member is there, null where there is no value: published clients raise at one that is
missing. Keys are texts in answers; in requests they may be numbers as well.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from counterflow.kernel.rows import DEFAULT_TENANT

Document = Annotated[msgspec.Raw, msgspec.Meta(extra_json_schema={"type": "object"})]
"""A JSON object whose values stay the bytes they arrive as."""


def _nothing() -> msgspec.Raw:
    """Where none was sent."""
    return msgspec.Raw(b"")


class Body(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What a request may say."""


class Answered(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an answer says."""


# -- the server ----------------------------------------------------------------------------------------------


class PartitionInfo(Answered, frozen=True):
    """One partition of a broker."""

    partition_id: int
    role: str = "leader"
    health: str = "healthy"
    state: str = "active"


class BrokerInfo(Answered, frozen=True):
    """One server."""

    node_id: int
    broker_id: str
    host: str
    port: int
    partitions: list[PartitionInfo]
    version: str


class TopologyResponse(Answered, frozen=True):
    """Who is there."""

    brokers: list[BrokerInfo]
    cluster_id: str | None
    cluster_size: int
    partitions_count: int
    replication_factor: int
    gateway_version: str
    last_completed_change_id: str


class LicenseResponse(Answered, frozen=True):
    """Under which licence it runs: an open one, without an end."""

    valid_license: bool
    license_type: str
    is_commercial: bool
    expires_at: str | None


class TenantResult(Answered, frozen=True):
    """A tenant that a user belongs to."""

    tenant_id: str
    name: str
    description: str | None


class UserResult(Answered, frozen=True):
    """Who asks, and what they may see."""

    username: str
    display_name: str | None
    email: str | None
    authorized_components: list[str]
    tenants: list[TenantResult]
    groups: list[str]
    roles: list[str]
    sales_plan_type: str | None
    c8_links: dict[str, str]
    can_logout: bool


# -- deployments ---------------------------------------------------------------------------------------------


class DeployedProcess(Answered, frozen=True):
    """A version of a process."""

    process_definition_id: str
    process_definition_version: int
    resource_name: str
    process_definition_key: str
    tenant_id: str = DEFAULT_TENANT


class DeployedDecision(Answered, frozen=True):
    """A version of a decision."""

    decision_definition_id: str
    version: int
    name: str
    decision_requirements_id: str
    decision_definition_key: str
    decision_requirements_key: str
    tenant_id: str = DEFAULT_TENANT


class DeployedRequirements(Answered, frozen=True):
    """A version of a decision model."""

    decision_requirements_id: str
    decision_requirements_name: str
    version: int
    resource_name: str
    decision_requirements_key: str
    tenant_id: str = DEFAULT_TENANT


class DeployedItem(Answered, frozen=True):
    """One thing that was deployed: exactly one member has a value."""

    process_definition: DeployedProcess | None = None
    decision_definition: DeployedDecision | None = None
    decision_requirements: DeployedRequirements | None = None
    form: None = None
    resource: None = None


class DeploymentResult(Answered, frozen=True):
    """All that one deployment brought in."""

    deployment_key: str
    deployments: list[DeployedItem]
    tenant_id: str = DEFAULT_TENANT


# -- process instances ---------------------------------------------------------------------------------------


class StartInstruction(Body, frozen=True):
    """An element at which an instance begins."""

    element_id: str


class TerminateInstruction(Body, frozen=True):
    """An element after which an instance is terminated."""

    after_element_id: str
    type: str = "TERMINATE_PROCESS_INSTANCE"


class ProcessCreation(Body, frozen=True):
    """An instance to begin: by the id of its process, with a version (-1: the latest), or by a key."""

    process_definition_id: str = ""
    process_definition_key: int | None = None
    process_definition_version: int = -1
    process_definition_version_tag: str | None = None
    variables: Document = msgspec.field(default_factory=_nothing)
    tenant_id: str | None = None
    operation_reference: int | None = None
    start_instructions: list[StartInstruction] | None = None
    runtime_instructions: list[TerminateInstruction] | None = None
    await_completion: bool = False
    fetch_variables: list[str] | None = None
    request_timeout: int = 0
    tags: list[str] | None = None
    business_id: str | None = None


class CreatedInstance(Answered, frozen=True):
    """An instance that has begun, or, where its end was awaited, has completed with these variables."""

    process_definition_id: str
    process_definition_version: int
    process_definition_key: str
    process_instance_key: str
    variables: Document
    tags: list[str]
    business_id: str | None = None
    tenant_id: str = DEFAULT_TENANT


class Reference(Body, frozen=True):
    """A number of the caller's own, which is not kept."""

    operation_reference: int | None = None


class VariablesToSet(Body, frozen=True):
    """Variables, in this scope alone where it is `local`."""

    variables: Document
    local: bool = False
    operation_reference: int | None = None


# -- jobs ----------------------------------------------------------------------------------------------------


class JobActivation(Body, frozen=True):
    """Which jobs a worker would like, how many, and for how long."""

    type: str
    timeout: int
    max_jobs_to_activate: int
    worker: str = ""
    fetch_variable: list[str] | None = None
    request_timeout: int = 0
    tenant_ids: list[str] | None = None
    tenant_filter: str | None = None
    with_lease: bool | None = None


class JobForWorker(Answered, frozen=True):
    """A job that a worker has until `deadline`, epoch milliseconds."""

    type: str
    process_definition_id: str
    process_definition_version: int
    element_id: str
    custom_headers: Document
    worker: str
    retries: int
    deadline: int
    variables: Document
    job_key: str
    process_instance_key: str
    process_definition_key: str
    element_instance_key: str
    kind: str
    listener_event_type: str
    root_process_instance_key: str | None
    user_task: None = None
    tags: list[str] = []
    business_id: str | None = None
    priority: int = 0
    job_lease_token: str | None = None
    physical_tenant_id: str = "default"
    tenant_id: str = DEFAULT_TENANT


class JobsForWorker(Answered, frozen=True):
    """Jobs; none where none was ready in time."""

    jobs: list[JobForWorker]


class ActivityToBegin(Body, frozen=True):
    """An activity of an ad-hoc sub-process that is to begin."""

    element_id: str = ""
    variables: Document = msgspec.field(default_factory=_nothing)


class JobAnswer(Body, frozen=True):
    """What the worker of an ad-hoc sub-process has decided."""

    type: str = ""
    activate_elements: list[ActivityToBegin] | None = None
    is_completion_condition_fulfilled: bool = False
    is_cancel_remaining_instances: bool = False


class JobCompletion(Body, frozen=True):
    """What came of a job."""

    variables: Document = msgspec.field(default_factory=_nothing)
    result: JobAnswer | None = None
    job_lease_token: str | None = None
    business_id: str | None = None


class JobFailure(Body, frozen=True):
    """How often a job is still to be tried, and not before how many milliseconds."""

    retries: int = 0
    error_message: str | None = None
    retry_back_off: int = 0
    variables: Document = msgspec.field(default_factory=_nothing)
    job_lease_token: str | None = None


class JobError(Body, frozen=True):
    """The BPMN error that a job has ended with."""

    error_code: str
    error_message: str | None = None
    variables: Document = msgspec.field(default_factory=_nothing)
    job_lease_token: str | None = None


class JobChangeset(Body, frozen=True):
    """What of a job is to change."""

    retries: int | None = None
    timeout: int | None = None
    priority: int | None = None


class JobUpdate(Body, frozen=True):
    """A change of a job."""

    changeset: JobChangeset
    operation_reference: int | None = None
    job_lease_token: str | None = None


# -- messages, signals, conditions ---------------------------------------------------------------------------


class MessagePublication(Body, frozen=True):
    """A message, kept for `timeToLive` milliseconds where nobody waits for it yet."""

    name: str
    correlation_key: str = ""
    time_to_live: int = 0
    message_id: str = ""
    variables: Document = msgspec.field(default_factory=_nothing)
    tenant_id: str | None = None
    business_id: str | None = None


class MessagePublished(Answered, frozen=True):
    """A message that was taken."""

    message_key: str
    tenant_id: str = DEFAULT_TENANT


class SignalBroadcast(Body, frozen=True):
    """A signal."""

    signal_name: str
    variables: Document = msgspec.field(default_factory=_nothing)
    tenant_id: str | None = None


class SignalBroadcasted(Answered, frozen=True):
    """A signal that has reached all who waited for it."""

    signal_key: str
    tenant_id: str = DEFAULT_TENANT


class ConditionalEvaluation(Body, frozen=True):
    """Variables for the conditions with which processes begin; of one definition where it is named."""

    variables: Document
    tenant_id: str | None = None
    process_definition_key: int | None = None


class InstanceReference(Answered, frozen=True):
    """An instance that has begun."""

    process_definition_key: str
    process_instance_key: str


class ConditionalEvaluated(Answered, frozen=True):
    """The instances that have begun."""

    conditional_evaluation_key: str
    process_instances: list[InstanceReference]
    tenant_id: str = DEFAULT_TENANT


# -- decisions -----------------------------------------------------------------------------------------------


class DecisionToEvaluate(Body, frozen=True):
    """A decision, by the id of its latest version or by the key of one."""

    decision_definition_id: str = ""
    decision_definition_key: int | None = None
    variables: Document = msgspec.field(default_factory=_nothing)
    tenant_id: str | None = None


class RuleOutput(Answered, frozen=True):
    """An output of a rule that matched."""

    output_id: str
    output_name: str
    output_value: str
    rule_id: str | None = None
    rule_index: int | None = None


class MatchedRule(Answered, frozen=True):
    """A rule that matched; `rule_index` counts from 1."""

    rule_id: str
    rule_index: int
    evaluated_outputs: list[RuleOutput]


class DecisionInput(Answered, frozen=True):
    """An input as it was evaluated."""

    input_id: str
    input_name: str
    input_value: str


class EvaluatedDecision(Answered, frozen=True):
    """One decision that was evaluated on the way."""

    decision_definition_id: str
    decision_definition_name: str
    decision_definition_version: int
    decision_definition_type: str
    output: str
    matched_rules: list[MatchedRule]
    evaluated_inputs: list[DecisionInput]
    decision_definition_key: str
    decision_evaluation_instance_key: str
    tenant_id: str = DEFAULT_TENANT


class DecisionEvaluated(Answered, frozen=True):
    """What a decision gave, and how; the output is null where it failed."""

    decision_definition_id: str
    decision_definition_key: str
    decision_definition_name: str
    decision_definition_version: int
    decision_evaluation_key: str
    decision_instance_key: str
    decision_requirements_id: str
    decision_requirements_key: str
    evaluated_decisions: list[EvaluatedDecision]
    failed_decision_definition_id: str | None
    failure_message: str | None
    output: str
    tenant_id: str = DEFAULT_TENANT

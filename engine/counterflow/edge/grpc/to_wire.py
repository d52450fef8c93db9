"""Answers as messages of the gateway contract. Pure: no state is asked, nothing waits.

Bytes are also what string fields are given, since protobuf takes UTF-8 as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from counterflow.kernel.data.scopes import to_object
from counterflow.kernel.lives.decisions import DecisionEvaluation, TracedDecision, TracedRule
from counterflow.kernel.row import lines_of
from counterflow.kernel.rows import (
    DEFAULT_TENANT,
    DecisionDefinition,
    DecisionRequirements,
    Form,
    ProcessDefinition,
    ProcessInstance,
)
from counterflow.kernel.vocabulary import ActivatedJob, ListenedTask
from counterflow_wire import gateway

_NO_LISTENER = gateway.ActivatedJob.UNSPECIFIED
LISTENER_EVENTS = {
    "start": gateway.ActivatedJob.START,
    "end": gateway.ActivatedJob.END,
    "creating": gateway.ActivatedJob.CREATING,
    "assigning": gateway.ActivatedJob.ASSIGNING,
    "updating": gateway.ActivatedJob.UPDATING,
    "completing": gateway.ActivatedJob.COMPLETING,
    "canceling": gateway.ActivatedJob.CANCELING,
}
"""The protocol has no word for `beforeAll` yet: such a job is a listener's, of an event that is not said."""


def job_on_wire(job: ActivatedJob) -> gateway.ActivatedJob:
    """A job for a worker."""
    message = cast(
        "Any", gateway.ActivatedJob()
    )  # string fields take bytes, which their declared type does not say
    message.key = job.key
    message.type = job.type
    message.processInstanceKey = job.process_instance_key
    message.bpmnProcessId = job.bpmn_process_id
    message.processDefinitionVersion = job.process_definition_version
    message.processDefinitionKey = job.process_definition_key
    message.elementId = job.element_id
    message.elementInstanceKey = job.element_instance_key
    message.customHeaders = job.headers
    message.worker = job.worker
    message.retries = job.retries
    message.deadline = job.deadline_ms
    message.variables = job.variables
    message.tenantId = DEFAULT_TENANT
    message.tags.extend(lines_of(job.tags))
    message.listenerEventType = LISTENER_EVENTS.get(job.listener_event_type, _NO_LISTENER)
    if job.user_task is not None:
        message.kind = gateway.ActivatedJob.TASK_LISTENER
        message.userTask.CopyFrom(_user_task(job.user_task))
    elif job.listener_event_type:
        message.kind = gateway.ActivatedJob.EXECUTION_LISTENER
    elif job.decides:
        message.kind = gateway.ActivatedJob.AD_HOC_SUB_PROCESS
    return cast("gateway.ActivatedJob", message)


def _user_task(task: ListenedTask) -> gateway.UserTaskProperties:
    """What is to become of the user task that a listener is asked about; what it has not is left out."""
    return gateway.UserTaskProperties(
        action=task.action,
        assignee=task.assignee or None,
        candidateGroups=task.candidate_groups,
        candidateUsers=task.candidate_users,
        changedAttributes=task.changed_attributes,
        dueDate=task.due_date or None,
        followUpDate=task.follow_up_date or None,
        formKey=task.form_key or None,
        priority=task.priority,
        userTaskKey=task.key,
    )


# -- process instances ---------------------------------------------------------------------------------------


def created(instance: ProcessInstance) -> gateway.CreateProcessInstanceResponse:
    """An instance has begun."""
    return gateway.CreateProcessInstanceResponse(
        processDefinitionKey=instance.definition_key,
        bpmnProcessId=instance.bpmn_process_id,
        version=instance.version,
        processInstanceKey=instance.key,
        tenantId=DEFAULT_TENANT,
        tags=lines_of(instance.tags),
        businessId=instance.business_id,
    )


def result(
    instance: ProcessInstance, variables: Mapping[str, bytes]
) -> gateway.CreateProcessInstanceWithResultResponse:
    """An instance has completed with these variables."""
    return gateway.CreateProcessInstanceWithResultResponse(
        processDefinitionKey=instance.definition_key,
        bpmnProcessId=instance.bpmn_process_id,
        version=instance.version,
        processInstanceKey=instance.key,
        variables=to_object(variables).decode(),
        tenantId=DEFAULT_TENANT,
        tags=lines_of(instance.tags),
        businessId=instance.business_id,
    )


# -- definitions ---------------------------------------------------------------------------------------------


def process_metadata(definition: ProcessDefinition) -> gateway.ProcessMetadata:
    """A version of a process, as the answer to its deployment."""
    return gateway.ProcessMetadata(
        bpmnProcessId=definition.bpmn_process_id,
        version=definition.version,
        processDefinitionKey=definition.key,
        resourceName=definition.resource_name,
        tenantId=DEFAULT_TENANT,
    )


def decision_metadata(decision: DecisionDefinition, requirements_id: str) -> gateway.DecisionMetadata:
    """A version of a decision, as the answer to its deployment."""
    return gateway.DecisionMetadata(
        dmnDecisionId=decision.decision_id,
        dmnDecisionName=decision.name,
        version=decision.version,
        decisionKey=decision.key,
        dmnDecisionRequirementsId=requirements_id,
        decisionRequirementsKey=decision.requirements_key,
        tenantId=DEFAULT_TENANT,
    )


def requirements_metadata(model: DecisionRequirements) -> gateway.DecisionRequirementsMetadata:
    """A version of a decision model, as the answer to its deployment."""
    return gateway.DecisionRequirementsMetadata(
        dmnDecisionRequirementsId=model.requirements_id,
        dmnDecisionRequirementsName=model.name,
        version=model.version,
        decisionRequirementsKey=model.key,
        resourceName=model.resource_name,
        tenantId=DEFAULT_TENANT,
    )


def form_metadata(form: Form) -> gateway.FormMetadata:
    """A version of a form, as the answer to its deployment."""
    return gateway.FormMetadata(
        formId=form.form_id,
        version=form.version,
        formKey=form.key,
        resourceName=form.resource_name,
        tenantId=DEFAULT_TENANT,
    )


# -- decisions -----------------------------------------------------------------------------------------------


def evaluated(evaluation: DecisionEvaluation) -> gateway.EvaluateDecisionResponse:
    """What a decision gave, and how; where it failed, the output is null, which every client can read."""
    return gateway.EvaluateDecisionResponse(
        decisionKey=evaluation.decision.key,
        decisionId=evaluation.decision.decision_id,
        decisionName=evaluation.decision.name,
        decisionVersion=evaluation.decision.version,
        decisionRequirementsId=evaluation.requirements.requirements_id,
        decisionRequirementsKey=evaluation.requirements.key,
        decisionOutput=evaluation.output.decode(),
        evaluatedDecisions=[
            _decision(decision, f"{evaluation.key}-{number}")
            for number, decision in enumerate(evaluation.evaluated, 1)
        ],
        failedDecisionId=evaluation.failed_decision_id,
        failureMessage=evaluation.failure,
        tenantId=DEFAULT_TENANT,
        decisionInstanceKey=evaluation.key,
        decisionEvaluationKey=evaluation.key,
    )


def _decision(decision: TracedDecision, instance_key: str) -> gateway.EvaluatedDecision:
    return gateway.EvaluatedDecision(
        decisionKey=decision.key,
        decisionId=decision.id,
        decisionName=decision.name,
        decisionVersion=decision.version,
        decisionType=decision.type,
        decisionOutput=bytes(decision.output).decode(),
        matchedRules=[_rule(rule) for rule in decision.rules],
        evaluatedInputs=[
            gateway.EvaluatedDecisionInput(
                inputId=one.id, inputName=one.name, inputValue=bytes(one.value).decode()
            )
            for one in decision.inputs
        ],
        tenantId=DEFAULT_TENANT,
        decisionEvaluationInstanceKey=instance_key,
    )


def _rule(rule: TracedRule) -> gateway.MatchedDecisionRule:
    return gateway.MatchedDecisionRule(
        ruleId=rule.id,
        ruleIndex=rule.index,
        evaluatedOutputs=[
            gateway.EvaluatedDecisionOutput(
                outputId=output.id, outputName=output.name, outputValue=bytes(output.value).decode()
            )
            for output in rule.outputs
        ],
    )

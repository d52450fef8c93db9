"""The gateway contract as a table: what every stock client sends and expects, apart from our proto."""

FIELDS: dict[str, str] = {
    "StreamActivatedJobsRequest": (
        "1 type string, 2 worker string, 3 timeout int64, 5 fetchVariable repeated string, 6 tenantIds repeated string"
    ),
    "ActivateJobsRequest": (
        "1 type string, 2 worker string, 3 timeout int64, 4 maxJobsToActivate int32, 5 fetchVariable repeated string, 6 "
        "requestTimeout int64, 7 tenantIds repeated string"
    ),
    "ActivateJobsResponse": "1 jobs repeated ActivatedJob",
    "ActivatedJob": (
        "1 key int64, 2 type string, 3 processInstanceKey int64, 4 bpmnProcessId string, 5 processDefinitionVersion int32, 6 "
        "processDefinitionKey int64, 7 elementId string, 8 elementInstanceKey int64, 9 customHeaders string, 10 worker string, 11 "
        "retries int32, 12 deadline int64, 13 variables string, 14 tenantId string"
    ),
    "CancelProcessInstanceRequest": "1 processInstanceKey int64, 2 operationReference optional uint64",
    "CancelProcessInstanceResponse": "",
    "CompleteJobRequest": "1 jobKey int64, 2 variables string",
    "CompleteJobResponse": "",
    "CreateProcessInstanceRequest": (
        "1 processDefinitionKey int64, 2 bpmnProcessId string, 3 version int32, 4 variables string, 5 startInstructions repeated "
        "ProcessInstanceCreationStartInstruction, 6 tenantId string, 7 operationReference optional uint64"
    ),
    "ProcessInstanceCreationStartInstruction": "1 elementId string",
    "CreateProcessInstanceResponse": (
        "1 processDefinitionKey int64, 2 bpmnProcessId string, 3 version int32, 4 processInstanceKey int64, 5 tenantId string"
    ),
    "CreateProcessInstanceWithResultRequest": (
        "1 request CreateProcessInstanceRequest, 2 requestTimeout int64, 3 fetchVariables repeated string"
    ),
    "CreateProcessInstanceWithResultResponse": (
        "1 processDefinitionKey int64, 2 bpmnProcessId string, 3 version int32, 4 processInstanceKey int64, 5 variables string, 6 "
        "tenantId string"
    ),
    "EvaluateDecisionRequest": "1 decisionKey int64, 2 decisionId string, 3 variables string, 4 tenantId string",
    "EvaluateDecisionResponse": (
        "1 decisionKey int64, 2 decisionId string, 3 decisionName string, 4 decisionVersion int32, 5 decisionRequirementsId "
        "string, 6 decisionRequirementsKey int64, 7 decisionOutput string, 8 evaluatedDecisions repeated EvaluatedDecision, 9 "
        "failedDecisionId string, 10 failureMessage string, 11 tenantId string, 12 decisionInstanceKey int64"
    ),
    "EvaluatedDecision": (
        "1 decisionKey int64, 2 decisionId string, 3 decisionName string, 4 decisionVersion int32, 5 decisionType string, 6 "
        "decisionOutput string, 7 matchedRules repeated MatchedDecisionRule, 8 evaluatedInputs repeated EvaluatedDecisionInput, 9 "
        "tenantId string"
    ),
    "EvaluatedDecisionInput": "1 inputId string, 2 inputName string, 3 inputValue string",
    "EvaluatedDecisionOutput": "1 outputId string, 2 outputName string, 3 outputValue string",
    "MatchedDecisionRule": "1 ruleId string, 2 ruleIndex int32, 3 evaluatedOutputs repeated EvaluatedDecisionOutput",
    "DeployProcessRequest": "1 processes repeated ProcessRequestObject",
    "ProcessRequestObject": "1 name string, 2 definition bytes",
    "DeployProcessResponse": "1 key int64, 2 processes repeated ProcessMetadata",
    "DeployResourceRequest": "1 resources repeated Resource, 2 tenantId string",
    "Resource": "1 name string, 2 content bytes",
    "DeployResourceResponse": "1 key int64, 2 deployments repeated Deployment, 3 tenantId string",
    "Deployment": (
        "1 process ProcessMetadata, 2 decision DecisionMetadata, 3 decisionRequirements DecisionRequirementsMetadata, 4 form FormMetadata"
    ),
    "ProcessMetadata": "1 bpmnProcessId string, 2 version int32, 3 processDefinitionKey int64, 4 resourceName string, 5 tenantId string",
    "DecisionMetadata": (
        "1 dmnDecisionId string, 2 dmnDecisionName string, 3 version int32, 4 decisionKey int64, 5 dmnDecisionRequirementsId "
        "string, 6 decisionRequirementsKey int64, 7 tenantId string"
    ),
    "DecisionRequirementsMetadata": (
        "1 dmnDecisionRequirementsId string, 2 dmnDecisionRequirementsName string, 3 version int32, 4 decisionRequirementsKey "
        "int64, 5 resourceName string, 6 tenantId string"
    ),
    "FormMetadata": "1 formId string, 2 version int32, 3 formKey int64, 4 resourceName string, 5 tenantId string",
    "FailJobRequest": "1 jobKey int64, 2 retries int32, 3 errorMessage string, 4 retryBackOff int64, 5 variables string",
    "FailJobResponse": "",
    "ThrowErrorRequest": "1 jobKey int64, 2 errorCode string, 3 errorMessage string, 4 variables string",
    "ThrowErrorResponse": "",
    "PublishMessageRequest": (
        "1 name string, 2 correlationKey string, 3 timeToLive int64, 4 messageId string, 5 variables string, 6 tenantId string"
    ),
    "PublishMessageResponse": "1 key int64, 2 tenantId string",
    "ResolveIncidentRequest": "1 incidentKey int64, 2 operationReference optional uint64",
    "ResolveIncidentResponse": "",
    "TopologyRequest": "",
    "TopologyResponse": (
        "1 brokers repeated BrokerInfo, 2 clusterSize int32, 3 partitionsCount int32, 4 replicationFactor int32, 5 gatewayVersion string"
    ),
    "BrokerInfo": "1 nodeId int32, 2 host string, 3 port int32, 4 partitions repeated Partition, 5 version string",
    "Partition": "1 partitionId int32, 2 role Partition.PartitionBrokerRole, 3 health Partition.PartitionBrokerHealth",
    "UpdateJobRetriesRequest": "1 jobKey int64, 2 retries int32, 3 operationReference optional uint64",
    "UpdateJobRetriesResponse": "",
    "UpdateJobTimeoutRequest": "1 jobKey int64, 2 timeout int64, 3 operationReference optional uint64",
    "UpdateJobTimeoutResponse": "",
    "SetVariablesRequest": "1 elementInstanceKey int64, 2 variables string, 3 local bool, 4 operationReference optional uint64",
    "SetVariablesResponse": "1 key int64",
    "ModifyProcessInstanceRequest": (
        "1 processInstanceKey int64, 2 activateInstructions repeated ModifyProcessInstanceRequest.ActivateInstruction, 3 "
        "terminateInstructions repeated ModifyProcessInstanceRequest.TerminateInstruction, 4 operationReference optional uint64"
    ),
    "ModifyProcessInstanceRequest.ActivateInstruction": (
        "1 elementId string, 2 ancestorElementInstanceKey int64, 3 variableInstructions repeated "
        "ModifyProcessInstanceRequest.VariableInstruction"
    ),
    "ModifyProcessInstanceRequest.VariableInstruction": "1 variables string, 2 scopeId string",
    "ModifyProcessInstanceRequest.TerminateInstruction": "1 elementInstanceKey int64",
    "ModifyProcessInstanceResponse": "",
    "MigrateProcessInstanceRequest": (
        "1 processInstanceKey int64, 2 migrationPlan MigrateProcessInstanceRequest.MigrationPlan, 3 operationReference optional uint64"
    ),
    "MigrateProcessInstanceRequest.MigrationPlan": (
        "1 targetProcessDefinitionKey int64, 2 mappingInstructions repeated MigrateProcessInstanceRequest.MappingInstruction"
    ),
    "MigrateProcessInstanceRequest.MappingInstruction": "1 sourceElementId string, 2 targetElementId string",
    "MigrateProcessInstanceResponse": "",
    "DeleteResourceRequest": "1 resourceKey int64, 2 operationReference optional uint64",
    "DeleteResourceResponse": "",
    "BroadcastSignalRequest": "1 signalName string, 2 variables string, 3 tenantId string",
    "BroadcastSignalResponse": "1 key int64, 2 tenantId string",
}
"""Messages of the contract as of Zeebe 8.6 and 8.7: number, name, label and type of each field."""

LATER_FIELDS: dict[str, str] = {
    "ActivatedJob": (
        "15 userTask optional UserTaskProperties, 16 kind ActivatedJob.JobKind, 17 listenerEventType "
        "ActivatedJob.ListenerEventType, 18 tags repeated string"
    ),
    "CompleteJobRequest": "3 result optional JobResult",
    "CreateProcessInstanceRequest": (
        "8 runtimeInstructions repeated ProcessInstanceCreationRuntimeInstruction, 9 tags repeated string, 10 businessId optional string"
    ),
    "CreateProcessInstanceResponse": "6 tags repeated string, 7 businessId optional string",
    "CreateProcessInstanceWithResultResponse": "7 tags repeated string, 8 businessId optional string",
    "EvaluateDecisionResponse": "13 decisionEvaluationKey int64",
    "EvaluatedDecision": "10 decisionEvaluationInstanceKey string",
    "TopologyResponse": "6 clusterId string",
    "UserTaskProperties": (
        "1 action optional string, 2 assignee optional string, 3 candidateGroups repeated string, 4 candidateUsers repeated "
        "string, 5 changedAttributes repeated string, 6 dueDate optional string, 7 followUpDate optional string, 8 formKey "
        "optional int64, 9 priority optional int32, 10 userTaskKey optional int64"
    ),
    "JobResult": (
        "1 denied optional bool, 2 corrections optional JobResultCorrections, 3 deniedReason optional string, 4 type optional "
        "string, 5 activateElements repeated JobResultActivateElement, 6 isCompletionConditionFulfilled optional bool, 7 "
        "isCancelRemainingInstances optional bool"
    ),
    "JobResultCorrections": (
        "1 assignee optional string, 2 dueDate optional string, 3 followUpDate optional string, 4 candidateUsers optional "
        "StringList, 5 candidateGroups optional StringList, 6 priority optional int32"
    ),
    "JobResultActivateElement": "1 elementId string, 2 variables string",
    "StringList": "1 values repeated string",
    "EvaluateConditionalRequest": "1 tenantId string, 2 processDefinitionKey int64, 3 variables string",
    "EvaluateConditionalResponse": "1 processInstances repeated ProcessInstanceReference",
    "ProcessInstanceReference": "1 processDefinitionKey int64, 2 processInstanceKey int64",
    "ProcessInstanceCreationRuntimeInstruction": "1 terminate TerminateProcessInstanceInstruction",
    "TerminateProcessInstanceInstruction": "1 afterElementId string",
}
"""Fields and messages that later versions of the contract added; who does not know them passes them over."""

ENUMS: dict[str, dict[str, int]] = {
    "ActivatedJob.JobKind": {
        "BPMN_ELEMENT": 0,
        "EXECUTION_LISTENER": 1,
        "TASK_LISTENER": 2,
        "AD_HOC_SUB_PROCESS": 3,
    },
    "ActivatedJob.ListenerEventType": {
        "ASSIGNING": 0,
        "CANCELING": 1,
        "COMPLETING": 2,
        "CREATING": 3,
        "END": 4,
        "START": 5,
        "UNSPECIFIED": 6,
        "UPDATING": 7,
    },
    "Partition.PartitionBrokerRole": {"LEADER": 0, "FOLLOWER": 1, "INACTIVE": 2},
    "Partition.PartitionBrokerHealth": {"HEALTHY": 0, "UNHEALTHY": 1, "DEAD": 2},
}

ONEOFS: dict[str, dict[str, tuple[str, ...]]] = {
    "Deployment": {"Metadata": ("process", "decision", "decisionRequirements", "form")},
    "ProcessInstanceCreationRuntimeInstruction": {"instruction": ("terminate",)},
}

UNARY_METHODS: tuple[str, ...] = (
    "CancelProcessInstance",
    "CompleteJob",
    "CreateProcessInstance",
    "CreateProcessInstanceWithResult",
    "EvaluateDecision",
    "DeployProcess",
    "DeployResource",
    "FailJob",
    "ThrowError",
    "PublishMessage",
    "ResolveIncident",
    "SetVariables",
    "Topology",
    "UpdateJobRetries",
    "ModifyProcessInstance",
    "MigrateProcessInstance",
    "UpdateJobTimeout",
    "DeleteResource",
    "BroadcastSignal",
    "EvaluateConditional",
)
"""Each takes `<Name>Request` and answers with one `<Name>Response`."""

LATER_METHODS = frozenset({"EvaluateConditional"})
"""Those that later versions added."""

STREAMING_METHODS: dict[str, tuple[str, str]] = {
    "ActivateJobs": ("ActivateJobsRequest", "ActivateJobsResponse"),
    "StreamActivatedJobs": ("StreamActivatedJobsRequest", "ActivatedJob"),
}
"""Each takes one request and answers with a stream."""

//! What the client can do, by the names of the protocol.

use std::time::Duration;

use serde_json::{Value, json};
use tonic::{Response, Status};

use crate::gateway::*;
use crate::request::Request;
use crate::{Program, work};

/// With the options that not every client has.
pub const OPERATIONS: &[&str] = &[
    "topology", "deploy", "deployProcess", "create", "create.definitionKey", "createWithResult", "createWithResult.ends", "cancel",
    "setVariables", "resolveIncident", "deleteResource", "activate", "activate.fetchVariables", "activate.ends", "work", "stopWork",
    "work.stream", "work.stream.reopened", "complete", "fail", "fail.variables", "throw", "throw.variables", "updateRetries",
    "updateTimeout", "publish", "broadcast", "evaluateDecision", "keepAlive", "keepAlive.withoutCalls",
];

/// How long a call may take that does not say, and how much longer than the server's own limit one may that does.
const PATIENCE: Duration = Duration::from_secs(20);

pub type Answer = Result<Value, Status>;

pub async fn carry_out(program: &Program, request: &Request) -> Answer {
    match request.text("do").as_str() {
        "topology" => topology(program, request).await,
        "deploy" => deploy(program, request).await,
        "deployProcess" => deploy_process(program, request).await,
        "create" => create(program, request).await,
        "createWithResult" => create_with_result(program, request).await,
        "activate" => activate(program, request).await,
        "publish" => publish(program, request).await,
        "evaluateDecision" => evaluate_decision(program, request).await,
        "work" => Ok(work::open(program, request)),
        "stopWork" => Ok(work::close(program, request)),
        _ => silent(program, request).await,
    }
}

/// Commands whose answer says nothing but that it went well.
async fn silent(program: &Program, request: &Request) -> Answer {
    let mut client = program.client.clone();
    match request.text("do").as_str() {
        "cancel" => done(client.cancel_process_instance(timed(request, CancelProcessInstanceRequest {
            process_instance_key: request.key("processInstanceKey"),
            ..Default::default()
        })).await),
        "setVariables" => done(client.set_variables(timed(request, SetVariablesRequest {
            element_instance_key: request.key("elementInstanceKey"),
            variables: request.variables(),
            local: request.is("local"),
            ..Default::default()
        })).await),
        "resolveIncident" => done(client.resolve_incident(timed(request, ResolveIncidentRequest {
            incident_key: request.key("incidentKey"),
            ..Default::default()
        })).await),
        "deleteResource" => done(client.delete_resource(timed(request, DeleteResourceRequest {
            resource_key: request.key("resourceKey"),
            ..Default::default()
        })).await),
        "complete" => done(client.complete_job(timed(request, CompleteJobRequest {
            job_key: request.key("jobKey"),
            variables: request.variables(),
            ..Default::default()
        })).await),
        "fail" => done(client.fail_job(timed(request, FailJobRequest {
            job_key: request.key("jobKey"),
            retries: request.small("retries"),
            retry_back_off: request.number("retryBackOff"),
            error_message: request.text("errorMessage"),
            variables: request.variables(),
        })).await),
        "throw" => done(client.throw_error(timed(request, ThrowErrorRequest {
            job_key: request.key("jobKey"),
            error_code: request.text("errorCode"),
            error_message: request.text("errorMessage"),
            variables: request.variables(),
        })).await),
        "updateRetries" => done(client.update_job_retries(timed(request, UpdateJobRetriesRequest {
            job_key: request.key("jobKey"),
            retries: request.small("retries"),
            ..Default::default()
        })).await),
        "updateTimeout" => done(client.update_job_timeout(timed(request, UpdateJobTimeoutRequest {
            job_key: request.key("jobKey"),
            timeout: request.number("timeout"),
            ..Default::default()
        })).await),
        "broadcast" => done(client.broadcast_signal(timed(request, BroadcastSignalRequest {
            signal_name: request.text("signalName"),
            variables: request.variables(),
            ..Default::default()
        })).await),
        unknown => panic!("there is no operation {unknown:?}"),
    }
}

/// A call that is given the time that the request allows and a little more, since the server says it better; or plenty.
fn timed<Message>(request: &Request, message: Message) -> tonic::Request<Message> {
    let mut call = tonic::Request::new(message);
    call.set_timeout(PATIENCE + Duration::from_millis(request.number("requestTimeout").try_into().unwrap_or_default()));
    call
}

fn done<Message>(answer: Result<Response<Message>, Status>) -> Answer {
    answer.map(|_| json!({}))
}

/// Keys are strings: JavaScript cannot hold 64 bits in a number.
fn key(key: i64) -> Value {
    key.to_string().into()
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON from the server")
}

async fn topology(program: &Program, request: &Request) -> Answer {
    let found = program.client.clone().topology(timed(request, TopologyRequest {})).await?.into_inner();
    let partitions = found.brokers.iter().flat_map(|broker| &broker.partitions).map(|one| {
        json!({"partitionId": one.partition_id, "role": one.role().as_str_name(), "health": one.health().as_str_name()})
    });
    Ok(json!({
        "clusterSize": found.cluster_size, "partitionsCount": found.partitions_count,
        "gatewayVersion": found.gateway_version, "partitions": partitions.collect::<Vec<_>>(),
    }))
}

async fn deploy(program: &Program, request: &Request) -> Answer {
    let resource = Resource { name: request.text("name"), content: request.text("content").into_bytes() };
    let message = DeployResourceRequest { resources: vec![resource], ..Default::default() };
    let deployed = program.client.clone().deploy_resource(timed(request, message)).await?.into_inner();
    let (mut processes, mut decisions) = (Vec::new(), Vec::new());
    for one in deployed.deployments {
        match one.metadata {
            Some(deployment::Metadata::Process(found)) => processes.push(process(found)),
            Some(deployment::Metadata::Decision(found)) => decisions.push(decision(&found)),
            _ => {}
        }
    }
    Ok(json!({"key": key(deployed.key), "processes": processes, "decisions": decisions}))
}

async fn deploy_process(program: &Program, request: &Request) -> Answer {
    let definition = ProcessRequestObject { name: request.text("name"), definition: request.text("content").into_bytes() };
    let message = DeployProcessRequest { processes: vec![definition] };
    #[allow(deprecated)] // older programs still call it
    let deployed = program.client.clone().deploy_process(timed(request, message)).await?.into_inner();
    Ok(json!({"key": key(deployed.key), "processes": deployed.processes.into_iter().map(process).collect::<Vec<_>>()}))
}

fn process(process: ProcessMetadata) -> Value {
    json!({
        "bpmnProcessId": process.bpmn_process_id, "version": process.version,
        "processDefinitionKey": key(process.process_definition_key), "resourceName": process.resource_name,
    })
}

fn decision(decision: &DecisionMetadata) -> Value {
    json!({"decisionId": decision.dmn_decision_id, "version": decision.version, "decisionKey": key(decision.decision_key)})
}

fn creation(request: &Request) -> CreateProcessInstanceRequest {
    let instruction = |element_id| ProcessInstanceCreationStartInstruction { element_id };
    CreateProcessInstanceRequest {
        process_definition_key: request.key("processDefinitionKey"),
        bpmn_process_id: request.text("bpmnProcessId"),
        version: request.version(),
        variables: request.variables(),
        start_instructions: request.texts("startBefore").into_iter().map(instruction).collect(),
        ..Default::default()
    }
}

async fn create(program: &Program, request: &Request) -> Answer {
    let created = program.client.clone().create_process_instance(timed(request, creation(request))).await?.into_inner();
    Ok(json!({
        "processInstanceKey": key(created.process_instance_key), "processDefinitionKey": key(created.process_definition_key),
        "bpmnProcessId": created.bpmn_process_id, "version": created.version,
    }))
}

async fn create_with_result(program: &Program, request: &Request) -> Answer {
    let message = CreateProcessInstanceWithResultRequest {
        request: Some(creation(request)),
        request_timeout: request.number("requestTimeout"),
        fetch_variables: request.texts("fetchVariables"),
    };
    let ended = program.client.clone().create_process_instance_with_result(timed(request, message)).await?.into_inner();
    Ok(json!({
        "processInstanceKey": key(ended.process_instance_key), "bpmnProcessId": ended.bpmn_process_id,
        "version": ended.version, "variables": parsed(&ended.variables),
    }))
}

async fn activate(program: &Program, request: &Request) -> Answer {
    let message = ActivateJobsRequest {
        r#type: request.text("type"),
        worker: request.text("worker"),
        timeout: request.number("timeout"),
        max_jobs_to_activate: request.small("maxJobs"),
        fetch_variable: request.texts("fetchVariables"),
        request_timeout: request.number("requestTimeout"),
        ..Default::default()
    };
    let mut responses = program.client.clone().activate_jobs(timed(request, message)).await?.into_inner();
    let mut jobs = Vec::new();
    while let Some(response) = responses.message().await? {
        jobs.extend(response.jobs.iter().map(described));
    }
    Ok(json!({"jobs": jobs}))
}

async fn publish(program: &Program, request: &Request) -> Answer {
    let message = PublishMessageRequest {
        name: request.text("name"),
        correlation_key: request.text("correlationKey"),
        time_to_live: request.number("timeToLive"),
        message_id: request.text("messageId"),
        variables: request.variables(),
        ..Default::default()
    };
    let published = program.client.clone().publish_message(timed(request, message)).await?.into_inner();
    Ok(json!({"key": key(published.key)}))
}

async fn evaluate_decision(program: &Program, request: &Request) -> Answer {
    let message = EvaluateDecisionRequest {
        decision_id: request.text("decisionId"),
        variables: request.variables(),
        ..Default::default()
    };
    let evaluated = program.client.clone().evaluate_decision(timed(request, message)).await?.into_inner();
    let matched = evaluated.evaluated_decisions.iter().flat_map(|decision| &decision.matched_rules);
    Ok(json!({
        "matchedRules": matched.map(|rule| &rule.rule_id).collect::<Vec<_>>(),
        "decisionId": evaluated.decision_id, "decisionVersion": evaluated.decision_version,
        "decisionOutput": parsed(&evaluated.decision_output),
        "failedDecisionId": evaluated.failed_decision_id, "failureMessage": evaluated.failure_message,
    }))
}

/// A job as the protocol wants it.
pub fn described(job: &ActivatedJob) -> Value {
    json!({
        "key": key(job.key), "type": job.r#type, "processInstanceKey": key(job.process_instance_key),
        "bpmnProcessId": job.bpmn_process_id, "processDefinitionVersion": job.process_definition_version,
        "processDefinitionKey": key(job.process_definition_key), "elementId": job.element_id,
        "elementInstanceKey": key(job.element_instance_key), "worker": job.worker, "retries": job.retries, "deadline": job.deadline,
        "customHeaders": parsed(&job.custom_headers), "variables": parsed(&job.variables),
    })
}

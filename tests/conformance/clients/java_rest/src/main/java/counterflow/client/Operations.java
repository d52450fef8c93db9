package counterflow.client;

import static java.util.Map.entry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.camunda.client.CamundaClient;
import io.camunda.client.api.ProblemDetail;
import io.camunda.client.api.command.CreateProcessInstanceCommandStep1.CreateProcessInstanceCommandStep3;
import io.camunda.client.api.command.FinalCommandStep;
import io.camunda.client.api.command.MigrationPlan;
import io.camunda.client.api.command.ProblemException;
import io.camunda.client.api.response.ActivatedJob;
import io.camunda.client.api.response.EvaluateDecisionResponse;
import io.camunda.client.api.response.MatchedDecisionRule;
import io.camunda.client.api.response.Process;
import io.camunda.client.api.response.ProcessInstanceEvent;
import io.camunda.client.api.response.ProcessInstanceResult;
import io.camunda.client.api.response.Topology;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;

/** What the library can do, by the names of the protocol. */
final class Operations {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Options that not every library has. */
  private static final List<String> OPTIONS = List.of(
      "create.definitionKey", "createWithResult.ends", "activate.fetchVariables", "activate.ends", "fail.variables", "throw.variables");

  /** What gRPC calls a status of HTTP; of the others the problem's own title says it. */
  private static final Map<Integer, String> CODES = Map.of(400, "INVALID_ARGUMENT", 404, "NOT_FOUND", 504, "DEADLINE_EXCEEDED");

  /** What 8.8 cannot: it takes any answer to a deletion for a broken one, and gives up before the server says that a result is late. */
  private static final List<String> SINCE_9 = List.of("deleteResource", "createWithResult.ends");

  private final CamundaClient client;
  private final Map<String, Function<Request, Map<String, ?>>> known;

  Operations(CamundaClient client) {
    this.client = client;
    known = Map.ofEntries(
        entry("topology", this::topology),
        entry("deploy", this::deploy),
        entry("create", this::create),
        entry("createWithResult", this::createWithResult),
        entry("cancel", this::cancel),
        entry("setVariables", this::setVariables),
        entry("resolveIncident", this::resolveIncident),
        entry("deleteResource", this::deleteResource),
        entry("modify", this::modify),
        entry("migrate", this::migrate),
        entry("activate", this::activate),
        entry("complete", this::complete),
        entry("fail", this::fail),
        entry("throw", this::throwError),
        entry("updateRetries", this::updateRetries),
        entry("updateTimeout", this::updateTimeout),
        entry("publish", this::publish),
        entry("broadcast", this::broadcast),
        entry("evaluateDecision", this::evaluateDecision),
        entry("assignTask", this::assignTask),
        entry("completeTask", this::completeTask));
  }

  TreeSet<String> names(String version) {
    var names = new TreeSet<>(known.keySet());
    names.addAll(OPTIONS);
    if (version.startsWith("8.8")) {
      names.removeAll(SINCE_9);
    }
    return names;
  }

  Map<String, ?> carryOut(Request request) {
    return known.get(request.operation).apply(request);
  }

  /** An error as the protocol wants it: the name of a gRPC status, or LOCAL if the call never left. */
  static Map<String, String> told(RuntimeException error) {
    if (error instanceof ProblemException refused) {
      ProblemDetail problem = refused.details();
      String title = problem.getTitle().replace("INVALID_STATE", "FAILED_PRECONDITION");
      return Map.of("code", CODES.getOrDefault(problem.getStatus(), title), "message", problem.getDetail());
    }
    return Map.of("code", "LOCAL", "message", String.valueOf(error));
  }

  /** A job as the protocol wants it: JavaScript cannot hold 64 bits in a number, so keys are texts. */
  static Map<String, ?> described(ActivatedJob job) {
    return Map.ofEntries(
        entry("key", key(job.getKey())),
        entry("type", job.getType()),
        entry("processInstanceKey", key(job.getProcessInstanceKey())),
        entry("bpmnProcessId", job.getBpmnProcessId()),
        entry("processDefinitionVersion", job.getProcessDefinitionVersion()),
        entry("processDefinitionKey", key(job.getProcessDefinitionKey())),
        entry("elementId", job.getElementId()),
        entry("elementInstanceKey", key(job.getElementInstanceKey())),
        entry("worker", job.getWorker()),
        entry("retries", job.getRetries()),
        entry("deadline", job.getDeadline()),
        entry("customHeaders", job.getCustomHeaders()),
        entry("variables", parsed(job.getVariables())));
  }

  private static String key(long key) {
    return Long.toString(key);
  }

  private static String said(String text) {
    return text == null ? "" : text;
  }

  private static JsonNode parsed(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException error) {
      throw new IllegalStateException(error);
    }
  }

  /** Sends a command with the time that the request allows, or what the library allows. */
  private static <Answer> Answer sent(Request request, FinalCommandStep<Answer> command) {
    if (request.requestTimeout > 0) {
      command.requestTimeout(Duration.ofMillis(request.requestTimeout));
    }
    return command.send().join();
  }

  /** The end of most commands: say nothing but that it went well. */
  private static Map<String, ?> done(Request request, FinalCommandStep<?> command) {
    sent(request, command);
    return Map.of();
  }

  private Map<String, ?> topology(Request request) {
    Topology found = sent(request, client.newTopologyRequest());
    var partitions = found.getBrokers().stream().flatMap(broker -> broker.getPartitions().stream())
        .map(one -> Map.of("partitionId", one.getPartitionId(), "role", one.getRole().name(), "health", one.getHealth().name()));
    return Map.of(
        "clusterSize", found.getClusterSize(), "partitionsCount", found.getPartitionsCount(),
        "gatewayVersion", found.getGatewayVersion(), "partitions", partitions.toList());
  }

  private Map<String, ?> deploy(Request request) {
    var deployed = sent(request, client.newDeployResourceCommand()
        .addResourceBytes(request.content.getBytes(StandardCharsets.UTF_8), request.name));
    var decisions = deployed.getDecisions().stream().map(decision -> Map.of(
        "decisionId", decision.getDmnDecisionId(), "version", decision.getVersion(), "decisionKey", key(decision.getDecisionKey())));
    return Map.of(
        "key", key(deployed.getKey()), "processes", processes(deployed.getProcesses()), "decisions", decisions.toList());
  }

  private static List<Map<String, ?>> processes(List<Process> deployed) {
    return deployed.stream().<Map<String, ?>>map(process -> Map.of(
        "bpmnProcessId", process.getBpmnProcessId(), "version", process.getVersion(),
        "processDefinitionKey", key(process.getProcessDefinitionKey()), "resourceName", process.getResourceName())).toList();
  }

  private CreateProcessInstanceCommandStep3 creation(Request request) {
    var begun = client.newCreateInstanceCommand();
    CreateProcessInstanceCommandStep3 command = request.bpmnProcessId == null
        ? begun.processDefinitionKey(request.processDefinitionKey)
        : begun.bpmnProcessId(request.bpmnProcessId).version(request.version);
    request.startBefore.forEach(command::startBeforeElement);
    return command.variables(request.variablesAsText());
  }

  private Map<String, ?> create(Request request) {
    ProcessInstanceEvent created = sent(request, creation(request));
    return Map.of(
        "processInstanceKey", key(created.getProcessInstanceKey()), "processDefinitionKey", key(created.getProcessDefinitionKey()),
        "bpmnProcessId", created.getBpmnProcessId(), "version", created.getVersion());
  }

  private Map<String, ?> createWithResult(Request request) {
    ProcessInstanceResult ended = sent(request, creation(request).withResult().fetchVariables(request.fetchVariables));
    return Map.of(
        "processInstanceKey", key(ended.getProcessInstanceKey()), "bpmnProcessId", ended.getBpmnProcessId(),
        "version", ended.getVersion(), "variables", parsed(ended.getVariables()));
  }

  private Map<String, ?> cancel(Request request) {
    return done(request, client.newCancelInstanceCommand(request.processInstanceKey));
  }

  private Map<String, ?> setVariables(Request request) {
    return done(request, client.newSetVariablesCommand(request.elementInstanceKey)
        .variables(request.variablesAsText()).local(request.local));
  }

  private Map<String, ?> resolveIncident(Request request) {
    return done(request, client.newResolveIncidentCommand(request.incidentKey));
  }

  private Map<String, ?> deleteResource(Request request) {
    return done(request, client.newDeleteResourceCommand(request.resourceKey));
  }

  private Map<String, ?> modify(Request request) {
    var command = client.newModifyProcessInstanceCommand(request.processInstanceKey).activateElement(request.activate.get(0));
    for (String element : request.activate.subList(1, request.activate.size())) {
      command = command.and().activateElement(element);
    }
    FinalCommandStep<?> complete = command;
    for (Long element : request.terminate) {
      complete = command.and().terminateElement(element);
    }
    return done(request, complete);
  }

  private Map<String, ?> migrate(Request request) {
    var plan = MigrationPlan.newBuilder().withTargetProcessDefinitionKey(request.targetProcessDefinitionKey);
    var mapped = request.mapping.entrySet().iterator();
    var first = mapped.next();
    var mapping = plan.addMappingInstruction(first.getKey(), first.getValue());
    mapped.forEachRemaining(one -> mapping.addMappingInstruction(one.getKey(), one.getValue()));
    return done(request, client.newMigrateProcessInstanceCommand(request.processInstanceKey).migrationPlan(mapping.build()));
  }

  private Map<String, ?> activate(Request request) {
    var command = client.newActivateJobsCommand().jobType(request.type).maxJobsToActivate(request.maxJobs)
        .timeout(Duration.ofMillis(request.timeout)).workerName(request.worker);
    if (!request.fetchVariables.isEmpty()) {
      command.fetchVariables(request.fetchVariables);
    }
    return Map.of("jobs", sent(request, command).getJobs().stream().map(Operations::described).toList());
  }

  private Map<String, ?> complete(Request request) {
    return done(request, client.newCompleteCommand(request.jobKey).variables(request.variablesAsText()));
  }

  private Map<String, ?> fail(Request request) {
    return done(request, client.newFailCommand(request.jobKey).retries(request.retries)
        .retryBackoff(Duration.ofMillis(request.retryBackOff)).errorMessage(request.errorMessage)
        .variables(request.variablesAsText()));
  }

  private Map<String, ?> throwError(Request request) {
    return done(request, client.newThrowErrorCommand(request.jobKey).errorCode(request.errorCode)
        .errorMessage(request.errorMessage).variables(request.variablesAsText()));
  }

  private Map<String, ?> updateRetries(Request request) {
    return done(request, client.newUpdateRetriesCommand(request.jobKey).retries(request.retries));
  }

  private Map<String, ?> updateTimeout(Request request) {
    return done(request, client.newUpdateTimeoutCommand(request.jobKey).timeout(request.timeout));
  }

  private Map<String, ?> publish(Request request) {
    var command = client.newPublishMessageCommand().messageName(request.name).correlationKey(request.correlationKey)
        .timeToLive(Duration.ofMillis(request.timeToLive)).variables(request.variablesAsText());
    if (request.messageId != null) {
      command.messageId(request.messageId);
    }
    return Map.of("key", key(sent(request, command).getMessageKey()));
  }

  private Map<String, ?> broadcast(Request request) {
    return done(request, client.newBroadcastSignalCommand().signalName(request.signalName).variables(request.variablesAsText()));
  }

  private Map<String, ?> evaluateDecision(Request request) {
    EvaluateDecisionResponse evaluated = sent(request, client.newEvaluateDecisionCommand()
        .decisionId(request.decisionId).variables(request.variablesAsText()));
    return Map.of(
        "decisionId", evaluated.getDecisionId(), "decisionVersion", evaluated.getDecisionVersion(),
        "decisionOutput", parsed(evaluated.getDecisionOutput()), "failedDecisionId", said(evaluated.getFailedDecisionId()),
        "failureMessage", said(evaluated.getFailureMessage()), "matchedRules", matchedRules(evaluated));
  }

  private static List<String> matchedRules(EvaluateDecisionResponse evaluated) {
    return evaluated.getEvaluatedDecisions().stream()
        .flatMap(decision -> decision.getMatchedRules().stream()).map(MatchedDecisionRule::getRuleId).toList();
  }

  private Map<String, ?> assignTask(Request request) {
    return done(request, client.newAssignUserTaskCommand(request.userTaskKey).assignee(request.assignee)
        .allowOverride(request.allowOverride));
  }

  private Map<String, ?> completeTask(Request request) {
    return done(request, client.newCompleteUserTaskCommand(request.userTaskKey)
        .variables(JSON.convertValue(request.variables, Map.class)));
  }
}

package counterflow.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.operaton.bpm.engine.ExternalTaskService;
import org.operaton.bpm.engine.ProcessEngine;
import org.operaton.bpm.engine.RepositoryService;
import org.operaton.bpm.engine.RuntimeService;
import org.operaton.bpm.engine.TaskService;
import org.operaton.bpm.engine.externaltask.ExternalTask;
import org.operaton.bpm.engine.impl.cfg.ProcessEngineConfigurationImpl;
import org.operaton.bpm.engine.repository.Deployment;
import org.operaton.bpm.engine.repository.ProcessDefinition;

/** What a script may ask for, in Operaton's own services. */
final class Operations {
  private static final String WORKER = "worker";
  private static final long LOCK_MILLISECONDS = 300_000;
  private static final int MOST_JOBS = 32;

  private final RepositoryService repository;
  private final RuntimeService runtime;
  private final TaskService tasks;
  private final ExternalTaskService externalTasks;
  private final Clock clock;
  private final Messages messages;
  private final Views views;
  private final Map<String, Function<Request, Object>> byName;

  Operations(ProcessEngineConfigurationImpl configuration) {
    ProcessEngine engine = configuration.getProcessEngine();
    repository = engine.getRepositoryService();
    runtime = engine.getRuntimeService();
    tasks = engine.getTaskService();
    externalTasks = engine.getExternalTaskService();
    clock = new Clock(engine.getManagementService());
    messages = new Messages(configuration);
    views = new Views(engine);
    byName = Map.ofEntries(
        Map.entry("begin", silent(this::begin)),
        Map.entry("deploy", this::deploy),
        Map.entry("start", silent(this::start)),
        Map.entry("activate", silent(this::activate)),
        Map.entry("complete", silent(this::complete)),
        Map.entry("fail", silent(this::fail)),
        Map.entry("error", silent(this::error)),
        Map.entry("retries", silent(request -> externalTasks.setRetries(request.name, request.retries))),
        Map.entry("set", silent(this::set)),
        Map.entry("cancel", silent(request -> runtime.deleteProcessInstance(request.name, "cancelled"))),
        Map.entry("publish", silent(messages::publish)),
        Map.entry("broadcast", silent(request -> runtime.createSignalEvent(request.name).setVariables(request.variables).send())),
        Map.entry("evaluate", silent(this::evaluate)),
        Map.entry("advance", silent(request -> clock.advance(request.milliseconds))),
        Map.entry("jump", silent(request -> clock.jump(request.milliseconds))),
        Map.entry("view", request -> views.view()));
  }

  /** Carries a request out and what follows from it at once. Raises what the engine raises. */
  Object carryOut(Request request) {
    Object answer = byName.get(request.operation).apply(request);
    if (!request.operation.equals("view")) {
      clock.advance(0);
    }
    return answer;
  }

  private static Function<Request, Object> silent(Consumer<Request> operation) {
    return request -> {
      operation.accept(request);
      return "";
    };
  }

  private void begin(Request request) {
    for (Deployment deployment : repository.createDeploymentQuery().list()) {
      repository.deleteDeployment(deployment.getId(), true, true, true);
    }
    Clock.set(request.milliseconds);
  }

  private List<String> deploy(Request request) {
    var builder = repository.createDeployment();
    request.files.forEach(builder::addString);
    List<ProcessDefinition> deployed = builder.deployWithResult().getDeployedProcessDefinitions();
    return deployed == null ? List.of() : new ArrayList<>(deployed.stream().map(ProcessDefinition::getKey).toList());
  }

  private void start(Request request) {
    var builder = runtime.createProcessInstanceByKey(request.name).setVariables(request.variables);
    request.at.forEach(builder::startBeforeActivity);
    builder.execute();
  }

  private void evaluate(Request request) {
    runtime.createConditionEvaluation().setVariables(request.variables).evaluateStartConditions();
  }

  private void activate(Request request) {
    externalTasks.fetchAndLock(MOST_JOBS, WORKER).topic(request.name, LOCK_MILLISECONDS).execute();
  }

  private void complete(Request request) {
    if (isUserTask(request)) {
      tasks.complete(request.name, request.variables);
    } else {
      lock(request);
      externalTasks.complete(request.name, WORKER, request.variables);
    }
  }

  private void fail(Request request) {
    lock(request);
    externalTasks.handleFailure(
        request.name, WORKER, request.key, "", request.retries, request.milliseconds, request.variables, Map.of());
  }

  private void error(Request request) {
    if (isUserTask(request)) {
      tasks.handleBpmnError(request.name, request.key, null, request.variables);
    } else {
      lock(request);
      externalTasks.handleBpmnError(request.name, WORKER, request.key, null, request.variables);
    }
  }

  private void set(Request request) {
    if (request.local) {
      runtime.setVariablesLocal(request.name, request.variables);
    } else {
      runtime.setVariables(request.name, request.variables);
    }
  }

  private boolean isUserTask(Request request) {
    return tasks.createTaskQuery().taskId(request.name).count() > 0;
  }

  private void lock(Request request) {
    ExternalTask task = externalTasks.createExternalTaskQuery().externalTaskId(request.name).singleResult();
    if (task != null && task.getLockExpirationTime() == null) {
      externalTasks.lock(request.name, WORKER, LOCK_MILLISECONDS);
    }
  }
}

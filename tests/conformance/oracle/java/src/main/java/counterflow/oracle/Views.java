package counterflow.oracle;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.operaton.bpm.engine.ProcessEngine;
import org.operaton.bpm.engine.externaltask.ExternalTask;
import org.operaton.bpm.engine.history.HistoricActivityInstance;
import org.operaton.bpm.engine.history.HistoricProcessInstance;
import org.operaton.bpm.engine.impl.persistence.entity.ExecutionEntity;
import org.operaton.bpm.engine.impl.util.ClockUtil;
import org.operaton.bpm.engine.runtime.ActivityInstance;
import org.operaton.bpm.engine.runtime.Execution;
import org.operaton.bpm.engine.runtime.Incident;
import org.operaton.bpm.engine.runtime.VariableInstance;
import org.operaton.bpm.engine.task.Task;

/** What there is now and what has ended, each list in the order of creation. */
final class Views {
  private static final String LOOP_BODY = "#multiInstanceBody";

  private final ProcessEngine engine;

  Views(ProcessEngine engine) {
    this.engine = engine;
  }

  record Instance(String id, String process, String parent, String state) {}

  record Element(String id, String element, String instance, String parent, List<String> executions, String state) {}

  /** {@code at} are the elements whose own it is as one of a loop's instances: those at work right inside its execution, or in it. */
  record Variable(String scope, List<String> at, String name, Object value) {}

  record Job(String id, String element, String type, String execution, Integer retries, boolean waits, Map<String, Object> variables) {}

  record Mishap(String element, String type) {}

  record View(
      List<Instance> instances, List<Element> elements, List<Variable> variables, List<Job> jobs, List<Mishap> incidents) {}

  View view() {
    List<Instance> instances = instances();
    List<Element> elements = elements(instances);
    return new View(instances, elements, variables(elements), jobs(), incidents());
  }

  private List<Instance> instances() {
    return engine.getHistoryService().createHistoricProcessInstanceQuery().list().stream()
        .sorted(Comparator.comparing(HistoricProcessInstance::getId))
        .map(found -> new Instance(
            found.getId(), found.getProcessDefinitionKey(), found.getSuperProcessInstanceId(), found.getState()))
        .toList();
  }

  private List<Element> elements(List<Instance> instances) {
    List<Element> elements = new ArrayList<>();
    for (Instance instance : instances) {
      ActivityInstance root = instance.state().equals("ACTIVE") ? engine.getRuntimeService().getActivityInstance(instance.id()) : null;
      if (root != null) {
        walk(elements, root);
      }
    }
    for (HistoricActivityInstance ended : engine.getHistoryService().createHistoricActivityInstanceQuery().finished().list()) {
      elements.add(new Element(ended.getId(), ended.getActivityId(), ended.getProcessInstanceId(), ended.getParentActivityInstanceId(),
          List.of(ended.getExecutionId()), ended.isCanceled() ? "terminated" : "completed"));
    }
    return elements;
  }

  private static void walk(List<Element> elements, ActivityInstance found) {
    elements.add(new Element(found.getId(), found.getActivityId(), found.getProcessInstanceId(), found.getParentActivityInstanceId(),
        List.of(found.getExecutionIds()), "active"));
    for (ActivityInstance child : found.getChildActivityInstances()) {
      walk(elements, child);
    }
  }

  private List<Variable> variables(List<Element> elements) {
    Map<String, String> parents = new HashMap<>();
    for (Execution execution : engine.getRuntimeService().createExecutionQuery().list()) {
      parents.put(execution.getId(), ((ExecutionEntity) execution).getParentId());
    }
    return engine.getRuntimeService().createVariableInstanceQuery().list().stream()
        .map(found -> new Variable(
            scopeOf(found), isOfInstance(found) ? List.of(scopeOf(found)) : at(found.getExecutionId(), elements, parents),
            found.getName(), found.getValue()))
        .toList();
  }

  private static boolean isOfInstance(VariableInstance variable) {
    return variable.getExecutionId().equals(variable.getProcessInstanceId());
  }

  private static List<String> at(String execution, List<Element> elements, Map<String, String> parents) {
    List<Element> active = elements.stream()
        .filter(element -> element.state().equals("active") && !element.element().endsWith(LOOP_BODY))
        .toList();
    List<String> inside = active.stream()
        .filter(element -> element.executions().stream().anyMatch(one -> execution.equals(parents.get(one))))
        .map(Element::id)
        .toList();
    return inside.isEmpty()
        ? active.stream().filter(element -> element.executions().contains(execution)).map(Element::id).toList()
        : inside;
  }

  private static String scopeOf(VariableInstance variable) {
    return variable.getActivityInstanceId() == null ? variable.getProcessInstanceId() : variable.getActivityInstanceId();
  }

  private List<Job> jobs() {
    List<Job> jobs = new ArrayList<>();
    for (ExternalTask task : engine.getExternalTaskService().createExternalTaskQuery().list()) {
      boolean waits = task.getLockExpirationTime() != null && task.getLockExpirationTime().after(ClockUtil.getCurrentTime());
      jobs.add(new Job(task.getId(), task.getActivityId(), task.getTopicName(), task.getExecutionId(), task.getRetries(), waits,
          engine.getRuntimeService().getVariables(task.getExecutionId())));
    }
    for (Task task : engine.getTaskService().createTaskQuery().list()) {
      jobs.add(new Job(task.getId(), task.getTaskDefinitionKey(), "io.camunda.zeebe:userTask", task.getExecutionId(), 1, false,
          engine.getRuntimeService().getVariables(task.getExecutionId())));
    }
    jobs.sort(Comparator.comparing(Job::id));
    return jobs;
  }

  private List<Mishap> incidents() {
    return engine.getRuntimeService().createIncidentQuery().list().stream()
        .sorted(Comparator.comparing(Incident::getId))
        .map(found -> new Mishap(found.getActivityId(), found.getIncidentType()))
        .toList();
  }
}

package counterflow.oracle;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.operaton.bpm.engine.RuntimeService;
import org.operaton.bpm.engine.impl.cfg.ProcessEngineConfigurationImpl;
import org.operaton.bpm.engine.impl.persistence.entity.EventSubscriptionEntity;
import org.operaton.bpm.engine.runtime.EventSubscription;

/**
 * Messages with correlation keys. In Operaton the call that correlates says which instance is meant; here the model does, by an expression
 * for each element that waits, evaluated where it waits. A message goes to the oldest receiver of each process, as the script means it.
 */
final class Messages {
  private final ProcessEngineConfigurationImpl configuration;
  private final RuntimeService runtime;

  Messages(ProcessEngineConfigurationImpl configuration) {
    this.configuration = configuration;
    runtime = configuration.getRuntimeService();
  }

  void publish(Request request) {
    List<EventSubscription> waiting =
        runtime.createEventSubscriptionQuery().eventType("message").eventName(request.name).list().stream()
            .filter(subscription -> isFor(subscription, request))
            .sorted(Comparator.comparing(EventSubscription::getId))
            .toList();
    Set<String> received = new HashSet<>();
    for (EventSubscription subscription : waiting) {
      if (received.add(processOf(subscription))) {
        receive(subscription, request);
      }
    }
  }

  private void receive(EventSubscription subscription, Request request) {
    if (subscription.getExecutionId() != null) {
      runtime.messageEventReceived(request.name, subscription.getExecutionId(), request.variables);
      return;
    }
    runtime.createMessageCorrelation(request.name)
        .processDefinitionId(((EventSubscriptionEntity) subscription).getConfiguration())
        .setVariables(request.variables)
        .correlateStartMessage();
  }

  private boolean isFor(EventSubscription subscription, Request request) {
    String expression = request.keys.get(subscription.getActivityId());
    if (subscription.getExecutionId() == null || expression == null) {
      return subscription.getExecutionId() == null;
    }
    try {
      return Objects.equals(request.key, String.valueOf(evaluate(expression, subscription.getExecutionId())));
    } catch (RuntimeException unknown) {
      return false; // a key that cannot be evaluated is no key
    }
  }

  private Object evaluate(String expression, String executionId) {
    return configuration.getCommandExecutorTxRequired().execute(context ->
        configuration.getExpressionManager().createExpression(expression)
            .getValue(context.getExecutionManager().findExecutionById(executionId)));
  }

  private String processOf(EventSubscription subscription) {
    var entity = (EventSubscriptionEntity) subscription;
    String definition = entity.getExecutionId() == null
        ? entity.getConfiguration()
        : runtime.createProcessInstanceQuery().processInstanceId(entity.getProcessInstanceId()).singleResult().getProcessDefinitionId();
    return configuration.getRepositoryService().getProcessDefinition(definition).getKey();
  }
}

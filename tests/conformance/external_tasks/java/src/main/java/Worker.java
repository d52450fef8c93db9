// Camunda 7's external task client for Java: `Worker BASE-URL TOPIC`; `../README.md` says what it does.
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.camunda.bpm.client.ExternalTaskClient;
import org.camunda.bpm.client.task.ExternalTask;
import org.camunda.bpm.client.task.ExternalTaskService;
import org.camunda.bpm.client.variable.ClientValues;

public final class Worker {
  public static void main(String[] given) {
    ExternalTaskClient client = ExternalTaskClient.create()
        .baseUrl(given[0]).workerId("java-worker").asyncResponseTimeout(10_000).lockDuration(30_000).build();
    client.subscribe(given[1]).handler(Worker::handle).open();
  }

  private static void handle(ExternalTask task, ExternalTaskService service) {
    System.out.println("{\"id\": " + text(task.getId()) + ", \"businessKey\": " + text(task.getBusinessKey())
        + ", \"retries\": " + task.getRetries() + ", \"variables\": " + json(task.getAllVariables()) + "}");
    String does = task.getVariable("do");
    if (does.equals("error")) {
      service.handleBpmnError(task, "sold-out", "none is left", Map.of("left", 0));
    } else if (does.equals("fail") && task.getRetries() == null) {
      service.handleFailure(task, "no connection", "a stack", 1, 0);
    } else {
      if (does.equals("extend")) {
        service.extendLock(task, 60_000);
      }
      service.complete(task, results());
    }
  }

  private static Map<String, Object> results() {
    Map<String, Object> values = new HashMap<>();
    values.put("text", "ä€😀");
    values.put("whole", 7);
    values.put("real", 1.5);
    values.put("yes", true);
    values.put("nothing", null);
    values.put("order", ClientValues.jsonValue("{\"lines\": [1, 2]}"));
    values.put("day", new Date(1769175762000L));
    return values;
  }

  private static String json(Map<String, Object> values) {
    StringBuilder told = new StringBuilder("{");
    new TreeMap<>(values).forEach((name, value) -> told.append(told.length() > 1 ? ", " : "").append(text(name))
        .append(": ").append(value == null || value instanceof Number || value instanceof Boolean ? value : text(value)));
    return told.append("}").toString();
  }

  private static String text(Object value) {
    return value == null ? "null" : "\"" + value.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}

package counterflow.client;

import io.camunda.zeebe.client.ZeebeClient;
import io.camunda.zeebe.client.api.response.ActivatedJob;
import io.camunda.zeebe.client.api.worker.JobWorker;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Open job workers of the library. */
final class Work {
  private final ZeebeClient client;
  private final Operations operations;
  private final Consumer<Map<String, ?>> say;
  private final Map<String, JobWorker> workers = new ConcurrentHashMap<>();

  Work(ZeebeClient client, Operations operations, Consumer<Map<String, ?>> say) {
    this.client = client;
    this.operations = operations;
    this.say = say;
  }

  /** Opens a worker that tells of each job and answers the nth with the nth answer, or the last there is. */
  Map<String, ?> open(Request request) {
    var taken = new AtomicInteger();
    workers.put(request.worker, client.newWorker().jobType(request.type)
        .handler((jobs, job) -> answer(request, job, taken.getAndIncrement()))
        .name(request.worker).timeout(Duration.ofMillis(request.timeout)).maxJobsActive(request.maxJobs)
        .streamEnabled(request.stream).open());
    return Map.of();
  }

  Map<String, ?> close(Request request) {
    workers.remove(request.worker).close();
    return Map.of();
  }

  private void answer(Request request, ActivatedJob job, int number) {
    say.accept(Map.of("event", "job", "worker", request.worker, "job", Operations.described(job)));
    Request answer = request.answers.get(Math.min(number, request.answers.size() - 1));
    if (answer.operation.equals("hold")) {
      return;
    }
    var line = new HashMap<String, Object>(
        Map.of("event", "answered", "worker", request.worker, "jobKey", Long.toString(job.getKey())));
    try {
      operations.carryOut(answer.about(job));
    } catch (RuntimeException error) {
      line.put("error", Operations.told(error));
    }
    say.accept(line);
  }
}

package trip;

import io.camunda.zeebe.client.ZeebeClient;
import io.camunda.zeebe.client.api.response.ActivatedJob;
import io.camunda.zeebe.client.api.worker.JobClient;
import io.camunda.zeebe.client.api.worker.JobHandler;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The trip in Java: books hotel, car and flight, and undoes each. {@code --stream} has the jobs pushed. */
public final class TripWorker {
  private static final Map<String, JobHandler> TASKS = Map.of(
      "book-hotel", booking("hotelReservation", "H"),
      "cancel-hotel", cancellation("hotel", "hotelReservation"),
      "book-car", booking("carReservation", "C"),
      "cancel-car", cancellation("car", "carReservation"),
      "book-flight", TripWorker::bookFlight,
      "cancel-flight", cancellation("flight", "flightReservation"));

  private TripWorker() {}

  public static void main(String[] arguments) throws InterruptedException {
    List<String> chosen = Arrays.stream(arguments).filter(argument -> !argument.equals("--stream")).toList();
    boolean streams = chosen.size() < arguments.length;
    if (!TASKS.keySet().containsAll(chosen)) {
      throw new IllegalArgumentException("expected some of " + TASKS.keySet() + ", found " + chosen);
    }
    String address = System.getenv().getOrDefault("ZEEBE_ADDRESS", "127.0.0.1:26500");
    ZeebeClient client = ZeebeClient.newClientBuilder().grpcAddress(URI.create("http://" + address)).usePlaintext().build();
    Runtime.getRuntime().addShutdownHook(new Thread(client::close));
    TASKS.forEach((type, handler) -> {
      if (chosen.isEmpty() || chosen.contains(type)) {
        client.newWorker().jobType(type).handler(handler).name("trip-java").streamEnabled(streams).open();
      }
    });
    Thread.currentThread().join(); // until SIGINT or SIGTERM
  }

  private static JobHandler booking(String variable, String initial) {
    return (client, job) -> complete(client, job, Map.of(variable, initial + "-" + job.getProcessInstanceKey()));
  }

  private static JobHandler cancellation(String what, String variable) {
    return (client, job) -> {
      System.out.printf("%s %s cancelled%n", what, job.getVariable(variable));
      complete(client, job, Map.of());
    };
  }

  private static void bookFlight(JobClient client, ActivatedJob job) throws Exception {
    if (Boolean.TRUE.equals(job.getVariablesAsMap().get("flightFails"))) {
      client.newThrowErrorCommand(job).errorCode("FLIGHT_UNAVAILABLE").errorMessage("no seats left").send().join();
      return;
    }
    booking("flightReservation", "F").handle(client, job);
  }

  private static void complete(JobClient client, ActivatedJob job, Map<String, ?> result) {
    client.newCompleteCommand(job).variables(result).send().join();
  }
}

package counterflow.client;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.camunda.client.CamundaClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Camunda's Java client by REST, which does what it is told, a line of JSON at a time: `Program ADDRESS`. ../README.md is the protocol. */
public final class Program {
  private static final ObjectMapper JSON =
      new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, true);

  private final PrintStream output = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private final Operations operations;

  private Program(CamundaClient client) {
    operations = new Operations(client);
  }

  public static void main(String[] arguments) throws IOException {
    try (CamundaClient client = connect(arguments[0])) {
      new Program(client).serve();
    }
    System.exit(0); // the library may still have threads
  }

  private static CamundaClient connect(String address) {
    return CamundaClient.newClientBuilder().restAddress(URI.create("http://" + address)).preferRestOverGrpc(true).build();
  }

  private void serve() throws IOException {
    say(Map.of("ready", Map.of(
        "library", "io.camunda:camunda-client-java", "version", version(), "operations", operations.names(version()))));
    ExecutorService sideBySide = Executors.newCachedThreadPool();
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      Request request = JSON.readValue(line, Request.class);
      sideBySide.execute(() -> answer(request));
    }
  }

  private void answer(Request request) {
    try {
      say(Map.of("id", request.id, "ok", operations.carryOut(request)));
    } catch (RuntimeException error) {
      say(Map.of("id", request.id, "error", Operations.told(error)));
    }
  }

  private static String version() {
    return Objects.requireNonNull(CamundaClient.class.getPackage().getImplementationVersion());
  }

  private synchronized void say(Map<String, ?> line) {
    try {
      output.println(JSON.writeValueAsString(line));
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
  }
}

package counterflow.client;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.camunda.zeebe.client.ZeebeClient;
import io.camunda.zeebe.client.ZeebeClientBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A stock Java client that does what it is told, a line of JSON at a time: `Program ADDRESS`. ../README.md is the protocol. */
public final class Program {
  private static final ObjectMapper JSON =
      new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, true);

  private final PrintStream output = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private final Operations operations;

  private Program(ZeebeClient client) {
    operations = new Operations(client, this::say);
  }

  public static void main(String[] arguments) throws IOException {
    try (ZeebeClient client = connect(arguments[0])) {
      new Program(client).serve();
    }
    System.exit(0); // workers of the library may still have threads
  }

  private static ZeebeClient connect(String address) {
    String trusted = System.getenv("CLIENT_TRUSTED");
    ZeebeClientBuilder builder = ZeebeClient.newClientBuilder();
    if (trusted == null) {
      builder.grpcAddress(URI.create("http://" + address)).usePlaintext();
    } else {
      builder.grpcAddress(URI.create("https://" + address)).caCertificatePath(trusted);
    }
    String interval = System.getenv("CLIENT_KEEP_ALIVE_MS");
    if (interval != null) {
      Pings.permitEveryInterval();
      builder.keepAlive(Duration.ofMillis(Long.parseLong(interval)));
    }
    return builder.useDefaultRetryPolicy(System.getenv("CLIENT_RETRIES") != null).build();
  }

  private void serve() throws IOException {
    say(Map.of("ready", Map.of(
        "library", "io.camunda:zeebe-client-java", "version", version(), "operations", operations.names())));
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
    return Objects.requireNonNull(ZeebeClient.class.getPackage().getImplementationVersion());
  }

  private synchronized void say(Map<String, ?> line) {
    try {
      output.println(JSON.writeValueAsString(line));
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
  }
}

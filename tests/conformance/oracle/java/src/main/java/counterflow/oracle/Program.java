package counterflow.oracle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.operaton.bpm.engine.ProcessEngine;

/**
 * Operaton as an oracle: a request in JSON on each line of standard input, its answer on a line of standard output.
 *
 * <p>{@code {"ok": …}} is what the operation answers, {@code {"refused": "…"}} says that the engine raised an exception.
 */
public final class Program {
  private static final ObjectMapper JSON = new ObjectMapper().disable(SerializationFeature.FAIL_ON_EMPTY_BEANS);

  private Program() {}

  public static void main(String[] arguments) throws IOException {
    var output = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err); // nothing but answers
    var operations = new Operations(Engines.inMemory());
    output.println(JSON.writeValueAsString(Map.of("ok", "Operaton " + ProcessEngine.VERSION)));
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      output.println(JSON.writeValueAsString(answer(operations, JSON.readValue(line, Request.class))));
    }
    System.exit(0); // whatever threads a library still has
  }

  private static Map<String, Object> answer(Operations operations, Request request) throws JsonProcessingException {
    try {
      return Map.of("ok", operations.carryOut(request));
    } catch (RuntimeException error) {
      return Map.of("refused", told(error));
    }
  }

  private static String told(Throwable error) {
    String text = error.getClass().getSimpleName() + ": " + error.getMessage();
    return error.getCause() == null || error.getCause() == error ? text : text + " <- " + told(error.getCause());
  }
}

package counterflow.oracle;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Operaton under load, embedded: {@code Load FILE} keeps an engine on a database in that file. A shape in JSON on each line of standard
 * input, what was measured on a line of standard output; {@code {"ready": true}} comes first.
 */
public final class Load {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Load() {}

  /** A closed loop of {@code seconds} after {@code warm} more, or {@code serial} instances one after another. */
  static final class Shape {
    public int tasks;
    public int creators;
    public int inflight;
    public int completers;
    public Map<String, Object> variables = Map.of();
    public double seconds;
    public double warm;
    public int serial;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    var output = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    var engine = Engines.onFile(arguments[0]).getProcessEngine();
    output.println(JSON.writeValueAsString(Map.of("ready", true)));
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      Shape shape = JSON.readValue(line, Shape.class);
      try (var loop = new ClosedLoop(engine, shape)) {
        output.println(JSON.writeValueAsString(shape.serial > 0 ? loop.oneByOne() : loop.measure()));
      }
    }
    System.exit(0); // whatever threads a library still has
  }
}

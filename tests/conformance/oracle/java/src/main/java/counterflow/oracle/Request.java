package counterflow.oracle;

import java.util.List;
import java.util.Map;

/** One line of input; what an operation does not use is left out. Times are milliseconds, ids are Operaton's own. */
final class Request {
  /** The operation, a method of {@link Operations}. */
  public String operation;
  public long milliseconds;
  /** Contents by file name. */
  public Map<String, String> files = Map.of();
  /** Correlation keys, JUEL expressions by the id of the element that waits. */
  public Map<String, String> keys = Map.of();
  /** What the operation is about: an id, or a name. */
  public String name = "";
  public String key = "";
  public List<String> at = List.of();
  public int retries;
  public boolean local;
  public Map<String, Object> variables = Map.of();
}

package counterflow.oracle;

import java.util.concurrent.atomic.AtomicLong;
import org.operaton.bpm.engine.ProcessEngineConfiguration;
import org.operaton.bpm.engine.impl.cfg.ProcessEngineConfigurationImpl;
import org.operaton.bpm.engine.impl.cfg.StandaloneInMemProcessEngineConfiguration;
import org.operaton.bpm.engine.impl.cfg.StandaloneProcessEngineConfiguration;

/** The engine, as it is asked and as it is measured. */
final class Engines {
  private static final int CONNECTIONS = 80;

  private Engines() {}

  /** In memory, its jobs carried out by hand, its ids in the order of creation. */
  static ProcessEngineConfigurationImpl inMemory() {
    var counter = new AtomicLong();
    var configuration = new StandaloneInMemProcessEngineConfiguration();
    configuration.setIdGenerator(() -> "%012d".formatted(counter.incrementAndGet()));
    configuration.setJdbcUrl("jdbc:h2:mem:oracle;DB_CLOSE_DELAY=-1");
    configuration.setHistory(ProcessEngineConfiguration.HISTORY_FULL);
    configuration.setJobExecutorActivate(false);
    configuration.setEnforceHistoryTimeToLive(false);
    configuration.buildProcessEngine();
    return configuration;
  }

  /** On a database in a file that is written at each commit; everything else by default. */
  static ProcessEngineConfigurationImpl onFile(String path) {
    var configuration = new StandaloneProcessEngineConfiguration();
    configuration.setJdbcUrl("jdbc:h2:file:" + path + ";WRITE_DELAY=0");
    configuration.setJdbcMaxActiveConnections(CONNECTIONS);
    configuration.setJdbcMaxIdleConnections(CONNECTIONS);
    configuration.setDatabaseSchemaUpdate(ProcessEngineConfiguration.DB_SCHEMA_UPDATE_TRUE);
    configuration.setEnforceHistoryTimeToLive(false);
    configuration.buildProcessEngine();
    return configuration;
  }
}

package counterflow.oracle;

import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.operaton.bpm.engine.ManagementService;
import org.operaton.bpm.engine.impl.persistence.entity.TimerEntity;
import org.operaton.bpm.engine.impl.util.ClockUtil;
import org.operaton.bpm.engine.runtime.Job;

/** The engine's clock, moved by hand, and what comes due on the way: timers and asynchronous continuations, each a job of Operaton's. */
final class Clock {
  private static final int MOST_JOBS = 40;

  private final ManagementService management;

  Clock(ManagementService management) {
    this.management = management;
  }

  static void set(long milliseconds) {
    ClockUtil.setCurrentTime(new Date(milliseconds));
  }

  /** Everything comes at its own moment. Raises where no end is to be seen. */
  void advance(long milliseconds) {
    long until = now() + milliseconds;
    for (int count = 0; count < MOST_JOBS; count++) {
      Optional<Job> next = firstDue(until);
      if (next.isEmpty()) {
        set(until);
        return;
      }
      set(Math.max(now(), due(next.get()) + (repeats(next.get()) ? 1 : 0)));
      carryOut(next.get());
    }
    throw new IllegalStateException("more than " + MOST_JOBS + " jobs came due, one after another");
  }

  /** What comes due comes afterwards. */
  void jump(long milliseconds) {
    set(now() + milliseconds);
    advance(0);
  }

  private Optional<Job> firstDue(long until) {
    List<Job> jobs = management.createJobQuery().withRetriesLeft().active().list();
    return jobs.stream()
        .filter(job -> due(job) <= until)
        .min(Comparator.comparingLong(Clock::due).thenComparing(Job::getId));
  }

  private void carryOut(Job job) {
    try {
      management.executeJob(job.getId());
    } catch (RuntimeException failed) {
      // the engine has counted a try; without one left there is an incident, which is seen
    }
  }

  /** At the very moment at which the last repetition is due, and the clock stands still, Operaton would repeat it for ever. */
  private static boolean repeats(Job job) {
    return job instanceof TimerEntity timer && timer.getRepeat() != null;
  }

  private static long due(Job job) {
    return job.getDuedate() == null ? 0 : job.getDuedate().getTime();
  }

  private static long now() {
    return ClockUtil.getCurrentTime().getTime();
  }
}

package counterflow.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.operaton.bpm.engine.ExternalTaskService;
import org.operaton.bpm.engine.ProcessEngine;
import org.operaton.bpm.engine.RuntimeService;
import org.operaton.bpm.engine.externaltask.LockedExternalTask;

/**
 * External tasks in a row, by Operaton's own Java interface: callers that create, and for each topic one that fetches and many that
 * complete. As many instances are under way as the shape says.
 */
final class ClosedLoop implements AutoCloseable {
  private static final String WORKER = "load";
  private static final int MOST_TASKS = 120;
  private static final long LOCK_MILLISECONDS = 60_000;
  private static final long LOOK_UP_MILLISECONDS = 100;
  private static final AtomicInteger DEPLOYED = new AtomicInteger();

  private final RuntimeService runtime;
  private final ExternalTaskService tasks;
  private final Load.Shape shape;
  private final String process = "load-" + DEPLOYED.incrementAndGet();
  private final List<Thread> threads = new ArrayList<>();
  private final Map<String, Long> began = new ConcurrentHashMap<>();
  private final Map<String, CountDownLatch> awaited = new ConcurrentHashMap<>();
  private final Semaphore slots;
  private final List<Semaphore> news = new ArrayList<>();
  private final AtomicLong created = new AtomicLong();
  private final AtomicLong ended = new AtomicLong();
  private final AtomicLong completed = new AtomicLong();
  private final AtomicLong errors = new AtomicLong();
  private final LinkedBlockingQueue<Double> waits = new LinkedBlockingQueue<>();
  private volatile boolean isMeasured;
  private volatile boolean isOver;

  ClosedLoop(ProcessEngine engine, Load.Shape shape) {
    this.shape = shape;
    runtime = engine.getRuntimeService();
    tasks = engine.getExternalTaskService();
    slots = new Semaphore(shape.inflight);
    engine.getRepositoryService().createDeployment().addString(process + ".bpmn", diagram()).deploy();
    for (int number = 0; number <= shape.tasks; number++) {
      news.add(new Semaphore(0));
    }
    for (int number = 0; number < shape.tasks; number++) {
      work(number);
    }
  }

  Map<String, Object> measure() throws InterruptedException {
    for (int number = 0; number < shape.creators; number++) {
      begin(this::createForever);
    }
    pause(shape.warm);
    long instances = ended.get();
    long jobs = completed.get();
    long at = System.nanoTime();
    isMeasured = true;
    pause(shape.seconds);
    isMeasured = false;
    double seconds = (System.nanoTime() - at) / 1e9;
    return Map.of(
        "instances_per_s", (ended.get() - instances) / seconds,
        "jobs_per_s", (completed.get() - jobs) / seconds,
        "p50_ms", quantile(0.5),
        "p99_ms", quantile(0.99),
        "created", created.get(),
        "errors", errors.get());
  }

  /** The first tenth is not counted. */
  Map<String, Object> oneByOne() throws InterruptedException {
    for (int number = 0; number < shape.serial; number++) {
      isMeasured = number >= shape.serial / 10;
      var end = new CountDownLatch(1);
      String key = "serial-" + number;
      awaited.put(key, end);
      create(key);
      end.await();
    }
    return Map.of("p50_ms", quantile(0.5), "p99_ms", quantile(0.99), "errors", errors.get());
  }

  @Override
  public void close() throws InterruptedException {
    isOver = true; // nobody is interrupted: the database would close its file
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void createForever() throws InterruptedException {
    while (!isOver) {
      if (!slots.tryAcquire(LOOK_UP_MILLISECONDS, TimeUnit.MILLISECONDS)) {
        continue;
      }
      create("loop-" + created.get() + "-" + Thread.currentThread().getId() + "-" + System.nanoTime());
    }
  }

  private void create(String key) {
    began.put(key, System.nanoTime());
    try {
      runtime.startProcessInstanceByKey(process, key, shape.variables);
      created.incrementAndGet();
      news.get(0).release();
    } catch (RuntimeException failed) {
      errors.incrementAndGet();
      end(key);
    }
  }

  private void work(int number) {
    BlockingQueue<LockedExternalTask> found = new LinkedBlockingQueue<>();
    begin(() -> fetchForever(number, found));
    for (int completer = 0; completer < shape.completers; completer++) {
      begin(() -> completeForever(number, found));
    }
  }

  /** Only when there is something to be found: nobody asks in vain. */
  private void fetchForever(int number, BlockingQueue<LockedExternalTask> found) throws InterruptedException {
    while (!isOver) {
      if (!news.get(number).tryAcquire(LOOK_UP_MILLISECONDS, TimeUnit.MILLISECONDS)) {
        continue;
      }
      news.get(number).drainPermits();
      List<LockedExternalTask> fetched;
      do {
        fetched = tasks.fetchAndLock(MOST_TASKS, WORKER).topic(topic(number), LOCK_MILLISECONDS).execute();
        found.addAll(fetched);
      } while (fetched.size() == MOST_TASKS);
    }
  }

  private void completeForever(int number, BlockingQueue<LockedExternalTask> found) throws InterruptedException {
    while (!isOver) {
      LockedExternalTask task = found.poll(LOOK_UP_MILLISECONDS, TimeUnit.MILLISECONDS);
      if (task == null) {
        continue;
      }
      try {
        tasks.complete(task.getId(), WORKER, Map.of("x", 1));
        completed.incrementAndGet();
      } catch (RuntimeException failed) {
        errors.incrementAndGet();
      }
      news.get(number + 1).release();
      if (number + 1 == shape.tasks) {
        end(task.getBusinessKey());
      }
    }
  }

  private void end(String key) {
    Long at = began.remove(key);
    if (at == null) {
      return;
    }
    ended.incrementAndGet();
    slots.release();
    if (isMeasured) {
      waits.add((System.nanoTime() - at) / 1e6);
    }
    CountDownLatch end = awaited.remove(key);
    if (end != null) {
      end.countDown();
    }
  }

  private double quantile(double part) {
    List<Double> sorted = waits.stream().sorted().toList();
    return sorted.isEmpty() ? Double.NaN : sorted.get((int) Math.min(sorted.size() - 1, part * sorted.size()));
  }

  private interface Interruptible {
    void run() throws InterruptedException;
  }

  private void begin(Interruptible work) {
    var thread = new Thread(() -> {
      try {
        work.run();
      } catch (InterruptedException over) {
        Thread.currentThread().interrupt();
      }
    });
    threads.add(thread);
    thread.start();
  }

  private static void pause(double seconds) throws InterruptedException {
    Thread.sleep((long) (seconds * 1000));
  }

  private String topic(int number) {
    return process + "-" + number;
  }

  private String diagram() {
    var text = new StringBuilder("<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL' "
        + "xmlns:camunda='http://camunda.org/schema/1.0/bpmn' targetNamespace='load'><process id='" + process + "' isExecutable='true'>"
        + "<startEvent id='start'/>");
    String before = "start";
    for (int number = 0; number < shape.tasks; number++) {
      text.append("<serviceTask id='task_%d' camunda:type='external' camunda:topic='%s'/>".formatted(number, topic(number)));
      text.append("<sequenceFlow id='flow_%d' sourceRef='%s' targetRef='task_%d'/>".formatted(number, before, number));
      before = "task_" + number;
    }
    return text + "<endEvent id='end'/><sequenceFlow id='last' sourceRef='" + before + "' targetRef='end'/></process></definitions>";
  }
}

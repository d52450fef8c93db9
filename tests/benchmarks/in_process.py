"""The engine without a network: the kernel alone, the loop on memory and on SQLite, and sqlite3 by itself
with the same rows.
"""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import uvloop

from counterflow.bpmn.read import read
from counterflow.kernel import Outcome, decide
from counterflow.kernel.lives.deployments import DeployResources
from counterflow.kernel.lives.instances import CreateProcessInstance
from counterflow.kernel.lives.job_delivery import ActivateJobs
from counterflow.kernel.lives.jobs import CompleteJob
from counterflow.kernel.resources import ReadResource
from counterflow.kernel.rows import Partition
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.source import EmptySource
from counterflow.kernel.vocabulary import ActivatedJob, Command
from counterflow.partition.takers import StreamTaker
from counterflow.partition.writer import Writer
from counterflow.store.memory import MemoryStore
from counterflow.store.open import open_store
from counterflow.store.port import Batch, Store
from tests.benchmarks.diagrams import TASKS, job_types, task_row
from tests.benchmarks.figures import Figure, Result
from tests.benchmarks.options import Options
from tests.benchmarks.store_raw import NOW_MS, seconds_of_sqlite3

PROCESS = "benchmark"
TYPES = job_types(PROCESS)
INSTANCES_PER_SECOND_ASKED = 500
"""How many instances a run has, per second that a run may take."""
UNDER_WAY = 100
VARIABLES = {"n": b"1"}
RESULT = {"x": b"1"}


def deployment(content: bytes) -> DeployResources:
    """The command that deploys a diagram. Raises `ValueError` for one that is refused."""
    found = read(content, "benchmark.bpmn")
    if found.errors:
        raise ValueError("\n".join(map(str, found.errors)))
    return DeployResources(
        resources=(
            ReadResource("benchmark.bpmn", content, hashlib.sha256(content).digest(), found.processes),
        )
    )


# -- the kernel ----------------------------------------------------------------------------------------------


class Kernel:
    """A state without a store; what each kind of command takes in all."""

    def __init__(self, content: bytes) -> None:
        self.state = State(EmptySource(), Partition(1, 0, 0))
        self.seconds: dict[type[Command], float] = {}
        self.do(deployment(content))

    def do(self, command: Command) -> Outcome:
        """Decide, timed; what a store would be given is forgotten."""
        began = time.perf_counter()
        outcome = decide(self.state, command, NOW_MS)
        kind = type(command)
        self.seconds[kind] = self.seconds.get(kind, 0.0) + time.perf_counter() - began
        self.state.seal()
        self.state.take_ready()
        return outcome

    def take(self, job_type: str) -> int:
        """The key of the next job, activated as for a stream."""
        key: int = (
            self.do(ActivateJobs(type=job_type, worker="worker", timeout_ms=60_000, maximum=1)).answer[0].key
        )
        return key


def _kernel_run(instances: int) -> dict[str, float]:
    """Microseconds per instance, and per completed job with the activation of the next."""
    kernel = Kernel(task_row(PROCESS))
    kernel.seconds.clear()
    for _ in range(instances):
        key = kernel.do(CreateProcessInstance(bpmn_process_id=PROCESS, variables=VARIABLES)).answer.key
        for job_type in TYPES:
            kernel.do(CompleteJob(job_key=kernel.take(job_type), variables=RESULT))
        kernel.state.forget(key)
    jobs = kernel.seconds[CompleteJob] + kernel.seconds[ActivateJobs]
    return {"instance": sum(kernel.seconds.values()) / instances * 1e6, "job": jobs / instances / TASKS * 1e6}


def kernel(options: Options) -> Iterator[Result]:
    """Decisions alone."""
    instances = int(options.seconds * INSTANCES_PER_SECOND_ASKED)
    options.say("the kernel alone")
    runs = [_kernel_run(instances) for _ in range(options.runs)]
    yield Figure("kernel alone, three-task instance", [run["instance"] for run in runs], "µs")
    yield Figure(
        "kernel alone, job activated and completed",
        [run["job"] for run in runs],
        "µs",
        "kernel alone, three-task instance",
    )


# -- the loop ------------------------------------------------------------------------------------------------


class Recording:
    """A store that remembers its batches."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.batches: list[Batch] = []
        self.commit_seconds = 0.0
        self.get, self.scan, self.load_instance = store.get, store.scan, store.load_instance
        self.read_log, self.walk, self.close = store.read_log, store.walk, store.close
        self.left_out, self.look, self.search = store.left_out, store.look, store.search

    def commit(self, batch: Batch) -> None:
        """As ever, timed and remembered."""
        self.write(batch)
        self.sync()

    def write(self, batch: Batch) -> None:
        """As ever, timed and remembered."""
        self._timed(lambda: self._store.write(batch))
        self.batches.append(batch)

    def sync(self) -> None:
        """As ever, timed."""
        self._timed(self._store.sync)

    def _timed(self, work: Callable[[], None]) -> None:
        began = time.perf_counter()
        work()
        self.commit_seconds += time.perf_counter() - began


class Works:
    """A stream in this process: completes what it is given at once."""

    def __init__(self, writer: Writer, job_type: str, completed: Callable[[], None]) -> None:
        self._writer = writer
        self._completed = completed
        request = ActivateJobs(type=job_type, worker="worker", timeout_ms=60_000, maximum=1)
        self._stream = StreamTaker(request, self._wake, _never_closed)
        writer.takers.add_stream(self._stream)

    def _wake(self) -> None:
        asyncio.get_running_loop().call_soon(self._drain)

    def _drain(self) -> None:
        while self._stream.queue:
            job = self._stream.queue.popleft()
            done = self._writer.submit(CompleteJob(job_key=job.key, variables=RESULT))
            done.add_done_callback(lambda _: self._completed())
        self._writer.offer(self._stream.request.type)


def _never_closed(jobs: Sequence[ActivatedJob]) -> None:
    """Nobody hands anything back to a stream in this process."""


async def _loop_run(store: Store, instances: int) -> float:
    """Seconds for so many instances, `UNDER_WAY` at once."""
    writer = Writer(store)
    writer.start()
    await writer.submit(deployment(task_row(PROCESS)))
    finished, ended = 0, asyncio.Event()

    def completed() -> None:
        nonlocal finished
        finished += 1
        if finished == instances:
            ended.set()
        elif finished + UNDER_WAY <= instances:
            create()

    def create() -> None:
        writer.submit(CreateProcessInstance(bpmn_process_id=PROCESS, variables=VARIABLES))

    for job_type in TYPES:
        Works(writer, job_type, completed if job_type == TYPES[-1] else lambda: None)
    began = time.perf_counter()
    for _ in range(min(UNDER_WAY, instances)):
        create()
    await ended.wait()
    seconds = time.perf_counter() - began
    await writer.stop()
    return seconds


def loops(options: Options) -> Iterator[Result]:
    """The loop on memory, on SQLite, and the same rows in the same batches by sqlite3 alone."""
    instances = int(options.seconds * INSTANCES_PER_SECOND_ASKED)
    in_memory, on_disk, bare, batch_sizes, file_bytes, commit_share = [], [], [], [], [], []
    for run in range(options.runs):
        options.say(f"the loop without a network, run {run + 1} of {options.runs}")
        in_memory.append(instances / uvloop.run(_loop_run(MemoryStore(), instances)))
        with tempfile.TemporaryDirectory() as folder:
            store = Recording(open_store(f"sqlite:///{folder}/loop.db"))
            empty = Path(folder, "loop.db").stat().st_size
            seconds = uvloop.run(_loop_run(store, instances))
            store.close()
            file_bytes.append((Path(folder, "loop.db").stat().st_size - empty) / instances)
            open_store(f"sqlite:///{folder}/bare.db").close()
            bare.append(instances / sum(seconds_of_sqlite3(Path(folder, "bare.db"), store.batches)))
        on_disk.append(instances / seconds)
        commit_share.append(store.commit_seconds / seconds)
        batch_sizes.append(sum(len(batch.log) for batch in store.batches) / len(store.batches))
    raw = "same rows by sqlite3 alone, instances/s"
    yield Figure("loop in memory, instances/s", in_memory, "a second", raw)
    yield Figure("loop on SQLite, instances/s", on_disk, "a second", raw)
    yield Figure(raw, bare, "a second")
    yield Figure("loop on SQLite, log entries per commit", batch_sizes, "entries")
    yield Figure("loop on SQLite, part of the time in commits", commit_share, "of 1")
    yield Figure("bytes on disk per finished instance, full history", file_bytes, "bytes")

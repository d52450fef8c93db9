"""How fast the store is, beside sqlite3 by itself: `python -m tests.benchmarks.store_raw [INSTANCES]`.

The work is three-task instances from start to end, so many under way at once; each batch takes all of them
one command further, as the loop does under load. Both sides write the same rows in the same batches into the
same schema with the same durability; the bare side has its tuples ready, so the ratio is what our rows,
statements and locks cost.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from counterflow.kernel.row import Row
from counterflow.kernel.rows import ElementInstance, Job, Partition, ProcessInstance, Variable
from counterflow.kernel.vocabulary import LogEntry
from counterflow.store.open import open_store
from counterflow.store.port import Batch, Key, Store
from counterflow.store.sql.checksums import Checksums
from counterflow.store.sql.dialects import SQLITE
from counterflow.store.sql.statements import Statements

BATCH_SIZES = (16, 64, 256)
NOW_MS = 1_790_000_000_000
PARTITION = 1 << 51
TASKS = 3
BYTES_PER_EVENT = 36
EVENTS = {"create_process_instance": 12, "activate_job": 1, "complete_job": 9}

Write = tuple[str, list[tuple[object, ...]]]


class Work:
    """Makes batches as the kernel would: dirty rows, deletes, and a log entry per command."""

    def __init__(self) -> None:
        self.key = PARTITION
        self.position = 0
        self.batch = Batch({}, {}, [])
        self.chance = random.Random(1)

    def next_key(self) -> int:
        """The next key of the partition."""
        self.key += 1
        return self.key

    def put(self, row: Row) -> None:
        """Put a row."""
        self.batch.puts.setdefault(type(row), []).append(row)

    def delete(self, table: type[Row], *keys: Key) -> None:
        """Delete rows."""
        self.batch.deletes.setdefault(table, []).extend(keys)

    def log(self, instance: int, command: str) -> None:
        """Write down what the command did."""
        count = EVENTS[command]
        events = self.chance.randbytes(count * BYTES_PER_EVENT)
        self.batch.log.append(LogEntry(self.position + 1, instance, NOW_MS, command, count, events))
        self.position += count

    def seal(self) -> Batch:
        """What has come together since the last time."""
        self.put(Partition(1, self.key, self.position))
        sealed, self.batch = self.batch, Batch({}, {}, [])
        return sealed

    def run_instance(self) -> Iterator[None]:
        """One instance from start to end; yields after each command."""
        instance = self.next_key()
        self.put(ProcessInstance(instance, PARTITION, "order-process", 1, "active", NOW_MS))
        self.put(ElementInstance(instance, instance, 0, "order-process", "active", self.position))
        self.put(Variable(instance, "orderId", instance, b'"A-12345"'))
        self.put(Variable(instance, "customer", instance, b'{"name":"Jane Doe","city":"Berlin"}'))
        command = "create_process_instance"
        for number in range(1, TASKS + 1):
            element, task = self.next_key(), f"task_{number}"
            job = Job(self.next_key(), instance, element, task, "payment-service", "activatable", 3)
            self.put(ElementInstance(element, instance, instance, task, "active", self.position))
            self.put(job)
            self.log(instance, command)
            yield
            self.put(
                Job(job.key, instance, element, task, job.type, "activated", 3, "worker-1", NOW_MS + 30_000)
            )
            self.log(instance, "activate_job")
            yield
            self.delete(Job, (job.key,))
            self.delete(ElementInstance, (element,))
            if number < TASKS:  # the last result is born and dies within one batch
                self.put(Variable(instance, f"result{number}", instance, b'{"amount":%d}' % number))
            command = "complete_job"
        self.delete(ElementInstance, (instance,))
        self.delete(Variable, *((instance, name) for name in ("orderId", "customer", "result1", "result2")))
        self.put(ProcessInstance(instance, PARTITION, "order-process", 1, "completed", NOW_MS, NOW_MS + 900))
        self.log(instance, command)


def batches(instances: int, at_once: int) -> Iterator[Batch]:
    """The work of so many instances, `at_once` of them under way, one command of each a batch."""
    work = Work()
    waiting = instances
    under_way: list[Iterator[None]] = []
    while waiting or under_way:
        started = min(at_once - len(under_way), waiting)
        waiting -= started
        under_way += [work.run_instance() for _ in range(started)]
        under_way = [run for run in under_way if next(run, run) is None]
        yield work.seal()


def writes_of(statements: Statements, batch: Batch) -> list[Write]:
    """A batch as texts and tuples."""
    deletes: list[Write] = [(statements.delete[table], list(keys)) for table, keys in batch.deletes.items()]
    puts: list[Write] = [
        (statements.upsert[table], with_checksums(table.table, table, rows))
        for table, rows in batch.puts.items()
    ]
    return [*deletes, *puts, (statements.append, with_checksums("event_log", LogEntry, batch.log))]


def with_checksums(table: str, struct: type[Struct], rows: Sequence[Struct]) -> list[tuple[object, ...]]:
    """The tuples that are written of rows."""
    return Checksums(table, len(struct.__struct_fields__)).with_checksum(rows)


def seconds_of_store(store: Store, work: list[Batch]) -> list[float]:
    """What each commit takes."""
    taken = []
    for batch in work:
        start = time.perf_counter()
        store.commit(batch)
        taken.append(time.perf_counter() - start)
    return taken


def seconds_of_sqlite3(path: Path, work: list[Batch]) -> list[float]:
    """What the same takes sqlite3 alone, its tuples ready."""
    statements = Statements(SQLITE)
    ready = [writes_of(statements, batch) for batch in work]
    taken = []
    with closing(SQLITE.connect(path)) as connection:
        cursor = connection.cursor()
        for writes in ready:
            start = time.perf_counter()
            cursor.execute("BEGIN IMMEDIATE")
            for text, rows in writes:
                cursor.executemany(text, rows)
            cursor.execute("COMMIT")
            taken.append(time.perf_counter() - start)
    return taken


def seconds_of_loading(store: Store) -> list[float]:
    """What loading an instance with a token, a job and four variables takes."""
    instance = PARTITION + 1
    rows = [
        ElementInstance(instance, instance, 0, "p", "active"),
        ElementInstance(instance + 1, instance, instance, "task", "active"),
    ]
    variables = [Variable(instance, f"v{number}", instance, b"1") for number in range(4)]
    job = Job(instance + 2, instance, instance + 1, "task", "payment-service", "activatable", 3)
    store.commit(Batch({ElementInstance: [*rows], Variable: [*variables], Job: [job]}, {}, []))
    taken = []
    for _ in range(1_000):
        start = time.perf_counter()
        store.load_instance(instance)
        taken.append(time.perf_counter() - start)
    return taken


def line(batch_size: int, instances: int, folder: Path) -> str:
    """One line of the table."""
    work = list(batches(instances, batch_size))
    commands = sum(len(batch.log) for batch in work)
    open_store(f"sqlite:///{folder}/bare.db").close()
    bare = seconds_of_sqlite3(folder / "bare.db", work)
    store = open_store(f"sqlite:///{folder}/ours.db")
    ours = sorted(seconds_of_store(store, work))
    loading = sorted(seconds_of_loading(store))
    store.close()
    size = (folder / "ours.db").stat().st_size / instances
    middle, late = ours[len(ours) // 2] * 1e3, ours[len(ours) * 99 // 100] * 1e3
    return (
        f"{batch_size:>9} {commands / sum(ours):>11,.0f} {commands / sum(bare):>11,.0f} {sum(ours) / sum(bare):>6.2f}"
        f" {middle:>8.2f} {late:>8.2f} {size:>15,.0f} {loading[500] * 1e6:>10.0f}"
    )


def main(instances: int = 4_000) -> None:
    """Print the table."""
    print("  batch of    commands  by sqlite3  ours ÷  commit,  ... the          bytes   to load an")
    print("  commands    a second       alone   bare   ms p50      p99  a done instance  instance, µs")
    for batch_size in BATCH_SIZES:
        with tempfile.TemporaryDirectory() as folder:
            print(line(batch_size, instances, Path(folder)))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))

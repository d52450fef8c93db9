"""How long a page of 50 takes among a million process instances. The rows are put into the database by the
store, without running a process: `python -m tests.benchmarks.searches [INSTANCES]`.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from counterflow.kernel.ended import EndedElement, EndedJob
from counterflow.kernel.rows import ProcessDefinition, ProcessInstance
from counterflow.queries.search import sources
from counterflow.queries.search.pages import PagePlace, Wanted, search
from counterflow.store.open import open_store
from counterflow.store.port import Batch, Store
from counterflow.store.searching import All, Condition, Is, SearchSource, SortColumn

FIRST = 1 << 51
AT_ONCE = 10_000
RUNS = 5
KEYS = 12
"""Keys that an instance takes."""


def fill(store: Store, instances: int) -> None:
    """Put as many ended instances, each with an element and a job, and every thousandth one running."""
    store.commit(Batch({ProcessDefinition: [_definition()]}, {}, []))
    for first in range(0, instances, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, instances))
        store.commit(
            Batch(
                {
                    ProcessInstance: [_instance(number) for number in numbers],
                    EndedElement: [_element(number) for number in numbers],
                    EndedJob: [_job(number) for number in numbers],
                },
                {},
                [],
            )
        )


def _definition() -> ProcessDefinition:
    return ProcessDefinition(1, "order", 1, None, 2, "order.bpmn", b"", 3, 0)


def _key(number: int) -> int:
    return FIRST + KEYS * number


def _instance(number: int) -> ProcessInstance:
    is_ended = number % 1_000 != 0
    return ProcessInstance(
        _key(number),
        1,
        "order" if number % 10 else "rare",
        1,
        "completed" if is_ended else "active",
        1_000 * number,
        1_000 * number + 500 if is_ended else None,
        business_id=f"order-{number}",
    )


def _element(number: int) -> EndedElement:
    return EndedElement(_key(number) + 1, _key(number), _key(number), "pay", "completed", number, number)


def _job(number: int) -> EndedJob:
    key = _key(number)
    return EndedJob(
        key + 2, key, key + 1, "pay", "pay", "completed", 3, "w", None, None, None, "", number, number
    )


def measure(store: Store, instances: int) -> None:
    """Print the milliseconds of each search."""
    key = SortColumn("process_instance_key", is_descending=True)
    middle = 1_000 * (instances // 2)
    some = _key(instances // 2)
    asked: dict[str, tuple[tuple[SearchSource, ...], Condition, tuple[SortColumn, ...]]] = {
        "the newest": ((sources.PROCESS_INSTANCES,), All(), (key,)),
        "by start, newest first": (
            (sources.PROCESS_INSTANCES,),
            All(),
            (SortColumn("start_date", True), key),
        ),
        "by end, newest first": ((sources.PROCESS_INSTANCES,), All(), (SortColumn("end_date", True), key)),
        "active": ((sources.PROCESS_INSTANCES,), Is("state", "=", "active"), (key,)),
        "of one process": ((sources.PROCESS_INSTANCES,), Is("process_definition_id", "=", "rare"), (key,)),
        "begun since": (
            (sources.PROCESS_INSTANCES,),
            Is("start_date", ">=", middle),
            (SortColumn("start_date"), key),
        ),
        "of a business id": ((sources.PROCESS_INSTANCES,), Is("business_id", "=", "order-77"), (key,)),
        "elements of one": (
            sources.ELEMENTS,
            Is("process_instance_key", "=", some),
            (SortColumn("element_instance_key"),),
        ),
        "elements, the newest": (sources.ELEMENTS, All(), (SortColumn("element_instance_key", True),)),
        "jobs of a type": (sources.JOBS, Is("type", "=", "pay"), (SortColumn("job_key"),)),
    }
    for name, (searched, where, order) in asked.items():
        times = []
        for _ in range(RUNS):
            began = time.perf_counter()
            search(store, Wanted(searched, where, order), PagePlace(50))
            times.append(1_000 * (time.perf_counter() - began))
        print(f"{name:>24}: {median(times):8.1f} ms")


def main(instances: int = 1_000_000) -> None:
    """Make the database and measure."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'many.db'}")
        fill(store, instances)
        measure(store, instances)
        store.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))

"""A process to be killed: commits generations, and prints the number of each once it is durable."""

from __future__ import annotations

import sys

from counterflow.kernel.row import Row
from counterflow.kernel.rows import ElementInstance, Partition, Variable
from counterflow.kernel.vocabulary import LogEntry
from counterflow.store.open import open_store
from counterflow.store.port import Batch


def generation(number: int) -> Batch:
    """Replaces all rows of the generation before."""
    elements: list[Row] = [ElementInstance(key, 1, 1, "task", "active", number) for key in range(30)]
    variables: list[Row] = [Variable(1, f"generation {number}", 1, b"1")]
    return Batch(
        {Partition: [Partition(1, number, number)], ElementInstance: elements, Variable: variables},
        {Variable: [(1, f"generation {number - 1}")]},
        [LogEntry(number, 1, 0, "complete_job", 1, bytes(5_000))],
    )


def main(url: str) -> None:
    """Until killed."""
    store = open_store(url)
    partition = store.get(Partition, (1,))
    number = partition.last_position if partition else 0
    while True:
        number += 1
        store.commit(generation(number))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])

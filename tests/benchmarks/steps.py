"""Whether a step becomes dearer as an instance goes on: the first tenth of a long loop against its last."""

from __future__ import annotations

import time
from collections.abc import Iterator

from counterflow.kernel.lives.instances import CreateProcessInstance
from counterflow.kernel.lives.jobs import CompleteJob
from tests.benchmarks.diagrams import job_types, rounds
from tests.benchmarks.figures import Figure, Result
from tests.benchmarks.in_process import PROCESS, Kernel
from tests.benchmarks.options import Options

ROUNDS = 10_000


def steps(options: Options) -> Iterator[Result]:
    """A task that is done 10 000 times by one instance."""
    first, last = [], []
    for run in range(options.runs):
        options.say(f"{ROUNDS:,} rounds of a loop, run {run + 1} of {options.runs}")
        taken = _seconds_per_round()
        first.append(sum(taken[: ROUNDS // 10]) / (ROUNDS // 10) * 1e6)
        last.append(sum(taken[-ROUNDS // 10 :]) / (ROUNDS // 10) * 1e6)
    yield Figure(f"a round of a loop, first tenth of {ROUNDS:,}", first, "µs")
    yield Figure(
        f"a round of a loop, last tenth of {ROUNDS:,}",
        last,
        "µs",
        f"a round of a loop, first tenth of {ROUNDS:,}",
    )


def _seconds_per_round() -> list[float]:
    kernel = Kernel(rounds(PROCESS, ROUNDS))
    kernel.do(CreateProcessInstance(bpmn_process_id=PROCESS, variables={"n": b"0"}))
    (job_type,) = job_types(PROCESS, 1)
    taken = []
    for number in range(1, ROUNDS + 1):
        began = time.perf_counter()
        kernel.do(CompleteJob(job_key=kernel.take(job_type), variables={"n": str(number).encode()}))
        taken.append(time.perf_counter() - began)
    return taken

"""Whether a command becomes dearer the more there is of something: messages on one key, items of a
multi-instance activity, and how long a heap of timers that are due at once keeps others waiting.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median

import msgspec
import uvloop

from counterflow.kernel.lives.correlation import PublishMessage
from counterflow.kernel.lives.instances import CreateProcessInstance
from counterflow.kernel.lives.jobs import CompleteJob
from counterflow.partition.clock import Clock
from counterflow.partition.timekeeping import Timekeeping
from counterflow.partition.writer import Writer
from counterflow.store.memory import MemoryStore
from tests.benchmarks.diagrams import items, job_types, waiting
from tests.benchmarks.figures import Figure, Result
from tests.benchmarks.in_process import PROCESS, Kernel, deployment
from tests.benchmarks.options import Options

MESSAGES = 20_000
ITEMS = 10_000
TIMERS = 50_000
CREATED_AT_ONCE = 500
HOUR_MS = 3_600_000


def growth(options: Options) -> Iterator[Result]:
    """First tenth against last of messages and items; a heap of timers."""
    options.say(f"{MESSAGES:,} messages on one key")
    published, correlated = zip(*(_messages() for _ in range(options.runs)), strict=True)
    yield from _tenths(f"{MESSAGES:,} messages on one key: to publish", published)
    yield from _tenths(f"{MESSAGES:,} messages on one key: to correlate", correlated)
    for kind in ("parallel", "sequential"):
        options.say(f"{ITEMS:,} items, {kind}")
        yield from _tenths(
            f"{ITEMS:,} items, {kind}: an item",
            [_items(is_sequential=kind == "sequential") for _ in range(options.runs)],
        )
    options.say(f"{TIMERS:,} timers due at once")
    turns, seconds = zip(*(uvloop.run(_heap_of_timers()) for _ in range(options.runs)), strict=True)
    yield Figure(
        f"{TIMERS:,} timers due at once: decided before another command has its turn, at most",
        list(turns),
        "commands",
    )
    yield Figure(f"{TIMERS:,} timers due at once: a timer", [taken / TIMERS * 1e6 for taken in seconds], "µs")


def _tenths(what: str, runs: Sequence[list[float]]) -> Iterator[Result]:
    """Medians of the first and of the last tenth, so that a pause of the machine counts for little."""
    tenth = len(runs[0]) // 10
    yield Figure(f"{what}, first tenth", [median(taken[:tenth]) * 1e6 for taken in runs], "µs")
    yield Figure(
        f"{what}, last tenth", [median(taken[-tenth:]) * 1e6 for taken in runs], "µs", f"{what}, first tenth"
    )


def _each(count: int, action: Callable[[int], object]) -> list[float]:
    """Seconds of processor time for each of so many, which other work on the machine changes least."""
    taken = []
    for number in range(count):
        began = time.thread_time()
        action(number)
        taken.append(time.thread_time() - began)
    return taken


def _messages() -> tuple[list[float], list[float]]:
    """Seconds to publish each message, with an id, and for each instance that waits to get its own."""
    kernel = Kernel(waiting(PROCESS, message="benchmark"))
    create = CreateProcessInstance(bpmn_process_id=PROCESS, variables={"key": b'"k"'})

    def publish(number: int) -> None:
        kernel.do(
            PublishMessage(
                name="benchmark",
                correlation_key="k",
                message_id=str(number),
                time_to_live_ms=HOUR_MS,
                variables={},
            )
        )

    def correlate(number: int) -> None:
        kernel.do(create)
        kernel.state.instances.clear()

    return _each(MESSAGES, publish), _each(MESSAGES, correlate)


def _items(*, is_sequential: bool) -> list[float]:
    """Seconds to do each item's job, gather its result and ask the completion condition."""
    kernel = Kernel(items(PROCESS, is_sequential=is_sequential))
    kernel.do(
        CreateProcessInstance(
            bpmn_process_id=PROCESS, variables={"items": msgspec.json.encode(list(range(ITEMS)))}
        )
    )
    (job_type,) = job_types(PROCESS, 1)
    return _each(
        ITEMS, lambda _: kernel.do(CompleteJob(job_key=kernel.take(job_type), variables={"result": b"1"}))
    )


async def _heap_of_timers() -> tuple[float, float]:
    """How many commands at most are decided before another has its turn; seconds for all.

    The server was down when they came due, so that they are all there at once.
    """
    store = MemoryStore()
    before = Writer(store, time=Timekeeping(Clock(lambda: 0, lambda: 0.0)))
    await before.submit(deployment(waiting(PROCESS, duration="PT1H")))
    for _ in range(TIMERS // CREATED_AT_ONCE):
        creations = (
            CreateProcessInstance(bpmn_process_id=PROCESS, variables={}) for _ in range(CREATED_AT_ONCE)
        )
        await asyncio.gather(*map(before.submit, creations))
    await before.stop()
    writer, most, began = (
        Writer(store, time=Timekeeping(Clock(lambda: 2 * HOUR_MS, lambda: 0.0))),
        0,
        time.perf_counter(),
    )
    writer.start()
    while writer._decider.state.next_due() is not None:
        decided = writer.commands
        await asyncio.sleep(0)
        most = max(most, writer.commands - decided)
    await writer.settle()
    seconds = time.perf_counter() - began
    await writer.stop()
    return float(most), seconds

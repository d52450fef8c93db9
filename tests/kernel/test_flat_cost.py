"""A step costs the same however many have gone before: ten thousand rounds of a loop, and as many items.

What is counted is what Python calls, which is the same on every machine; `make bench` has the times.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import msgspec
import pytest

from counterflow.kernel.lives.instances import CreateProcessInstance
from counterflow.kernel.lives.jobs import CompleteJob
from counterflow.kernel.work.pages import GoOn, next_undertaking
from tests.benchmarks.diagrams import items, job_types, rounds
from tests.benchmarks.in_process import PROCESS, Kernel
from tests.bpmn.diagram import element, end, extensions, model, path, service, start

COUNT = 10_000
PART = 1_000
MOST = 1.2
"""How much dearer the last ones may be than the first."""


def _in_turn() -> bytes:
    begun = element("zeebe:adHoc", activeElementsCollection='= for i in todo return "work"')
    team = element(
        "adHocSubProcess", extensions(begun), service("work", job="job-1"), id="team", ordering="Sequential"
    )
    return model(start(), team, end(), path("start", "team", "end"), process_id=PROCESS)


@pytest.mark.parametrize(
    "draw, job_type",
    [
        (lambda: rounds(PROCESS, COUNT), ""),
        (lambda: items(PROCESS, is_sequential=False), ""),
        (lambda: items(PROCESS, is_sequential=True), ""),
        (_in_turn, "job-1"),
    ],
    ids=["rounds", "items at once", "items in turn", "activities in turn"],
)
def test_the_last_of_many_cost_what_the_first_did(draw: Callable[[], bytes], job_type: str) -> None:
    kernel = Kernel(draw())
    todo = msgspec.json.encode(list(range(COUNT)))
    kernel.do(
        CreateProcessInstance(bpmn_process_id=PROCESS, variables={"n": b"0", "items": todo, "todo": todo})
    )
    while undertaking := next_undertaking(kernel.state):
        kernel.do(GoOn(undertaking_key=undertaking))
    job_type = job_type or job_types(PROCESS, 1)[0]

    def work(first: int, last: int) -> None:
        for number in range(first, last):
            variables = {"n": str(number + 1).encode(), "result": b"1"}
            kernel.do(CompleteJob(job_key=kernel.take(job_type), variables=variables))

    began = _calls(lambda: work(0, PART))
    work(PART, COUNT - PART)
    ended = _calls(lambda: work(COUNT - PART, COUNT - 1))
    assert ended / began < MOST


def _calls(action: Callable[[], None]) -> int:
    """How many functions are called, those of C included."""
    count = 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        action()
    finally:
        sys.setprofile(None)
    return count

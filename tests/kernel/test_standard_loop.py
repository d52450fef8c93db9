"""Standard loops: many rounds, each at the same cost, and nothing of them is left.

The ordinary course is played in `bpmn/behaviours/standard-loop`.
"""

from __future__ import annotations

import pytest

from counterflow.kernel.lives.instances import CancelProcessInstance
from counterflow.kernel.rows import ElementInstance, Incident, Repetition, Variable
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.kernel.work.incidents import ResolveIncident
from tests.bpmn.diagram import element, end, extensions, model, path, start
from tests.kernel.bench import Bench

ROUNDS = 300


def looped(condition: str, *inside: str, tag: str = "serviceTask", **attributes: str) -> bytes:
    mark = element("standardLoopCharacteristics", element("loopCondition", condition), **attributes)
    work = inside or (element("zeebe:taskDefinition", type="work"),)
    return model(
        start(), element(tag, extensions(*work), mark, id="work"), end(), path("start", "work", "end")
    )


def counting(**attributes: str) -> bytes:
    """A loop that never waits: n is one more after each round, up to the goal."""
    script = element("zeebe:script", expression="= n + 1", resultVariable="n")
    return looped("= n &lt; goal", script, tag="scriptTask", **attributes)


def test_every_round_brings_about_as_many_events_and_rows() -> None:
    bench = Bench(looped("= loopCounter &lt; rounds"))
    bench.create(rounds=ROUNDS)
    sizes = set()
    for _ in range(ROUNDS - 1):
        before = len(bench.log)
        bench.complete("work")
        events = bench.events(before)
        rows = [len(bench.rows(table)) for table in (ElementInstance, Variable, Repetition)]
        sizes.add((len(events), *rows))
    assert len(sizes) == 1
    bench.complete("work")
    assert len(bench.ended) == 1
    assert not bench.rows(Repetition)


@pytest.mark.parametrize("cancelled", [False, True])
def test_a_loop_without_end_is_held_up_and_can_be_cancelled(*, cancelled: bool) -> None:
    bench = Bench(counting(), limits=ProcessLimits(steps=50))
    key = bench.create(n=0, goal=80).key
    incident = bench.incident()
    assert incident.error_type == "STEP_LIMIT_EXCEEDED"
    if cancelled:
        bench.do(CancelProcessInstance(process_instance_key=key))
    else:
        bench.do(ResolveIncident(incident_key=incident.key))
    assert [len(bench.rows(table)) for table in (Incident, Repetition, ElementInstance)] == [0, 0, 0]


def test_a_maximum_ends_what_never_waits() -> None:
    bench = Bench(counting(loopMaximum="7"))
    bench.create(n=0, goal=80)
    (ended,) = bench.ended
    assert ended.variables["n"] == b"7"

"""Variables that find no room: an incident where the process itself brings them, a refusal of what a caller
brings.

The scope of a process holds 200 bytes in all these tests; what comes takes so much of them that it does not
fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
import pytest

from counterflow.kernel.lives.correlation import PublishMessage
from counterflow.kernel.lives.instances import CreateProcessInstance
from counterflow.kernel.lives.jobs import CompleteJob, FailJob, ThrowError
from counterflow.kernel.lives.variables import SetVariables
from counterflow.kernel.rows import ElementInstance, Incident, Timer
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.vocabulary import Command, Rejection, RejectionType
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.kernel.work.incidents import ResolveIncident
from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_error,
    catch_message,
    element,
    end,
    event_sub_process,
    extensions,
    gateway,
    model,
    path,
    receive,
    service,
    start,
    timer,
)
from tests.bpmn.loops import gathering
from tests.kernel.bench import ONE_TASK, Bench, RowsOf, document, snapshot
from tests.kernel.test_call_activity import call
from tests.kernel.test_multi_instance import looped

LIMITS = ProcessLimits(variable_bytes=200)
FULL, BIG = "f" * 100, "b" * 120
"""Both fit into a scope, but not into the same."""

ESP = event_sub_process(
    "esp", start("in", catch_message("order"), isInterrupting="false"), end("esp-end"), path("in", "esp-end")
)
SCRIPT = element(
    "scriptTask", extensions(element("zeebe:script", expression="= full", resultVariable="big")), id="held"
)
CALLED = ONE_TASK.replace(b'id="process"', b'id="called"')
BY_MESSAGE: dict[str, tuple[bytes, str]] = {
    "catch event": (
        model(start(), catch("held", catch_message("order")), end(), path("start", "held", "end")),
        "held",
    ),
    "receive task": (
        model(
            *(start(), receive("held"), end(), path("start", "held", "end")),
            *(boundary("late", "held", timer()), end("too-late"), path("late", "too-late")),
        ),
        "held",
    ),
    "boundary event": (
        model(
            *(start(), service("task"), end(), path("start", "task", "end")),
            *(boundary("held", "task", catch_message("order")), path("held", "end")),
        ),
        "held",
    ),
    "boundary event beside its task": (
        model(
            *(start(), service("task"), end(), path("start", "task", "end")),
            *(boundary("held", "task", catch_message("order"), cancelActivity="false"), path("held", "end")),
        ),
        "held",
    ),
    "event sub-process": (model(start(), service("task"), end(), path("start", "task", "end"), ESP), "esp"),
    "event behind a gateway": (
        model(
            *(
                start(),
                gateway("which", "eventBased"),
                catch("held", catch_message("order")),
                catch("late", timer()),
                end(),
            ),
            *(path("start", "which", "held", "end"), path("which", "late", "end")),
        ),
        "held",
    ),
}


@pytest.mark.parametrize("is_buffered", [False, True])
@pytest.mark.parametrize("where", BY_MESSAGE)
def test_a_message_that_finds_no_room_holds_its_element_until_it_is_made_smaller(
    where: str, *, is_buffered: bool
) -> None:
    content, held = BY_MESSAGE[where]
    bench = Bench(content, content.replace(b'id="process"', b'id="roomy"'), limits=LIMITS)
    if is_buffered:
        bench.publish("order", "1", live_ms=1_000, big=BIG)
    instance, roomy = bench.create(full=FULL, key="1"), bench.create("roomy", key="1")
    if not is_buffered:
        bench.publish("order", "1", big=BIG)
    incident = bench.incident()
    assert (incident.error_type, incident.element_id, incident.process_instance_key) == (
        "IO_MAPPING_ERROR",
        held,
        instance.key,
    )
    for words in (
        "Expected the variables of scope",
        "('process') to take at most 200 bytes",
        "largest: 'big' with 122",
        "resolve the inc",
    ):
        assert words in incident.message, incident.message
    assert variables_of(bench, roomy)["big"] == document(big=BIG)["big"], (
        "the other process has got the message all the same"
    )
    check_rows(bench)
    bench.do(ResolveIncident(incident_key=incident.key))
    again = bench.incident()
    assert again.key > incident.key
    bench.do(SetVariables(element_instance_key=again.element_instance_key, variables=document(big="b")))
    bench.do(ResolveIncident(incident_key=again.key))
    assert bench.rows(Incident) == []
    assert variables_of(bench, instance)["big"] == b'"b"'


def variables_of(bench: Bench, instance: InstanceState) -> Mapping[str, bytes]:
    """The variables of an instance, as they are or as it ended with them."""
    ends = [found.variables for found in bench.ended if found.process_instance_key == instance.key]
    return ends[0] if ends else bench.instance(instance.key).variables[instance.key]


def check_rows(bench: Bench) -> None:
    """The rows of each instance give the indexes that it has: it could be put away and loaded again."""
    for key in list(bench.state.instances):
        source, before = RowsOf(bench.state), snapshot(bench.state)["instances"][key]
        rows = source.load_instance(key)
        bench.state.forget(key)
        bench.state._admit(key, rows)
        assert snapshot(bench.state)["instances"][key] == before


def test_room_made_outside_lets_everything_out() -> None:
    bench = Bench(BY_MESSAGE["catch event"][0], limits=LIMITS)
    instance = bench.create(full=FULL, key="1")
    bench.publish("order", "1", big=BIG)
    bench.do(SetVariables(element_instance_key=instance.key, variables=document(full=None)))
    bench.do(ResolveIncident(incident_key=bench.incident().key))
    assert bench.ended[-1].variables == document(big=BIG, full=None, key="1")


def test_what_holds_an_event_waits_for_nothing_any_more() -> None:
    bench = Bench(BY_MESSAGE["receive task"][0], limits=LIMITS)
    bench.create(full=FULL, key="1")
    assert len(bench.rows(Timer)) == 1
    bench.publish("order", "1", big=BIG)
    assert (bench.rows(Timer), bench.state.receivers) == ([], {})


def test_a_timer_goes_on_beside_what_it_cannot_write() -> None:
    bench = Bench(
        model(start(), catch("wait", timer()), SCRIPT, end(), path("start", "wait", "held", "end")),
        limits=LIMITS,
    )
    bench.create(full=FULL)
    bench.wait(60_000)
    assert (bench.incident().element_id, bench.incident().error_type) == ("held", "IO_MAPPING_ERROR")
    bench.do(
        SetVariables(element_instance_key=bench.incident().element_instance_key, variables=document(big=1))
    )
    bench.do(ResolveIncident(incident_key=bench.incident().key))
    assert bench.ended[-1].variables == document(big=1, full=FULL)


CALLER = model(start(), call("held", "called"), end(), path("start", "held", "end"), process_id="caller")


def test_what_a_called_process_ends_with() -> None:
    bench = Bench(CALLER, CALLED, limits=LIMITS)
    caller = bench.create("caller", a=1)
    bench.do(SetVariables(element_instance_key=caller.key, variables=document(full=FULL)))
    bench.complete("pack", big=BIG)
    assert [end_of.state for end_of in bench.ended] == ["completed"], (
        "the called instance has ended all the same"
    )
    assert (bench.incident().element_id, bench.incident().process_instance_key) == ("held", caller.key)
    check_rows(bench)
    bench.do(
        SetVariables(element_instance_key=bench.incident().element_instance_key, variables=document(big=2))
    )
    bench.do(ResolveIncident(incident_key=bench.incident().key))
    assert bench.ended[-1].variables == document(a=1, big=2, full=FULL)


def test_outputs_still_read_what_was_held() -> None:
    mapping = element("zeebe:ioMapping", element("zeebe:output", source="= big", target="big"))
    task = element(
        "callActivity",
        extensions(
            element("zeebe:calledElement", processId="called", propagateAllChildVariables="true"), mapping
        ),
        id="held",
    )
    bench = Bench(
        model(start(), task, end(), path("start", "held", "end"), process_id="caller"), CALLED, limits=LIMITS
    )
    caller = bench.create("caller")
    bench.do(SetVariables(element_instance_key=caller.key, variables=document(full=FULL)))
    bench.complete("pack", big=BIG)
    for _ in range(2):
        bench.do(
            SetVariables(
                element_instance_key=bench.incident().element_instance_key,
                variables=document(big=2),
                local=True,
            )
        )
        bench.do(ResolveIncident(incident_key=bench.incident().key))
        if not bench.rows(Incident):
            break
    assert bench.ended[-1].variables == document(big=2, full=FULL)


def test_what_is_handed_to_a_called_process() -> None:
    inputs = element("zeebe:ioMapping", element("zeebe:input", source="= full", target="copy"))
    task = element(
        "callActivity", extensions(element("zeebe:calledElement", processId="called"), inputs), id="held"
    )
    bench = Bench(
        model(start(), task, end(), path("start", "held", "end"), process_id="caller"), CALLED, limits=LIMITS
    )
    caller = bench.create("caller", full=FULL)
    incident = bench.incident()
    assert (incident.element_id, "what 'held' hands to 'called'" in incident.message) == ("held", True)
    bench.do(SetVariables(element_instance_key=caller.key, variables=document(full="")))
    bench.do(ResolveIncident(incident_key=incident.key))
    assert bench.job("pack").element_id == "pack"


@pytest.mark.parametrize("sequential", [False, True])
def test_the_gathered_collection(*, sequential: bool) -> None:
    bench = Bench(looped(gathering(sequential=sequential)), limits=LIMITS)
    instance = bench.create(items=[1, 2, 3], full=FULL)
    for _ in range(3):
        bench.complete("work", result="r" * 40)
    incident = bench.incident()
    (body,) = (row for row in bench.rows(ElementInstance) if row.element_id == "work")
    assert (incident.element_instance_key, body.loop_counter, body.state) == (body.key, -1, "completing")
    assert msgspec.json.decode(instance.variables[body.key]["results"]) == ["r" * 40] * 3
    check_rows(bench)
    bench.do(SetVariables(element_instance_key=body.key, variables=document(results=["r"])))
    bench.do(ResolveIncident(incident_key=incident.key))
    assert bench.ended[-1].variables == document(full=FULL, items=[1, 2, 3], results=["r"])


CATCHING = model(
    *(start(), service("pack", job="pack"), end(), path("start", "pack", "end")),
    *(boundary("failed", "pack", catch_error("A")), path("failed", "end")),
)
TOO_BIG = document(big="b" * 200)


@pytest.mark.parametrize(
    "make",
    [
        lambda bench: CreateProcessInstance(bpmn_process_id="process", variables=TOO_BIG),
        lambda bench: CompleteJob(job_key=bench.job("pack").key, variables=TOO_BIG),
        lambda bench: FailJob(job_key=bench.job("pack").key, retries=1, variables=TOO_BIG),
        lambda bench: ThrowError(job_key=bench.job("pack").key, error_code="A", variables=TOO_BIG),
        lambda bench: SetVariables(
            element_instance_key=bench.rows(ElementInstance)[0].key, variables=TOO_BIG
        ),
        lambda bench: PublishMessage(
            name="order", correlation_key="", time_to_live_ms=1_000, variables=TOO_BIG
        ),
    ],
    ids=["create", "complete", "fail", "error", "set variables", "publish"],
)
def test_a_callers_own_document_is_refused(make: Callable[[Bench], Command]) -> None:
    bench = Bench(CATCHING, limits=LIMITS)
    bench.create()
    before = snapshot(bench.state)
    with pytest.raises(
        Rejection, match=r"to take at most 200 bytes, but they would take 205 \(largest: 'big' with 202\)"
    ) as raised:
        bench.do(make(bench))
    assert raised.value.type is RejectionType.INVALID_ARGUMENT
    assert snapshot(bench.state) == before


def test_a_scope_that_carries_too_much_can_be_made_smaller_step_by_step() -> None:
    bench = Bench(ONE_TASK, limits=ProcessLimits(variable_bytes=500))
    instance = bench.create(a="a" * 150, b="b" * 150)
    bench.limits = LIMITS
    bench.do(SetVariables(element_instance_key=instance.key, variables=document(a="a" * 140)))
    with pytest.raises(Rejection, match="at most 200 bytes"):
        bench.do(SetVariables(element_instance_key=instance.key, variables=document(a="a" * 141)))

"""Calls of other processes: how deep they may go, how they end together, and what a caller that was set aside
means for them.

The ordinary course is played in `bpmn/behaviours/call-activity`.
"""

from __future__ import annotations

import pytest

from counterflow.kernel import KernelFault
from counterflow.kernel.data.scopes import VariablesSet
from counterflow.kernel.lives.instances import CancelProcessInstance
from counterflow.kernel.lives.quarantine import QuarantineInstance, ReleaseInstance
from counterflow.kernel.lives.variables import SetVariables
from counterflow.kernel.rows import ElementInstance, Incident, Job, ProcessInstance
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.kernel.work.incidents import ResolveIncident
from counterflow.model.graph import Behaviour
from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_error,
    element,
    end,
    extensions,
    flow,
    gateway,
    model,
    path,
    start,
    timer,
)
from tests.kernel.bench import ONE_TASK, Bench, document
from tests.kernel.test_engine import break_room

DEEP = ProcessLimits(steps=100_000, call_depth=1_000)
"""As deep as may be, and in one go."""


def call(element_id: str, process_id: str = "process") -> str:
    return element(
        "callActivity", extensions(element("zeebe:calledElement", processId=process_id)), id=element_id
    )


ENDLESS = model(start(), call("call"), path("start", "call"))
"""A process that calls itself."""

COUNTDOWN = model(
    *(start(), gateway("any-left"), end("done"), end()),
    element(
        "callActivity",
        extensions(
            element("zeebe:calledElement", processId="process"),
            element("zeebe:ioMapping", element("zeebe:input", source="= left - 1", target="left")),
        ),
        id="call",
    ),
    *(
        path("start", "any-left"),
        flow("any-left", "call", "= left > 0"),
        flow("any-left", "done", "= left = 0"),
        path("call", "end"),
    ),
)
"""A process that calls itself so many times."""

CALLER = model(start(), call("call", "called"), end(), path("start", "call", "end"), process_id="caller")
CALLED = ONE_TASK.replace(b'id="process"', b'id="called"')


def called_by(bench: Bench, caller: InstanceState) -> InstanceState:
    """The one instance that another has called."""
    (header,) = (row for row in bench.rows(ProcessInstance) if row.parent_instance_key == caller.key)
    return bench.instance(header.key)


def states(bench: Bench) -> list[str]:
    return [row.state for row in bench.rows(ProcessInstance)]


@pytest.mark.parametrize("most", [0, 1, 3])
def test_calls_may_be_so_deep(most: int) -> None:
    bench = Bench(ENDLESS, limits=ProcessLimits(call_depth=most))
    bench.create()
    assert [row.call_depth for row in bench.rows(ProcessInstance)] == list(range(most + 1))
    assert bench.incident().error_type == "CALLED_ELEMENT_ERROR"
    assert f"calls are {most} deep already" in bench.incident().message


def test_an_endless_call_is_held_up_before_it_is_too_deep() -> None:
    bench = Bench(ENDLESS)
    bench.create()
    assert bench.incident().error_type == "STEP_LIMIT_EXCEEDED"


def test_the_deepest_calls_are_cancelled_without_stack() -> None:
    bench = Bench(ENDLESS, limits=DEEP)
    root = bench.create()
    assert len(bench.rows(ProcessInstance)) == 1_001
    bench.do(CancelProcessInstance(process_instance_key=root.key))
    assert set(states(bench)) == {"terminated"}
    assert not bench.rows(ElementInstance)
    assert not bench.rows(Incident)


def test_the_deepest_calls_are_interrupted_without_stack() -> None:
    outer = model(
        start(), call("call"), path("start", "call"), boundary("late", "call", timer()), process_id="outer"
    )
    bench = Bench(ENDLESS, outer, limits=DEEP)
    bench.create("outer")
    bench.wait(60_000)
    assert sorted(states(bench)) == ["completed", *["terminated"] * 1_000]


def test_deep_calls_complete_one_after_the_other() -> None:
    bench = Bench(COUNTDOWN, limits=DEEP)
    bench.create(left=500)
    assert states(bench) == ["completed"] * 501


def test_a_called_instance_is_not_cancelled_by_itself() -> None:
    bench = Bench(CALLER, CALLED)
    caller = bench.create("caller")
    with pytest.raises(Rejection, match=f"root process instance '{caller.key}'") as rejected:
        bench.do(CancelProcessInstance(process_instance_key=called_by(bench, caller).key))
    assert rejected.value.type is RejectionType.INVALID_STATE


@pytest.mark.parametrize("set_aside", ["caller", "called", "both"])
def test_what_is_set_aside_is_cancelled_with_the_rest(set_aside: str) -> None:
    bench = Bench(CALLER, CALLED)
    caller = bench.create("caller")
    called = called_by(bench, caller)
    for instance, name in ((caller, "caller"), (called, "called")):
        if set_aside in (name, "both"):
            bench.do(QuarantineInstance(process_instance_key=instance.key, reason="a fault"))
    bench.do(CancelProcessInstance(process_instance_key=caller.key))
    assert states(bench) == ["terminated", "terminated"]
    assert not bench.rows(ElementInstance)
    assert not bench.rows(Job)


@pytest.mark.parametrize("order", [("caller",), ("called", "caller"), ("caller", "called")])
def test_a_called_instance_cannot_end_before_its_caller_is_released(order: tuple[str, ...]) -> None:
    """Its own work goes on meanwhile, until only its end is left."""
    bench = Bench(CALLER, CALLED)
    caller = bench.create("caller")
    keys = {"caller": caller.key, "called": called_by(bench, caller).key}
    bench.do(QuarantineInstance(process_instance_key=caller.key, reason="a fault"))
    bench.complete("pack", done=True)
    assert (states(bench), bench.ended) == (["active", "active"], [])
    if "called" in order:
        bench.do(QuarantineInstance(process_instance_key=keys["called"], reason="a fault"))
    for name in order:
        assert states(bench) == ["active", "active"]
        bench.do(ReleaseInstance(process_instance_key=keys[name]))
    assert states(bench) == ["completed", "completed"]
    assert bench.ended[-1].variables == {"done": b"true"}


def test_an_error_waits_for_the_caller_that_catches_it() -> None:
    called = model(
        *(start(), catch("wait", timer()), end("fails", catch_error("A")), path("start", "wait", "fails")),
        process_id="called",
    )
    caller_model = model(
        *(start(), call("call", "called"), end(), path("start", "call", "end")),
        *(boundary("failed", "call", catch_error("A")), end("mended"), path("failed", "mended")),
        process_id="caller",
    )
    bench = Bench(caller_model, called)
    caller = bench.create("caller")
    bench.do(QuarantineInstance(process_instance_key=caller.key, reason="a fault"))
    bench.wait(60_000)
    assert f"'{caller.key}' that it belongs to is quarantined; release that one" in bench.incident().message
    bench.do(ReleaseInstance(process_instance_key=caller.key))
    bench.do(ResolveIncident(incident_key=bench.incident().key))
    assert states(bench) == ["completed", "terminated"]


def handing_out(process_id: str, called: str) -> bytes:
    """Calls another process, and hands all that it has out."""
    everything = (element(f"camunda:{way}", variables="all") for way in ("in", "out"))
    return model(
        *(start(), element("callActivity", extensions(*everything), id="call", calledElement=called), end()),
        *(
            path("start", "call", "end"),
            boundary("failed", "call", catch_error("A" if called != "work" else "B")),
        ),
        *(end("mended"), path("failed", "mended")),
        process_id=process_id,
    )


FAILING = model(
    *(start(), element("serviceTask", id="pack", camunda__type="external", camunda__topic="pack")),
    *(end("fails", catch_error("A")), path("start", "pack", "fails")),
    process_id="work",
)


def test_an_error_waits_until_what_its_call_hands_out_has_room() -> None:
    bench = Bench(
        handing_out("outer", "inner"),
        handing_out("inner", "work"),
        FAILING,
        limits=ProcessLimits(variable_bytes=150),
    )
    bench.create("outer", a="x" * 60)
    (middle,) = (row.key for row in bench.rows(ProcessInstance) if row.bpmn_process_id == "inner")
    bench.do(SetVariables(element_instance_key=middle, variables={"b": b'"' + b"y" * 60 + b'"'}))
    bench.complete("pack", c="z" * 30)
    assert (bench.incident().error_type, "what 'call' hands out" in bench.incident().message) == (
        "IO_MAPPING_ERROR",
        True,
    )
    bench.do(SetVariables(element_instance_key=middle, variables={"b": b"1"}))
    bench.do(ResolveIncident(incident_key=bench.incident().key))
    assert states(bench) == ["completed", "terminated", "terminated"]


def adding_up(process_id: str, called: str, *inside: str) -> bytes:
    """Calls another process, and adds up what it has at an error of it."""
    total = element("camunda:out", sourceExpression="${total + amount}", target="total")
    return model(
        *(start(), element("callActivity", extensions(total), id="call", calledElement=called), end()),
        *(path("start", "call", "end"), *inside),
        process_id=process_id,
    )


def test_what_is_handed_out_is_not_handed_out_twice_when_it_is_tried_again() -> None:
    mended = (boundary("failed", "call", catch_error("A")), end("mended"), path("failed", "mended"))
    bench = Bench(
        adding_up("outer", "middle", *mended),
        handing_out("middle", "inner").replace(b'"A"', b'"B"'),
        adding_up("inner", "work"),
        FAILING,
    )
    bench.create("outer", total=0, amount=1)
    keys = {row.bpmn_process_id: row.key for row in bench.rows(ProcessInstance)}
    bench.do(SetVariables(element_instance_key=keys["inner"], variables=document(total=10)))
    bench.do(SetVariables(element_instance_key=keys["work"], variables=document(amount=5)))
    bench.do(QuarantineInstance(process_instance_key=keys["middle"], reason="a fault"))
    bench.complete("pack")
    inner = bench.instance(keys["inner"])
    assert inner.variables[inner.key] == document(total=10)
    bench.do(ReleaseInstance(process_instance_key=keys["middle"]))
    begun = len(bench.log)
    bench.do(ResolveIncident(incident_key=bench.incident().key))
    written = [event.values for event in bench.events(begun) if isinstance(event, VariablesSet)]
    assert {"total": b"15"} in written
    assert {"total": b"20"} not in written
    assert states(bench)[0] == "completed"


def test_an_error_waits_for_a_caller_on_its_way_that_was_set_aside() -> None:
    bench = Bench(handing_out("outer", "inner"), handing_out("inner", "work"), FAILING)
    bench.create("outer")
    (middle,) = (row.key for row in bench.rows(ProcessInstance) if row.bpmn_process_id == "inner")
    bench.do(QuarantineInstance(process_instance_key=middle, reason="a fault"))
    bench.complete("pack", done=True)
    assert f"the process instance '{middle}' that it belongs to is quarantined" in bench.incident().message
    bench.do(ReleaseInstance(process_instance_key=middle))
    bench.do(ResolveIncident(incident_key=bench.incident().key))
    assert states(bench) == ["completed", "terminated", "terminated"]


def test_a_fault_in_what_has_just_been_called_is_its_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = model(
        start(),
        catch("wait", timer()),
        call("call", "called"),
        path("start", "wait", "call"),
        process_id="caller",
    )
    bench = Bench(waiting, CALLED)
    caller = bench.create("caller")
    with monkeypatch.context() as patch:
        break_room(patch, Behaviour.JOB_TASK)
        with pytest.raises(KernelFault) as raised:
            bench.wait(60_000)
    assert raised.value.process_instance_key == caller.key

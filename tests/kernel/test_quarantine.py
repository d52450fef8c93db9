"""A fault in one instance harms no other: it is set aside, can be looked at, released or cancelled."""

from __future__ import annotations

import pytest

from counterflow import kernel
from counterflow.kernel import KernelFault
from counterflow.kernel.lives.due import TriggerDue
from counterflow.kernel.lives.instances import CancelProcessInstance
from counterflow.kernel.lives.jobs import CompleteJob
from counterflow.kernel.lives.quarantine import QuarantineInstance, ReleaseInstance
from counterflow.kernel.lives.variables import SetVariables
from counterflow.kernel.rows import ElementInstance, Job, Partition, ProcessInstance, Quarantine, Variable
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import Command, Rejection, RejectionType
from counterflow.kernel.work.incidents import ResolveIncident
from counterflow.model.graph import Behaviour
from tests.bpmn.diagram import (
    boundary,
    catch_error,
    definitions,
    element,
    end,
    extensions,
    gateway,
    message,
    model,
    path,
    process,
    receive,
    service,
    start,
)
from tests.kernel.bench import ONE_TASK, Bench, RowsOf, due_times, waiting
from tests.kernel.test_engine import break_room

TWO_TASKS = model(
    start(),
    gateway("fork", "parallel"),
    service("pack", job="pack"),
    service("ship", job="ship"),
    end("packed"),
    end("shipped"),
    path("start", "fork", "pack", "packed"),
    path("fork", "ship", "shipped"),
)


def set_aside(bench: Bench, key: int) -> None:
    bench.do(QuarantineInstance(process_instance_key=key, reason="ZeroDivisionError"))


def test_the_broken_instance_is_set_aside_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(TWO_TASKS)
    broken, sound = bench.create(), bench.create()
    with monkeypatch.context() as patch:
        break_room(patch, Behaviour.END_EVENT, "packed")
        with pytest.raises(KernelFault) as raised:
            bench.complete("pack")
    set_aside(bench, raised.value.process_instance_key)
    assert (broken.quarantine is not None, sound.quarantine) == (True, None)
    assert [job.process_instance_key for job in bench.activate("pack")] == [sound.key]
    bench.do(CompleteJob(job_key=max(sound.jobs), variables={}))


@pytest.mark.parametrize("make", [CompleteJob, SetVariables, ResolveIncident])
def test_whoever_would_touch_it_is_told(make: type[Command]) -> None:
    bench = Bench(TWO_TASKS)
    instance = bench.create()
    bench.fail("ship", retries=0)
    job, element, incident = bench.job("pack"), bench.rows(ElementInstance)[0], bench.incident()
    commands: dict[type[Command], Command] = {
        CompleteJob: CompleteJob(job_key=job.key, variables={}),
        SetVariables: SetVariables(element_instance_key=element.key, variables={}),
        ResolveIncident: ResolveIncident(incident_key=incident.key),
    }
    set_aside(bench, instance.key)
    with pytest.raises(
        Rejection,
        match=r"quarantined since an internal fault \(ZeroDivisionError\); release or cancel it first",
    ):
        bench.do(commands[make])


def test_nothing_of_it_comes_due() -> None:
    bench = Bench(TWO_TASKS)
    instance = bench.create()
    bench.activate("pack", timeout_ms=10)
    (due_ms, key, table), *_ = due_times(bench.state)
    set_aside(bench, instance.key)
    bench.now_ms = due_ms
    assert due_times(bench.state) == []
    assert bench.do(TriggerDue(table=table, key=key, due_ms=due_ms)) is False
    assert bench.activate("pack") == []


def test_released_its_jobs_are_offered_again_and_what_was_due_meanwhile_comes() -> None:
    bench = Bench(TWO_TASKS)
    instance = bench.create()
    bench.activate("pack", timeout_ms=10)
    due = due_times(bench.state)
    set_aside(bench, instance.key)
    bench.state.take_ready()
    bench.do(ReleaseInstance(process_instance_key=instance.key))
    assert due_times(bench.state) == due
    assert waiting(bench.state.ready["ship"]) == [bench.job("ship").key]
    assert bench.state.newly_ready == [("ship", bench.job("ship").key)]  # so that streams are pushed to
    bench.complete("pack")
    bench.complete("ship")
    assert instance.header is not None
    assert instance.header.state == "completed"


def test_loaded_again_it_is_still_set_aside() -> None:
    bench = Bench(TWO_TASKS)
    instance = bench.create()
    bench.activate("pack")
    set_aside(bench, instance.key)
    reloaded = State(RowsOf(bench.state), Partition(1, bench.state.last_key, bench.state.last_position))
    assert reloaded.instance(instance.key) is not None
    assert [waiting(queue) for queue in reloaded.ready.values() if len(queue)] == []
    assert due_times(reloaded) == []


def test_cancelled_it_goes_as_it_stands() -> None:
    bench = Bench(TWO_TASKS)
    instance = bench.create(order=7)
    bench.fail("ship", retries=0)
    set_aside(bench, instance.key)
    bench.do(CancelProcessInstance(process_instance_key=instance.key))
    assert instance.header is not None
    assert (instance.header.state, instance.header.ended_at_ms) == ("terminated", bench.now_ms)
    assert [table for table, rows in instance.rows.items() if rows] == [ProcessInstance]
    assert [bench.rows(table) for table in (Job, Variable)] == [[], []]
    assert bench.state.owners == {}
    (ended,) = bench.ended
    assert (ended.state, dict(ended.variables)) == ("terminated", {"order": b"7"})


def test_cancelling_it_runs_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(ONE_TASK)
    instance = bench.create()
    set_aside(bench, instance.key)
    monkeypatch.setattr(kernel, "HOUSE", kernel.HOUSE._replace(rooms={}))
    bench.do(CancelProcessInstance(process_instance_key=instance.key))
    assert instance.elements == {}


def test_setting_aside_twice_keeps_the_first_reason() -> None:
    bench = Bench(ONE_TASK)
    instance = bench.create()
    set_aside(bench, instance.key)
    bench.do(QuarantineInstance(process_instance_key=instance.key, reason="another"))
    assert instance.quarantine is not None
    assert instance.quarantine.reason == "ZeroDivisionError"


def test_an_instance_that_is_not_there_cannot_be_set_aside() -> None:
    bench = Bench(ONE_TASK)
    seen = len(bench.log)
    set_aside(bench, 0)
    assert len(bench.log) == seen


@pytest.mark.parametrize(
    "is_there, told, kind",
    [
        (
            True,
            "but it is not quarantined: it is active, and nothing has to be done",
            RejectionType.INVALID_STATE,
        ),
        (False, "but no such process instance was found", RejectionType.NOT_FOUND),
    ],
)
def test_releasing_what_is_not_set_aside_is_refused(
    told: str, kind: RejectionType, *, is_there: bool
) -> None:
    bench = Bench(ONE_TASK)
    key = bench.create().key if is_there else 7
    with pytest.raises(Rejection, match=f"Expected to release process instance '{key}', {told}") as raised:
        bench.do(ReleaseInstance(process_instance_key=key))
    assert raised.value.type is kind


def test_what_has_ended_is_not_set_aside() -> None:
    bench = Bench(ONE_TASK)
    instance = bench.create()
    bench.complete("pack")
    set_aside(bench, instance.key)
    assert (instance.quarantine, bench.rows(Quarantine)) == (None, [])


CALLER = model(
    start(),
    boundary("failed", "call", catch_error("A")),
    element("callActivity", extensions(element("zeebe:calledElement", processId="called")), id="call"),
    service("after", job="after"),
    service("repair", job="repair"),
    end(),
    end("repaired"),
    path("start", "call", "after", "end"),
    path("failed", "repair", "repaired"),
)
CALLED = definitions(
    process(start(), receive("wait", "order"), end(), path("start", "wait", "end"), process_id="called"),
    message("order"),
)
FAILING = definitions(
    process(
        start(),
        receive("wait", "order"),
        end("end", catch_error("A")),
        path("start", "wait", "end"),
        process_id="called",
    ),
    message("order"),
    element("error", id="error_A", errorCode="A"),
)


def test_what_it_has_called_stands_at_its_end_until_it_is_released() -> None:
    bench = Bench(CALLED, CALLER)
    caller = bench.create(key="one")
    set_aside(bench, caller.key)
    bench.publish("order", "one")
    assert [row.state for row in bench.rows(ProcessInstance)] == ["active", "active"]
    bench.do(ReleaseInstance(process_instance_key=caller.key))
    assert [row.state for row in bench.rows(ProcessInstance)] == ["active", "completed"]
    assert bench.job("after").process_instance_key == caller.key


def test_what_was_set_aside_at_its_end_ends_when_it_is_released() -> None:
    bench = Bench(CALLED, CALLER)
    caller = bench.create(key="one")
    set_aside(bench, caller.key)
    bench.publish("order", "one")
    called = next(row for row in bench.rows(ProcessInstance) if row.parent_instance_key)
    set_aside(bench, called.key)
    bench.do(ReleaseInstance(process_instance_key=caller.key))
    assert [row.state for row in bench.rows(ProcessInstance)] == ["active", "active"]
    bench.do(ReleaseInstance(process_instance_key=called.key))
    assert bench.job("after").process_instance_key == caller.key


def test_an_error_that_it_would_catch_is_an_incident_until_it_is_released() -> None:
    bench = Bench(FAILING, CALLER)
    caller = bench.create(key="one")
    set_aside(bench, caller.key)
    bench.publish("order", "one")
    incident = bench.incident()
    bench.do(ResolveIncident(incident_key=incident.key))
    assert bench.incident().error_type == "CATCHER_QUARANTINED"
    bench.do(ReleaseInstance(process_instance_key=caller.key))
    bench.do(ResolveIncident(incident_key=bench.incident().key))
    assert bench.job("repair").process_instance_key == caller.key


def test_so_is_an_escalation() -> None:
    failing, caller_of_it = (
        model_text.replace(b"errorEventDefinition", b"escalationEventDefinition")
        .replace(b"errorRef", b"escalationRef")
        .replace(b"errorCode", b"escalationCode")
        .replace(b"<error ", b"<escalation ")
        .replace(b"</error>", b"</escalation>")
        for model_text in (FAILING, CALLER)
    )
    bench = Bench(failing, caller_of_it)
    caller = bench.create(key="one")
    set_aside(bench, caller.key)
    bench.publish("order", "one")
    bench.do(ResolveIncident(incident_key=bench.incident().key))
    assert bench.incident().error_type == "CATCHER_QUARANTINED"
    bench.do(ReleaseInstance(process_instance_key=caller.key))
    bench.do(ResolveIncident(incident_key=bench.incident().key))
    assert bench.job("repair").process_instance_key == caller.key

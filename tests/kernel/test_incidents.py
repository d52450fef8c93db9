"""Incidents: which can be resolved, and that resolving takes up the course exactly where it was held."""

from __future__ import annotations

import pytest

from counterflow.kernel import OF_INSTANCE
from counterflow.kernel.lives.instances import CancelProcessInstance
from counterflow.kernel.lives.variables import SetVariables
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.kernel.work.held import IncidentRaised
from counterflow.kernel.work.incidents import IncidentDropped, ResolveIncident
from tests.bpmn.diagram import end, flow, gateway, model, path, service, start
from tests.kernel.bench import ONE_TASK, Bench, document

FLOWS = (path("start", "choose"), flow("choose", "left", "= n > 8"), flow("choose", "right", "= n > 5"))
CHOICE = model(start(), gateway("choose"), end("left"), end("right"), *FLOWS)


def resolve(bench: Bench, key: int) -> None:
    bench.do(ResolveIncident(incident_key=key))


def test_an_incident_says_where_when_and_why() -> None:
    bench = Bench(ONE_TASK)
    instance = bench.create()
    bench.now_ms += 5
    bench.fail("pack", retries=0, message="no box")
    incident = bench.incident()
    assert (incident.process_instance_key, incident.element_id, incident.message) == (
        instance.key,
        "pack",
        "no box",
    )
    assert (incident.job_key, incident.created_at_ms) == (bench.job("pack").key, bench.now_ms)
    assert bench.state.owner_of(type(incident), incident.key) is instance


@pytest.mark.parametrize("which", ["unknown", "resolved", "dropped"])
def test_an_incident_that_is_not_there(which: str) -> None:
    bench = Bench(CHOICE)
    instance = bench.create(n=3)
    key = bench.incident().key
    if which == "resolved":
        bench.do(SetVariables(element_instance_key=instance.key, variables=document(n=9)))
        resolve(bench, key)
    elif which == "dropped":
        bench.do(CancelProcessInstance(process_instance_key=instance.key))
    wanted = 7 if which == "unknown" else key
    with pytest.raises(
        Rejection, match=f"resolve incident with key '{wanted}', but no such incident was found"
    ) as raised:
        resolve(bench, wanted)
    assert raised.value.type is RejectionType.NOT_FOUND


def test_what_is_not_mended_is_told_again_under_a_new_key() -> None:
    bench = Bench(CHOICE)
    bench.create()
    first = bench.incident()
    resolve(bench, first.key)
    assert bench.incident().key > first.key
    assert bench.incident().error_type == first.error_type == "EXTRACT_VALUE_ERROR"


@pytest.mark.parametrize(
    "n, error_type, told",
    [
        ("null", "EXTRACT_VALUE_ERROR", "no variable 'n'"),
        (
            3,
            "CONDITION_ERROR",
            "none of 'choose_left' (=n > 8), 'choose_right' (=n > 5) is and there is no default flow",
        ),
    ],
)
def test_the_message_names_flows_and_reasons(n: object, error_type: str, told: str) -> None:
    bench = Bench(CHOICE)
    bench.create(**({} if n == "null" else {"n": n}))
    assert (bench.incident().error_type, told in bench.incident().message) == (error_type, True), (
        bench.incident().message
    )


def test_incidents_go_with_their_elements() -> None:
    bench = Bench(CHOICE)
    instance = bench.create()
    bench.do(CancelProcessInstance(process_instance_key=instance.key))
    assert sum(isinstance(event, IncidentDropped) for event in bench.events()) == 1
    assert (instance.incidents, instance.incident_of) == ({}, {})


@pytest.mark.parametrize(
    "state, error_type, phase",
    [
        ("completing", "CONDITION_ERROR", "flows"),
        ("completing", "EXTRACT_VALUE_ERROR", "flows"),
        ("completing", "IO_MAPPING_ERROR", ""),
        ("activating", "EXTRACT_VALUE_ERROR", ""),
        ("activated", "JOB_NO_RETRIES", ""),
    ],
)
def test_incidents_of_the_first_version_tell_the_phase_by_their_type(
    state: str, error_type: str, phase: str
) -> None:
    bench = Bench(ONE_TASK)
    instance = bench.create()
    bench.state.put(ElementInstance(99, instance.key, instance.key, "pack", state))
    OF_INSTANCE[IncidentRaised](bench.state, instance, IncidentRaised(100, 99, 0, error_type, "why"))
    assert instance.elements[99].phase == phase


def test_an_incident_says_in_which_phase_it_holds_its_element() -> None:
    bench = Bench(CHOICE)
    instance = bench.create(n=3)
    assert [row.phase for row in instance.elements.values()] == ["", ""], "held before it was at work"
    held_at_the_end = model(
        start(),
        service("pack", job="pack"),
        end("left"),
        path("start", "pack"),
        flow("pack", "left", "= n > 8"),
    )
    bench = Bench(held_at_the_end)
    instance = bench.create(n=3)
    bench.complete("pack")
    assert [row.phase for row in instance.elements.values()] == ["", "flows"]

"""Which definition an instance is begun from, and which instances can be cancelled."""

from __future__ import annotations

import pytest

from counterflow.kernel.lives.instances import CancelProcessInstance, CreateProcessInstance
from counterflow.kernel.vocabulary import InstanceEnded, Rejection
from counterflow.kernel.work.budget import ProcessLimits
from tests.bpmn.diagram import end, model, path, service, start
from tests.kernel.bench import ONE_TASK, Bench, document

AT_ONCE = model(start(), end(), path("start", "end"), process_id="at-once")


@pytest.mark.parametrize(
    "wanted, told",
    [
        ({"bpmn_process_id": "nobody"}, "NOT_FOUND: .*process ID 'nobody', but none found; deploy it first"),
        (
            {"bpmn_process_id": "process", "version": 0},
            "NOT_FOUND: .*'process' and version '0', but none found; versions go from 1 to 2",
        ),
        ({"bpmn_process_id": "process", "version": 3}, "NOT_FOUND: .*and version '3'"),
        ({"definition_key": 77}, "NOT_FOUND: .*process definition with key '77'"),
        ({"definition_key": -1}, "INVALID_ARGUMENT: .*either a bpmn process id or a process definition key"),
        ({}, "INVALID_ARGUMENT: "),
    ],
)
def test_what_is_not_there_is_told(wanted: dict[str, str | int], told: str) -> None:
    bench = Bench(ONE_TASK, ONE_TASK)
    with pytest.raises(Rejection) as raised:
        bench.do(CreateProcessInstance(variables={}, **wanted))  # type: ignore[arg-type]  # columns of a table
    kind, text = told.split(": ", 1)
    assert raised.value.type == kind
    raised.match(text)


@pytest.mark.parametrize("version", [-1, -5, 2])
def test_the_latest_version(version: int) -> None:
    bench = Bench(ONE_TASK, ONE_TASK)
    assert (
        bench.do(CreateProcessInstance(bpmn_process_id="process", version=version, variables={})).version == 2
    )


def test_the_id_wins_over_the_key() -> None:
    bench = Bench(ONE_TASK, AT_ONCE)
    key = bench.state.deployed.latest["process"].key
    assert (
        bench.do(
            CreateProcessInstance(bpmn_process_id="at-once", definition_key=key, variables={})
        ).bpmn_process_id
        == "at-once"
    )


def test_its_end_is_told_with_the_variables_of_the_process() -> None:
    bench = Bench(ONE_TASK, AT_ONCE)
    instance = bench.create(b=1, a=2)
    bench.complete("pack", c=3)
    assert bench.ended == [InstanceEnded(instance.key, "completed", {"a": b"2", "b": b"1", "c": b"3"})]
    assert list(bench.ended[0].variables) == ["a", "b", "c"]
    bench.create("at-once", d=4)
    assert (bench.ended[1].state, dict(bench.ended[1].variables)) == ("completed", {"d": b"4"})


def test_the_header_stays_when_the_run_has_ended() -> None:
    bench = Bench(ONE_TASK)
    instance = bench.create()
    bench.now_ms += 50
    bench.complete("pack")
    assert instance.header is not None
    assert (instance.header.state, instance.header.ended_at_ms) == ("completed", bench.now_ms)
    assert (instance.elements, instance.variables, bench.state.owners) == ({}, {}, {})


@pytest.mark.parametrize("which", ["unknown", "completed", "cancelled"])
def test_only_what_runs_can_be_cancelled(which: str) -> None:
    bench = Bench(ONE_TASK)
    key = 7 if which == "unknown" else bench.create().key
    if which == "completed":
        bench.complete("pack")
    elif which == "cancelled":
        bench.do(CancelProcessInstance(process_instance_key=key))
    ended = {
        "completed": "it has ended already: completed at",
        "cancelled": "it has ended already: terminated at",
    }
    why = ended.get(which, "no such process was found")
    with pytest.raises(
        Rejection,
        match=f"Expected to cancel a process instance with key '{key}', but {why}",
    ):
        bench.do(CancelProcessInstance(process_instance_key=key))


def test_more_variables_than_fit_are_refused_with_the_instance() -> None:
    bench = Bench(
        model(start(), service("pack", job="pack"), end(), path("start", "pack", "end")),
        limits=ProcessLimits(variable_bytes=10),
    )
    with pytest.raises(Rejection, match="at most 10 bytes"):
        bench.do(CreateProcessInstance(bpmn_process_id="process", variables=document(big="x" * 20)))
    assert bench.state.instances == {}

"""Ad-hoc sub-processes beyond their behaviours: large collections, limits, what people are told."""

from __future__ import annotations

import pytest

from counterflow import AdHocResult, WorkerJob
from counterflow.kernel.rows import ElementInstance, Incident, Job, LoopItems, LoopOutput, Repetition
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.testing import Engine
from tests.behaviours.script import BOOK

MANY = 10_000


def deployed(name: str, limits: ProcessLimits | None = None) -> Engine:
    engine = Engine(limits=limits)
    engine.deploy(BOOK / "ad-hoc" / f"{name}.bpmn")
    return engine


def test_ten_thousand_activities_begin_end_and_leave_nothing() -> None:
    engine = deployed("output", ProcessLimits(instance_elements=30_000))
    key = engine.start("output", {"todo": ["ask"] * MANY})
    assert len(engine.store.scan(Job, {})) == MANY
    assert len(engine.store.scan(LoopItems, {})) == 0
    engine.complete("ask", {"result": 1})
    engine.complete("ask", {"result": 2})  # the condition holds with the second
    assert engine.is_completed(key)
    for table in (Job, ElementInstance, Repetition, LoopOutput):
        assert not engine.store.scan(table, {})


def test_more_than_an_instance_may_hold_is_an_incident_before_anything_begins() -> None:
    engine = deployed("collection", ProcessLimits(instance_elements=100))
    engine.start("collection", {"todo": ["ask"] * 60})
    assert "at most 100 element instances" in engine.incident("team").message
    assert not engine.store.scan(Job, {})


def test_a_caller_cannot_ask_for_more_than_there_is_room_for() -> None:
    engine = deployed("asked", ProcessLimits(instance_elements=20))
    engine.start("asked", {"enough": False})
    with pytest.raises(Rejection) as refused:
        engine.activate_activities("team", ["ask"] * 11)
    assert refused.value.type is RejectionType.INVALID_STATE
    assert "at most 9 elements" in refused.value.reason
    assert not engine.store.scan(Job, {})


def test_what_a_refusal_names_is_short_however_long_the_ids_are() -> None:
    engine = deployed("worker")
    engine.start("worker")
    with pytest.raises(Rejection) as refused:
        engine.complete("lead", result=AdHocResult([f"{place}{'x' * 30_000}" for place in range(20)]))
    assert refused.value.type is RejectionType.NOT_FOUND
    assert "and 10 more cannot be activated" in refused.value.reason
    assert len(refused.value.reason) < 2_000
    assert len(engine.jobs("lead")) == 1


def test_so_many_that_cannot_be_activated_are_refused_at_once() -> None:
    engine = deployed("worker")
    engine.start("worker")
    with pytest.raises(Rejection) as refused:
        engine.complete("lead", result=AdHocResult([f"nobody-{place}" for place in range(10_000)]))
    assert "at most 100 elements" in refused.value.reason


def test_what_a_worker_sees_is_paid_for_each_time_it_is_copied() -> None:
    """A hundred scopes with a description of two hundred kilobytes each are more than one command copies."""
    content = (BOOK / "ad-hoc" / "loop.bpmn").read_bytes()
    described = b"<bpmn:documentation>" + b"x" * 200_000 + b"</bpmn:documentation>"
    mark = b'<bpmn:serviceTask id="ask" name="Ask">'
    assert mark in content
    engine = Engine(limits=ProcessLimits(fuel=100_000))
    engine.deploy_contents({"loop.bpmn": content.replace(mark, mark + described)})
    engine.start("loop", {"people": [{"todo": ["ask"]}] * 100})
    scopes = [row for row in engine.store.scan(ElementInstance, {}) if row.element_id == "team"]
    begun = [row for row in scopes if row.state == "activated" and row.loop_counter > 0]
    assert 10 < len(begun) < 50
    assert "spent its budget" in engine.incident("team").message


def test_a_flow_that_is_held_and_then_swept_away_has_given_nothing() -> None:
    engine = deployed("output")
    content = (BOOK / "ad-hoc" / "output.bpmn").read_bytes()
    engine.deploy_contents({"output.bpmn": content.replace(b"=count(results) &gt; 1", b"=enough")})
    key = engine.start("output", {"todo": ["ask", "book"], "enough": "nearly"})
    engine.complete("ask", {"result": "held"})
    assert "to be true or false" in engine.incident("team#innerInstance").message
    engine.set_variables(key, {"enough": True})
    engine.complete("book", {"result": "seat"})
    engine.complete("tell")
    assert engine.end_of(key).variables == {
        "todo": ["ask", "book"],
        "enough": True,
        "howMany": 1,
        "results": ["seat"],
    }
    assert not engine.store.scan(Incident, {})


def test_a_round_of_its_worker_costs_the_same_however_much_was_gathered() -> None:
    engine = deployed("worker")
    engine.start("worker")
    written = []
    for place in range(200):
        before = len(engine.log)
        engine.complete("lead", result=AdHocResult(["ask"]))
        engine.complete("ask", {"result": place % 10})
        written.append(sum(len(entry.events) for entry in engine.log[before:]))
    assert max(written[100:]) - max(written[:100]) < 100
    (job,) = engine.activate("lead")
    assert job.variables["results"] == [place % 10 for place in range(200)]


def test_what_was_gathered_is_seen_by_the_expressions_of_its_worker() -> None:
    content = (BOOK / "ad-hoc" / "worker.bpmn").read_bytes()
    kind = b'type="=if results = null then &quot;first&quot; else &quot;lead-&quot; + string(count(results))"'
    engine = Engine()
    engine.deploy_contents({"worker.bpmn": content.replace(b'type="lead"', kind)})
    engine.start("worker")
    (first,) = engine.store.scan(Job, {})
    engine.complete(first.key, result=AdHocResult(["ask"]))
    engine.complete("ask", {"result": "yes"})
    assert [job.type for job in engine.store.scan(Job, {})] == ["lead-1"]


def test_the_worker_function_decides() -> None:
    engine = deployed("worker")
    seen = []

    @engine.worker("lead")
    def lead(job: WorkerJob) -> AdHocResult:
        seen.append(job.variables["results"])
        if len(seen) == 1:
            return AdHocResult({"ask": {"who": "Ada"}, "book": None})
        return AdHocResult(is_completion_condition_fulfilled=True)

    key = engine.start("worker")
    engine.complete("ask", {"result": "yes"})
    engine.complete("book", {"result": "seat"})
    engine.complete("tell")
    assert seen == [[], ["yes"]]
    assert engine.is_completed(key)
    assert engine.end_of(key).variables == {"results": ["yes", "seat"]}


def test_a_job_that_was_made_anew_is_no_longer_there() -> None:
    engine = deployed("worker")
    engine.start("worker")
    engine.complete("lead", result=AdHocResult(["ask", "ask"]))
    engine.complete("ask")
    (old,) = engine.activate("lead")
    engine.complete("ask")
    with pytest.raises(Rejection) as refused:
        engine.complete(old.key, result=AdHocResult(is_completion_condition_fulfilled=True))
    assert refused.value.type is RejectionType.NOT_FOUND


def test_why_tells_that_somebody_has_to_activate_something() -> None:
    engine = deployed("asked")
    key = engine.start("asked", {"enough": False})
    (reason,) = engine.why(key).reasons
    assert (reason.kind, reason.element_id) == ("ad_hoc", "team")
    engine.activate_activities("team", ["ask"])
    (reason,) = engine.why(key).reasons
    assert (reason.kind, reason.element_id) == ("job", "ask")


def test_what_the_fulfilled_condition_has_swept_away_says_so() -> None:
    engine = deployed("condition")
    key = engine.start("condition", {"todo": ["ask", "book"], "enough": True})
    engine.complete("ask")
    assert engine.is_completed(key)
    (team,) = [child for child in engine.show(key).root.children if child.element_id == "team"]
    causes = [child.termination.cause for child in team.children if child.termination is not None]
    assert causes == ["completion_condition"]


def test_the_described_activities_are_seen_by_the_collection() -> None:
    engine = Engine()
    content = (BOOK / "ad-hoc" / "collection.bpmn").read_bytes()
    every = b"=for each in adHocSubProcessElements return each.elementId"
    engine.deploy_contents({"every.bpmn": content.replace(b"=todo", every)})
    engine.start("collection")
    assert sorted(job.element_id for job in engine.store.scan(Job, {})) == ["ask", "book"]
    assert not engine.store.scan(Incident, {})


def test_an_instance_may_begin_inside() -> None:
    engine = deployed("collection")
    key = engine.start("collection", {"todo": []}, at=["tell", "ask"])
    assert sorted(job.element_id for job in engine.store.scan(Job, {})) == ["ask", "tell"]
    engine.complete("tell")
    engine.complete("ask")
    assert engine.is_completed(key)

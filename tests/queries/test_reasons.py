"""Why an instance has not gone on: nothing waits in any behaviour without a reason that can be told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from counterflow import Rejection
from counterflow.kernel.rows import ElementInstance, ProcessInstance
from counterflow.kernel.unfinished import Errand, Undertaking
from counterflow.queries.reasons import reasons
from counterflow.queries.shapes import Reason
from counterflow.testing import Engine
from tests.behaviours.script import BOOK, diagram_of, engine_for, play, read_script
from tests.behaviours.test_behaviours import NAMES, SCRIPTS
from tests.queries.models import TRIP


@pytest.mark.parametrize("path", SCRIPTS, ids=NAMES)
def test_nothing_waits_without_a_reason(path: Path) -> None:
    script = read_script(path.read_text())
    engine = engine_for(script)
    engine.deploy(diagram_of(path), *(path.parent / name for name in script.beside))
    for line in script.lines:
        play(engine, line, path.parent)
        if engine.store.scan(Undertaking, {}):  # between two pages the server itself is the reason
            at_work = {errand.process_instance_key for errand in engine.store.scan(Errand, {})}
            told = {found.process_instance_key for found in all_reasons(engine) if found.kind == "work"}
            assert roots(engine) & at_work <= told <= at_work
            continue
        assert [(line.text, element.element_id) for element in without_reason(engine)] == []


def without_reason(engine: Engine) -> list[ElementInstance]:
    """Element instances at rest with nothing inside them, of which no reason tells why they do not go on."""
    elements = engine.store.scan(ElementInstance, {})
    scopes = {element.scope_key for element in elements}
    held = {reason.element_instance_key for reason in all_reasons(engine) if not reason.is_alternative}
    return [element for element in elements if element.key not in scopes | held]


def all_reasons(engine: Engine) -> list[Reason]:
    """Why every instance that nobody has called, and those that it has called, have not gone on."""
    return [reason for key in roots(engine) for reason in engine.why(key).reasons]


def roots(engine: Engine) -> set[int]:
    """Active instances that nobody has called."""
    active = [row for row in engine.store.scan(ProcessInstance, {}) if row.state == "active"]
    return {row.key for row in active if not row.parent_instance_key}


def reason_of(engine: Engine, trip: int, kind: str) -> Reason:
    """The one reason of this kind."""
    (found,) = [reason for reason in engine.why(trip).reasons if reason.kind == kind]
    return found


def engine_with(path: str) -> tuple[Engine, int]:
    """An engine with an instance of a behaviour's diagram."""
    engine = Engine()
    deployed = engine.deploy(BOOK / path)
    return engine, engine.start(deployed.processes[0].id)


def test_a_job_says_whether_anybody_asks_for_it() -> None:
    engine = Engine()
    engine.deploy_contents({"trip.bpmn": TRIP})
    trip = engine.start("trip")
    reason = reason_of(engine, trip, "job")
    assert (reason.element_id, reason.name, reason.since_ms) == ("book-hotel", "book-hotel", engine.now_ms)
    assert reason.waits_for == (
        "a worker to take a job of type 'book-hotel'; no worker asks for this type at the moment"
    )
    assert not reason.is_asked_for
    assert reasons(engine.store, trip, {"book-hotel"}).reasons[0].is_asked_for


def test_a_job_that_is_taken_or_backs_off_says_so() -> None:
    engine = Engine()
    engine.deploy_contents({"trip.bpmn": TRIP})
    trip = engine.start("trip")
    (job,) = engine.activate("book-hotel", worker="anna")
    assert (
        reason_of(engine, trip, "job").waits_for
        == "worker 'anna', which has taken its job of type 'book-hotel'"
    )
    engine.fail(job.key, retries=1, back_off=timedelta(seconds=1))
    reason = reason_of(engine, trip, "job")
    assert reason.waits_for.startswith("the end of the back-off after a failed try")
    assert reason.due_at_ms == engine.now_ms + 1_000
    engine.advance(seconds=1)
    engine.fail("book-hotel", retries=0, message="no room")
    incident = reason_of(engine, trip, "incident")
    assert [reason.kind for reason in engine.why(trip).reasons] == ["incident"], "it speaks for its job"
    assert (incident.name, incident.key) == ("JOB_NO_RETRIES", engine.incident("book-hotel").key)
    assert "no room" in incident.waits_for


def test_what_stands_beside_an_element_is_told_as_another_way_out() -> None:
    engine, trip = engine_with("timers/boundary.bpmn")
    kinds = {reason.kind: reason.is_alternative for reason in engine.why(trip).reasons}
    assert kinds == {"job": False, "timer": True}


def test_an_instance_that_has_ended_waits_for_nothing() -> None:
    engine = Engine()
    engine.deploy_contents({"trip.bpmn": TRIP})
    trip = engine.start("trip")
    engine.cancel(trip)
    found = engine.why(trip)
    assert (found.state, found.reasons) == ("terminated", [])


def test_an_unknown_instance_is_refused() -> None:
    with pytest.raises(Rejection, match="none was found"):
        Engine().why(7)


def test_more_than_anybody_reads_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("counterflow.queries.reasons.MOST_REASONS", 1)
    engine, trip = engine_with("timers/boundary.bpmn")
    found = engine.why(trip)
    assert (len(found.reasons), found.left_out) == (1, True)


def after(path: str, *lines: str) -> tuple[Engine, int]:
    """An engine after the first commands of a behaviour's script."""
    script = read_script((BOOK / path).with_suffix(".script").read_text())
    engine = Engine()
    engine.deploy(BOOK / path)
    for line in script.lines[: len(lines)]:
        assert line.text.startswith(lines[script.lines.index(line)])
        play(engine, line, (BOOK / path).parent)
    return engine, engine.store.scan(ProcessInstance, {})[0].key


def test_an_inclusive_join_waits_for_what_can_still_come() -> None:
    engine, key = after("inclusive-gateway/inclusive-terminated.bpmn", "start", "complete")
    join = reason_of(engine, key, "join")
    assert join.waits_for.startswith("whatever can still come to it, of ")
    assert "it goes on when none can reach it any more" in join.way_on


def test_an_inclusive_join_names_only_those_from_which_a_token_can_come() -> None:
    engine, key = engine_with_variables("inclusive-gateway/inclusive.bpmn", nights=2, distance=900)
    engine.complete("flight")
    join = reason_of(engine, key, "join")
    assert join.waits_for == "whatever can still come to it, of 'hotel' (hotel-ready)"  # and of no letter


def test_a_join_of_what_has_come_to_another_join_waits_for_that() -> None:
    engine, key = after("inclusive-gateway/inclusive-two-joins.bpmn", "start", "complete", "complete")
    first, second = (one for one in engine.why(key).reasons if one.kind == "join")
    assert {first.waits_for, second.waits_for} == {
        "whatever can still come to it, of 'b' (b-first)",
        "whatever can still come to it, of 'first' (first-second)",
    }


def test_a_complex_join_waits_for_its_condition_and_not_for_all_branches() -> None:
    engine, key = engine_with("gateways/complex.bpmn")
    engine.complete("first")
    join = reason_of(engine, key, "join")
    assert join.waits_for.startswith("its activation condition to hold, which each token asks that comes;")
    assert ("second" in join.waits_for, "third" in join.waits_for) == (True, True)
    assert "if the condition can never hold, cancel the instance" in join.way_on


def test_in_the_round_of_a_complex_join_what_has_given_a_token_is_not_still_to_come() -> None:
    engine, key = engine_with("gateways/complex-loop.bpmn")
    for job_type in ("first", "second"):
        engine.complete(job_type)
    engine.complete("decide", {"more": True})
    engine.complete("first")
    join = reason_of(engine, key, "join")
    assert "'Third' (third-to-enough)" in join.waits_for
    assert "second-to-enough" not in join.waits_for


def engine_with_variables(path: str, **variables: object) -> tuple[Engine, int]:
    """An engine with an instance of a behaviour's diagram that has these variables."""
    engine = Engine()
    (definition,) = engine.deploy(BOOK / path).processes
    return engine, engine.start(definition.id, variables)


def test_what_is_in_an_instance_of_a_loop_has_its_number() -> None:
    engine, key = after("multi-instance/sub-process.bpmn", "start")
    numbers = [(reason.element_id, reason.loop_counter) for reason in engine.why(key).reasons]
    assert numbers == [("look", 1), ("look", 2)]


def test_a_receive_task_without_a_message_waits_for_its_trigger() -> None:
    engine, key = engine_with("messages/receive-task-bare.bpmn")
    waiting = reason_of(engine, key, "message")
    assert waiting.waits_for == "its trigger"
    assert waiting.way_on == (
        f"whoever triggers it (`counterflow trigger {waiting.element_instance_key}`, or "
        f"`counterflow publish {waiting.element_id} --key {key}`)"
    )
    engine.trigger(waiting.element_instance_key)
    assert waiting.element_instance_key not in {reason.element_instance_key for reason in all_reasons(engine)}


def test_what_is_meant_by_a_business_key_is_meant_by_its_instance_too() -> None:
    engine = Engine()
    engine.deploy(BOOK / "messages/by-instance.bpmn")
    key = engine.start("by-instance", {"businessKey": "o 1"})
    waiting = next(reason for reason in engine.why(key).reasons if reason.kind == "message")
    assert waiting.way_on == (
        f"whoever publishes it (`counterflow publish {waiting.name} --key 'o 1'`, or with `--key {key}`)"
    )


def test_a_signal_that_is_waited_for_can_be_pasted() -> None:
    engine, key = engine_with("signals/catch.bpmn")
    waiting = reason_of(engine, key, "signal")
    assert waiting.way_on == f"whoever broadcasts it (`counterflow broadcast {waiting.name}`)"


def test_of_an_event_of_which_a_part_has_come_the_rest_is_told_after_a_migration(tmp_path: Path) -> None:
    first = BOOK / "multiple-events" / "catch-all.bpmn"
    second = tmp_path / first.name
    second.write_text(first.read_text().replace('"all"', '"both"'))
    engine = Engine()
    key = engine.start(engine.deploy(first).processes[0].id, {"order": "o-1"})
    engine.broadcast("packed")
    engine.deploy(second)
    engine.migrate(key)
    assert {reason.element_id for reason in engine.why(key).reasons} == {"both"}
    assert "both" in str(engine.show(key))

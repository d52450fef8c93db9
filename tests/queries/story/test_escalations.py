"""What is told of escalations: what has thrown one, what has caught it, and what that has swept away."""

from __future__ import annotations

from counterflow.queries.instances import process_instance
from counterflow.testing import Engine
from tests.behaviours.script import BOOK

FOLDER = BOOK / "escalations"


def test_an_escalation_names_its_thrower_and_its_catch() -> None:
    engine = Engine()
    engine.deploy(FOLDER / "boundary.bpmn")
    key = engine.start("boundary")
    engine.complete("check")
    tree = process_instance(engine.store, key)
    (thrown,) = tree.thrown_escalations
    assert (thrown.element_id, thrown.escalation_code) == ("late", "LATE")
    assert (thrown.caught_by, thrown.catching_instance_key) == ("is-late", key)


def test_what_it_has_ended_says_so() -> None:
    engine = Engine()
    engine.deploy(FOLDER / "boundary-interrupting.bpmn")
    key = engine.start("boundary-interrupting")
    engine.complete("check")
    (order,) = (
        child for child in process_instance(engine.store, key).root.children if child.element_id == "order"
    )
    assert order.termination is not None
    assert (order.termination.cause, order.termination.element_id, order.termination.escalation_code) == (
        *("event", "is-late"),
        "LATE",
    )


def test_one_that_nothing_catches_is_told_too() -> None:
    engine = Engine()
    engine.deploy(FOLDER / "uncaught.bpmn")
    (thrown,) = process_instance(engine.store, engine.start("uncaught")).thrown_escalations
    assert (thrown.caught_by, thrown.catching_instance_key) == ("", 0)

"""The tables of elements: every row is run, or has a remedy, and no tag is in two of them."""

import pytest

from counterflow.bpmn.elements import (
    ELEMENTS,
    EVENTS,
    NONE,
    OF_AN_ELEMENT,
    PERFORMERS,
    READ_OVER,
    REMEDIES,
    Category,
    remedy_for,
)
from counterflow.model.graph import Behaviour

EVENT_TAGS = {tag for tag, _ in EVENTS}


@pytest.mark.parametrize("tag", sorted(ELEMENTS))
def test_an_element_is_run_told_by_its_event_or_has_a_remedy(tag: str) -> None:
    row = ELEMENTS[tag]
    assert (row.behaviour is not None) or tag in EVENT_TAGS or tag in REMEDIES
    assert (tag in REMEDIES) == (
        row.behaviour is None
        and tag not in {"startEvent", "endEvent", "boundaryEvent", "intermediateThrowEvent"}
    )


@pytest.mark.parametrize("tag, definition", sorted(EVENTS))
def test_an_event_is_an_event_and_its_definition_has_a_remedy_elsewhere(tag: str, definition: str) -> None:
    assert ELEMENTS[tag].category is Category.EVENT
    assert definition == NONE or definition in REMEDIES


def test_no_tag_is_both_run_and_read_over() -> None:
    assert not ELEMENTS.keys() & (READ_OVER | OF_AN_ELEMENT)
    assert not READ_OVER & OF_AN_ELEMENT
    assert PERFORMERS <= READ_OVER


def test_every_behaviour_of_the_graph_has_an_element() -> None:
    told_by_tag = {row.behaviour for row in ELEMENTS.values()} | set(EVENTS.values())
    told_by_what_is_inside = {
        Behaviour.EVENT_SUB_PROCESS,
        Behaviour.SCRIPT_TASK,
        Behaviour.RULE_TASK,
        Behaviour.MULTI_INSTANCE,
    }
    assert told_by_tag | told_by_what_is_inside == set(Behaviour) | {None}


def test_what_nobody_knows_has_a_remedy_too() -> None:
    assert remedy_for("hologram")

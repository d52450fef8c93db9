"""The tables of elements and of kinds of event: every row is run, or has a remedy, and no tag is in two of them."""

import pytest

from counterflow.bpmn.elements import (
    ELEMENTS,
    NONE,
    OF_AN_ELEMENT,
    PERFORMERS,
    READ_OVER,
    STRANGERS,
    Category,
    remedy_for,
)
from counterflow.bpmn.events.kinds import KINDS
from counterflow.model.graph import Behaviour

EVENTS = [(tag, kind.definition) for kind in KINDS.values() for tag in kind.rooms]
EVENT_TAGS = {tag for tag, _ in EVENTS}


@pytest.mark.parametrize("tag", sorted(ELEMENTS))
def test_an_element_is_run_told_by_its_event_or_has_a_remedy(tag: str) -> None:
    row = ELEMENTS[tag]
    assert (tag in EVENT_TAGS) + (row.behaviour is not None) + bool(row.remedy) == 1


@pytest.mark.parametrize("tag, definition", sorted(EVENTS))
def test_an_event_is_an_event_and_its_definition_has_a_remedy_elsewhere(tag: str, definition: str) -> None:
    assert ELEMENTS[tag].category is Category.EVENT
    runs_everywhere = EVENT_TAGS - {"implicitThrowEvent"} <= KINDS[definition].rooms.keys()
    assert definition == NONE or runs_everywhere or KINDS[definition].remedy


@pytest.mark.parametrize("definition", sorted(KINDS))
def test_a_kind_is_run_somewhere_or_has_a_remedy_and_is_in_the_table_by_its_definition(
    definition: str,
) -> None:
    kind = KINDS[definition]
    assert kind.rooms or kind.remedy
    assert kind.definition == definition


def test_no_tag_is_in_two_tables() -> None:
    assert not ELEMENTS.keys() & (READ_OVER | OF_AN_ELEMENT | STRANGERS.keys() | KINDS.keys())
    assert not READ_OVER & (OF_AN_ELEMENT | STRANGERS.keys() | KINDS.keys())
    assert PERFORMERS <= READ_OVER


def test_every_behaviour_of_the_graph_has_an_element() -> None:
    told_by_tag = {row.behaviour for row in ELEMENTS.values()}
    told_by_event = {room for kind in KINDS.values() for room in kind.rooms.values()}
    told_by_what_is_inside = {
        Behaviour.EVENT_SUB_PROCESS,
        Behaviour.SCRIPT_TASK,
        Behaviour.RULE_TASK,
        Behaviour.USER_TASK,
        Behaviour.MULTI_INSTANCE,
        Behaviour.STANDARD_LOOP,
        Behaviour.AD_HOC_INNER_INSTANCE,
    }
    assert told_by_tag | told_by_event | told_by_what_is_inside == set(Behaviour) | {None}


def test_what_nobody_knows_has_a_remedy_too() -> None:
    assert remedy_for("hologram")

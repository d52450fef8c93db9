"""What the reader of a kind of event offers; what a kind does not say is nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from counterflow.bpmn.dialects.reader import DialectReader
from counterflow.bpmn.elements import EventKind
from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding
from counterflow.documents.notes import Notes
from counterflow.feel import Expression
from counterflow.model.events import EventDefinition


class ModelReading(NamedTuple):
    """A file that is being read: as drawn, in whose dialect, and where to complain."""

    outline: Outline
    dialect: DialectReader
    notes: Notes


Rule = Callable[[Outline], Iterator[Finding]]
"""A reason to refuse a model, or to remark on it (`rules/`)."""


def no_definition(_reading: ModelReading, _element: Element) -> EventDefinition | None:
    """For what needs none."""
    return None


def no_objection(_element: Element, _expression: Expression) -> tuple[str, str] | None:
    """For what begins no process."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventReader(EventKind):
    """A kind of event, how it is read, and the rules that it brings."""

    read: Callable[[ModelReading, Element], EventDefinition | None] = no_definition
    """What an event of this kind waits for, looks out for or throws.

    None where there is nothing to know; and where that cannot be read, which is noted unless a rule tells it.
    """
    is_asked_of_caller: bool = False
    """Whether its expressions read, in a start event of a process, the variables that a caller gives."""
    rules: tuple[Rule, ...] = ()
    start_objection: Callable[[Element, Expression], tuple[str, str] | None] = no_objection
    """What is wrong with an expression without variables in a start event of a process, and the remedy."""

"""`zeebe:executionListeners`: jobs that are done when an element begins and when it ends.

`zeebe:taskListeners` of a user task: jobs that are done before something becomes of it.

Where Zeebe has none, none is accepted: a start event and an event on a border begin with what has happened, a
gateway ends with what it has chosen, an error end event with what it has thrown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from lxml import etree

from counterflow.bpmn.dialects.namespaces import ZEEBE
from counterflow.bpmn.elements import COMPENSATION, ERROR
from counterflow.bpmn.expressions import TextOrExpression, headers_json
from counterflow.bpmn.numbers import whole_number
from counterflow.bpmn.outline import Element
from counterflow.bpmn.xml import children
from counterflow.documents.notes import Notes
from counterflow.feel import Expression
from counterflow.model.graph import (
    Behaviour,
    JobDefinition,
    ListenerEvent,
    Listeners,
    TaskListener,
    Transition,
)

RULE: Final = "listener"
_RETRIES: Final = 3
_GATEWAYS: Final = frozenset({
    Behaviour.EXCLUSIVE_GATEWAY, Behaviour.PARALLEL_GATEWAY, Behaviour.INCLUSIVE_GATEWAY,
    Behaviour.COMPLEX_GATEWAY, Behaviour.EVENT_BASED_GATEWAY,
})  # fmt: skip


class _ListenerKind(NamedTuple):
    """Listeners of one tag: how they are spoken of, and what they may be told of."""

    tag: str
    one: str
    two: str
    events: frozenset[str]
    expected: str
    early_names: Mapping[str, str] = {}
    """What early modelers have written for an event is understood as well."""


_EXECUTION: Final = _ListenerKind(
    "executionListener",
    "an execution listener",
    "two execution listeners",
    frozenset(event.value for event in ListenerEvent),
    "start, end or beforeAll",
)
_TASK: Final = _ListenerKind(
    "taskListener",
    "a task listener",
    "two task listeners",
    frozenset(event.value for event in Transition),
    ", ".join(event.value for event in Transition),
    {
        "create": "creating",
        "assignment": "assigning",
        "update": "updating",
        "complete": "completing",
        "cancel": "canceling",
    },
)


def listeners(
    element: Element,
    xml: etree._Element,
    headers: Mapping[str, str],
    text_or_expression: TextOrExpression,
    notes: Notes,
) -> Listeners | None:
    """The listeners of an element, whose own `headers` they are told as well; None where there is none."""
    by_event: dict[ListenerEvent, list[JobDefinition]] = {event: [] for event in ListenerEvent}
    for event, item in _sound(_EXECUTION, element, xml, notes):
        by_event[ListenerEvent(event)].append(_job(element, item, headers, text_or_expression, notes))
    if not any(by_event.values()):
        return None
    return Listeners(
        before_all=tuple(by_event[ListenerEvent.BEFORE_ALL]),
        start=tuple(by_event[ListenerEvent.START]),
        end=tuple(by_event[ListenerEvent.END]),
    )


def task_listeners(
    element: Element,
    xml: etree._Element | None,
    headers: Mapping[str, str],
    text_or_expression: TextOrExpression,
    notes: Notes,
) -> tuple[TaskListener, ...]:
    """The listeners of a user task, whose own `headers` they are told as well."""
    return tuple(
        TaskListener(Transition(event), _job(element, item, headers, text_or_expression, notes))
        for event, item in _sound(_TASK, element, xml, notes)
    )


def _sound(
    kind: _ListenerKind, element: Element, xml: etree._Element | None, notes: Notes
) -> Iterator[tuple[str, etree._Element]]:
    """The listeners that nothing is wrong with, by their events; what is wrong with others is told."""
    known: set[tuple[str, str]] = set()
    for item in children(xml, kind.tag, ZEEBE) if xml is not None else ():
        written, job_type = (item.get("eventType") or "").strip(), (item.get("type") or "").strip()
        event = kind.early_names.get(written, written)
        complaint = _complaint(kind, element, event, job_type, (event, job_type) in known)
        if complaint is not None:
            notes.error(element, RULE, *complaint, item)
            continue
        known.add((event, job_type))
        yield event, item


def _job(
    element: Element,
    item: etree._Element,
    headers: Mapping[str, str],
    text_or_expression: TextOrExpression,
    notes: Notes,
) -> JobDefinition:
    job_type = (item.get("type") or "").strip()
    return JobDefinition(
        type=text_or_expression(job_type, "job type", element, notes, item) or job_type,
        retries=_retries(element, item, text_or_expression, notes),
        headers=headers_json({**headers, **_own_headers(item)}),
    )


def _complaint(
    kind: _ListenerKind, element: Element, event: str, job_type: str, is_known: bool
) -> tuple[str, str] | None:
    """What is wrong with a listener, and what helps."""
    if event not in kind.events:
        return f"{element} has {kind.one} on '{event}', expected {kind.expected}.", "Correct its eventType."
    if not job_type:
        return f"{kind.one} of {element} on '{event}' has no type.", "Give it the type of a job."
    if is_known:
        return (
            f"{element} has {kind.two} on '{event}' of type '{job_type}'.",
            "Give them types of their own, or remove one.",
        )
    remedy = next(_elsewhere(element, event), None)
    if remedy is None:
        return None
    return f"{element} has {kind.one} on '{event}', where there is none to be told.", remedy


def _elsewhere(element: Element, event: str) -> Iterator[str]:
    """Where a listener belongs that nobody would tell here."""
    is_start, is_end = event == ListenerEvent.START.value, event == ListenerEvent.END.value
    if event == ListenerEvent.BEFORE_ALL.value and not element.is_multi_instance:
        yield "Only a multi-instance activity begins instances: use start."
    if element.catches(COMPENSATION) and element.tag == "boundaryEvent":
        yield "Give it to the activity that undoes, at the end of the association."
    if element.tag == "startEvent" and is_start:
        yield "Give it to the process, or to the sub-process that the event begins."
    if element.tag == "boundaryEvent" and is_start:
        yield "Give it to the activity that the event stands on, or make it an end listener."
    if element.behaviour in _GATEWAYS and is_end:
        yield "Give it, as a start listener, to what follows the gateway."
    if element.behaviour is Behaviour.COMPLEX_GATEWAY and is_start:
        yield "Give it to what comes before the gateway, or to what follows it."
    if element.throws(ERROR) and is_end:
        yield "Give it to the event that catches the error."


def _retries(
    element: Element, xml: etree._Element, text_or_expression: TextOrExpression, notes: Notes
) -> int | Expression:
    text = (xml.get("retries") or "").strip()
    if text.startswith("="):
        value = text_or_expression(text, "number of retries", element, notes, xml)
        return _RETRIES if value is None or isinstance(value, str) else value
    number = whole_number(text)
    if text and (number is None or number < 1):
        message = f"a listener of {element} may be tried '{text}' times."
        notes.error(element, RULE, message, "Write a positive number, or FEEL behind '='.", xml)
    return _RETRIES if number is None else number


def _own_headers(xml: etree._Element) -> dict[str, str]:
    return {
        key: value
        for block in children(xml, "taskHeaders", ZEEBE)
        for header in children(block, "header", ZEEBE)
        if (key := header.get("key")) and (value := header.get("value"))
    }

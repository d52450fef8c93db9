"""The job that a task or a thrown message of Camunda 7 becomes: its type, its headers, how often it is tried.

The job type of a task is found by the first of these that the model gives:

| in the model | job type |
| --- | --- |
| `camunda:type="external" camunda:topic="invoice"` | the topic: `invoice` |
| `camunda:class="org.acme.Charge"` | the class name: `org.acme.Charge` |
| `camunda:delegateExpression="#{chargeCard}"` | the bean: `chargeCard` |
| `camunda:expression="${card.charge(order)}"` | `card.charge`; the expression in the header `expression` |

Of a thrown message (intermediate or end event) the same attributes stand on its `messageEventDefinition`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from lxml import etree

from counterflow.bpmn.dialects.camunda.expressions import is_juel, value_expression
from counterflow.bpmn.dialects.camunda.retries import retry_cycle
from counterflow.bpmn.dialects.namespaces import CAMUNDA
from counterflow.bpmn.elements import MESSAGE
from counterflow.bpmn.expressions import headers_json, json_list
from counterflow.bpmn.outline import Element
from counterflow.bpmn.xml import text_of
from counterflow.documents.notes import Notes
from counterflow.documents.xml import local_name
from counterflow.feel import Expression
from counterflow.model.graph import HeaderExpression, JobDefinition

USER_TASK_JOB_TYPE: Final = "io.camunda.zeebe:userTask"
HEADER_PREFIX: Final = "io.camunda.zeebe:"
"""User tasks are the same jobs in both dialects, so that one task list serves both."""

_ASSIGNMENTS: Final = (
    ("assignee", False),
    ("candidateGroups", True),
    ("candidateUsers", True),
    ("dueDate", False),
    ("followUpDate", False),
    ("formKey", False),
    ("priority", False),
)
"""Attributes of a user task, and whether their constant is a comma-separated list."""

_DOTTED_NAME = re.compile(r"\s*([^\W\d]\w*(?:\.[^\W\d]\w*)*)\s*(\(.*\))?\s*", re.DOTALL)

WORK_ATTRIBUTES: Final = ("type", "class", "delegateExpression", "expression")
"""Any of these says how a task is done."""


def work(element: Element, name: str) -> str:
    """An attribute that says how something is done: of a thrown message it stands on the event definition."""
    holder = element.definition if element.throws(MESSAGE) else None
    return ((element.xml if holder is None else holder).get(f"{{{CAMUNDA}}}{name}") or "").strip()


def job(
    element: Element, extensions: list[etree._Element], properties: Mapping[str, str], notes: Notes
) -> JobDefinition | None:
    """The job of a task or a thrown message: type, headers and tries; None where the model names no type."""
    headers = {name: value for name, value in properties.items() if not name.startswith("counterflow:")}
    headers |= {
        name: _field_text(xml)
        for xml in extensions
        if local_name(xml) == "field" and (name := xml.get("name"))
    }
    if element.tag == "userTask":
        return _user_task_job(element, headers, notes)
    job_type = _job_type(element, headers, notes)
    if job_type is None:
        return None  # told by the rule `job-type`, or told already
    cycle = retry_cycle(element, extensions, notes)
    return JobDefinition(
        type=job_type,
        retries=3 if cycle is None else cycle.tries,
        headers=headers_json(headers),
        retry_cycle=cycle,
        result_variable=work(element, "resultVariable") or None,
    )


def _field_text(xml: etree._Element) -> str:
    """A field's value is an attribute or a child; an expression is handed to the worker as it is written."""
    inside = [text_of(child) for child in xml if local_name(child) in {"string", "expression"}]
    return xml.get("stringValue") or xml.get("expression") or next(iter(inside), "")


def _job_type(element: Element, headers: dict[str, str], notes: Notes) -> str | Expression | None:
    """The rule of the table at the top; adds the header `expression` where the type is only part of one."""
    if kind := work(element, "type"):
        return _topic(element, kind, notes)
    if class_name := work(element, "class"):
        return class_name
    if delegate := work(element, "delegateExpression"):
        return _name_in(element, delegate, "delegateExpression", notes)
    if expression := work(element, "expression"):
        headers["expression"] = expression
        return _name_in(element, expression, "expression", notes)
    return None


def _topic(element: Element, kind: str, notes: Notes) -> str | Expression | None:
    if kind != "external":
        message = (
            f"expected camunda:type of {element} to be 'external', found '{kind}', which runs inside Camunda "
            "7 only."
        )
        notes.error(
            element, "job-type", message, 'Use camunda:type="external" with a topic whose worker does it.'
        )
        return kind
    topic = work(element, "topic")
    if is_juel(topic):
        return value_expression(topic, "topic", element, notes) or topic
    return topic or None


def _name_in(element: Element, expression: str, attribute: str, notes: Notes) -> str:
    """The name before the first bracket: `${card.charge(order)}` → `card.charge`."""
    inner = expression[2:-1] if is_juel(expression) else ""
    match = _DOTTED_NAME.fullmatch(inner)
    if match is not None:
        return match.group(1)
    message = (
        f"expected camunda:{attribute} of {element} to name a bean or call a method, found `{expression}`."
    )
    remedy = (
        'Write e.g. `${bean.method(x)}`, or use camunda:type="external" with a topic and an input parameter '
        "for the value."
    )
    notes.error(element, "job-type", message, remedy)
    return expression


def _user_task_job(element: Element, headers: dict[str, str], notes: Notes) -> JobDefinition:
    expressions: list[HeaderExpression] = []
    for name, is_list in _ASSIGNMENTS:
        text = work(element, name)
        if is_juel(text):
            value = value_expression(text, name, element, notes)
            expressions += [HeaderExpression(HEADER_PREFIX + name, value)] if value is not None else []
        elif text:
            headers[HEADER_PREFIX + name] = json_list(text) if is_list else text
    return JobDefinition(
        type=USER_TASK_JOB_TYPE,
        retries=1,
        headers=headers_json(headers),
        header_expressions=tuple(expressions),
    )

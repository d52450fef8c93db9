"""The job that a task or a thrown message of Camunda 7 becomes: its type, its headers, how often it is tried.

The job type of a task is found by the first of these that the model gives:

| in the model | job type |
| --- | --- |
| `camunda:type="external" camunda:topic="invoice"` | the topic: `invoice` |
| `camunda:type="mail"`, `http`, `shell`, `camel`, `case`, … | the same: `mail` |
| a call activity with `camunda:caseRef="claim"` | `case`; the case in the header `caseRef` |
| `camunda:class="org.acme.Charge"` | the class name: `org.acme.Charge` |
| `camunda:delegateExpression="#{chargeCard}"` | the bean: `chargeCard` |
| `camunda:expression="${card.charge(order)}"` | `card.charge`; the expression in the header `expression` |
| `camunda:connector` with the id `http-connector` | the id: `http-connector` (`connectors.py`) |
| a script task with `scriptFormat="groovy"` | `script.groovy` (`dialects/scripts.py`) |
| nothing of these | the id of the element, with a warning (`dialects/unnamed.py`) |

Of a thrown message (intermediate or end event) the same attributes stand on its `messageEventDefinition`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from counterflow.bpmn.dialects.camunda.calls import CASE_ATTRIBUTES
from counterflow.bpmn.dialects.camunda.connectors import Connector
from counterflow.bpmn.dialects.camunda.expressions import (
    is_juel,
    name_expression,
    value_if_translated,
)
from counterflow.bpmn.dialects.camunda.job_errors import job_errors
from counterflow.bpmn.dialects.camunda.retries import retry_cycle
from counterflow.bpmn.dialects.namespaces import CAMUNDA
from counterflow.bpmn.dialects.scripts import JOB_TYPE, script_headers, script_language
from counterflow.bpmn.dialects.unnamed import unnamed_job
from counterflow.bpmn.elements import MESSAGE
from counterflow.bpmn.expressions import headers_json
from counterflow.bpmn.outline import Element
from counterflow.bpmn.xml import text_of
from counterflow.documents.notes import Notes
from counterflow.documents.xml import local_name
from counterflow.feel import Expression
from counterflow.model.graph import HeaderExpression, JobDefinition

_DOTTED_NAME = re.compile(r"\s*([^\W\d]\w*(?:\.[^\W\d]\w*)*)\s*(\(.*\))?\s*", re.DOTALL)

_EXTERNAL: Final = frozenset({"external", "external-worker"})
"""How Camunda 7, and how Flowable, says that a worker asks for it by a topic."""

CASE: Final = "case"
"""The job type of what calls a case."""
WORK_ATTRIBUTES: Final = ("type", "class", "delegateExpression", "expression")
"""Any of these says how a task is done."""


def work(element: Element, name: str) -> str:
    """An attribute that says how something is done: of a thrown message it stands on the event definition."""
    holder = element.definition if element.throws(MESSAGE) else None
    return ((element.xml if holder is None else holder).get(f"{{{CAMUNDA}}}{name}") or "").strip()


@dataclass(slots=True)
class _Headers:
    """What a worker is told: texts that are known, and values that are computed when the job is created."""

    known: dict[str, str]
    computed: list[HeaderExpression] = field(default_factory=list)


def job(
    element: Element,
    extensions: Sequence[etree._Element],
    properties: Mapping[str, str],
    connector: Connector | None,
    notes: Notes,
) -> JobDefinition | None:
    """The job of a task or thrown message: type, headers, tries; None if a thrown message names no type."""
    headers = _Headers(own_headers(properties))
    _add_fields(element, extensions, headers)
    job_type = _job_type(element, headers, connector, notes)
    if job_type is None:
        # of a thrown message it is told by the rule `job-type`, or told already
        return None if element.throws(MESSAGE) and element.tag != "sendTask" else unnamed_job(element, notes)
    cycle = retry_cycle(element, extensions, notes)
    return JobDefinition(
        type=job_type,
        retries=3 if cycle is None else cycle.tries,
        headers=headers_json(headers.known),
        retry_cycle=cycle,
        result_variable=result_variable(element) or None,
        header_expressions=tuple(headers.computed),
        errors=job_errors(element, extensions, notes) if is_external(element) else (),
    )


def own_headers(properties: Mapping[str, str]) -> dict[str, str]:
    """The properties of an element that are told to whoever does it: all but our own."""
    return {name: value for name, value in properties.items() if not name.startswith("counterflow:")}


def is_external(element: Element) -> bool:
    """Whether a worker asks for it by a topic."""
    return work(element, "type") in _EXTERNAL


def result_variable(element: Element) -> str:
    """The variable that receives what comes of it; Activiti knows two names for that."""
    return work(element, "resultVariable") or work(element, "resultVariableName")


def names_a_bean(expression: str) -> bool:
    """Whether an expression names a bean or calls a method: `${bean}`, `${card.charge(order)}`."""
    return is_juel(expression) and _DOTTED_NAME.fullmatch(expression[2:-1]) is not None


def field_texts(extensions: Sequence[etree._Element]) -> dict[str, str]:
    """The fields by name; a value is an attribute or a child, an expression as it is written."""
    return {
        name: _field_text(xml)
        for xml in extensions
        if local_name(xml) == "field" and (name := xml.get("name"))
    }


def _field_text(xml: etree._Element) -> str:
    inside = [text_of(child) for child in xml if local_name(child) in {"string", "expression"}]
    return xml.get("stringValue") or xml.get("expression") or next(iter(inside), "")


def _add_fields(element: Element, extensions: Sequence[etree._Element], headers: _Headers) -> None:
    """Add fields to the job: a class's as written, computed ones where the task says of what kind it is.
    Those are its parameters, computed when the job is created where they can be.
    """
    texts = field_texts(extensions)
    if work(element, "type"):
        _add_texts(headers, texts)
    else:
        headers.known |= texts


def _add_texts(headers: _Headers, texts: Mapping[str, str]) -> None:
    """Those that are expressions are computed, where they can be."""
    for name, text in texts.items():
        value = value_if_translated(text) if "${" in text or "#{" in text else None
        if value is not None:
            headers.computed.append(HeaderExpression(name, value))
        else:
            headers.known[name] = text


def _job_type(
    element: Element, headers: _Headers, connector: Connector | None, notes: Notes
) -> str | Expression | None:
    """The rule of the table at the top; adds the headers that tell what the type does not."""
    if work(element, "caseRef"):
        _add_texts(headers, {name: text for name in CASE_ATTRIBUTES if (text := work(element, name))})
        return CASE
    if kind := work(element, "type"):
        return _topic(element, notes) if kind in _EXTERNAL else kind
    if class_name := work(element, "class"):
        return class_name
    if delegate := work(element, "delegateExpression"):
        return name_in(element, delegate, "delegateExpression", notes)
    if expression := work(element, "expression"):
        headers.known["expression"] = expression
        return name_in(element, expression, "expression", notes)
    if connector is not None:
        headers.known |= connector.headers
        headers.computed += connector.header_expressions
        return connector.job_type
    return _script_type(element, headers)


def _script_type(element: Element, headers: _Headers) -> str | None:
    own = script_headers(element, work(element, "resource"), result_variable(element))
    if element.tag != "scriptTask" or own.keys().isdisjoint({"script", "resource"}):
        return None
    headers.known |= own
    return JOB_TYPE + script_language(element)


def _topic(element: Element, notes: Notes) -> str | Expression | None:
    topic = work(element, "topic")
    if is_juel(topic):
        return name_expression(topic, "topic", element, notes) or topic
    return topic or None


def name_in(element: Element, expression: str, attribute: str, notes: Notes) -> str:
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

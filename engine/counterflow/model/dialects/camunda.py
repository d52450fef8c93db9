"""The `camunda:` dialect (Camunda 7): what was Java in the engine becomes a job for a worker, JUEL becomes FEEL.

The job type of a task is found by the first of these that the model gives:

| in the model | job type |
| --- | --- |
| `camunda:type="external" camunda:topic="invoice"` | the topic: `invoice` |
| `camunda:class="org.acme.Charge"` | the class name: `org.acme.Charge` |
| `camunda:delegateExpression="#{chargeCard}"` | the bean: `chargeCard` |
| `camunda:expression="${card.charge(order)}"` | bean and method: `card.charge`; the whole expression in the header `expression` |

`camunda:field`s and `camunda:properties` become headers. Every task is a job and so asynchronous: `asyncBefore`,
`asyncAfter`, `exclusive`, priorities and `historyTimeToLive` are accepted and change nothing. docs/camunda7-dialect.md is
this page for people who bring models.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from lxml import etree

from counterflow.feel import Expression
from counterflow.model.details import Details
from counterflow.model.dialects.camunda_expressions import is_juel, mappings, value_expression
from counterflow.model.dialects.camunda_retries import retry_cycle
from counterflow.model.expressions import compile_feel, headers_json, json_list
from counterflow.model.extensions import CORRELATION_KEY, written
from counterflow.model.extensions import NAMESPACE as EXTENSIONS
from counterflow.model.findings import Finding
from counterflow.model.graph import JobDefinition, ScriptDefinition
from counterflow.model.outline import Drawn, Element, SequenceFlow
from counterflow.model.xml import BPMN, children, local_name, namespace, text_of

NAMESPACE: Final = "http://camunda.org/schema/1.0/bpmn"

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

_REFUSED: Mapping[str, str] = {
    "executionListener": "Draw a service task before or after the element instead.",
    "taskListener": "Draw a service task before or after the user task instead.",
    "connector": 'Use camunda:type="external" with a topic whose worker makes the call.',
    "script": 'Use camunda:type="external" with a topic whose worker runs the script.',
    "errorEventDefinition": "Let the worker throw the BPMN error.",
    "in": "Use input mappings.",
    "out": "Use output mappings.",
}

_UNDERSTOOD = frozenset({"properties", "field", "inputOutput", "failedJobRetryTimeCycle", "potentialStarter"})

_SILENT_ATTRIBUTES = frozenset({
    # every task is a job: asynchronous, and ordered by its worker
    "async", "asyncBefore", "asyncAfter", "exclusive", "jobPriority", "taskPriority", "historyTimeToLive",
    # for the eyes of tools
    "modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon", "isStartableInTasklist", "candidateStarterGroups",
    "candidateStarterUsers", "formRef", "formRefBinding", "formRefVersion", "diagramRelationId",
    # read here, or part of a refusal
    "versionTag", "type", "topic", "class", "delegateExpression", "expression", "resultVariable", "assignee", "candidateGroups",
    "candidateUsers", "dueDate", "followUpDate", "formKey", "priority", "decisionRef", "decisionRefBinding", "decisionRefVersion",
    "decisionRefVersionTag", "mapDecisionResult",
})  # fmt: skip

_TASK_ATTRIBUTES = ("type", "class", "delegateExpression", "expression")

_SCRIPT_FORMATS = frozenset({"feel", "juel"})


def details(element: Element, notes: list[Finding]) -> Details:
    """Everything that the camunda: attributes and extension elements of an element say."""
    extensions = _extensions(element)
    _judge_extensions(element, extensions, notes)
    _judge_attributes(element, notes)
    properties = _properties(extensions)
    inputs, outputs = mappings(element, NAMESPACE, notes)
    script = _script(element, notes) if element.tag == "scriptTask" and not _attribute(element, "type") else None
    return Details(
        job=_job(element, extensions, properties, notes) if element.is_job and script is None else None,
        script=script,
        inputs=inputs,
        outputs=outputs,
        is_told=(element.tag == "scriptTask" and not _attribute(element, "type")) or bool(_attribute(element, "decisionRef")),
        properties=properties,
    )


def condition(flow: SequenceFlow, xml: etree._Element, notes: list[Finding]) -> Expression | None:
    """A JUEL condition in FEEL; `language="feel"` is taken as it is, other languages are scripts and refused."""
    text = text_of(xml)
    language = (xml.get("language") or "").strip().lower()
    if language == "feel":
        return compile_feel(text.removeprefix("=").strip(), "condition", flow, notes, xml)
    if language not in {"", "juel"} or xml.get(f"{{{NAMESPACE}}}resource"):
        message = f"the condition of sequenceFlow '{flow.id}' is a script in '{language or 'a resource'}', which is not executed."
        notes.append(flow.error("expression", message, 'Write it as `${…}`, or in FEEL with language="feel".', xml))
        return None
    if not is_juel(text):
        message = f"expected the condition of sequenceFlow '{flow.id}' to be an expression `${{…}}`, found `{text}`."
        notes.append(flow.error("expression", message, f"Write `${{{text}}}`.", xml))
        return None
    return value_expression(text, "condition", flow, notes, xml)


def text_or_expression(
    text: str, what: str, drawn: Drawn, notes: list[Finding], at: etree._Element | None = None
) -> str | Expression | None:
    """A text with `${…}` or `#{…}` in it is an expression, any other stands for itself."""
    return value_expression(text, what, drawn, notes, at) if "${" in text or "#{" in text else text


def correlation_key(element: Element, message: etree._Element) -> str:
    """`counterflow:correlationKey` of the event or task, else of the message: Camunda 7 has no place of its own for it."""
    return (written(element, CORRELATION_KEY) or message.get(f"{{{EXTENSIONS}}}{CORRELATION_KEY}") or "").strip()


def correlation_remedy(found: str) -> str:
    """On the element, as attribute or property; a key that is only a name was meant as a variable."""
    attribute = f'counterflow:correlationKey="${{{found or "orderId"}}}"'
    return f'Set {attribute} (xmlns:counterflow="{EXTENSIONS}") on it, or a camunda:property counterflow:correlationKey.'


def error_variables(definition: etree._Element) -> tuple[str | None, str | None]:
    """`camunda:errorCodeVariable` and `camunda:errorMessageVariable`."""
    code, message = (definition.get(f"{{{NAMESPACE}}}{name}") or None for name in ("errorCodeVariable", "errorMessageVariable"))
    return code, message


def version_tag(process: Element) -> str | None:
    """`camunda:versionTag`, an attribute of the process."""
    return _attribute(process, "versionTag") or None


def defines_tasks(root: etree._Element) -> bool:
    """Whether a model says in this dialect how its tasks are done."""
    return any(element.get(f"{{{NAMESPACE}}}{name}") for element in root.iter() for name in _TASK_ATTRIBUTES)


def _attribute(element: Element, name: str) -> str:
    return (element.xml.get(f"{{{NAMESPACE}}}{name}") or "").strip()


def _extensions(element: Element) -> list[etree._Element]:
    found = element.xml.find(f"{{{BPMN}}}extensionElements")
    return [child for child in found if namespace(child) == NAMESPACE] if found is not None else []


def _judge_extensions(element: Element, extensions: list[etree._Element], notes: list[Finding]) -> None:
    for xml in extensions:
        tag = local_name(xml)
        if tag in _REFUSED:
            notes.append(element.error("extension", f"{element} has camunda:{tag}, which is not executed.", _REFUSED[tag], xml))
        elif tag not in _UNDERSTOOD:
            notes.append(element.warning("extension", f"{element} has camunda:{tag}, which is not known and is read over.", at=xml))


def _judge_attributes(element: Element, notes: list[Finding]) -> None:
    prefix = f"{{{NAMESPACE}}}"
    for key in element.xml.attrib:
        name = str(key).removeprefix(prefix)
        if str(key).startswith(prefix) and name not in _SILENT_ATTRIBUTES:
            notes.append(element.warning("extension", f"{element} has camunda:{name}, which is not known and is read over."))
    if not element.is_job and any(_attribute(element, name) for name in _TASK_ATTRIBUTES):
        message = f"{element} says how it is done, but is passed through without a job."
        notes.append(element.warning("extension", message, "Make it a service task."))
    if _attribute(element, "decisionRef"):
        message = f"{element} refers to decision '{_attribute(element, 'decisionRef')}'; decisions are not executed yet."
        notes.append(element.error("extension", message, 'Use camunda:type="external" with a topic whose worker decides.'))


def _properties(extensions: list[etree._Element]) -> dict[str, str]:
    items = (item for xml in extensions if local_name(xml) == "properties" for item in children(xml, "property", NAMESPACE))
    return {name: item.get("value") or "" for item in items if (name := item.get("name"))}


def _job(element: Element, extensions: list[etree._Element], properties: Mapping[str, str], notes: list[Finding]) -> JobDefinition | None:
    headers = {name: value for name, value in properties.items() if not name.startswith("counterflow:")}
    headers |= {name: _field_text(xml) for xml in extensions if local_name(xml) == "field" and (name := xml.get("name"))}
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
        result_variable=_attribute(element, "resultVariable") or None,
    )


def _field_text(xml: etree._Element) -> str:
    """A field's value is an attribute or a child; an expression is handed to the worker as it is written."""
    inside = [text_of(child) for child in xml if local_name(child) in {"string", "expression"}]
    return xml.get("stringValue") or xml.get("expression") or next(iter(inside), "")


def _job_type(element: Element, headers: dict[str, str], notes: list[Finding]) -> str | Expression | None:
    """The rule of the table at the top; adds the header `expression` where the type is only part of one."""
    if kind := _attribute(element, "type"):
        return _topic(element, kind, notes)
    if class_name := _attribute(element, "class"):
        return class_name
    if delegate := _attribute(element, "delegateExpression"):
        return _name_in(element, delegate, "delegateExpression", notes)
    if expression := _attribute(element, "expression"):
        headers["expression"] = expression
        return _name_in(element, expression, "expression", notes)
    return None


def _topic(element: Element, kind: str, notes: list[Finding]) -> str | Expression | None:
    if kind != "external":
        message = f"expected camunda:type of {element} to be 'external', found '{kind}', which runs inside Camunda 7 only."
        notes.append(element.error("job-type", message, 'Use camunda:type="external" with a topic whose worker does it.'))
        return kind
    topic = _attribute(element, "topic")
    if is_juel(topic):
        return value_expression(topic, "topic", element, notes) or topic
    return topic or None


def _name_in(element: Element, expression: str, attribute: str, notes: list[Finding]) -> str:
    """The name before the first bracket: `${card.charge(order)}` → `card.charge`."""
    inner = expression[2:-1] if is_juel(expression) else ""
    match = _DOTTED_NAME.fullmatch(inner)
    if match is not None:
        return match.group(1)
    message = f"expected camunda:{attribute} of {element} to name a bean or call a method, found `{expression}`."
    remedy = 'Write e.g. `${bean.method(x)}`, or use camunda:type="external" with a topic and an input parameter for the value.'
    notes.append(element.error("job-type", message, remedy))
    return expression


def _user_task_job(element: Element, headers: dict[str, str], notes: list[Finding]) -> JobDefinition:
    expressions: list[tuple[str, Expression]] = []
    for name, is_list in _ASSIGNMENTS:
        text = _attribute(element, name)
        if is_juel(text):
            value = value_expression(text, name, element, notes)
            expressions += [(HEADER_PREFIX + name, value)] if value is not None else []
        elif text:
            headers[HEADER_PREFIX + name] = json_list(text) if is_list else text
    return JobDefinition(type=USER_TASK_JOB_TYPE, retries=1, headers=headers_json(headers), header_expressions=tuple(expressions))


def _script(element: Element, notes: list[Finding]) -> ScriptDefinition | None:
    """A script in FEEL or JUEL runs in the engine; any other language is a worker's business."""
    script_format = element.attribute("scriptFormat").lower()
    xml = element.xml.find(f"{{{BPMN}}}script")
    text = text_of(xml) if xml is not None else ""
    variable = _attribute(element, "resultVariable")
    if script_format not in _SCRIPT_FORMATS:
        message = f"{element} is a script in '{script_format}', which is not executed in the engine."
        notes.append(element.error("script", message, 'Use a service task with camunda:type="external", or scriptFormat="juel" or "feel".'))
        return None
    if not text or not variable:
        message = f"expected {element} to hold a script and to name a camunda:resultVariable, found `{text}` and '{variable}'."
        notes.append(element.error("script", message, "Add what is missing."))
        return None
    expression = (
        compile_feel(text.removeprefix("=").strip(), "script", element, notes, xml)
        if script_format == "feel"
        else value_expression(text, "script", element, notes, xml)
    )
    return None if expression is None else ScriptDefinition(expression, variable)

"""The `camunda:` dialect (Camunda 7): what was Java in the engine becomes a job, JUEL becomes FEEL.

How the job type of a task is found is told in `jobs.py`; `camunda:field`s and `camunda:properties`
become headers. Every task is a job and so asynchronous: `asyncBefore`, `asyncAfter`, `exclusive`, priorities
and `historyTimeToLive` are accepted and change nothing. docs/camunda7-dialect.md is this page for people who
bring models.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lxml import etree

from counterflow.bpmn.data_objects import initial_values
from counterflow.bpmn.details import Details
from counterflow.bpmn.dialects.camunda.calls import (
    CALL_ATTRIBUTES,
    call_mappings,
    called_process,
    hands_everything_out,
)
from counterflow.bpmn.dialects.camunda.connectors import connector_of
from counterflow.bpmn.dialects.camunda.decisions import (
    DECISION_ATTRIBUTES,
    called_decision,
    refers_to_decision,
)
from counterflow.bpmn.dialects.camunda.expressions import condition_expression, mappings, name_expression
from counterflow.bpmn.dialects.camunda.jobs import (
    WORK_ATTRIBUTES,
    field_texts,
    is_external,
    job,
    own_headers,
    work,
)
from counterflow.bpmn.dialects.camunda.listeners import listeners, task_listeners
from counterflow.bpmn.dialects.camunda.loops import loop
from counterflow.bpmn.dialects.camunda.scripts import is_evaluated_here, script
from counterflow.bpmn.dialects.camunda.user_tasks import FORM_ATTRIBUTES, user_task
from counterflow.bpmn.dialects.namespaces import CAMUNDA
from counterflow.bpmn.dialects.reader import ConditionFilter
from counterflow.bpmn.elements import MESSAGE
from counterflow.bpmn.extensions import CORRELATION_KEY, written
from counterflow.bpmn.extensions import NAMESPACE as EXTENSIONS
from counterflow.bpmn.outline import Drawn, Element
from counterflow.bpmn.xml import children
from counterflow.documents.notes import Notes
from counterflow.documents.xml import local_name, namespace
from counterflow.feel import Expression
from counterflow.model.graph import MultiInstance

NAMESPACE: Final = CAMUNDA
HANDS_ERRORS_OUT: Final = True
INPUTS_SEE_EVENTS: Final = True
FIRST_LOOP_COUNTER: Final = 0
VAGUE_LOOPS_ARE_DONE_ONCE: Final = True

_REFUSED: Mapping[str, str] = {
    "errorEventDefinition": 'Make it an external task (camunda:type="external"), or let the worker throw it.',
    "in": "Use input mappings.",
    "out": "Use output mappings.",
}

_NOT_KNOWN: Final = "Correct it if it is mistyped, or remove it."
_UNDERSTOOD = frozenset({
    "properties", "field", "inputOutput", "failedJobRetryTimeCycle", "potentialStarter", "connector",
    "executionListener", "taskListener",
})  # fmt: skip

CHANGES_NOTHING: Final = frozenset({
    # every task is a job: asynchronous, and ordered by its worker
    "async", "asyncBefore", "asyncAfter", "exclusive", "jobPriority", "taskPriority", "historyTimeToLive",
    # for the eyes of tools
    "modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon", "isStartableInTasklist",
    "candidateStarterGroups", "candidateStarterUsers", "diagramRelationId",
})  # fmt: skip
"""Attributes that are accepted without a word, since nothing would come of them here."""
_SILENT_ATTRIBUTES = CHANGES_NOTHING | frozenset({
    # read here, or part of a refusal
    "versionTag", "type", "topic", "class", "delegateExpression", "expression", "resultVariable",
    "resultVariableName", "resource", "assignee", "candidateGroups", "candidateUsers", "dueDate",
    "followUpDate", "formKey", "priority", *FORM_ATTRIBUTES, *DECISION_ATTRIBUTES,
})  # fmt: skip


def details(element: Element, notes: Notes) -> Details:
    """Everything that the camunda: attributes and extension elements of an element say."""
    extensions = _extensions(element)
    _judge_extensions(element, extensions, notes)
    _judge_attributes(element, notes)
    properties = _properties(extensions)
    inputs, outputs = mappings(element, notes)
    inputs = initial_values(element, notes) + inputs
    connector = connector_of(element, extensions, notes)
    if connector is not None:
        outputs = connector.outputs + outputs
    is_evaluated = is_evaluated_here(element)
    decision = called_decision(element, extensions, outputs, text_or_expression, notes)
    called = None
    if element.tag == "callActivity":
        handed_in, handed_out = call_mappings(element, extensions, notes)
        if not element.is_job:
            called = called_process(element, extensions, handed_out, text_or_expression, notes)
        # parameters are set first and read last, as in Camunda 7
        inputs, outputs = inputs + handed_in, handed_out + outputs
    is_decision = refers_to_decision(element, extensions)
    is_user_task = element.tag == "userTask"
    listened = task_listeners(element, extensions, properties, notes)
    return Details(
        job=(
            job(element, extensions, properties, connector, notes)
            if element.is_job and not is_evaluated and not is_decision and not is_user_task
            else None
        ),
        user_task=(
            user_task(
                element,
                own_headers(properties) | field_texts(extensions),
                listened,
                text_or_expression,
                notes,
            )
            if is_user_task
            else None
        ),
        script=script(element, notes) if is_evaluated else None,
        decision=decision,
        called=called,
        inputs=inputs,
        outputs=outputs,
        listeners=listeners(element, extensions, properties, notes),
        results_stay_local=connector is not None
        or (called is not None and not called.propagate_all_out)
        or (element.tag == "callActivity" and element.is_job and not hands_everything_out(extensions)),
        is_reported=is_evaluated
        or is_decision
        or (element.tag == "callActivity" and bool(element.attribute("calledElement"))),
        properties=properties,
    )


def condition(drawn: Drawn, xml: etree._Element, notes: Notes) -> Expression | None:
    """A JUEL condition in FEEL; `language="feel"` is taken as it is. Others are scripts and refused."""
    return condition_expression(drawn, "condition", xml, notes)


def condition_filter(definition: etree._Element) -> ConditionFilter:
    """`camunda:variableName` and `variableEvents` of the definition; without a name any change counts."""
    names, events = (
        (definition.get(f"{{{NAMESPACE}}}{name}") or "").strip()
        for name in ("variableName", "variableEvents")
    )
    return ConditionFilter(names or None, events)


def multi_instance(element: Element, xml: etree._Element, notes: Notes) -> MultiInstance | None:
    """`camunda:collection` or `loopCardinality`, and `camunda:elementVariable`."""
    return loop(element, xml, notes)


def loop_condition(element: Element, xml: etree._Element, notes: Notes) -> Expression | None:
    """As the condition of a flow."""
    return condition_expression(element, "loop condition", xml, notes)


def activation_condition(element: Element, xml: etree._Element, notes: Notes) -> Expression | None:
    """As a loop condition."""
    return condition_expression(element, "activation condition", xml, notes)


def text_or_expression(
    text: str, what: str, drawn: Drawn, notes: Notes, at: etree._Element | None = None
) -> str | Expression | None:
    """A text with `${…}` or `#{…}` in it is an expression, any other stands for itself."""
    return name_expression(text, what, drawn, notes, at) if "${" in text or "#{" in text else text


def correlation_key(element: Element, message: etree._Element) -> str:
    """`counterflow:correlationKey` of the event or task, else of the message. Camunda 7 has no place of its
    own for it.
    """
    return (
        written(element, CORRELATION_KEY) or message.get(f"{{{EXTENSIONS}}}{CORRELATION_KEY}") or ""
    ).strip()


def correlation_remedy(given: str) -> str:
    """On the element, as attribute or property; a key that is only a name was meant as a variable."""
    attribute = f'counterflow:correlationKey="${{{given or "orderId"}}}"'
    return (
        f'Set {attribute} (xmlns:counterflow="{EXTENSIONS}") on it, or a camunda:property '
        "counterflow:correlationKey."
    )


def error_variables(definition: etree._Element) -> tuple[str | None, str | None]:
    """`camunda:errorCodeVariable` and `camunda:errorMessageVariable`."""
    code, message = (
        definition.get(f"{{{NAMESPACE}}}{name}") or None
        for name in ("errorCodeVariable", "errorMessageVariable")
    )
    return code, message


def escalation_variable(definition: etree._Element) -> str | None:
    """`camunda:escalationCodeVariable`."""
    return definition.get(f"{{{NAMESPACE}}}escalationCodeVariable") or None


def version_tag(process: Element) -> str | None:
    """`camunda:versionTag`, an attribute of the process."""
    return _attribute(process, "versionTag") or None


def defines_tasks(root: etree._Element) -> bool:
    """Whether a model says in this dialect how its tasks are done."""
    return any(
        element.get(f"{{{NAMESPACE}}}{name}")
        for element in root.iter()
        for name in (*WORK_ATTRIBUTES, "decisionRef")
    )


def _attribute(element: Element, name: str) -> str:
    return (element.xml.get(f"{{{NAMESPACE}}}{name}") or "").strip()


def _extensions(element: Element) -> list[etree._Element]:
    """Those of a thrown message may stand in its event definition as well."""
    blocks = (block for holder in _holders(element) for block in children(holder, "extensionElements"))
    return [child for block in blocks for child in block if namespace(child) == NAMESPACE]


def _holders(element: Element) -> list[etree._Element]:
    return [element.xml, *(element.definitions if element.throws(MESSAGE) else ())]


def _judge_extensions(element: Element, extensions: list[etree._Element], notes: Notes) -> None:
    for xml in extensions:
        tag = local_name(xml)
        if tag in _REFUSED and not _is_carried_out(element, tag):
            notes.error(
                element,
                "extension",
                f"{element} has camunda:{tag}, which is not executed.",
                _REFUSED[tag],
                xml,
            )
        elif tag not in _UNDERSTOOD and tag not in _REFUSED:
            notes.warning(
                element,
                "extension",
                f"{element} has camunda:{tag}, which is not known and is ignored.",
                _NOT_KNOWN,
                xml,
            )


def _is_carried_out(element: Element, tag: str) -> bool:
    """Whether an extension is one where it stands that is refused elsewhere."""
    if tag == "errorEventDefinition":
        return element.is_job and is_external(element)
    return element.tag == "callActivity"


def _judge_attributes(element: Element, notes: Notes) -> None:
    prefix = f"{{{NAMESPACE}}}"
    silent = _SILENT_ATTRIBUTES | CALL_ATTRIBUTES if element.tag == "callActivity" else _SILENT_ATTRIBUTES
    for key in (key for holder in _holders(element) for key in holder.attrib):
        name = str(key).removeprefix(prefix)
        if str(key).startswith(prefix) and name not in silent:
            notes.warning(
                element,
                "extension",
                f"{element} has camunda:{name}, which is not known and is ignored.",
                _NOT_KNOWN,
            )
    if not element.is_job and any(work(element, name) for name in WORK_ATTRIBUTES):
        message = f"{element} says how it is done, but is passed through without a job."
        notes.warning(element, "extension", message, "Make it a service task.")


def _properties(extensions: list[etree._Element]) -> dict[str, str]:
    items = (
        item
        for xml in extensions
        if local_name(xml) == "properties"
        for item in children(xml, "property", NAMESPACE)
    )
    return {name: item.get("value") or "" for item in items if (name := item.get("name"))}

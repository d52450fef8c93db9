"""The `zeebe:` dialect (Camunda 8): job types, FEEL behind an equals sign, input and output mappings.

What begins with `=` is FEEL; anything else is the text itself, where a constant is allowed (job type,
retries, sources of input mappings, assignments). Conditions, sources of output mappings and scripts are
always FEEL.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lxml import etree

from counterflow.bpmn.details import Details
from counterflow.bpmn.dialects.namespaces import ZEEBE
from counterflow.bpmn.dialects.reader import ConditionFilter
from counterflow.bpmn.dialects.zeebe.ad_hoc import ad_hoc
from counterflow.bpmn.dialects.zeebe.calls import called_process
from counterflow.bpmn.dialects.zeebe.decisions import called_decision
from counterflow.bpmn.dialects.zeebe.listeners import listeners
from counterflow.bpmn.dialects.zeebe.loops import loop, marked_expression
from counterflow.bpmn.dialects.zeebe.user_tasks import user_task
from counterflow.bpmn.elements import AD_HOC
from counterflow.bpmn.expressions import compile_feel, constant, headers_json, json_list
from counterflow.bpmn.names import target_path
from counterflow.bpmn.numbers import whole_number
from counterflow.bpmn.outline import Drawn, Element
from counterflow.bpmn.xml import BPMN, children, text_of
from counterflow.documents.notes import Notes
from counterflow.documents.xml import local_name, namespace
from counterflow.feel import Expression
from counterflow.model.data import VariableMapping
from counterflow.model.graph import (
    HeaderExpression,
    HeaderKind,
    JobDefinition,
    MultiInstance,
    ScriptDefinition,
)

NAMESPACE: Final = ZEEBE
HANDS_ERRORS_OUT: Final = False
INPUTS_SEE_EVENTS: Final = False
FIRST_LOOP_COUNTER: Final = 1
VAGUE_LOOPS_ARE_DONE_ONCE: Final = True

USER_TASK_JOB_TYPE: Final = "io.camunda.zeebe:userTask"
HEADER_PREFIX: Final = "io.camunda.zeebe:"
"""Before the names of the headers that a user task's job carries (observed on Zeebe 8.6)."""

_ASSIGNMENTS: Final = (
    ("assignmentDefinition", "assignee", HeaderKind.TEXT),
    ("assignmentDefinition", "candidateGroups", HeaderKind.TEXTS),
    ("assignmentDefinition", "candidateUsers", HeaderKind.TEXTS),
    ("taskSchedule", "dueDate", HeaderKind.MOMENT),
    ("taskSchedule", "followUpDate", HeaderKind.MOMENT),
    ("priorityDefinition", "priority", HeaderKind.ANY),
)
"""Extension element, attribute, and what it must be; a constant for texts is a comma-separated list."""

_RETRIES: Final = 3
_UNDERSTOOD = frozenset({
    "taskDefinition", "taskHeaders", "ioMapping", "script", "userTask", "assignmentDefinition",
    "formDefinition", "taskSchedule", "priorityDefinition", "properties", "versionTag", "userTaskForm",
    "calledElement", "calledDecision", "adHoc", "executionListeners", "taskListeners",
})  # fmt: skip

_READ: Final[Mapping[str, frozenset[str]]] = {
    "taskDefinition": frozenset({"type", "retries"}),
    "calledElement": frozenset({
        "processId", "bindingType", "versionTag", "propagateAllChildVariables", "propagateAllParentVariables",
    }),
    "calledDecision": frozenset({"decisionId", "resultVariable", "bindingType", "versionTag"}),
    "formDefinition": frozenset({"formKey", "formId", "externalReference", "bindingType", "versionTag"}),
    "adHoc": frozenset({"activeElementsCollection", "outputCollection", "outputElement"}),
}  # fmt: skip
"""The attributes of extension elements that may have others, which are told."""

_NOT_KNOWN: Final = "Correct it if it is mistyped, or remove it."
FOR_TOOLS: Final = frozenset({"modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon"})

_ONLY_ON: Final[Mapping[str, tuple[str, ...]]] = {
    "script": ("scriptTask",),
    "calledElement": ("callActivity",),
    "adHoc": (AD_HOC,),
    "userTask": ("userTask",),
    "taskListeners": ("userTask",),
    "assignmentDefinition": ("userTask",),
    "taskSchedule": ("userTask",),
    "priorityDefinition": ("userTask",),
    "formDefinition": ("userTask", "startEvent"),
    "userTaskForm": ("process",),
    "versionTag": ("process",),
}
"""Extension elements that say nothing anywhere else, by the elements that heed them."""


def details(element: Element, notes: Notes) -> Details:
    """Everything that the zeebe: extensions of an element say."""
    extensions = _extensions(element)
    _judge_extensions(element, extensions, notes)
    _judge_attributes(element, notes)
    if not extensions and element.tag not in {"userTask", AD_HOC}:
        return Details()
    inputs = _mappings(element, extensions, "input", notes)
    outputs = _mappings(element, extensions, "output", notes)
    decides = element.tag == "businessRuleTask" and "calledDecision" in extensions
    written = extensions.get("executionListeners")
    is_call, call = element.tag == "callActivity", extensions.get("calledElement")
    is_for_people = element.tag == "userTask" and "userTask" in extensions
    return Details(
        job=_job(element, extensions, notes) if _may_be_job(element) and not is_for_people else None,
        user_task=(
            user_task(element, extensions, _headers(extensions), text_or_expression, notes)
            if is_for_people
            else None
        ),
        script=_script(element, extensions, notes) if element.tag == "scriptTask" else None,
        decision=(
            called_decision(element, extensions["calledDecision"], text_or_expression, notes)
            if decides
            else None
        ),
        called=called_process(element, call, text_or_expression, notes) if is_call else None,
        ad_hoc=ad_hoc(element, extensions, notes) if element.tag == AD_HOC else None,
        inputs=inputs,
        outputs=outputs,
        listeners=(
            listeners(element, written, _headers(extensions), text_or_expression, notes)
            if written is not None
            else None
        ),
        is_reported=decides
        or (element.tag == "scriptTask" and "script" in extensions)
        or (is_call and call is not None and bool((call.get("processId") or "").strip())),
        results_stay_local=bool(outputs),
        properties=_properties(extensions),
    )


def condition(drawn: Drawn, xml: etree._Element, notes: Notes) -> Expression | None:
    """A condition behind `=`; one without is the business of the rule `legacy-syntax`."""
    text = (xml.text or "").strip()
    return compile_feel(text[1:].strip(), "condition", drawn, notes, xml) if text.startswith("=") else None


def condition_filter(definition: etree._Element) -> ConditionFilter:
    """`zeebe:conditionalFilter` inside the definition; without names those that the condition reads."""
    xml = definition.find(f"{{{BPMN}}}extensionElements/{{{NAMESPACE}}}conditionalFilter")
    names, events = ("", "") if xml is None else (xml.get("variableNames"), xml.get("variableEvents"))
    return ConditionFilter((names or "").strip(), (events or "").strip())


def loop_condition(element: Element, xml: etree._Element, notes: Notes) -> Expression | None:
    """A condition in FEEL behind `=`."""
    return marked_expression(text_of(xml), "loop condition", element, xml, notes)


def activation_condition(element: Element, xml: etree._Element, notes: Notes) -> Expression | None:
    """As a loop condition."""
    return marked_expression(text_of(xml), "activation condition", element, xml, notes)


def text_or_expression(
    text: str, what: str, drawn: Drawn, notes: Notes, at: etree._Element | None = None
) -> str | Expression | None:
    """FEEL behind `=`, else the text itself."""
    return compile_feel(text[1:].strip(), what, drawn, notes, at) if text.startswith("=") else text


def multi_instance(element: Element, xml: etree._Element, notes: Notes) -> MultiInstance | None:
    """`zeebe:loopCharacteristics` inside the mark."""
    return loop(element, xml, notes)


def correlation_key(element: Element, message: etree._Element) -> str:
    """`zeebe:subscription` of the message, which counts for every element that waits for it."""
    del element
    xml = message.find(f"{{{BPMN}}}extensionElements/{{{NAMESPACE}}}subscription")
    return (xml.get("correlationKey") or "").strip() if xml is not None else ""


def correlation_remedy(given: str) -> str:
    """In the message; a key that is only a name was meant as a variable."""
    return (
        f'Add <zeebe:subscription correlationKey="= {given or "orderId"}" /> to the extension elements of '
        "the message."
    )


def error_variables(definition: etree._Element) -> tuple[str | None, str | None]:
    """None: in this dialect an error's variables are reached through output mappings."""
    del definition
    return None, None


def escalation_variable(definition: etree._Element) -> str | None:
    """None: in this dialect nothing is handed over with an escalation."""
    del definition
    return None


def version_tag(process: Element) -> str | None:
    """`zeebe:versionTag`, an extension element of the process."""
    tag = _extensions(process).get("versionTag")
    return (tag.get("value") or None) if tag is not None else None


def retries_text(element: Element) -> str:
    """How often its job may be tried, as it is written; empty where it is not."""
    xml = _extensions(element).get("taskDefinition")
    return (xml.get("retries") or "").strip() if xml is not None else ""


def defines_tasks(root: etree._Element) -> bool:
    """Whether a model says in this dialect how its tasks are done."""
    return any(
        root.find(f".//{{{NAMESPACE}}}{tag}") is not None
        for tag in ("taskDefinition", "userTask", "script", "calledDecision")
    )


def _may_be_job(element: Element) -> bool:
    """Whether a task definition makes it work for somebody else: of an ad-hoc sub-process, to decide."""
    return element.is_job or element.tag == AD_HOC


def _extensions(element: Element) -> dict[str, etree._Element]:
    """The zeebe: extension elements by local name; Zeebe allows one of a kind."""
    extensions = element.xml.find(f"{{{BPMN}}}extensionElements")
    children = extensions if extensions is not None else ()
    return {local_name(child): child for child in children if namespace(child) == NAMESPACE}


def _judge_extensions(element: Element, extensions: Mapping[str, etree._Element], notes: Notes) -> None:
    for tag, xml in extensions.items():
        if tag == "taskListeners" and element.tag == "userTask" and "userTask" not in extensions:
            message = f"{element} has zeebe:taskListeners, but is a job, which has none."
            notes.error(
                element, "listener", message, "Add <zeebe:userTask /> to its extension elements.", xml
            )
        elif tag == "calledDecision" and element.tag != "businessRuleTask":
            message = f"{element} has zeebe:calledDecision, which only a business rule task evaluates."
            notes.error(
                element, "called-decision", message, "Make it a business rule task, or remove it.", xml
            )
        elif tag == "taskDefinition" and not _may_be_job(element):
            message = f"{element} has a zeebe:taskDefinition, but is passed through without a job."
            notes.warning(element, "extension", message, "Make it a service task.", xml)
        elif element.tag not in _ONLY_ON.get(tag, (element.tag,)):
            message = f"{element} has zeebe:{tag}, which only a {' or a '.join(_ONLY_ON[tag])} heeds."
            notes.warning(element, "extension", message, "Remove it, or draw what it is meant for.", xml)
        elif unread := _unread_attributes(tag, xml):
            message = f"{element} has {', '.join(unread)} on zeebe:{tag}, which is not carried out."
            notes.warning(element, "extension", message, "Remove it.", xml)
        elif tag not in _UNDERSTOOD:
            notes.warning(
                element,
                "extension",
                f"{element} has zeebe:{tag}, which is not known and is ignored.",
                _NOT_KNOWN,
                xml,
            )


def _unread_attributes(tag: str, xml: etree._Element) -> list[str]:
    """Those of an extension element whose attributes are known, and this is none of them."""
    return [name for name in map(str, xml.attrib) if name not in _READ[tag]] if tag in _READ else []


def _judge_attributes(element: Element, notes: Notes) -> None:
    prefix = f"{{{NAMESPACE}}}"
    names = (str(key).removeprefix(prefix) for key in element.xml.attrib if str(key).startswith(prefix))
    for name in names:
        if name not in FOR_TOOLS:
            message = f"{element} has the attribute zeebe:{name}, which is not known and is ignored."
            notes.warning(element, "extension", message, _NOT_KNOWN)


def _job(element: Element, extensions: Mapping[str, etree._Element], notes: Notes) -> JobDefinition | None:
    if element.tag == "userTask":
        return _user_task_job(element, extensions, notes)
    xml = extensions.get("taskDefinition")
    job_type = (xml.get("type") or "").strip() if xml is not None else ""
    if xml is None or not job_type:
        return None  # told by the rule `job-type`
    return JobDefinition(
        type=text_or_expression(job_type, "job type", element, notes, xml) or job_type,
        retries=_retries(xml, element, notes),
        headers=headers_json(_headers(extensions)),
    )


def _retries(xml: etree._Element, element: Element, notes: Notes) -> int | Expression:
    """What is neither a number nor an expression is told by the rule `retries`."""
    text = (xml.get("retries") or "").strip()
    if text.startswith("="):
        return compile_feel(text[1:].strip(), "number of retries", element, notes, xml) or _RETRIES
    number = whole_number(text)
    return _RETRIES if number is None else number


def _headers(extensions: Mapping[str, etree._Element]) -> dict[str, str]:
    """Headers without key or value are dropped, as Zeebe does."""
    xml = extensions.get("taskHeaders")
    headers = children(xml, "header", NAMESPACE) if xml is not None else []
    return {key: value for header in headers if (key := header.get("key")) and (value := header.get("value"))}


def _user_task_job(element: Element, extensions: Mapping[str, etree._Element], notes: Notes) -> JobDefinition:
    """A user task is a job that some task list completes; one try, as in Zeebe."""
    headers = _headers(extensions)
    expressions: list[HeaderExpression] = []
    for tag, name, kind in _ASSIGNMENTS:
        xml = extensions.get(tag)
        text = (xml.get(name) or "").strip() if xml is not None else ""
        if xml is None or not text:
            continue
        value = text_or_expression(text, name, element, notes, xml)
        if isinstance(value, str):
            headers[HEADER_PREFIX + name] = json_list(value) if kind is HeaderKind.TEXTS else value
        elif value is not None:
            expressions.append(HeaderExpression(HEADER_PREFIX + name, value, kind))
    form = extensions.get("formDefinition")
    if form is not None and (
        form_key := form.get("formKey") or form.get("formId") or form.get("externalReference")
    ):
        headers[HEADER_PREFIX + "formKey"] = form_key
    return JobDefinition(
        type=USER_TASK_JOB_TYPE,
        retries=1,
        headers=headers_json(headers),
        header_expressions=tuple(expressions),
    )


def _script(
    element: Element, extensions: Mapping[str, etree._Element], notes: Notes
) -> ScriptDefinition | None:
    xml = extensions.get("script")
    if xml is None:
        return None
    text = (xml.get("expression") or "").strip()
    variable = (xml.get("resultVariable") or "").strip()
    if not text.startswith("=") or not variable:
        message = (
            f"expected zeebe:script of {element} with a FEEL expression behind '=' and a resultVariable, "
            f"found '{text}' and '{variable}'."
        )
        notes.error(
            element,
            "script",
            message,
            'Write e.g. <zeebe:script expression="= a + b" resultVariable="sum" />.',
            xml,
        )
        return None
    expression = compile_feel(text[1:].strip(), "script", element, notes, xml)
    return None if expression is None else ScriptDefinition(expression, variable)


def _mappings(
    element: Element, extensions: Mapping[str, etree._Element], kind: str, notes: Notes
) -> tuple[VariableMapping, ...]:
    xml = extensions.get("ioMapping")
    if xml is None:
        return ()
    return tuple(
        mapping
        for item in children(xml, kind, NAMESPACE)
        if (mapping := _mapping(element, item, kind, notes)) is not None
    )


def _mapping(element: Element, xml: etree._Element, kind: str, notes: Notes) -> VariableMapping | None:
    target = target_path(xml.get("target") or "", f"{kind} mapping", element, notes, xml)
    text = (xml.get("source") or "").strip()
    if not text.removeprefix("="):
        message = f"the {kind} mapping to '{xml.get('target')}' of {element} has no source, so it gives null."
        remedy = "Write a FEEL expression behind '=', e.g. source=\"= order.total\"."
        notes.warning(element, "mapping", message, remedy, xml)
        text = "=null"
    if target is None:
        return None
    if text.startswith("="):
        source = compile_feel(
            text[1:].strip(), f"source of the {kind} mapping to '{'.'.join(target)}'", element, notes, xml
        )
        return None if source is None else VariableMapping(source, target)
    if kind == "output":
        return None  # told by the rule `legacy-syntax`
    return VariableMapping(constant(text), target)


def _properties(extensions: Mapping[str, etree._Element]) -> dict[str, str]:
    xml = extensions.get("properties")
    properties = children(xml, "property", NAMESPACE) if xml is not None else []
    return {name: item.get("value") or "" for item in properties if (name := item.get("name"))}

"""`camunda:executionListener`s of an element: code of Camunda 7 that is told when it begins and when it ends.

What was code in the engine is a job, named by the rule of `jobs.py`: the class, the bean, the method, or
`script.groovy`. Its fields are headers, as are the properties of the element. What the engine can evaluate
by itself (`${execution.setVariable('a', b + 1)}`, a script in FEEL or JUEL) is no job. Listeners on `take`,
and those where an element of ours tells nobody, are not carried out, with a warning.

`camunda:taskListener`s of a user task are jobs by the same rule, asked before the task is created, assigned,
updated, completed or deleted: what Camunda 7 tells its listeners in the transaction in which it is done. Who
is given a task that was there is told of as an update first. The timer of a `timeout` is a warning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from lxml import etree

from counterflow.bpmn.dialects.camunda.expressions import is_juel, value_if_translated
from counterflow.bpmn.dialects.camunda.jobs import field_texts, name_in, names_a_bean
from counterflow.bpmn.dialects.camunda.retries import retry_cycle
from counterflow.bpmn.dialects.scripts import IN_THE_ENGINE, JOB_TYPE, UNNAMED, language_of
from counterflow.bpmn.elements import COMPENSATION, ERROR
from counterflow.bpmn.expressions import compile_feel, headers_json
from counterflow.bpmn.outline import Element
from counterflow.bpmn.xml import text_of
from counterflow.documents.notes import Notes
from counterflow.documents.xml import local_name
from counterflow.model.graph import (
    Behaviour,
    JobDefinition,
    ListenerEvent,
    Listeners,
    RetryCycle,
    ScriptDefinition,
    TaskListener,
    Transition,
)

RULE: Final = "listener"
_SETS: Final = re.compile(
    r"""[$#]\{\s*(?:execution|task|task\.execution)\.setVariable(?:Local)?\(\s*(['"])([^'"]+)\1\s*,(.+)\)\s*\}""",
    re.DOTALL,
)
"""An expression that sets a variable, as code in Camunda 7 does."""
_TASK_EVENTS: Final[Mapping[str, Transition | None]] = {
    "create": Transition.CREATING,
    "assignment": Transition.ASSIGNING,
    "update": Transition.UPDATING,
    "complete": Transition.COMPLETING,
    "delete": Transition.CANCELING,
    "all": None,
}
"""By the events of Camunda 7; Activiti and Flowable know one for all of them."""
_GATEWAYS: Final = frozenset({
    Behaviour.EXCLUSIVE_GATEWAY, Behaviour.PARALLEL_GATEWAY, Behaviour.INCLUSIVE_GATEWAY,
    Behaviour.COMPLEX_GATEWAY, Behaviour.EVENT_BASED_GATEWAY,
})  # fmt: skip

Listener = JobDefinition | ScriptDefinition


def listeners(
    element: Element, extensions: Sequence[etree._Element], properties: Mapping[str, str], notes: Notes
) -> Listeners | None:
    """The listeners of an element; None where nobody is told."""
    by_event: dict[str, list[Listener]] = {ListenerEvent.START: [], ListenerEvent.END: []}
    cycle: RetryCycle | None = None
    for xml in extensions:
        if local_name(xml) != "executionListener":
            continue
        event = (xml.get("event") or "").strip()
        if _is_told(element, event):
            cycle = cycle or retry_cycle(element, extensions, notes)
            listener = _listener(element, xml, properties, cycle, notes)
            by_event[event] += [listener] if listener is not None else []
        else:
            message = f"{element} has camunda:executionListener on '{event}', which is not carried out."
            notes.warning(element, RULE, message, _instead(element, event), xml)
    start, end = tuple(by_event[ListenerEvent.START]), tuple(by_event[ListenerEvent.END])
    return Listeners(start=start, end=end, is_code=True) if start or end else None


def task_listeners(
    element: Element, extensions: Sequence[etree._Element], properties: Mapping[str, str], notes: Notes
) -> tuple[TaskListener, ...]:
    """The listeners of a user task, in the order in which they stand."""
    read: list[TaskListener] = []
    cycle: RetryCycle | None = None
    for xml in extensions:
        if local_name(xml) != "taskListener":
            continue
        event = (xml.get("event") or "").strip()
        if element.tag != "userTask" or event not in _TASK_EVENTS:
            message = f"{element} has camunda:taskListener on '{event}', which is not carried out."
            notes.warning(element, RULE, message, _instead_of_task(element, event), xml)
            continue
        cycle = cycle or retry_cycle(element, extensions, notes)
        listener = _listener(element, xml, properties, cycle, notes)
        one = _TASK_EVENTS[event]
        events = Transition if one is None else (one,)
        read += [TaskListener(one, listener) for one in events if listener is not None]
    return tuple(read)


def _instead_of_task(element: Element, event: str) -> str:
    if element.tag != "userTask":
        return "Make it an executionListener; only a user task has task listeners."
    if event == "timeout":
        return "Draw a timer on its border that does not interrupt, and a service task behind it."
    return f"Correct its event: one of {', '.join(_TASK_EVENTS)}."


def _is_told(element: Element, event: str) -> bool:
    if element.behaviour is None or (element.tag == "boundaryEvent" and element.catches(COMPENSATION)):
        return False
    if event == ListenerEvent.START:
        return element.behaviour is not Behaviour.COMPLEX_GATEWAY
    return event == ListenerEvent.END and element.behaviour not in _GATEWAYS and not element.throws(ERROR)


def _instead(element: Element, event: str) -> str:
    if event not in {ListenerEvent.START, ListenerEvent.END}:
        return "Correct its event: start or end; or draw a service task where it matters."
    if element.behaviour in _GATEWAYS:
        return "Give it, as a start listener, to what follows the gateway."
    return "Give it to the activity or the event that goes on from there."


def _listener(
    element: Element,
    xml: etree._Element,
    properties: Mapping[str, str],
    cycle: RetryCycle | None,
    notes: Notes,
) -> Listener | None:
    headers = {name: value for name, value in properties.items() if not name.startswith("counterflow:")}
    headers |= field_texts(list(xml))
    here = _evaluated(element, xml, notes)
    if here is not None:
        return here
    job_type = _job_type(element, xml, headers, notes)
    if job_type is None:
        message = f"camunda:{local_name(xml)} of {element} on '{xml.get('event')}' does not say what is done."
        notes.error(
            element, RULE, message, "Give it a class, a delegateExpression, an expression or a script.", xml
        )
        return None
    return JobDefinition(
        type=job_type,
        retries=3 if cycle is None else cycle.tries,
        headers=headers_json(headers),
        retry_cycle=cycle,
    )


def _evaluated(element: Element, xml: etree._Element, notes: Notes) -> ScriptDefinition | None:
    """What the engine does by itself; None where a worker has to."""
    script = _script(xml)
    if script is not None and not script.get("resource"):
        language = language_of(script.get("scriptFormat") or "") or UNNAMED
        if language == "feel":
            source = text_of(script).removeprefix("=").strip()
            expression = compile_feel(source, "script", element, notes, script)
            return None if expression is None else ScriptDefinition(expression, None)
        return _from_juel(text_of(script)) if language in IN_THE_ENGINE else None
    return _from_juel((xml.get("expression") or "").strip())


def _from_juel(text: str) -> ScriptDefinition | None:
    if not is_juel(text):
        return None
    sets = _SETS.fullmatch(text)
    if sets is not None:
        value = value_if_translated(f"${{{sets[3].strip()}}}")
        return None if value is None else ScriptDefinition(value, sets[2])
    value = None if names_a_bean(text) else value_if_translated(text)
    return None if value is None else ScriptDefinition(value, None)


def _job_type(element: Element, xml: etree._Element, headers: dict[str, str], notes: Notes) -> str | None:
    """The rule of the table in `jobs.py`; adds the headers that tell what the type does not."""
    if class_name := (xml.get("class") or "").strip():
        return class_name
    if delegate := (xml.get("delegateExpression") or "").strip():
        return name_in(element, delegate, "delegateExpression", notes)
    if expression := (xml.get("expression") or "").strip():
        headers["expression"] = expression
        return name_in(element, expression, "expression", notes)
    script = _script(xml)
    if script is None:
        return None
    language = language_of(script.get("scriptFormat") or "") or UNNAMED
    fields = {"script": text_of(script), "resource": script.get("resource") or "", "scriptFormat": language}
    headers |= {name: text for name, text in fields.items() if text}
    return JOB_TYPE + language


def _script(xml: etree._Element) -> etree._Element | None:
    return next((child for child in xml if local_name(child) == "script"), None)

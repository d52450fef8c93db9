"""Models of no vendor: what BPMN itself says of work, data and repetition, with JUEL or FEEL as expressions.

`${…}` and `#{…}` are JUEL, as in the engines that such models are tried on; what begins with `=` is FEEL.
Where BPMN leaves something open, it is done as in `camunda:` models, so that another engine can be asked. A
task that names no operation becomes a job of its id, which is told: by the standard nobody does it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from lxml import etree

from counterflow.bpmn.ad_hoc import completion_condition, plain
from counterflow.bpmn.details import Details
from counterflow.bpmn.dialects.camunda.expressions import value_expression
from counterflow.bpmn.dialects.reader import ConditionFilter
from counterflow.bpmn.dialects.scripts import (
    IN_THE_ENGINE,
    JOB_TYPE,
    script_headers,
    script_language,
    script_source,
)
from counterflow.bpmn.dialects.standard.conditions import standard_condition
from counterflow.bpmn.dialects.standard.data import data_mappings
from counterflow.bpmn.dialects.standard.loops import loop
from counterflow.bpmn.dialects.unnamed import unnamed_job
from counterflow.bpmn.elements import AD_HOC
from counterflow.bpmn.expressions import compile_feel, headers_json
from counterflow.bpmn.extensions import CORRELATION_KEY, written
from counterflow.bpmn.extensions import NAMESPACE as EXTENSIONS
from counterflow.bpmn.outline import Drawn, Element
from counterflow.documents.notes import Notes
from counterflow.feel import Expression
from counterflow.model.data import GoesIn, VariableMapping
from counterflow.model.graph import (
    AdHoc,
    CalledProcess,
    JobDefinition,
    MultiInstance,
    ScriptDefinition,
    UserTaskDefinition,
)

NAMESPACE: Final = EXTENSIONS
HANDS_ERRORS_OUT: Final = True
INPUTS_SEE_EVENTS: Final = True
FIRST_LOOP_COUNTER: Final = 0
VAGUE_LOOPS_ARE_DONE_ONCE: Final = False

_UNSPECIFIED: Final = "##"
"""How the standard begins what is no name of an implementation: `##WebService`, `##unspecified`."""


def details(element: Element, notes: Notes) -> Details:
    """What a task does and which data it takes and gives, as BPMN says it."""
    inputs, outputs = data_mappings(element, text_or_expression, notes)
    script = _script(element, outputs, notes)
    called = _called(element, inputs, notes)
    is_user_task = element.tag == "userTask"
    return Details(
        job=None if script is not None or not element.is_job or is_user_task else _job(element, notes),
        user_task=UserTaskDefinition(is_lenient=True) if is_user_task else None,
        script=script,
        called=called,
        inputs=inputs,
        outputs=outputs,
        results_stay_local=bool(outputs) or called is not None,
        ad_hoc=_ad_hoc(element, notes) if element.tag == AD_HOC else None,
        is_reported=element.tag == "scriptTask"
        or (called is None and bool(element.attribute("calledElement"))),
    )


def condition(drawn: Drawn, xml: etree._Element, notes: Notes) -> Expression | None:
    """JUEL as `${…}`; FEEL behind `=`, or where the condition or the file says that it is FEEL."""
    return standard_condition(drawn, "condition", xml, notes)


def condition_filter(_definition: etree._Element) -> ConditionFilter:
    """The standard has none: any change counts."""
    return ConditionFilter()


def multi_instance(element: Element, xml: etree._Element, notes: Notes) -> MultiInstance | None:
    """`loopCardinality`, or `loopDataInputRef` and what belongs to it."""
    return loop(element, xml, notes)


def loop_condition(element: Element, xml: etree._Element, notes: Notes) -> Expression | None:
    """As the condition of a flow."""
    return standard_condition(element, "loop condition", xml, notes)


def activation_condition(element: Element, xml: etree._Element, notes: Notes) -> Expression | None:
    """As a loop condition."""
    return standard_condition(element, "activation condition", xml, notes)


def text_or_expression(
    text: str, what: str, drawn: Drawn, notes: Notes, at: etree._Element | None = None
) -> str | Expression | None:
    """FEEL behind `=`, JUEL where there is `${…}` or `#{…}` in it; any other text stands for itself."""
    if text.startswith("="):
        return compile_feel(text[1:].strip(), what, drawn, notes, at)
    return value_expression(text, what, drawn, notes, at) if "${" in text or "#{" in text else text


def correlation_key(element: Element, message: etree._Element) -> str:
    """`counterflow:correlationKey` of the event or task, else of the message."""
    return (
        written(element, CORRELATION_KEY) or message.get(f"{{{EXTENSIONS}}}{CORRELATION_KEY}") or ""
    ).strip()


def correlation_remedy(given: str) -> str:
    """On the element; a key that is only a name was meant as a variable."""
    attribute = f'counterflow:correlationKey="${{{given or "orderId"}}}"'
    return f'Set {attribute} (xmlns:counterflow="{EXTENSIONS}") on it.'


def error_variables(definition: etree._Element) -> tuple[str | None, str | None]:
    """None: the standard has no place for them."""
    del definition
    return None, None


def escalation_variable(definition: etree._Element) -> str | None:
    """None: the standard has no place for one."""
    del definition
    return None


def version_tag(process: Element) -> str | None:
    """None: the standard has no place for one."""
    del process
    return None


def _ad_hoc(element: Element, notes: Notes) -> AdHoc:
    """BPMN 2.0.2, table 10.22: somebody decides what begins, the completion condition when it is done."""
    xml = completion_condition(element)
    if xml is None:
        return plain(element)
    condition = standard_condition(element, "completion condition", xml, notes)
    return replace(plain(element), completion_condition=condition)


def _called(element: Element, inputs: tuple[VariableMapping, ...], notes: Notes) -> CalledProcess | None:
    """BPMN 2.0.2, 10.3.6: data goes in and out by associations alone."""
    text = element.attribute("calledElement")
    if element.tag != "callActivity" or not text:
        return None
    process_id = text_or_expression(text, "called element", element, notes)
    if not inputs:
        message = f"{element} has no data input association: process '{text}' begins without variables."
        remedy = 'Draw them, or hand everything over with <camunda:in variables="all" />.'
        notes.warning(element, "called-process", message, remedy)
    if process_id is None:
        return None
    return CalledProcess(process_id, GoesIn.WHAT_IS_NAMED, propagate_all_out=False, is_past_on_return=True)


def _job(element: Element, notes: Notes) -> JobDefinition:
    if element.tag == "scriptTask" and script_source(element):
        return JobDefinition(
            type=JOB_TYPE + script_language(element), headers=headers_json(script_headers(element))
        )
    named = element.names.get(element.attribute("operationRef"), "") or element.attribute("implementation")
    if named and not named.startswith(_UNSPECIFIED):
        return JobDefinition(type=text_or_expression(named, "job type", element, notes) or named)
    return unnamed_job(element, notes)


def _script(element: Element, outputs: tuple[VariableMapping, ...], notes: Notes) -> ScriptDefinition | None:
    """In FEEL or JUEL a script gives what the task's one data output takes out."""
    language = script_language(element)
    if element.tag != "scriptTask" or language not in IN_THE_ENGINE or not script_source(element):
        return None
    names = {name for output in outputs for name in output.source.names}
    if len(names) != 1:
        message = f"expected {element} to give what its script gives to one data output, found {len(names)}."
        notes.error(
            element, "script", message, "Draw one data output, and its association with a data object."
        )
        return None
    text = script_source(element)
    read = compile_feel if language == "feel" else value_expression
    expression = read(text.removeprefix("=").strip(), "script", element, notes)
    return None if expression is None else ScriptDefinition(expression, names.pop())

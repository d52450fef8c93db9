"""What is evaluated in the engine: scripts in FEEL or JUEL, and expressions that call nobody (`${x + 1}`)."""

from __future__ import annotations

from typing import Final

from counterflow.bpmn.dialects.camunda.expressions import is_juel, value_expression
from counterflow.bpmn.dialects.camunda.jobs import names_a_bean, result_variable, work
from counterflow.bpmn.dialects.scripts import IN_THE_ENGINE, script_language, script_source
from counterflow.bpmn.expressions import compile_feel
from counterflow.bpmn.outline import Element
from counterflow.documents.notes import Notes
from counterflow.model.graph import ScriptDefinition

_OTHER_WORK: Final = ("type", "class", "delegateExpression", "decisionRef")


def is_evaluated_here(element: Element) -> bool:
    """Whether a task, or what throws a message, is done by an expression and not by a worker."""
    if not element.is_job or any(work(element, name) for name in _OTHER_WORK):
        return False
    if element.tag == "scriptTask" and not work(element, "expression"):
        is_there = bool(script_source(element) or element.attribute("scriptFormat"))
        return is_there and script_language(element) in IN_THE_ENGINE and not work(element, "resource")
    expression = work(element, "expression")
    return is_juel(expression) and not names_a_bean(expression)


def script(element: Element, notes: Notes) -> ScriptDefinition | None:
    """The expression, and the variable that receives its value; None, and a finding, where it is none."""
    text = work(element, "expression")
    variable = result_variable(element)
    if element.tag != "scriptTask" or text:
        expression = value_expression(text, "expression", element, notes)
        return None if expression is None else ScriptDefinition(expression, variable or None)
    text = script_source(element)
    if not text or not variable:
        message = (
            f"expected {element} to hold a script and to name a camunda:resultVariable, found `{text}` and "
            f"'{variable}'."
        )
        notes.error(element, "script", message, "Add what is missing.")
        return None
    expression = (
        compile_feel(text.removeprefix("=").strip(), "script", element, notes)
        if script_language(element) == "feel"
        else value_expression(text, "script", element, notes)
    )
    return None if expression is None else ScriptDefinition(expression, variable)

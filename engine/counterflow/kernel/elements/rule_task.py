"""Business rule task with a decision: evaluated here, its output goes to one variable. BPMN 2.0.2, 13.3.3.

    find the version that the binding means → evaluate → write it down → map the result → go on

Nothing is waited for. A decision that is not there, or gives no output, is an incident; resolving it begins
anew, with what is deployed by then. A business rule task with a job type is a job like any other
(`job_task.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterflow import feel
from counterflow.kernel import decisions, incidents, lifecycle, variables
from counterflow.kernel.decisions import Evaluation
from counterflow.kernel.elements.room import Room
from counterflow.kernel.records import BrokenInvariant
from counterflow.kernel.rows import DecisionDefinition, ElementInstance
from counterflow.kernel.step import Step
from counterflow.model.graph import Binding, CalledDecision, Node, ResultMapping

if TYPE_CHECKING:
    from counterflow.dmn import DecisionResult

NOT_FOUND, NOT_EVALUATED, NO_VALUE = (
    "CALLED_DECISION_ERROR",
    "DECISION_EVALUATION_ERROR",
    "EXTRACT_VALUE_ERROR",
)
ROWS = "decisionResult"
"""Where output mappings of a camunda: model find the rows of the result."""
SHOWN = 100
"""Characters of a value that an incident shows."""

Rows = list[dict[str, feel.Value]]


class NoResult(Exception):
    """There is no output, or it does not have the shape that the mapping asks for."""


def beginning(step: Step, element: ElementInstance, node: Node) -> None:
    """Evaluate, and set the result; what fails is an incident that holds the task."""
    found = _evaluate(step, element, node) if lifecycle.map_inputs(step, element, node) else None
    if found is None or not lifecycle.activate(step, element, node):
        return
    kept, given = found
    if node.results_stay_local:
        variables.carry(step, element.key, {**kept, **given})
    else:
        variables.carry(step, element.key, kept)
        if not lifecycle.hand_out(step, step.element(element.key), node, given):
            return
    lifecycle.finish(step, step.element(element.key), node)


def _evaluate(
    step: Step, element: ElementInstance, node: Node
) -> tuple[variables.Document, variables.Document] | None:
    called = _definition(node)
    decision = _find(step, element, node, called)
    if decision is None:
        return None
    if step.fuel_left <= 0:
        message = (
            f"Expected '{node.id}' to evaluate decision '{decision.decision_id}', but "
            f"{variables.budget_spent(step)}"
        )
        incidents.raise_incident(step, element, NOT_EVALUATED, message)
        return None
    view = variables.ScopeView(step, element.key, {})
    keep_result = node.compensation is not None and node.compensation.result_variable is not None
    evaluation, result = decisions.evaluate(step, decision, view, element.key, keep_result=keep_result)
    try:
        return _results(called, evaluation, result)
    except (NoResult, feel.FeelValueError) as failure:
        _tell(step, element, called, evaluation, str(failure))
        return None


def _find(
    step: Step, element: ElementInstance, node: Node, called: CalledDecision
) -> DecisionDefinition | None:
    """The decision that the task means; None where an incident says why there is none."""
    header = step.current().header
    decision_id = _text(step, element, node, called.decision_id, "the id of a decision")
    which = (
        _text(step, element, node, called.which or "", f"a {called.binding.value}")
        if decision_id is not None
        else None
    )
    if header is None or decision_id is None or which is None:
        return None
    deployment_key = (
        step.state.definitions[header.definition_key].deployment_key
        if called.binding is Binding.DEPLOYMENT
        else 0
    )
    try:
        return decisions.find(step.state, decision_id, called.binding, which, deployment_key)
    except decisions.NotFound as missing:
        incidents.raise_incident(
            step,
            element,
            NOT_FOUND,
            f"Expected '{node.id}' to evaluate decision '{decision_id}', but {missing}",
        )
        return None


def _text(
    step: Step, element: ElementInstance, node: Node, source: str | feel.Expression, what: str
) -> str | None:
    if isinstance(source, str):
        return source
    evaluation = variables.evaluate(step, element.key, source)
    value = evaluation.value
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    message = f"Expected '={source.text}' of '{node.id}' to be {what}, but {variables.found_in(evaluation)}"
    incidents.raise_incident(
        step, element, NO_VALUE, f"{message}; set the variables it reads and resolve the incident"
    )
    return None


def _results(
    called: CalledDecision, evaluation: Evaluation, result: DecisionResult
) -> tuple[variables.Document, variables.Document]:
    """What stays with the task, for output mappings that read it, and what goes where results of a task go.
    Raises `NoResult`.
    """
    if evaluation.failure:
        raise NoResult(evaluation.failure)
    kept = {ROWS: feel.to_json(list(result.rows))} if called.keeps_rows else {}
    if called.result_variable is None:
        return kept, {}
    mapping = called.result_mapping
    value = (
        evaluation.output if mapping is ResultMapping.OUTPUT else feel.to_json(_mapped(result.rows, mapping))
    )
    return kept, {called.result_variable: value}


def _mapped(rows: Rows, mapping: ResultMapping) -> feel.Value:
    """What Camunda 7 takes out of the rows. Raises `NoResult` where there is more than it takes."""
    if mapping is ResultMapping.RESULT_LIST:
        return list(rows)
    names = list(dict.fromkeys(name for row in rows for name in row))
    if mapping is not ResultMapping.SINGLE_RESULT and len(names) > 1:
        raise NoResult(f"{mapping.value} wants one output, and there are {len(names)} ({', '.join(names)})")
    if mapping is ResultMapping.COLLECT_ENTRIES:
        return [value for row in rows for value in row.values()]
    if len(rows) > 1:
        raise NoResult(
            f"{mapping.value} wants one rule to match, and {len(rows)} do; take collectEntries or resultList"
        )
    if not rows:
        return None
    return dict(rows[0]) if mapping is ResultMapping.SINGLE_RESULT else next(iter(rows[0].values()))


def _tell(
    step: Step, element: ElementInstance, called: CalledDecision, evaluation: Evaluation, why: str
) -> None:
    decision = evaluation.decision
    inputs = {each.name: bytes(each.value).decode() for one in evaluation.evaluated for each in one.inputs}
    found = ", ".join(f"{name} = {value[:SHOWN]}" for name, value in inputs.items())
    failed = evaluation.failed_decision_id
    at = f" at decision '{failed}'" if failed and failed != decision.decision_id else ""
    mended = " or deploy a mended decision" if called.binding is Binding.LATEST else ""
    incidents.raise_incident(
        step,
        element,
        NOT_EVALUATED,
        f"Expected decision '{decision.decision_id}' (version {decision.version}) of '{element.element_id}' "
        f"to give a result, but it failed{at}: {why}{f' (inputs: {found})' if found else ''}; set the "
        f"variables it reads{mended}, and resolve the incident",
    )


def _definition(node: Node) -> CalledDecision:
    if not isinstance(node.work, CalledDecision):
        raise BrokenInvariant(f"business rule task '{node.id}' has no decision")
    return node.work


ROOM = Room(beginning=beginning)

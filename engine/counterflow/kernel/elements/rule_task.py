"""Business rule task with a decision: evaluated here, its output goes to one variable. BPMN 2.0.2, 13.3.3.

    find the version that the binding means → evaluate → write it down → map the result → go on

Nothing is waited for. A decision that is not there, or gives no output, is an incident; resolving it begins
anew, with what is deployed by then. A business rule task with a job type is a job like any other
(`job_task.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterflow import feel
from counterflow.kernel.course import entering, leaving
from counterflow.kernel.course.room import room
from counterflow.kernel.data import evaluation, scopes
from counterflow.kernel.lives import decisions
from counterflow.kernel.lives.decisions import DecisionEvaluation
from counterflow.kernel.rows import DecisionDefinition
from counterflow.kernel.vocabulary import BrokenInvariant
from counterflow.kernel.work.held import Held, IncidentType
from counterflow.kernel.work.step import Token
from counterflow.model.graph import Binding, CalledDecision, ResultMapping

if TYPE_CHECKING:
    from counterflow.dmn import DecisionResult

ROWS = "decisionResult"
"""Where output mappings of a camunda: model find the rows of the result."""
SHOWN = 100
"""Characters of a value that an incident shows."""

Rows = list[dict[str, feel.Value]]
Results = tuple[scopes.Document, scopes.Document]
"""What stays with the task, for output mappings that read it, and what goes where results of a task go."""


class ResultMissing(Exception):
    """There is no output, or it does not have the shape that the mapping asks for."""


def beginning(token: Token) -> None:
    """Evaluate, and set the result; what fails is an incident that holds the task."""
    entering.map_inputs(token)
    kept, given = _evaluate(token)
    entering.activate(token)
    if token.node.results_stay_local:
        scopes.write(token, token.key, {**kept, **given})
    else:
        scopes.write(token, token.key, kept)
        leaving.send_results(token, given)
    leaving.finish(token)


def _evaluate(token: Token) -> Results:
    """The results of the decision. Raises `Held`."""
    called = _definition(token)
    decision = _find(token, called)
    if token.step.budget.fuel_left <= 0:
        raise Held(
            IncidentType.DECISION_EVALUATION_ERROR,
            f"Expected '{token.node.id}' to evaluate decision '{decision.decision_id}', but "
            f"{evaluation.budget_spent(token.step)}",
        )
    undone = token.node.compensation
    evaluated, result = decisions.evaluate_for(
        token, decision, keep_result=undone is not None and undone.result_variable is not None
    )
    try:
        return _results(called, evaluated, result)
    except (ResultMissing, feel.FeelValueError) as failure:
        raise _without_result(token, called, evaluated, str(failure)) from failure


def _find(token: Token, called: CalledDecision) -> DecisionDefinition:
    """The decision that the task means. Raises `Held`."""
    decision_id = evaluation.label(token, called.decision_id, "the id of a decision")
    which = evaluation.label(token, called.which or "", f"a {called.binding.value}")
    deployment_key = (
        token.step.state.definitions[token.header.definition_key].deployment_key
        if called.binding is Binding.DEPLOYMENT
        else 0
    )
    try:
        return decisions.find(token.step.state, decision_id, called.binding, which, deployment_key)
    except decisions.NotFound as missing:
        raise Held(
            IncidentType.CALLED_DECISION_ERROR,
            f"Expected '{token.node.id}' to evaluate decision '{decision_id}', but {missing}",
        ) from missing


def _results(called: CalledDecision, evaluated: DecisionEvaluation, result: DecisionResult) -> Results:
    """What the result mapping takes. Raises `ResultMissing`."""
    if evaluated.failure:
        raise ResultMissing(evaluated.failure)
    kept = {ROWS: feel.to_json(list(result.rows))} if called.keeps_rows else {}
    mapping = called.result_mapping
    if mapping is ResultMapping.ENTRIES:
        row = _mapped(result.rows, ResultMapping.SINGLE_RESULT)
        return kept, {name: feel.to_json(value) for name, value in row.items()} if isinstance(
            row, dict
        ) else {}
    if called.result_variable is None:
        return kept, {}
    value = (
        evaluated.output if mapping is ResultMapping.OUTPUT else feel.to_json(_mapped(result.rows, mapping))
    )
    return kept, {called.result_variable: value}


def _mapped(rows: Rows, mapping: ResultMapping) -> feel.Value:
    """What Camunda 7 takes out of the rows. Raises `ResultMissing` where there is more than it takes."""
    if mapping is ResultMapping.RESULT_LIST:
        return list(rows)
    names = list(dict.fromkeys(name for row in rows for name in row))
    if mapping is not ResultMapping.SINGLE_RESULT and len(names) > 1:
        raise ResultMissing(
            f"{mapping.value} wants one output, and there are {len(names)} ({', '.join(names)})"
        )
    if mapping is ResultMapping.COLLECT_ENTRIES:
        return [value for row in rows for value in row.values()]
    if len(rows) > 1:
        raise ResultMissing(
            f"{mapping.value} wants one rule to match, and {len(rows)} do; take collectEntries or resultList"
        )
    if not rows:
        return None
    return dict(rows[0]) if mapping is ResultMapping.SINGLE_RESULT else next(iter(rows[0].values()))


def _without_result(token: Token, called: CalledDecision, evaluated: DecisionEvaluation, why: str) -> Held:
    decision = evaluated.decision
    inputs = {value.name: bytes(value.value).decode() for one in evaluated.evaluated for value in one.inputs}
    given = ", ".join(f"{name} = {value[:SHOWN]}" for name, value in inputs.items())
    failed = evaluated.failed_decision_id
    at = f" at decision '{failed}'" if failed and failed != decision.decision_id else ""
    mended = " or deploy a mended decision" if called.binding is Binding.LATEST else ""
    return Held(
        IncidentType.DECISION_EVALUATION_ERROR,
        f"Expected decision '{decision.decision_id}' (version {decision.version}) of '{token.node.id}' "
        f"to give a result, but it failed{at}: {why}{f' (inputs: {given})' if given else ''}; set the "
        f"variables it reads{mended}, and resolve the incident",
    )


def _definition(token: Token) -> CalledDecision:
    if not isinstance(token.node.work, CalledDecision):
        raise BrokenInvariant(f"business rule task '{token.node.id}' has no decision")
    return token.node.work


ROOM = room(beginning=beginning)

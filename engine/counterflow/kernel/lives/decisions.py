"""The life of an evaluated decision: found by its binding, evaluated once, at the command's time, and logged.

What it gave and how it came about are in the event, so that a replay evaluates nothing and people can look it
up later. A decision that is asked for from outside concerns no process instance; its evaluation is in the log
all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from counterflow import feel
from counterflow.kernel.data import evaluation
from counterflow.kernel.lives.versions import labels, listed
from counterflow.kernel.rows import BoundDecision, DecisionDefinition, DecisionRequirements
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import Command, InstanceEvent, PartitionEvent, Rejection, RejectionType
from counterflow.kernel.work.budget import EVALUATION_FUEL
from counterflow.kernel.work.step import Step, Token
from counterflow.model.graph import Binding

if TYPE_CHECKING:
    from counterflow import dmn

VERSION_DIGITS = 18
"""More than any version has; text that an expression gives may have thousands."""
WARNINGS = 5
"""Warnings that are kept of one evaluation."""
TRACE_WEIGHT = 4
"""Bytes of a trace cost so many times those of a result: what many values hold is written for each."""
NULL = b"null"
_encode = msgspec.json.Encoder().encode


class EvaluatedValue(msgspec.Struct, frozen=True, gc=False):
    """What a column of a table was given, or gave. `value` is JSON."""

    id: str
    name: str
    value: msgspec.Raw


class TracedRule(msgspec.Struct, frozen=True, gc=False):
    """A rule that matched; `index` counts from 1, as tables are read."""

    id: str
    index: int
    outputs: tuple[EvaluatedValue, ...]


class TracedDecision(msgspec.Struct, frozen=True, gc=False):
    """One decision on the way to the answer, the required ones before those that need them.

    `output` is JSON.
    """

    key: int
    id: str
    name: str
    version: int
    type: str
    output: msgspec.Raw
    inputs: tuple[EvaluatedValue, ...] = ()
    rules: tuple[TracedRule, ...] = ()


_decode_trace = msgspec.json.Decoder(tuple[TracedDecision, ...])


class DecisionEvaluated(InstanceEvent, PartitionEvent, frozen=True):
    """A decision was evaluated, for an element instance (0: for a caller from outside).

    `output` is JSON, null where it failed; `evaluated` a JSON array of `TracedDecision`. `result` is kept
    only where the undo of the activity asks for it. `warnings` say why something on the way was null, the
    first few of them.
    """

    key: int
    element_instance_key: int
    decision_key: int
    decision_id: str
    version: int
    output: bytes
    evaluated: bytes
    failed_decision_id: str = ""
    failure: str = ""
    result: bytes | None = None
    warnings: tuple[str, ...] = ()


class EvaluateDecision(Command, frozen=True, kw_only=True, gc=False):
    """Evaluate a decision for a caller: the latest version of an id, else the version with this key.

    Answers an `DecisionEvaluation`.
    """

    decision_id: str = ""
    decision_key: int = 0
    variables: dict[str, bytes]


class DecisionEvaluation(msgspec.Struct, frozen=True):
    """What a decision gave.

    `key` names this evaluation; `output` is JSON, null where `failure` says why there is none.
    """

    key: int
    decision: DecisionDefinition
    requirements: DecisionRequirements
    output: bytes
    evaluated: tuple[TracedDecision, ...]
    failed_decision_id: str = ""
    failure: str = ""


# -- finding -------------------------------------------------------------------------------------------------


class NotFound(Exception):
    """There is no such decision; says what was looked for, what there is, and what to do."""


def find(
    state: State, decision_id: str, binding: Binding, which: str, deployment_key: int
) -> DecisionDefinition:
    """The version of a decision that a binding means. Raises `NotFound`."""
    decisions = state.decisions
    decision: DecisionDefinition | None = None
    if binding is Binding.LATEST:
        decision = decisions.latest.get(decision_id)
    elif binding is Binding.VERSION:
        decision = (
            decisions.version_of(decision_id, int(which))
            if which.isdecimal() and len(which) <= VERSION_DIGITS
            else None
        )
    elif binding is Binding.VERSION_TAG:
        decision = decisions.tagged(decision_id, which)
    else:
        bound = state.shared[BoundDecision].get((deployment_key, decision_id))
        decision = state.shared[DecisionDefinition].get(bound.decision_key) if bound is not None else None
    if decision is None or decision.deleted_at_ms is not None:
        raise NotFound(_missing(state, decision_id, binding, which))
    return decision


def _missing(state: State, decision_id: str, binding: Binding, which: str) -> str:
    versions = state.decisions.versions.get(decision_id, {})
    if not versions:
        there = listed(f"'{name}'" for name in sorted(state.decisions.latest)) or "none"
        return (
            f"no decision with id '{decision_id}' is deployed (deployed are: {there}); deploy it and resolve "
            "the incident"
        )
    there = listed(labels(versions.values()))
    if binding is Binding.DEPLOYMENT:
        return (
            f"decision '{decision_id}' was not deployed together with this version of the process (its "
            f"versions: {there}); deploy both together and start a new instance, or bind it to the latest "
            "version"
        )
    expected = f"version '{which}'" if binding is Binding.VERSION else f"version with tag '{which}'"
    return (
        f"decision '{decision_id}' has no {expected} (its versions: {there}); deploy it and resolve the "
        "incident"
    )


# -- evaluating ----------------------------------------------------------------------------------------------


def evaluate_for(
    token: Token, decision: DecisionDefinition, *, keep_result: bool
) -> tuple[DecisionEvaluation, dmn.DecisionResult]:
    """Evaluate a decision as an element sees its variables, and write it down.

    Answers also what the language has answered.
    """
    evaluated, result = _evaluate(token.step, decision, evaluation.ScopeView(token, token.key, {}))
    kept = evaluated.output if keep_result and not evaluated.failure else None
    token.emit(_event(token.step, evaluated, result, token.key, kept))
    return evaluated, result


def _evaluate(
    step: Step, decision: DecisionDefinition, context: feel.Variables
) -> tuple[DecisionEvaluation, dmn.DecisionResult]:
    """Evaluate a decision at the time of the command."""
    state, budget = step.state, step.budget
    model, left = state.decision_model(decision.requirements_key), budget.fuel_left
    result = model.evaluate(decision.decision_id, context, step.now_ms, step.new_seed(), left)
    budget.fuel_left -= EVALUATION_FUEL * (1 + len(result.trace)) + result.fuel_used
    requirements: DecisionRequirements = state.shared[DecisionRequirements][decision.requirements_key]
    failed, failure = _failure(step, decision, result, left)
    output = NULL
    try:
        output = feel.to_json(result.output) if not failure else NULL
    except feel.FeelValueError as error:
        failed, failure = decision.decision_id, str(error)
    key = step.new_key()
    trace = _trace(state, decision, requirements, result, step.limits.message_bytes)
    return DecisionEvaluation(key, decision, requirements, output, trace, failed, failure), result


def _failure(
    step: Step, decision: DecisionDefinition, result: dmn.DecisionResult, fuel_left: int
) -> tuple[str, str]:
    """The id of the decision that has failed, and why; empty where none has."""
    if result.failure is None:
        return "", ""
    is_spent = result.failure.kind == "fuel" and result.fuel_used >= fuel_left
    why = str(evaluation.budget_spent(step)) if is_spent else result.failure.message
    return result.failure.decision_id or decision.decision_id, why


def trace_of(evaluated: bytes) -> tuple[TracedDecision, ...]:
    """What an event says of the decisions on the way."""
    return _decode_trace.decode(evaluated)


def _event(
    step: Step,
    evaluated: DecisionEvaluation,
    result: dmn.DecisionResult,
    element_instance_key: int = 0,
    kept: bytes | None = None,
) -> DecisionEvaluated:
    trace = _encode(evaluated.evaluated)
    step.budget.pay_for(TRACE_WEIGHT * len(trace) + len(evaluated.output))
    if len(trace) > step.limits.variable_bytes:
        trace = _encode([_shortened(traced) for traced in evaluated.evaluated])
    warnings = tuple(dict.fromkeys(warning.message for warning in result.warnings))[:WARNINGS]
    decision = evaluated.decision
    return DecisionEvaluated(
        evaluated.key,
        element_instance_key,
        decision.key,
        decision.decision_id,
        decision.version,
        evaluated.output,
        trace,
        evaluated.failed_decision_id,
        evaluated.failure,
        kept,
        warnings,
    )


def _shortened(decision: TracedDecision) -> TracedDecision:
    """Of an evaluation too large for the log: which rules matched, without what went in and came out."""
    rules = tuple(replace(rule, outputs=()) for rule in decision.rules)
    return replace(decision, output=msgspec.Raw(NULL), inputs=(), rules=rules)


def _trace(
    state: State,
    decision: DecisionDefinition,
    requirements: DecisionRequirements,
    result: dmn.DecisionResult,
    most_bytes: int,
) -> tuple[TracedDecision, ...]:
    """What led to an answer; of values that are too large in all, which rules matched."""
    ids = (
        (evaluated.id or evaluated.name, evaluated) for evaluated in result.evaluated
    )  # a decision without an id goes by its name
    traced = _without_values if result.trace_bytes > most_bytes else _evaluated
    return tuple(
        traced(_row_of(state, decision, requirements, name), name, evaluated) for name, evaluated in ids
    )


def _row_of(
    state: State, decision: DecisionDefinition, requirements: DecisionRequirements, decision_id: str
) -> DecisionDefinition | None:
    """The deployed decision behind one that was required: of the same model, or of one that it imports."""
    if decision_id == decision.decision_id:
        return decision
    keys = [requirements.key]
    for key in keys:
        row = state.decisions.in_model(key, decision_id)
        if row is not None:
            return row
        imported = msgspec.json.decode(state.shared[DecisionRequirements][key].imported_keys, type=list[int])
        keys += (key for key in imported if key not in keys)
    return None


def _evaluated(
    row: DecisionDefinition | None, decision_id: str, decision: dmn.EvaluatedDecision
) -> TracedDecision:
    return replace(
        _without_values(row, decision_id, decision),
        output=_json(decision.output),
        inputs=tuple(EvaluatedValue(given.id, given.label, _json(given.value)) for given in decision.inputs),
        rules=tuple(
            TracedRule(
                rule.id,
                rule.index,
                tuple(EvaluatedValue(given.id, given.name, _json(given.value)) for given in rule.outputs),
            )
            for rule in decision.matched
        ),
    )


def _without_values(
    row: DecisionDefinition | None, decision_id: str, decision: dmn.EvaluatedDecision
) -> TracedDecision:
    """Which rules matched, without what went in and came out."""
    key, version = (row.key, row.version) if row is not None else (0, 0)
    return TracedDecision(
        key,
        decision_id,
        decision.name,
        version,
        decision.kind.upper().replace(" ", "_"),
        msgspec.Raw(NULL),
        rules=tuple(TracedRule(rule.id, rule.index, ()) for rule in decision.matched),
    )


def _json(value: feel.Value) -> msgspec.Raw:
    """A value on the way as JSON; a function or a range, which JSON cannot say, as its text."""
    try:
        return msgspec.Raw(feel.to_json(value))
    except feel.FeelValueError:
        return msgspec.Raw(_encode(feel.to_text(value)))


# -- the command ---------------------------------------------------------------------------------------------


def decide_evaluate(step: Step, command: EvaluateDecision) -> DecisionEvaluation:
    """EvaluateDecision of the gateway."""
    context = {name: msgspec.Raw(value) for name, value in command.variables.items()}
    evaluated, result = _evaluate(step, _meant_by(step.state, command), context)
    step.emit(_event(step, evaluated, result))
    return evaluated


def _meant_by(state: State, command: EvaluateDecision) -> DecisionDefinition:
    decision: DecisionDefinition | None
    if command.decision_id:
        decision, named = state.decisions.latest.get(command.decision_id), f"id '{command.decision_id}'"
    elif command.decision_key:
        decision, named = (
            state.shared[DecisionDefinition].get(command.decision_key),
            f"key '{command.decision_key}'",
        )
    else:
        raise Rejection(
            RejectionType.INVALID_ARGUMENT,
            "Expected to evaluate a decision by id or by key, but neither was given",
        )
    if decision is None or decision.deleted_at_ms is not None:
        there = listed(f"'{name}'" for name in sorted(state.decisions.latest)) or "none"
        raise Rejection(
            # stock clients know a missing decision by this status and these words
            RejectionType.INVALID_ARGUMENT,
            f"Expected to evaluate a decision, but no decision found for {named}; deployed are: {there}",
        )
    return decision


def _apply_evaluated(state: State, instance: InstanceState, event: DecisionEvaluated) -> None:
    if event.result is not None:
        state.put(replace(instance.elements[event.element_instance_key], result=event.result))


def _apply_evaluated_for_a_caller(state: State, event: DecisionEvaluated) -> None:
    """The answer is the caller's alone."""


OF_INSTANCE = {DecisionEvaluated: _apply_evaluated}
OF_PARTITION = {DecisionEvaluated: _apply_evaluated_for_a_caller}
COMMANDS = {EvaluateDecision: decide_evaluate}

"""What evaluating a decision answers: the output, and every decision that was made on the way to it."""

from __future__ import annotations

from typing import Literal

import msgspec

from counterflow.dmn.hit_policies import MANY
from counterflow.dmn.table import Decided
from counterflow.dmn.tree import Box, DecisionTable, DMNElement, LiteralExpression
from counterflow.dmn.tree import Decision as DecisionNode
from counterflow.feel.errors import FailureKind, FeelWarning
from counterflow.feel.run import Value

DecisionKind = Literal["decision table", "literal expression", "boxed expression", "no logic"]


class EvaluatedInput(msgspec.Struct, frozen=True):
    """One input of a table: id and label of its column, and the value that the rules were compared with."""

    id: str
    label: str
    value: Value


class EvaluatedOutput(msgspec.Struct, frozen=True):
    """One output of a rule that matched: id and name of its column, and the value."""

    id: str
    name: str
    value: Value


class MatchedRule(msgspec.Struct, frozen=True):
    """A rule that matched; `index` counts from 1, as tables are read."""

    id: str
    index: int
    outputs: tuple[EvaluatedOutput, ...]


class EvaluatedDecision(msgspec.Struct, frozen=True):
    """One decision on the way to the answer.

    `violation` says how the rules that matched broke the hit policy, and is empty if not.
    """

    id: str
    name: str
    kind: DecisionKind
    output: Value
    inputs: tuple[EvaluatedInput, ...] = ()
    matched: tuple[MatchedRule, ...] = ()
    violation: str = ""


class DecisionFailure(msgspec.Struct, frozen=True):
    """Why there is no trustworthy output.

    A limit was met, an assert() did not hold, or the rules that matched are not what the hit policy allows.
    """

    kind: FailureKind | Literal["hit policy"]
    decision_id: str
    message: str


Trace = tuple[tuple[DecisionNode, Decided], ...]


class DecisionResult(msgspec.Struct, frozen=True):
    """The answer, and all that led to it.

    With a `failure` the output is what the standard says (null and what follows from it), for those who want
    to go on.
    """

    decision_id: str
    decision_name: str
    output: Value
    warnings: tuple[FeelWarning, ...]
    failure: DecisionFailure | None
    trace: Trace
    fuel_used: int
    trace_bytes: int
    """About what all values of the trace take as JSON; as much as an answer may, if that is not known."""

    @property
    def evaluated(self) -> tuple[EvaluatedDecision, ...]:
        """All decisions that were evaluated, required ones first; the last is the one that was asked for."""
        return tuple(_evaluated(node, outcome) for node, outcome in self.trace)

    @property
    def inputs(self) -> tuple[EvaluatedInput, ...]:
        """The inputs of the decision that was asked for."""
        return self.evaluated[-1].inputs if self.trace else ()

    @property
    def rows(self) -> list[dict[str, Value]]:
        """The output as Camunda 7 hands it out: a row of named entries for each rule that counts.

        Anything else is one row; a table without a rule that matched gives none. An output without a name is
        called after the decision's variable.
        """
        if not self.trace:
            return []
        node, outcome = self.trace[-1]
        name = node.variable.name or node.id
        if not isinstance(node.logic, DecisionTable):
            return [{name: self.output}]
        if self.output is None and not outcome.hits:
            return []
        table = node.logic
        many = table.hit_policy in MANY and table.aggregation is None
        values = self.output if many and isinstance(self.output, list) else [self.output]
        name = table.outputs[0].name or name if table.outputs else name
        return [
            value if len(table.outputs) > 1 and isinstance(value, dict) else {name: value} for value in values
        ]

    @property
    def matched(self) -> tuple[MatchedRule, ...]:
        """The rules that matched in the decision that was asked for."""
        return self.evaluated[-1].matched if self.trace else ()


def _evaluated(node: DecisionNode, outcome: Decided) -> EvaluatedDecision:
    kind = _kind(node.logic)
    if not isinstance(node.logic, DecisionTable):
        return EvaluatedDecision(node.id, node.name, kind, outcome.output)
    table = node.logic
    columns = zip(table.inputs, outcome.inputs, strict=True)
    inputs = tuple(
        EvaluatedInput(_id(column, index), column.label, value)
        for index, (column, value) in enumerate(columns, 1)
    )
    matched = tuple(_matched(table, hit.index, hit.outputs) for hit in outcome.hits)
    return EvaluatedDecision(node.id, node.name, kind, outcome.output, inputs, matched, outcome.violation)


def _matched(table: DecisionTable, index: int, outputs: tuple[Value, ...]) -> MatchedRule:
    columns = zip(table.outputs, outputs, strict=True)
    evaluated = tuple(
        EvaluatedOutput(_id(column, number), column.name, value)
        for number, (column, value) in enumerate(columns, 1)
    )
    return MatchedRule(_id(table.rules[index], index + 1), index + 1, evaluated)


def _id(element: DMNElement, number: int) -> str:
    """Ids are optional in DMN; the place stands in for a missing one."""
    return element.id or str(number)


def _kind(logic: Box | None) -> DecisionKind:
    if logic is None:
        return "no logic"
    if isinstance(logic, DecisionTable):
        return "decision table"
    return "literal expression" if isinstance(logic, LiteralExpression) else "boxed expression"

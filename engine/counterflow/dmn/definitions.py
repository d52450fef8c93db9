"""A decision model ready to be evaluated: what the rest of the engine holds of DMN."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Final

import msgspec
from msgspec.structs import replace

from counterflow.dmn import tree
from counterflow.dmn.graph import (
    CompiledDecision,
    CompiledInput,
    CompiledService,
    Given,
    Graph,
    Memo,
    Outcomes,
    Plan,
)
from counterflow.dmn.result import DecisionFailure, DecisionResult
from counterflow.dmn.types import Type
from counterflow.documents.notes import ReadDocument
from counterflow.feel.errors import FeelFailure, cut, quoted
from counterflow.feel.run import ABSENT, Limits, Run, Value, Variables
from counterflow.feel.sizes import Sizes


class UnknownDecision(LookupError):
    """There is no decision or service of that id; the message names those that there are."""


class DecisionSummary(msgspec.Struct, frozen=True):
    """What a deployment says of a decision."""

    id: str
    name: str
    version_tag: str = ""


class Definitions:
    """A decision model, read once and evaluated many times, from any thread."""

    def __init__(
        self,
        model: tree.Model,
        graph: Graph,
        types: dict[str, Type],
        imported: dict[str, Definitions],
        limits: Limits,
    ) -> None:
        self.model = model
        self.graph = graph
        self.types = types
        self.imported = imported
        self._limits = limits
        own = {
            key: decision
            for key, decision in graph.decisions.items()
            if key.startswith(f"{model.namespace}#")
        }
        self._decisions = {decision.node.id or decision.node.name: decision for decision in own.values()}
        self._services = {
            service.node.id or service.node.name: service for service in graph.services.values()
        }
        self._plans: dict[str, Plan] = {}
        graph.givens = {key: self._given(data) for key, data in graph.inputs.items()}

    @property
    def namespace(self) -> str:
        """The namespace of the model, by which others import it."""
        return self.model.namespace

    @cached_property
    def decisions(self) -> tuple[DecisionSummary, ...]:
        """The decisions of the model itself, in document order."""
        nodes = [decision.node for decision in self._decisions.values()]
        return tuple(DecisionSummary(node.id or node.name, node.name, node.version_tag) for node in nodes)

    @cached_property
    def services(self) -> tuple[DecisionSummary, ...]:
        """The decision services of the model itself, in document order."""
        return tuple(
            DecisionSummary(service.node.id or service.node.name, service.node.name)
            for service in self._services.values()
        )

    def cycle(self) -> str:
        """A circle of decisions that need each other, in words; empty if there is none."""
        return self.graph.plan([decision.key for decision in self._decisions.values()]).cycle

    def evaluate(
        self, decision_id: str, context: Variables, now_ms: int = 0, seed: str = "", fuel: int | None = None
    ) -> DecisionResult:
        """Decide, with all that the decision requires. Raises UnknownDecision.

        `context` gives variables by `.get(name, default)`, as FEEL values or as `msgspec.Raw` JSON; those of
        an imported model `lib` are in its variable `lib`, or stand beside the others. `now_ms` is the time of
        now(), in epoch milliseconds, and `seed` that of uuid() and random number(); `fuel` is what the caller
        has left for it, where that may be less than the limit.
        """
        decision = self._decisions.get(decision_id)
        if decision is None:
            raise UnknownDecision(_unknown("decision", decision_id, self._decisions))
        return self._answer(decision.node, decision, context, now_ms, seed, fuel)

    def _plan(self, decision: CompiledDecision) -> Plan:
        """Made when it is first asked for: of a long chain, nobody evaluates every link."""
        plan = self._plans.get(decision.key)
        if plan is None:
            plan = self._plans[decision.key] = self.graph.plan([decision.key])
        return plan

    def evaluate_service(
        self, service_id: str, context: Variables, now_ms: int = 0, seed: str = ""
    ) -> DecisionResult:
        """Call a decision service with the variables named as its inputs. Raises UnknownDecision.

        One that is absent is null.
        """
        service = self._services.get(service_id)
        if service is None:
            raise UnknownDecision(_unknown("decision service", service_id, self._services))
        return self._answer(service.node, service, context, now_ms, seed)

    def _answer(
        self,
        node: tree.DRGElement,
        target: CompiledDecision | CompiledService,
        context: Variables,
        now_ms: int,
        seed: str,
        fuel: int | None = None,
    ) -> DecisionResult:
        limits = (
            self._limits if fuel is None or fuel >= self._limits.fuel else replace(self._limits, fuel=fuel)
        )
        run = Run(context, now_ms, limits, limits.fuel, seed=seed)
        outcomes: Outcomes = []
        memo: Memo = {}
        sizes = Sizes()
        output: Value = None
        failure: DecisionFailure | None = None
        try:
            output = self._output(run, target, memo, outcomes, sizes)
            sizes.to_write(run, output)
        except FeelFailure as stopped:
            output, failure = None, DecisionFailure(stopped.kind, node.id, str(stopped))
        except RecursionError:
            output, failure = (
                None,
                DecisionFailure("nesting", node.id, "the decision nests deeper than this machine's stack"),
            )
        trace_bytes = _trace_bytes(run, outcomes, sizes)
        trace = tuple([(decision.node, outcome) for decision, outcome in outcomes])
        return DecisionResult(
            node.id,
            node.name,
            output,
            tuple(run.warned),
            failure or _violation(outcomes),
            trace,
            run.fuel_used,
            trace_bytes,
        )

    def _output(
        self,
        run: Run,
        target: CompiledDecision | CompiledService,
        memo: Memo,
        outcomes: Outcomes,
        sizes: Sizes,
    ) -> Value:
        if isinstance(target, CompiledService):
            for key, name in zip(target.parameters, target.names, strict=True):
                given = self.graph.inputs.get(key)
                memo[key] = (
                    self.graph.given(given)(run)
                    if given
                    else _input_decision(run, name, self.graph.decisions.get(key))
                )
            return target.decide(run, memo, self.graph, outcomes, sizes)
        self._plan(target).carry_out(run, memo, self.graph, outcomes, sizes)
        return memo.get(target.key)

    # Inputs

    def _given(self, of: CompiledInput) -> Given:
        """How a variable from outside is read, and brought to its type.

        Only JSON has texts that stand for dates.
        """
        name, convert, read = of.node.variable.name, of.convert, of.type.read
        paths = self._paths(of, name)
        roots = (name,) if paths is None else tuple(path[0] for path in paths)

        def given(run: Run) -> Value:
            value = _named(run, name) if paths is None else _nested(run, paths)
            if value is None:
                return None
            if read is not None and any(type(run.variables.get(root, None)) is msgspec.Raw for root in roots):
                value = read(run, value)
            return value if convert is None else convert(run, value)

        return given

    def _paths(self, of: CompiledInput, name: str) -> tuple[tuple[str, ...], ...] | None:
        """The paths under which an imported input may be found, the longest first; None for an own one."""
        return tuple((*of.path[start:], name) for start in range(len(of.path) + 1)) if of.path else None


def _named(run: Run, name: str) -> Value:
    decoded = run.decoded
    value = decoded[name] if name in decoded else run.variable(name)
    return None if value is ABSENT else value


def _nested(run: Run, paths: tuple[tuple[str, ...], ...]) -> Value:
    for first, *rest in paths:
        value = _named(run, first)
        for name in rest:
            value = value.get(name) if isinstance(value, dict) else None
        if value is not None:
            return value
    return None


def _input_decision(run: Run, name: str, decision: CompiledDecision | None) -> Value:
    value = _named(run, name)
    if (
        decision is not None
        and decision.type.read is not None
        and type(run.variables.get(name, None)) is msgspec.Raw
    ):
        value = decision.type.read(run, value)
    return value if decision is None or decision.convert is None else decision.convert(run, value)


def _trace_bytes(run: Run, outcomes: Outcomes, sizes: Sizes) -> int:
    """What all outputs and inputs take, and what each rule gave; the limit if it is not known."""
    given = (
        value
        for _, outcome in outcomes
        for value in chain([outcome.output], outcome.inputs, *(hit.outputs for hit in outcome.hits))
    )
    try:
        return sum(sizes.of(run, value) for value in given)
    except (FeelFailure, RecursionError):
        return run.limits.result_bytes


def _violation(outcomes: Outcomes) -> DecisionFailure | None:
    for decision, outcome in outcomes:
        if outcome.violation:
            return DecisionFailure(
                "hit policy", decision.node.id, f"decision {decision.node.name!r}: {outcome.violation}"
            )
    return None


_LISTED: Final = 10


def _listed(ids: Iterable[str]) -> str:
    first = [cut(one) for one in heapq.nsmallest(_LISTED + 1, ids)]
    return ", ".join(first[:_LISTED]) + (", …" if len(first) > _LISTED else "")


def _unknown(kind: str, asked_id: str, known: Iterable[str]) -> str:
    return (
        f"expected the id of a {kind} of this model ({_listed(known) or 'it has none'}), found "
        f"{quoted(asked_id)}"
    )


@dataclass(frozen=True, slots=True)
class ReadDefinitions(ReadDocument):
    """A model as read, and what there is to say to its author; None where it was refused as a whole.

    What could not be compiled is in the findings, and null when evaluated.
    """

    definitions: Definitions | None = None

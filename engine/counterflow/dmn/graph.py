"""The requirements graph, compiled (DMN 1.5, 6.2 and 10.4).

It holds what each node needs, and how its value is made from that.

A decision's requirements become its local names, so FEEL finds them by position. What a decision needs is put
in order once, when the model is read; evaluating walks that list. Functions (business knowledge models and
decision services) are values that never change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter

from counterflow.dmn import tree
from counterflow.dmn.table import Decided, Table
from counterflow.dmn.types import Convert, Type
from counterflow.feel.run import Run, Value
from counterflow.feel.sizes import Sizes
from counterflow.feel.values import Code

_DECISION_FUEL = 8
"""What a decision takes beside its logic: its place in the trace, its names, its size."""

Memo = dict[str, Value]
"""Values of nodes by their keys (`namespace#id`), as far as they are known in one evaluation."""

Outcomes = list[tuple["CompiledDecision", Decided]]

Given = Callable[[Run], Value]
"""What reads an input from outside."""


@dataclass(frozen=True)
class CompiledInput:
    """Input data: a variable from outside. `path` are the names of the imports that lead to it."""

    key: str
    node: tree.InputData
    type: Type
    convert: Convert | None
    path: tuple[str, ...] = ()


@dataclass(frozen=True)
class Slot:
    """One local name of a decision or function: a node's value, or a context of those an import brings.

    `entry` is the output that the name means, of a table with several.
    """

    name: str
    keys: tuple[tuple[str, str], ...]
    imported: bool
    entry: str = ""

    def value(self, run: Run, memo: Mapping[str, Value], functions: Mapping[str, Value]) -> Value:
        """The value of the name, from those in `memo` or among the functions."""
        if self.imported:
            run.spend(len(self.keys))
            return {name: memo[key] if key in memo else functions.get(key) for name, key in self.keys}
        key = self.keys[0][1]
        value = memo[key] if key in memo else functions.get(key)
        return _entry(run, value, self.entry) if self.entry else value


def _entry(run: Run, value: Value, name: str) -> Value:
    """The output of that name; of several rules that count, the list of those."""
    if isinstance(value, list):
        run.spend(1 + len(value))
        return [_entry(run, output, name) for output in value]
    return value.get(name) if isinstance(value, dict) else None


@dataclass
class CompiledDecision:
    """A compiled decision: its logic is `code` or a `table`, whose local names are the slots."""

    key: str
    node: tree.Decision
    type: Type
    slots: tuple[Slot, ...]
    convert: Convert | None
    code: Code | None = None
    table: Table | None = None

    def decide(self, run: Run, memo: Memo, functions: Mapping[str, Value]) -> Decided:
        """Its outcome from the values of its requirements, which are all in `memo` or among the functions."""
        run.spend(_DECISION_FUEL + len(self.slots))
        local = tuple([slot.value(run, memo, functions) for slot in self.slots])
        if self.table is not None:
            return self._converted(run, self.table.decide(run, local))
        return self._converted(run, Decided(self.code(run, local) if self.code else None, ()))

    def _converted(self, run: Run, outcome: Decided) -> Decided:
        if self.convert is None:
            return outcome
        output = self.convert(run, outcome.output)
        return (
            outcome
            if output is outcome.output
            else Decided(output, outcome.inputs, outcome.hits, outcome.violation)
        )


@dataclass
class CompiledService:
    """A decision service: its parameters are its inputs, data before decisions (10.4)."""

    key: str
    node: tree.DecisionService
    parameters: tuple[str, ...]
    names: tuple[str, ...]
    outputs: tuple[str, ...]
    convert: Convert | None
    plan: Plan | None = None

    def decide(
        self,
        run: Run,
        memo: Memo,
        graph: Graph,
        outcomes: Outcomes | None = None,
        sizes: Sizes | None = None,
    ) -> Value:
        """Its output, from a memo that holds its parameters."""
        if self.plan is None:
            self.plan = graph.plan(self.outputs, frozenset(self.parameters))
        self.plan.carry_out(run, memo, graph, outcomes, sizes)
        values = {
            graph.decisions[key].node.variable.name: memo.get(key)
            for key in self.outputs
            if key in graph.decisions
        }
        output: Value = next(iter(values.values()), None) if len(self.outputs) == 1 else values
        return output if self.convert is None else self.convert(run, output)


@dataclass(frozen=True)
class Plan:
    """What must be decided, in order; inputs first. `cycle` says in words why it cannot be done."""

    inputs: tuple[CompiledInput, ...] = ()
    decisions: tuple[CompiledDecision, ...] = ()
    cycle: str = ""

    def carry_out(
        self, run: Run, memo: Memo, graph: Graph, outcomes: Outcomes | None, sizes: Sizes | None = None
    ) -> None:
        """Read the inputs and make the decisions, each into `memo`, with its outcome into `outcomes`.

        Warns if there is a circle. Raises FeelFailure when a limit is met: each result has to keep to the
        size that the answer may have, for what needs it may hold it many times. `sizes` are those that are
        known already.
        """
        sizes = sizes or Sizes()
        if self.cycle:
            run.warn("wrong value", f"{self.cycle}: the decision is null")
        for given in self.inputs:
            memo[given.key] = graph.given(given)(run)
        for decision in self.decisions:
            outcome = decision.decide(run, memo, graph.functions)
            sizes.of(run, outcome.output)
            memo[decision.key] = outcome.output
            if outcomes is not None:
                outcomes.append((decision, outcome))


@dataclass
class Graph:
    """All nodes by key, those of imported models included.

    `givens` says how the model at hand reads each input.
    """

    inputs: dict[str, CompiledInput] = field(default_factory=dict)
    decisions: dict[str, CompiledDecision] = field(default_factory=dict)
    functions: dict[str, Value] = field(default_factory=dict)
    services: dict[str, CompiledService] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    givens: dict[str, Given] = field(default_factory=dict)

    def given(self, of: CompiledInput) -> Given:
        """How the model at hand reads that input."""
        return self.givens[of.key]

    def include(self, other: Graph, prefix: str) -> None:
        """Take in the nodes of a model that is imported under the name `prefix`.

        Two ways to the same model have inputs, and so decisions, of their own.
        """

        def renamed(key: str) -> str:
            return imported(prefix, key) if key in other.inputs or key in other.decisions else key

        path = (prefix,) if prefix else ()
        self.names |= {renamed(key): name for key, name in other.names.items()}
        self.functions |= other.functions
        self.inputs |= {
            renamed(key): replace(data, key=renamed(key), path=(*path, *data.path))
            for key, data in other.inputs.items()
        }
        for key, decision in other.decisions.items():
            slots = tuple(
                replace(slot, keys=tuple((name, renamed(required)) for name, required in slot.keys))
                for slot in decision.slots
            )
            self.decisions[renamed(key)] = replace(decision, key=renamed(key), slots=slots)

    def plan(self, decisions: Iterable[str], preset: frozenset[str] = frozenset()) -> Plan:
        """What the wanted decisions need, in order; what is preset is known already."""
        sorter: TopologicalSorter[str] = TopologicalSorter()
        pending, seen = [key for key in decisions if key not in preset], set(preset)
        while pending:
            key = pending.pop()
            if key in seen:
                continue
            seen.add(key)
            required = self._required(key)
            sorter.add(key, *(needed for needed in required if needed not in preset))
            pending += required
        try:
            ordered = list(sorter.static_order())
        except CycleError as error:
            circle = " needs ".join(repr(self.names.get(key, key)) for key in reversed(error.args[1]))
            return Plan(cycle=f"decisions need each other in a circle ({circle})")
        inputs = tuple(self.inputs[key] for key in ordered if key in self.inputs)
        return Plan(inputs, tuple(self.decisions[key] for key in ordered if key in self.decisions))

    def _required(self, key: str) -> list[str]:
        decision = self.decisions.get(key)
        return [] if decision is None else [required for slot in decision.slots for _, required in slot.keys]


def imported(prefix: str, key: str) -> str:
    """The key of a node that was imported under a name."""
    return f"{prefix}/{key}" if prefix else key

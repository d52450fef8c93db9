"""The requirements graph, compiled (DMN 1.5, 6.2 and 10.4): what each node needs, and how its value is made from that.

A decision's requirements become its local names, so FEEL finds them by position. What a decision needs is put in order once, when the
model is read; evaluating walks that list. Functions (business knowledge models and decision services) are values that never change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from typing import Final

from counterflow.dmn import tree
from counterflow.dmn.boxed import Boxes, typed_function
from counterflow.dmn.table import Outcome, Table
from counterflow.dmn.types import Convert, Type, converter
from counterflow.feel.compiler import Surroundings
from counterflow.feel.run import Local, Run, Value
from counterflow.feel.scope import Scope, Variable
from counterflow.feel.values import Code, Function

Memo = dict[str, Value]
"""Values of nodes by their keys (`namespace#id`), as far as they are known in one evaluation."""

Outcomes = list[tuple["Decision", Outcome]]

Given = Callable[[Run], Value]
"""What reads an input from outside."""


@dataclass(frozen=True)
class Input:
    """Input data: a variable from outside. `path` are the names of the imports that lead to it."""

    key: str
    node: tree.InputData
    type: Type
    convert: Convert | None
    path: tuple[str, ...] = ()


@dataclass(frozen=True)
class Slot:
    """One local name of a decision or function: a node's value, or the values that an import brings, as a context."""

    name: str
    keys: tuple[tuple[str, str], ...]
    imported: bool

    def value(self, memo: Mapping[str, Value], functions: Mapping[str, Value]) -> Value:
        if self.imported:
            return {name: memo[key] if key in memo else functions.get(key) for name, key in self.keys}
        key = self.keys[0][1]
        return memo[key] if key in memo else functions.get(key)


@dataclass
class Decision:
    key: str
    node: tree.Decision
    type: Type
    slots: tuple[Slot, ...]
    convert: Convert | None
    code: Code | None = None
    table: Table | None = None

    def decide(self, run: Run, memo: Memo, functions: Mapping[str, Value]) -> Outcome:
        """Its value from those of its requirements, which are all in `memo` or among the functions."""
        local = tuple([slot.value(memo, functions) for slot in self.slots])
        if self.table is not None:
            return self._converted(run, self.table.decide(run, local))
        return self._converted(run, Outcome(self.code(run, local) if self.code else None, ()))

    def _converted(self, run: Run, outcome: Outcome) -> Outcome:
        if self.convert is None:
            return outcome
        output = self.convert(run, outcome.output)
        return outcome if output is outcome.output else Outcome(output, outcome.inputs, outcome.hits, outcome.violation)


@dataclass
class Service:
    """A decision service: its parameters are its inputs, data before decisions (10.4)."""

    key: str
    node: tree.DecisionService
    parameters: tuple[str, ...]
    names: tuple[str, ...]
    outputs: tuple[str, ...]
    convert: Convert | None
    plan: Plan | None = None

    def decide(self, run: Run, memo: Memo, graph: Graph, outcomes: Outcomes | None = None) -> Value:
        """Its output, from a memo that holds its parameters."""
        if self.plan is None:
            self.plan = graph.plan(self.outputs, frozenset(self.parameters))
        self.plan.carry_out(run, memo, graph, outcomes)
        values = {graph.decisions[key].node.variable.name: memo.get(key) for key in self.outputs if key in graph.decisions}
        output: Value = next(iter(values.values()), None) if len(self.outputs) == 1 else values
        return output if self.convert is None else self.convert(run, output)


@dataclass(frozen=True)
class Plan:
    """What must be decided, in order; inputs first."""

    inputs: tuple[Input, ...] = ()
    decisions: tuple[Decision, ...] = ()
    cycle: str = ""

    def carry_out(self, run: Run, memo: Memo, graph: Graph, outcomes: Outcomes | None) -> None:
        if self.cycle:
            run.warn("wrong value", f"{self.cycle}: the decision is null")
        for given in self.inputs:
            memo[given.key] = graph.given(given)(run)
        for decision in self.decisions:
            outcome = decision.decide(run, memo, graph.functions)
            memo[decision.key] = outcome.output
            if outcomes is not None:
                outcomes.append((decision, outcome))


@dataclass
class Graph:
    """All nodes by key, those of imported models included; `givens` says how the model at hand reads each input."""

    inputs: dict[str, Input] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    functions: dict[str, Value] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    givens: dict[str, Given] = field(default_factory=dict)

    def given(self, of: Input) -> Given:
        return self.givens[of.key]

    def include(self, other: Graph, prefix: str) -> None:
        """Take in the nodes of an imported model. Two ways to the same model have inputs, and so decisions, of their own."""

        def renamed(key: str) -> str:
            return imported(prefix, key) if key in other.inputs or key in other.decisions else key

        path = (prefix,) if prefix else ()
        self.names |= {renamed(key): name for key, name in other.names.items()}
        self.functions |= other.functions
        self.inputs |= {renamed(key): replace(each, key=renamed(key), path=(*path, *each.path)) for key, each in other.inputs.items()}
        for key, decision in other.decisions.items():
            slots = tuple(replace(slot, keys=tuple((name, renamed(each)) for name, each in slot.keys)) for slot in decision.slots)
            self.decisions[renamed(key)] = replace(decision, key=renamed(key), slots=slots)

    def plan(self, wanted: Iterable[str], preset: frozenset[str] = frozenset()) -> Plan:
        """What the wanted decisions need, in order; what is preset is known already."""
        sorter: TopologicalSorter[str] = TopologicalSorter()
        pending, seen = [key for key in wanted if key not in preset], set(preset)
        while pending:
            key = pending.pop()
            if key in seen:
                continue
            seen.add(key)
            required = self._required(key)
            sorter.add(key, *(each for each in required if each not in preset))
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


# Compiling the nodes of one model

_NO_TYPE: Final = ""


class GraphBuilder:
    """Compiles the nodes of a model into a graph that holds the imported nodes already."""

    def __init__(self, graph: Graph, model: tree.Model, boxes: Boxes, around: Surroundings, imports: Mapping[str, str]) -> None:
        self.graph = graph
        self.model = model
        self.boxes = boxes
        self.around = around
        self.imports = imports  # names by namespace

    def build(self) -> None:
        keyed = {f"{self.model.namespace}#{node.id or node.name}": node for node in self.model.nodes}
        self.graph.names |= {key: node.variable.name for key, node in keyed.items()}
        for key, node in keyed.items():
            if isinstance(node, tree.InputData):
                of = self.boxes.type(node.variable.type_ref, node.line)
                self.graph.inputs[key] = Input(key, node, of, converter(of, f"the input {node.variable.name!r}"))
        # Functions before decisions, because these hold them; services last, because they plan with decisions.
        for key, node in keyed.items():
            self.boxes.notes.of = node.id
            if isinstance(node, tree.BusinessKnowledgeModel):
                self.graph.functions[key] = self._knowledge(key, node)
        for key, node in keyed.items():
            self.boxes.notes.of = node.id
            if isinstance(node, tree.Decision):
                self.graph.decisions[key] = self._decision(key, node)
        for key, node in keyed.items():
            if isinstance(node, tree.DecisionService):
                self.graph.services[key] = service = self._service(key, node)
                self.graph.functions[key] = self._service_function(service)

    def _slots(self, node: tree.Node, requires: Sequence[str]) -> tuple[Slot, ...]:
        known = [self._key(key) for key in dict.fromkeys(requires) if self._is_known(node, key)]
        own: dict[str, Slot] = {}
        brought: dict[str, list[tuple[str, str]]] = {}
        for key in known:
            prefix, name = self._prefix(key), self.graph.names[key]
            if prefix:
                brought.setdefault(prefix, []).append((name, key))
            else:
                own[name] = Slot(name, ((name, key),), imported=False)
        return (*(Slot(name, tuple(keys), imported=True) for name, keys in brought.items()), *own.values())

    def _prefix(self, key: str) -> str:
        return next((prefix for space, prefix in self.imports.items() if key.removeprefix(f"{prefix}/").startswith(f"{space}#")), "")

    def _key(self, key: str) -> str:
        """The key in this graph of what an href refers to: imported functions keep theirs."""
        prefixed = imported(self.imports.get(key.partition("#")[0], ""), key)
        return prefixed if prefixed in self.graph.names else key

    def _is_known(self, node: tree.Node, key: str) -> bool:
        if self._key(key) in self.graph.names:
            return True
        message = f"expected a requirement that is in the model or imported, found '{key}'."
        self.boxes.notes.error(node.line, node.id, "requirement", message, "Draw the requirement again, or import its model.")
        return False

    def _inside(self, slots: tuple[Slot, ...], *more: str) -> Surroundings:
        return self.around.plus(*(Variable(name) for name in (*(slot.name for slot in slots), *more)))

    def _decision(self, key: str, node: tree.Decision) -> Decision:
        slots = self._slots(node, node.requires)
        of = self.boxes.type(node.variable.type_ref, node.line)
        decision = Decision(key, node, of, slots, converter(of, f"the decision {node.variable.name!r}"))
        around = self._inside(slots)
        if isinstance(node.logic, tree.DecisionTable) and self.boxes.type(node.logic.type_ref).name == "Any":
            decision.table = self.boxes.table(node.logic, around)
        elif isinstance(node.logic, tree.DecisionTable):
            decision.table = self.boxes.table(node.logic, around)
            decision.convert = _both(converter(self.boxes.type(node.logic.type_ref), "the table"), decision.convert)
        else:
            decision.code = self.boxes.code(node.logic, around)
        return decision

    def _result(self, node: tree.Node) -> Type:
        """What calling the node gives: models before DMN 1.2 name that type, later ones a type of functions."""
        of = self.boxes.type(node.variable.type_ref, node.line)
        return of.result or (self.boxes.type(_NO_TYPE) if of.name == "function" else of)

    def _knowledge(self, key: str, node: tree.BusinessKnowledgeModel) -> Value:
        logic = node.logic
        if logic is None:
            return None
        slots = self._slots(node, [*node.requires, key])
        names = [parameter.name for parameter in logic.parameters]
        convert = converter(self._result(node), f"the result of {node.variable.name!r}")
        if logic.kind is tree.FunctionKind.FEEL:
            body = self.boxes.code(logic.body, self._inside(slots, *names))
        else:
            body = _called(self.boxes.code(logic, self._inside(slots)), len(slots))
        functions = self.graph.functions

        def call(run: Run, arguments: list[Value]) -> Value:
            result = body(run, (*[slot.value(functions, functions) for slot in slots], *arguments))
            return result if convert is None else convert(run, result)

        return typed_function(self.boxes, node.variable.name, logic.parameters, node.line)(call)

    def _service(self, key: str, node: tree.DecisionService) -> Service:
        parameters = tuple(self._key(each) for each in (*node.input_data, *node.input_decisions) if self._is_known(node, each))
        names = tuple(self.graph.names[each] for each in parameters)
        outputs = tuple(self._key(each) for each in node.outputs)
        return Service(key, node, parameters, names, outputs, converter(self._result(node), f"the service {node.name!r}"))

    def _service_function(self, service: Service) -> Function:
        graph = self.graph
        parameters = tuple(self._parameter(key, name) for key, name in zip(service.parameters, service.names, strict=True))
        made = typed_function(self.boxes, service.node.variable.name, parameters, service.node.line)
        return made(lambda run, arguments: service.decide(run, dict(zip(service.parameters, arguments, strict=True)), graph))

    def _parameter(self, key: str, name: str) -> tree.InformationItem:
        known = self.graph.inputs.get(key) or self.graph.decisions.get(key)
        return tree.InformationItem(name, known.node.variable.type_ref if known else "")


def _both(first: Convert | None, second: Convert | None) -> Convert | None:
    if first is None or second is None:
        return first or second
    return lambda run, value: second(run, first(run, value))


def _called(function: Code, count: int) -> Code:
    """Call what the code finds with the local names behind the first `count`."""

    def call(run: Run, local: Local) -> Value:
        found = function(run, local[:count])
        return found.call(run, list(local[count:])) if isinstance(found, Function) else None

    return call


EMPTY: Final = Surroundings(Scope())

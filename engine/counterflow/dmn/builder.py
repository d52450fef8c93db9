"""The nodes of one model, compiled into a graph that holds the imported ones already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeVar

from counterflow.dmn import tree
from counterflow.dmn.boxed import Boxes, typed_function
from counterflow.dmn.graph import CompiledDecision, CompiledInput, CompiledService, Graph, Slot, imported
from counterflow.dmn.requirements import OfferedName, Requirement, next_names, offered_names, offers
from counterflow.dmn.types import Convert, Type, converter
from counterflow.feel.compiler import Surroundings
from counterflow.feel.run import Local, Run, Value
from counterflow.feel.scope import LocalVariable
from counterflow.feel.values import Code, Function

T = TypeVar("T")

_NO_TYPE: Final = ""


class GraphBuilder:
    """Compiles the nodes of a model into a graph that holds the imported nodes already."""

    def __init__(
        self, graph: Graph, model: tree.Model, boxes: Boxes, around: Surroundings, imports: Mapping[str, str]
    ) -> None:
        self.graph = graph
        self.model = model
        self.boxes = boxes
        self.around = around
        self.imports = imports  # names by namespace
        self._nodes: dict[str, tree.DRGElement] = {}

    def build(self) -> None:
        """Enter every node of the model into the graph; what cannot be compiled is noted."""
        keyed = {f"{self.model.namespace}#{node.id or node.name}": node for node in self.model.nodes}
        self.graph.names |= {key: node.variable.name for key, node in keyed.items()}
        self._nodes = keyed
        for key, node in keyed.items():
            if isinstance(node, tree.InputData):
                of = self.boxes.type(node.variable.type_ref, node.line)
                self.graph.inputs[key] = CompiledInput(
                    key, node, of, converter(of, f"the input {node.variable.name!r}")
                )
        # Functions before decisions, because these hold them; services last, because they plan with
        # decisions.
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

    def _resolved(
        self, node: tree.DRGElement, requires: Sequence[str], compiled: Callable[[Surroundings], T]
    ) -> tuple[tuple[Slot, ...], T]:
        """The local names of a node, and its logic compiled among them.

        It is compiled again as long as a requirement that no expression reads has further names to try.
        """
        known = [self._key(key) for key in dict.fromkeys(requires) if self._is_known(node, key)]
        imported_slots = self._imported_slots(known)
        requirements = [self._requirement(node, key) for key in known if not self._prefix(key)]
        findings = len(self.boxes.notes)
        while True:
            offered = offers(requirements)
            variables = (
                *(LocalVariable(slot.name) for slot in imported_slots),
                *(offer.variable for offer in offered.values()),
            )
            made = compiled(self.around.plus(*variables))
            if not next_names(requirements, offered):
                break
            self.boxes.notes.forget(findings)
        if not self.boxes.notes.has_errors(since=findings):
            self._warn_of_unread(node, [one for one in requirements if not one.is_read(offered)])
        return (*imported_slots, *(offer.slot for offer in offered.values())), made

    def _imported_slots(self, keys: Iterable[str]) -> tuple[Slot, ...]:
        """What imports bring: a context for each, in which a decision is found by all its names."""
        brought: dict[str, dict[str, str]] = {}
        for key in keys:
            if prefix := self._prefix(key):
                decision = self.graph.decisions.get(key)
                others = offered_names(decision.node, camunda=False) if decision is not None else ()
                names = (
                    *(other.name for group in others for other in group if not other.entry),
                    self.graph.names[key],
                )
                brought.setdefault(prefix, {}).update(dict.fromkeys(names, key))
        return tuple(Slot(name, tuple(keys.items()), imported=True) for name, keys in brought.items())

    def _requirement(self, node: tree.DRGElement, key: str) -> Requirement:
        required = self._nodes.get(key)
        if required is None:
            return Requirement(key, "", ((OfferedName(self.graph.names[key]),),))
        names = offered_names(required, camunda=self.model.camunda)
        if required is node:
            return Requirement(key, "", names[:1])  # a function that may call itself
        label = required.name or required.id if isinstance(required, tree.Decision) else ""
        return Requirement(key, label, names, isinstance(required, tree.InputData))

    def _warn_of_unread(self, node: tree.DRGElement, unread: Iterable[Requirement]) -> None:
        for requirement in (one for one in unread if one.label):
            message = (
                f"expected an expression that reads '{requirement.label}', which is required here, "
                f"found none of the names {requirement.spellings}."
            )
            remedy = "Write the first of these names where its result is meant, or remove the requirement."
            self.boxes.notes.warning(node, "requirement-unread", message, remedy)

    def _prefix(self, key: str) -> str:
        return next(
            (
                prefix
                for space, prefix in self.imports.items()
                if key.removeprefix(f"{prefix}/").startswith(f"{space}#")
            ),
            "",
        )

    def _key(self, key: str) -> str:
        """The key in this graph of what an href refers to: imported functions keep theirs."""
        prefixed = imported(self.imports.get(key.partition("#")[0], ""), key)
        return prefixed if prefixed in self.graph.names else key

    def _is_known(self, node: tree.DRGElement, key: str) -> bool:
        if self._key(key) in self.graph.names:
            return True
        message = f"expected a requirement that is in the model or imported, found '{key}'."
        self.boxes.notes.error(
            node, "requirement", message, "Draw the requirement again, or import its model."
        )
        return False

    def _decision(self, key: str, node: tree.Decision) -> CompiledDecision:
        of = self.boxes.type(node.variable.type_ref, node.line)
        convert = converter(of, f"the decision {node.variable.name!r}")
        logic = node.logic
        if isinstance(logic, tree.DecisionTable):
            slots, table = self._resolved(node, node.requires, lambda around: self.boxes.table(logic, around))
            convert = _both(converter(self.boxes.type(logic.type_ref), "the table"), convert)
            return CompiledDecision(key, node, of, slots, convert, table=table)
        slots, code = self._resolved(node, node.requires, lambda around: self.boxes.code(logic, around))
        return CompiledDecision(key, node, of, slots, convert, code)

    def _result(self, node: tree.DRGElement) -> Type:
        """The type that calling the node gives.

        Models before DMN 1.2 name that type, later ones a type of functions.
        """
        of = self.boxes.type(node.variable.type_ref, node.line)
        return of.result or (self.boxes.type(_NO_TYPE) if of.name == "function" else of)

    def _knowledge(self, key: str, node: tree.BusinessKnowledgeModel) -> Value:
        logic = node.logic
        if logic is None:
            return None
        slots, body = self._resolved(node, [*node.requires, key], lambda around: self._body(logic, around))
        convert = converter(self._result(node), f"the result of {node.variable.name!r}")
        functions = self.graph.functions

        def call(run: Run, arguments: list[Value]) -> Value:
            run.spend(len(slots))
            result = body(run, (*[slot.value(run, functions, functions) for slot in slots], *arguments))
            return result if convert is None else convert(run, result)

        return typed_function(self.boxes, node.variable.name, logic.parameters, node.line)(call)

    def _body(self, logic: tree.BoxedFunction, around: Surroundings) -> Code:
        """The code of a function, which finds its arguments behind the names around it."""
        if logic.kind is tree.FunctionKind.FEEL:
            return self.boxes.code(
                logic.body, around.plus(*(LocalVariable(parameter.name) for parameter in logic.parameters))
            )
        return _called(self.boxes.code(logic, around), around.scope.size)

    def _service(self, key: str, node: tree.DecisionService) -> CompiledService:
        parameters = tuple(
            self._key(reference)
            for reference in (*node.input_data, *node.input_decisions)
            if self._is_known(node, reference)
        )
        names = tuple(self.graph.names[key] for key in parameters)
        outputs = tuple(self._key(reference) for reference in node.outputs)
        return CompiledService(
            key,
            node,
            parameters,
            names,
            outputs,
            converter(self._result(node), f"the service {node.name!r}"),
        )

    def _service_function(self, service: CompiledService) -> Function:
        graph = self.graph
        parameters = tuple(
            self._parameter(key, name) for key, name in zip(service.parameters, service.names, strict=True)
        )
        made = typed_function(self.boxes, service.node.variable.name, parameters, service.node.line)
        return made(
            lambda run, arguments: service.decide(
                run, dict(zip(service.parameters, arguments, strict=True)), graph
            )
        )

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
        target = function(run, local[:count])
        return target.call(run, list(local[count:])) if isinstance(target, Function) else None

    return call

"""The nodes of one model, compiled into a graph that holds the imported ones already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from counterflow.dmn import tree
from counterflow.dmn.boxed import Boxes, typed_function
from counterflow.dmn.graph import Decision, Graph, Input, Service, Slot, imported
from counterflow.dmn.types import Convert, Type, converter
from counterflow.feel.compiler import Surroundings
from counterflow.feel.run import Local, Run, Value
from counterflow.feel.scope import Variable
from counterflow.feel.values import Code, Function

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
        if isinstance(node.logic, tree.DecisionTable):
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

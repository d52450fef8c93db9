"""Variables: the JSON values of a scope, who sees them, and how documents and mappings change them.

A variable is looked up from the asking element outwards; the nearest scope that has the name wins. A document
without a scope of its own is *propagated*: each variable goes to the nearest scope that has its name, else to
the process (Zeebe's rule for job results and SetVariables). Values stay JSON text from the wire to the row
and back; they are decoded only when an expression asks for them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from counterflow import feel
from counterflow.feel import Expression
from counterflow.feel.errors import MissingVariable
from counterflow.feel.values import a_kind
from counterflow.kernel.instance_state import InstanceState
from counterflow.kernel.output_collections import being_built
from counterflow.kernel.records import Command, Event, Rejection, RejectionType
from counterflow.kernel.rows import ElementInstance, Variable
from counterflow.kernel.state import State
from counterflow.kernel.step import BYTES_PER_FUEL, Step
from counterflow.model.graph import Node

Document = Mapping[str, bytes]
"""Variables by name, each value JSON text."""

SHOWN = 100
"""Characters of a value that an incident shows."""
_NOTHING: Document = {}
_encode_name = msgspec.json.Encoder().encode


class VariablesSet(Event, frozen=True, array_like=True, tag=20, gc=False):
    """Variables of one scope have got these values (JSON text)."""

    scope_key: int
    values: dict[str, bytes]


class VariableDocumentUpdated(Event, frozen=True, array_like=True, tag=21, gc=False):
    """A document was set from outside; `key` is what its caller was answered."""

    key: int
    scope_key: int


class VariablesRemoved(Event, frozen=True, array_like=True, tag=22, gc=False):
    """Variables of one scope are no more: they were handed on to another."""

    scope_key: int
    names: tuple[str, ...]


class ResultsHeld(Event, frozen=True, array_like=True, tag=23, gc=False):
    """What an element leaves behind found no room outside: it waits in the element's own scope until an
    incident is resolved.
    """

    element_instance_key: int
    values: dict[str, bytes]


class ResultsReleased(Event, frozen=True, array_like=True, tag=24, gc=False):
    """What was held has gone out. Variables of these names are no longer the element's own."""

    element_instance_key: int
    names: tuple[str, ...]


class SetVariables(Command, frozen=True, kw_only=True, gc=False):
    """Set variables from outside, seen from an element instance: in its own scope only, or propagated.
    Answers a key.
    """

    element_instance_key: int
    variables: dict[str, bytes]
    local: bool = False


class MappingFailed(Exception):
    """An expression of a mapping gave no value that a variable can hold. Becomes an incident
    IO_MAPPING_ERROR.
    """


class DocumentTooLarge(Rejection):
    """Variables that a scope has no room for: the caller's mistake in a document of theirs, anywhere else an
    incident IO_MAPPING_ERROR.
    """


class ScopeView:
    """Variables as an expression at some element sees them: nearest scope first. What FEEL asks for names.

    `over` is seen before every scope: what earlier mappings of the same element have made. The command pays
    for what is read.
    """

    __slots__ = ("_instance", "_over", "_scope_key", "_step")

    def __init__(self, step: Step, scope_key: int, over: Document) -> None:
        self._step = step
        self._instance = step.current()
        self._scope_key = scope_key
        self._over = over

    def get(self, name: str, default: Any = None) -> Any:
        """The variable's JSON text, to be decoded by who needs it; `default` if no scope has it."""
        value = self._over[name] if name in self._over else self._look_up(name)
        if value is None:
            return default
        if len(value) >= BYTES_PER_FUEL:
            self._step.pay_for(len(value))
        return msgspec.Raw(value)

    def _look_up(self, name: str) -> bytes | None:
        instance, key = self._instance, self._scope_key
        while key:
            scope = instance.variables.get(key)
            if scope is not None and name in scope:
                return scope[name]
            element = instance.elements.get(key)
            if element is None:
                return None
            if element.loop_counter < 0 and (value := being_built(self._step, element, name)) is not None:
                return value
            key = element.scope_key
        return None


def lookup(instance: InstanceState, scope_key: int, name: str) -> bytes | None:
    """The value of a variable as seen from a scope."""
    key = scope_key
    while key:
        scope = instance.variables.get(key)
        if scope is not None and name in scope:
            return scope[name]
        element = instance.elements.get(key)
        key = element.scope_key if element is not None else 0
    return None


def visible(instance: InstanceState, scope_key: int, names: Iterable[str] = ()) -> dict[str, bytes]:
    """All variables seen from a scope, by name, or those of `names` that exist."""
    chosen = list(names)
    if chosen:
        found = ((name, lookup(instance, scope_key, name)) for name in chosen)
        return {name: value for name, value in found if value is not None}
    scopes = []
    key = scope_key
    while key:
        if key in instance.variables:
            scopes.append(instance.variables[key])
        element = instance.elements.get(key)
        key = element.scope_key if element is not None else 0
    merged: dict[str, bytes] = {}
    for scope in reversed(scopes):
        merged.update(scope)
    return dict(sorted(merged.items()))


def to_object(document: Document) -> bytes:
    """A document as one JSON object."""
    return b"{" + b",".join(_encode_name(name) + b":" + value for name, value in document.items()) + b"}"


def from_object(text: bytes) -> dict[str, bytes]:
    """One JSON object as a document."""
    return {
        name: bytes(value) for name, value in msgspec.json.decode(text, type=dict[str, msgspec.Raw]).items()
    }


def set_local(step: Step, scope_key: int, document: Document) -> None:
    """Set variables in one scope; those that have the value already are left alone. Raises
    `DocumentTooLarge`.
    """
    _refuse_oversize(step, scope_key, document)
    carry(step, scope_key, document)


def carry(step: Step, scope_key: int, document: Document) -> None:
    """Like `set_local`, of what was measured where it came from, or is about to go on to another scope: the
    limit is not asked.
    """
    present = step.current().variables.get(scope_key)
    changed = {
        name: value for name, value in document.items() if present is None or present.get(name) != value
    }
    if changed:
        step.emit(VariablesSet(scope_key, changed))


def refuse_large(step: Step, document: Document) -> None:
    """A caller's document has to fit into a scope of its own. Raises `DocumentTooLarge`."""
    if _bytes_of(document) > step.limits.variable_bytes:
        raise _too_large(step, "the variables", _bytes_of(document), document)


def propagate(step: Step, scope_key: int, document: Document) -> None:
    """Set each variable in the nearest scope from here outwards that has it, else in the process: all, or
    `DocumentTooLarge`.
    """
    instance = step.current()
    by_scope: dict[int, dict[str, bytes]] = {}
    for name, value in document.items():
        by_scope.setdefault(_home_of(instance, scope_key, name), {})[name] = value
    for target, values in by_scope.items():
        _refuse_oversize(step, target, values)
    for target, values in by_scope.items():
        carry(step, target, values)


def hand_out(step: Step, element: ElementInstance, node: Node, document: Document) -> None:
    """Results of an element leave it: propagated from the element itself, so that what its input mappings
    made takes them.

    Raises `DocumentTooLarge`.
    """
    own, outside = whereto(step, element, node)
    set_local(step, element.key, {name: value for name, value in document.items() if name in own})
    propagate(step, outside, {name: value for name, value in document.items() if name not in own})


def whereto(step: Step, element: ElementInstance, node: Node) -> tuple[Collection[str], int]:
    """Which names of its results stay an element's own, and the scope from which the others find theirs.

    A compensation handler also carries variables of the past in its own scope; these take nothing, the
    results go out. Of a multi-instance handler it is the body that carries them, around the instances.
    """
    if element.undo_key:
        return {mapping.target[0] for mapping in node.inputs}, element.scope_key
    body = step.current().elements[element.scope_key] if element.loop_counter > 0 else None
    outside = body.scope_key if body is not None and body.undo_key else element.scope_key
    return step.current().variables.get(element.key, {}).keys(), outside


def hold(step: Step, element: ElementInstance, document: Document) -> None:
    """What is to leave an element finds no room: it waits in the element's own scope, where a person can make
    it smaller.
    """
    step.emit(ResultsHeld(element.key, dict(document)))


def release(step: Step, element: ElementInstance, node: Node, *, stay: bool) -> None:
    """What was held goes out, as it is by now; with `stay` the element keeps it for its output mappings.
    Raises `DocumentTooLarge`.
    """
    own = step.current().variables.get(element.key, {})
    held = [name for name in _held_by(element) if name in own]
    _, outside = whereto(step, element, node)
    propagate(step, outside, {name: own[name] for name in held})
    step.emit(ResultsReleased(element.key, () if stay else tuple(held)))


def hand_on(step: Step, scope_key: int, names: Iterable[str]) -> dict[str, bytes]:
    """Take variables out of a scope that only carried them. Answers them."""
    present = step.current().variables.get(scope_key, {})
    carried = {name: present[name] for name in names}
    if carried:
        step.emit(VariablesRemoved(scope_key, tuple(carried)))
    return carried


def restore(step: Step, scope_key: int, before: Document) -> None:
    """A scope has again what it had before."""
    present = step.current().variables.get(scope_key, {})
    made = tuple(name for name in sorted(present) if name not in before)
    if made:
        step.emit(VariablesRemoved(scope_key, made))
    carry(step, scope_key, before)


def evaluate(
    step: Step, scope_key: int, expression: Expression, over: Document = _NOTHING
) -> feel.Evaluation:
    """An expression as seen from a scope, at the time of the command; `over` hides what the scopes have."""
    return evaluate_in(step, ScopeView(step, scope_key, over), expression)


def evaluate_in(step: Step, context: feel.Variables, expression: Expression) -> feel.Evaluation:
    """An expression at the time of the command, on what the command has left of its fuel."""
    left = step.fuel_left
    if left <= 0:
        return feel.Evaluation(None, (), budget_spent(step))
    evaluation = expression.evaluate(context, step.now_ms, step.new_seed(), left)
    step.fuel_left -= 1 + evaluation.fuel_used + len(expression.text) // BYTES_PER_FUEL
    if evaluation.failure is not None and evaluation.failure.kind == "fuel" and evaluation.fuel_used >= left:
        return feel.Evaluation(None, evaluation.warnings, budget_spent(step), evaluation.fuel_used)
    return evaluation


def budget_spent(step: Step) -> feel.FeelFailure:
    """Why a command stops evaluating: one more would keep everybody else waiting."""
    return feel.FeelFailure(
        "fuel",
        f"the expressions and decisions of this one command have spent its budget of {step.limits.fuel} "
        "steps (a new command, such as resolving this incident, has a new one; to need less, let fewer "
        "instances begin at once, or let them compute less)",
    )


def found_in(evaluation: feel.Evaluation) -> str:
    """What an evaluation has given in place of what was expected, in words."""
    if evaluation.failure is not None:
        return str(evaluation.failure)
    if evaluation.value is None:
        because = "; ".join(str(warning) for warning in evaluation.warnings)
        return f"it is null ({because})" if because else "it is null"
    try:
        shown = feel.to_json(evaluation.value).decode()
    except MissingVariable as error:
        return str(error)
    except feel.FeelValueError:
        return f"it is {a_kind(evaluation.value)}"
    return f"it is {shown if len(shown) <= SHOWN else shown[:SHOWN] + '…'}"


def evaluate_to_json(
    step: Step, scope_key: int, expression: Expression, what: str, over: Document = _NOTHING
) -> bytes:
    """The value of an expression as JSON text; `what` is it for, in words. Raises `MappingFailed` where there
    is none.
    """
    evaluation = evaluate(step, scope_key, expression, over)
    if evaluation.failure is not None:
        raise MappingFailed(
            f"Expected '={expression.text}' to give a value for {what}, but {evaluation.failure}"
        )
    try:
        value = feel.to_json(evaluation.value)
    except feel.FeelValueError as error:
        raise MappingFailed(
            f"Expected '={expression.text}' to give a value for {what}, but {error}"
        ) from error
    step.pay_for(len(value))
    return value


def _home_of(instance: InstanceState, scope_key: int, name: str) -> int:
    key = scope_key
    while key != instance.key:
        scope = instance.variables.get(key)
        if scope is not None and name in scope:
            return key
        key = instance.elements[key].scope_key
    return key


def _refuse_oversize(step: Step, scope_key: int, values: Document) -> None:
    """What makes a scope smaller is never refused, so that one that carries too much can be mended."""
    instance = step.current()
    added = _bytes_of(values)
    present = instance.variable_bytes.get(scope_key, 0)
    if added + present <= step.limits.variable_bytes:
        return
    replaced = sum(
        len(name) + len(value)
        for name, value in instance.variables.get(scope_key, {}).items()
        if name in values
    )
    if added - replaced > 0 and added + present - replaced > step.limits.variable_bytes:
        where = f"the variables of scope '{scope_key}' ('{instance.elements[scope_key].element_id}')"
        raise _too_large(step, where, added + present - replaced, values)


def _too_large(step: Step, what: str, size: int, values: Document) -> DocumentTooLarge:
    largest = max(values, key=lambda name: len(values[name]))
    return DocumentTooLarge(
        RejectionType.INVALID_ARGUMENT,
        f"Expected {what} to take at most {step.limits.variable_bytes} bytes, but they would take {size} "
        f"(largest: '{largest}' with {len(values[largest])}); keep large data elsewhere and pass a "
        "reference",
    )


def _bytes_of(document: Document) -> int:
    return sum(len(name) + len(value) for name, value in document.items())


def _held_by(element: ElementInstance) -> list[str]:
    return [] if element.held is None else msgspec.json.decode(element.held, type=list[str])


def decide_set_variables(step: Step, command: SetVariables) -> int:
    """SetVariables of the gateway: answers the key of the change."""
    instance = step.state.owner_of(ElementInstance, command.element_instance_key)
    element = instance.elements.get(command.element_instance_key) if instance is not None else None
    if instance is None or element is None or element.state == "terminating":
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected to update variables for element with key '{command.element_instance_key}', but no "
            "such element was found",
        )
    step.enter_instance(instance)
    (set_local if command.local else propagate)(step, element.key, command.variables)
    key = step.new_key()
    step.emit(VariableDocumentUpdated(key, element.key))
    return key


def _apply_set(state: State, instance: InstanceState | None, event: VariablesSet) -> None:
    owner = instance.key if instance is not None else 0
    for name, value in event.values.items():
        state.put(Variable(event.scope_key, name, owner, value))


def _apply_nothing(state: State, instance: InstanceState | None, event: VariableDocumentUpdated) -> None:
    """The values came with `VariablesSet`."""


def _apply_removed(state: State, instance: InstanceState | None, event: VariablesRemoved) -> None:
    if instance is not None:
        for name in event.names:
            state.delete(instance.rows[Variable][event.scope_key, name])


def _apply_held(state: State, instance: InstanceState | None, event: ResultsHeld) -> None:
    if instance is None:
        return
    element = instance.elements[event.element_instance_key]
    for name, value in event.values.items():
        state.put(Variable(element.key, name, instance.key, value))
    state.put(replace(element, held=msgspec.json.encode(list(event.values))))


def _apply_released(state: State, instance: InstanceState | None, event: ResultsReleased) -> None:
    if instance is None:
        return
    element = instance.elements[event.element_instance_key]
    for name in event.names:
        state.delete(instance.rows[Variable][element.key, name])
    state.put(replace(element, held=None))


APPLIERS = {
    VariablesSet: _apply_set,
    VariablesRemoved: _apply_removed,
    VariableDocumentUpdated: _apply_nothing,
    ResultsHeld: _apply_held,
    ResultsReleased: _apply_released,
}
COMMANDS = {SetVariables: decide_set_variables}

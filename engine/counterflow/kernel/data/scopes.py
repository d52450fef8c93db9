"""Variables: the JSON values of a scope, who sees them, and how documents change them.

A variable is looked up from the asking element outwards; the nearest scope that has the name wins. A document
is *written* into one scope, or *sent out*: each variable goes to the nearest scope that has its name, else to
the process (Zeebe's rule for job results and SetVariables); no further than to the activation
that it is in, of an ad-hoc sub-process. Values stay JSON text from the wire to the row
and back; they are decoded only when an expression asks for them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec
from msgspec.structs import replace

from counterflow.kernel.data.conditions import notice
from counterflow.kernel.rows import ElementInstance, Variable
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import InstanceEvent, Rejection, RejectionType
from counterflow.kernel.work.origin import INNER
from counterflow.kernel.work.step import Course, Step, Token

Document = Mapping[str, bytes]
"""Variables by name, each value JSON text."""

_encode_name = msgspec.json.Encoder().encode


class VariablesSet(InstanceEvent, frozen=True):
    """Variables of one scope have got these values (JSON text)."""

    scope_key: int
    values: dict[str, bytes]


class VariableDocumentUpdated(InstanceEvent, frozen=True):
    """A document was set from outside; `key` is what its caller was answered."""

    key: int
    scope_key: int


class VariablesRemoved(InstanceEvent, frozen=True):
    """Variables of one scope are no more: they were handed on to another."""

    scope_key: int
    names: tuple[str, ...]


class ResultsHeld(InstanceEvent, frozen=True):
    """What an element leaves behind found no room outside, and waits in the element's own scope.

    It waits until an incident is resolved.
    """

    element_instance_key: int
    values: dict[str, bytes]


class ResultsReleased(InstanceEvent, frozen=True):
    """What was held has gone out. Variables of these names are no longer the element's own."""

    element_instance_key: int
    names: tuple[str, ...]


class DocumentTooLarge(Rejection):
    """Variables that a scope has no room for.

    In a document of theirs that is the caller's mistake, anywhere else an incident IO_MAPPING_ERROR.
    """


# -- reading -------------------------------------------------------------------------------------------------


def lookup(instance: InstanceState, scope_key: int, name: str) -> bytes | None:
    """The value of a variable as seen from a scope; None where no scope has it."""
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
        values = ((name, lookup(instance, scope_key, name)) for name in chosen)
        return {name: value for name, value in values if value is not None}
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


# -- changing ------------------------------------------------------------------------------------------------


def write(course: Course, scope_key: int, document: Document) -> None:
    """Set variables of one scope; those that have the value already are left alone.

    The limit is not asked: they were measured where they came from, or are about to go on to another scope.
    """
    present = course.instance.variables.get(scope_key)
    changed = {
        name: value for name, value in document.items() if present is None or present.get(name) != value
    }
    if changed:
        conditions = course.instance.conditions.get(scope_key)
        if conditions is None:
            course.emit(VariablesSet(scope_key, changed))
        else:
            is_new = {name: present is None or name not in present for name in changed}
            course.emit(VariablesSet(scope_key, changed))
            notice(course, scope_key, conditions, is_new)


def write_measured(course: Course, scope_key: int, document: Document) -> None:
    """Like `write`, of what was not measured yet. Raises `DocumentTooLarge`."""
    _refuse_oversize(course, scope_key, document)
    write(course, scope_key, document)


def send_out(course: Course, scope_key: int, document: Document) -> None:
    """Set each variable in the nearest scope outwards that has it, else in the process.

    All are set, or `DocumentTooLarge` is raised.
    """
    by_scope: dict[int, dict[str, bytes]] = {}
    for name, value in document.items():
        by_scope.setdefault(_nearest_with(course.instance, scope_key, name), {})[name] = value
    for target, values in by_scope.items():
        _refuse_oversize(course, target, values)
    for target, values in by_scope.items():
        write(course, target, values)


def send_results_out(token: Token, document: Document) -> None:
    """Results of an element leave it: what is its own takes them, the others go out.

    Raises `DocumentTooLarge`.
    """
    own, outside = goes_to(token)
    write_measured(token, token.key, {name: value for name, value in document.items() if name in own})
    send_out(token, outside, {name: value for name, value in document.items() if name not in own})


def take_results(token: Token, document: Document) -> None:
    """What somebody brings as the result of an element stays in it or leaves it, as its model says.

    Raises `DocumentTooLarge`.
    """
    if token.node.results_stay_local:
        write_measured(token, token.key, document)
    elif document:
        send_results_out(token, document)


def goes_to(token: Token) -> tuple[Collection[str], int]:
    """Which names of its results stay an element's own, and the scope from which the others find theirs.

    A compensation handler also carries variables of the past in its own scope; these take nothing, the
    results go out. Of a multi-instance handler it is the body that carries them, around the instances.
    """
    if token.row.undo_key:
        return {mapping.target[0] for mapping in token.node.inputs}, token.scope_key
    body = token.scope if token.loop_counter > 0 else None
    outside = body.scope_key if body is not None and body.row.undo_key else token.scope_key
    return token.variables.keys(), outside


def keep_results(token: Token, document: Document) -> None:
    """What is to leave an element finds no room: it waits in the element's own scope.

    There a person can make it smaller.
    """
    token.emit(ResultsHeld(token.key, dict(document)))


def send_kept_results_out(token: Token, *, stay: bool) -> None:
    """What was kept goes out, as it is by now; with `stay` the element has it still, for its output mappings.

    Raises `DocumentTooLarge`.
    """
    own = token.variables
    kept = [name for name in _kept_by(token.row) if name in own]
    _, outside = goes_to(token)
    send_out(token, outside, {name: own[name] for name in kept})
    token.emit(ResultsReleased(token.key, () if stay else tuple(kept)))


def take_kept(token: Token) -> dict[str, bytes]:
    """Take what was kept out of a scope again. Answers it, as it is by now."""
    own = token.variables
    kept = {name: own[name] for name in _kept_by(token.row) if name in own}
    token.emit(ResultsReleased(token.key, tuple(kept)))
    return kept


def take_away(token: Token, names: Iterable[str]) -> dict[str, bytes]:
    """Take variables out of a scope that only carried them. Answers them."""
    present = token.variables
    carried = {name: present[name] for name in names}
    if carried:
        token.emit(VariablesRemoved(token.key, tuple(carried)))
    return carried


def restore(token: Token, before: Document) -> None:
    """A scope has again what it had before."""
    made = tuple(name for name in sorted(token.variables) if name not in before)
    if made:
        token.emit(VariablesRemoved(token.key, made))
    write(token, token.key, before)


def refuse_large(step: Step, document: Document) -> None:
    """A caller's document has to fit into a scope of its own. Raises `DocumentTooLarge`."""
    if _bytes_of(document) > step.limits.variable_bytes:
        raise _too_large(step, "the variables", _bytes_of(document), document)


def _nearest_with(instance: InstanceState, scope_key: int, name: str) -> int:
    key = scope_key
    while key != instance.key:
        scope = instance.variables.get(key)
        if scope is not None and name in scope:
            return key
        element = instance.elements[key]
        if element.loop_counter == INNER:
            return key  # what an activation inside an ad-hoc sub-process brings about stays its own
        key = element.scope_key
    return key


def _refuse_oversize(course: Course, scope_key: int, values: Document) -> None:
    """What makes a scope smaller is never refused, so that one that carries too much can be mended."""
    instance, limit = course.instance, course.step.limits.variable_bytes
    added = _bytes_of(values)
    present = instance.variable_bytes.get(scope_key, 0)
    if added + present <= limit:
        return
    replaced = sum(
        len(name) + len(value)
        for name, value in instance.variables.get(scope_key, {}).items()
        if name in values
    )
    if added - replaced > 0 and added + present - replaced > limit:
        where = f"the variables of scope '{scope_key}' ('{instance.elements[scope_key].element_id}')"
        raise _too_large(course.step, where, added + present - replaced, values)


def _too_large(step: Step, what: str, size: int, values: Document) -> DocumentTooLarge:
    largest = max(values, key=lambda name: len(values[name]))
    return DocumentTooLarge(
        RejectionType.INVALID_ARGUMENT,
        f"Expected {what} to take at most {step.limits.variable_bytes} bytes, but they would take {size} "
        f"(largest: '{largest}' with {len(values[largest])}); keep large data elsewhere and pass a "
        "reference",
    )


def _bytes_of(document: Document) -> int:
    return sum(map(len, document)) + sum(map(len, document.values()))


def _kept_by(element: ElementInstance) -> list[str]:
    return [] if element.held is None else msgspec.json.decode(element.held, type=list[str])


# -- applying ------------------------------------------------------------------------------------------------


def _apply_set(state: State, instance: InstanceState, event: VariablesSet) -> None:
    for name, value in event.values.items():
        state.put(Variable(event.scope_key, name, instance.key, value))


def _apply_updated(state: State, instance: InstanceState, event: VariableDocumentUpdated) -> None:
    """The values came with `VariablesSet`."""


def _apply_removed(state: State, instance: InstanceState, event: VariablesRemoved) -> None:
    for name in event.names:
        state.delete(instance.rows[Variable][event.scope_key, name])


def _apply_held(state: State, instance: InstanceState, event: ResultsHeld) -> None:
    element = instance.elements[event.element_instance_key]
    for name, value in event.values.items():
        state.put(Variable(element.key, name, instance.key, value))
    state.put(replace(element, held=msgspec.json.encode(list(event.values))))


def _apply_released(state: State, instance: InstanceState, event: ResultsReleased) -> None:
    element = instance.elements[event.element_instance_key]
    for name in event.names:
        state.delete(instance.rows[Variable][element.key, name])
    state.put(replace(element, held=None))


OF_INSTANCE = {
    VariablesSet: _apply_set,
    VariableDocumentUpdated: _apply_updated,
    VariablesRemoved: _apply_removed,
    ResultsHeld: _apply_held,
    ResultsReleased: _apply_released,
}

"""Modification: a person moves the tokens of a running process instance by hand.

    asked for → all of it is looked at (`modification_ends.py`, `modification_places.py`), or the caller is
    told why not → told → what is to end is swept away → what is to begin is put in its place → scopes that
    have lost something look whether they are done

All of it happens, or nothing does. What ends by hand is terminated: it maps no outputs, leaves no undo, and
loses what was done inside it. A scope in which nothing is left ends with it, and so, at last, does the
process instance. What begins by hand begins as any element, in a scope that is there, or in one that is made
for it: inputs are mapped there and events waited for, but its start event is passed by. Undo of what was
done before stays as it was.

The command is Zeebe's (since 8.1), moves are of its later versions; tokens that begin after an element, or
at the start inside a scope, are Camunda 7's.
"""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import replace

from counterflow.kernel.course import beginning, ending, entering, flows, leaving
from counterflow.kernel.data import scopes
from counterflow.kernel.lives import instances
from counterflow.kernel.lives.active import not_active
from counterflow.kernel.lives.modification_ends import Ends
from counterflow.kernel.lives.modification_instructions import (
    AT_ONCE,
    ActivateInstruction,
    AncestorScope,
    MoveInstruction,
    TerminateInstruction,
)
from counterflow.kernel.lives.modification_places import TokenPlace, TokenPlaces
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.swept import is_swept
from counterflow.kernel.vocabulary import Command, InstanceEvent, Rejection, RejectionType
from counterflow.kernel.work.origin import INNER, Origin
from counterflow.kernel.work.step import Course, Step, Token
from counterflow.model.graph import Behaviour


class ProcessInstanceModified(InstanceEvent, frozen=True):
    """A person has moved tokens: element instances of these keys end, and tokens at these joins. Others begin
    at these elements.
    """

    terminated: tuple[int, ...]
    joins: tuple[str, ...]
    activated: tuple[str, ...]


class JoinEmptied(InstanceEvent, frozen=True):
    """The tokens that waited at a join are gone: a person has ended them."""

    scope_key: int
    gateway_id: str


class ModifyProcessInstance(Command, frozen=True, kw_only=True, gc=False):
    """End tokens of a running instance, begin others, move them: all of it, or nothing."""

    process_instance_key: int
    activate: tuple[ActivateInstruction, ...] = ()
    terminate: tuple[TerminateInstruction, ...] = ()
    move: tuple[MoveInstruction, ...] = ()


class _Begins(NamedTuple):
    """A token that is to begin, and the scope in which its way begins (0: the process)."""

    instruction: ActivateInstruction
    base_key: int = 0


def decide_modify(step: Step, command: ModifyProcessInstance) -> None:
    """ModifyProcessInstance of the gateway."""
    course = _find(step, command.process_instance_key)
    ends, begins = _instructed(course, command)
    places = _places(course, ends, begins)
    ends.close(places.begun_in)
    left = ends.scopes_left()
    course.emit(
        ProcessInstanceModified(
            tuple(ends.outermost()),
            tuple(join.gateway_id for join in ends.waiting_outside()),
            tuple(begun.instruction.element_id for begun in begins),
        )
    )
    _end(course, ends)
    for scope in places.used:
        _begin(course, scope)
    for key in left:
        course.token(key).later(_has_lost)


def _find(step: Step, key: int) -> Course:
    """A running instance. Raises `Rejection`."""
    instance = step.state.instance(key)
    header = instance.header if instance is not None else None
    is_running = header is not None and header.state == beginning.ACTIVE
    if (
        instance is None
        or not is_running
        or (instance.quarantine is None and is_swept(step.state, instance, key))
    ):
        raise not_active(header, f"modify process instance with key '{key}'")
    return step.admitted_to(instance)


def _instructed(course: Course, command: ModifyProcessInstance) -> tuple[Ends, list[_Begins]]:
    """What is to end, and what is to begin. Raises `Rejection`."""
    ends = Ends(course)
    sources = [
        (move, ends.add(TerminateInstruction(move.source_key, move.source_id))) for move in command.move
    ]
    for instruction in command.terminate:
        ends.add(instruction)
    begins = [_Begins(instruction) for instruction in command.activate]
    begins += [
        _moved(course, ends, move, scope_key) for move, scope_keys in sources for scope_key in scope_keys
    ]
    if len(begins) > AT_ONCE:
        raise Rejection(
            RejectionType.INVALID_ARGUMENT,
            f"Expected to activate at most {AT_ONCE} elements at once, but there are {len(begins)}; modify "
            "the instance "
            "several times",
        )
    return ends, begins


def _moved(course: Course, ends: Ends, move: MoveInstruction, scope_key: int) -> _Begins:
    """Where a token begins that has ended in a scope."""
    begun = ActivateInstruction(move.target_id, move.ancestor_key, move.variables)
    if move.ancestor_scope is AncestorScope.DIRECT:
        return _Begins(begun)
    if move.ancestor_scope is AncestorScope.SOURCE_PARENT:
        return _Begins(replace(begun, ancestor_key=scope_key))
    return _Begins(replace(begun, ancestor_key=0), _shared_scope(course, ends, move.target_id, scope_key))


def _shared_scope(course: Course, ends: Ends, target_id: str, scope_key: int) -> int:
    """The nearest scope around a token that goes on, and that its target is in; 0 for the process."""
    around: set[str] = set()
    node = course.nodes.get(target_id)
    while node is not None and node.parent:
        around.add(node.parent)
        node = course.nodes[node.parent]
    while scope_key:
        scope: ElementInstance = course.instance.elements[scope_key]
        if scope.element_id in around and not course.token_of(scope).is_body and not ends.takes(scope_key):
            return scope_key
        scope_key = scope.scope_key
    return 0


def _places(course: Course, ends: Ends, begins: list[_Begins]) -> TokenPlaces:
    """Where it all begins. Raises `Rejection`, also where the instance has no room for it."""
    places = TokenPlaces(course, ends)
    for begun in begins:
        places.add(begun.instruction, begun.base_key)
    most, there = course.step.limits.instance_elements, len(course.instance.elements)
    if there + places.made > most:
        raise Rejection(
            RejectionType.INVALID_STATE,
            f"Expected process instance '{course.instance.key}' to have at most {most} element instances at "
            "once, but it "
            f"has {there}, and {places.made} more would begin; modify it again when others have ended",
        )
    return places


def _end(course: Course, ends: Ends) -> None:
    outermost, joins = ends.outermost(), ends.waiting_outside()
    if course.instance.key in outermost:
        instances.go_on_ending(course)
        return
    for key in outermost:
        ending.terminate(course.token(key))
    for join in joins:
        course.emit(JoinEmptied(join.scope_key, join.gateway_id))


def _begin(course: Course, target: TokenPlace) -> None:
    """What begins in a scope that is there."""
    scope = target.token
    if scope is None:
        return
    if target.local:
        scopes.write_measured(course, scope.key, target.local)
    for inner in target.inside:
        if inner.is_after:
            for flow in inner.node.outgoing:
                flows.take(scope, flow)
        else:
            _put(scope, inner).later(entering.begin)


def _put(scope: Token, target: TokenPlace) -> Token:
    """Something with all that is inside it, which begins when this has begun."""
    is_activation = target.node.behaviour is Behaviour.AD_HOC_INNER_INSTANCE
    origin = Origin(triggered=bool(target.inside), loop_counter=INNER if is_activation else 0)
    token = entering.place(scope, target.node, target.local, origin)
    for inner in target.inside:
        _put(token, inner)
    return token


def _has_lost(scope: Token) -> None:
    """What was in a scope has ended, and was not the last there: joins look whether they still wait."""
    if not scope.is_body and scope.node.ad_hoc is None:
        leaving.scope_may_end(scope)


def _apply_modified(state: State, instance: InstanceState, event: ProcessInstanceModified) -> None:
    """What follows is told by the events that follow."""


def _apply_emptied(state: State, instance: InstanceState, event: JoinEmptied) -> None:
    for flow_id in list(instance.arrived_in[event.scope_key][event.gateway_id]):
        waiting = instance.arrived[event.scope_key, flow_id]
        if waiting.count:
            state.delete(waiting)


OF_INSTANCE = {ProcessInstanceModified: _apply_modified, JoinEmptied: _apply_emptied}
CONTINUATIONS = {"has lost by hand": _has_lost}
COMMANDS = {ModifyProcessInstance: decide_modify}

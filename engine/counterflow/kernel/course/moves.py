"""The life of an element instance: entered, at work, left or swept away.

One table of moves, and the events that make them.

    (nothing) → activating → activated → completing → completed
                     └────────────┴──────────┴─→ terminating → terminated

`activating` and `completing` are passed within one command unless a mapping fails or what the element needs
to begin is missing: then an incident holds the element there, and resolving it takes up the course at the
phase in which it was held. Of completed and terminated elements a row says so
(`EndedElement`), which nothing is decided by; the log keeps their story. After
camunda/zeebe's ProcessInstanceLifecycle; BPMN 2.0.2, 13.3.2 (activity life cycle).
"""

from __future__ import annotations

from msgspec.structs import replace

from counterflow.kernel.ended import EndedElement, EndedVariable
from counterflow.kernel.rows import ElementInstance, Variable
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import BrokenInvariant, InstanceEvent

ACTIVATING, ACTIVATED, COMPLETING, TERMINATING = "activating", "activated", "completing", "terminating"

MOVES = {
    ACTIVATING: {ACTIVATED, TERMINATING},
    ACTIVATED: {COMPLETING, TERMINATING},
    COMPLETING: {"completed", TERMINATING},
    TERMINATING: {"terminated"},
}


class ElementActivating(InstanceEvent, frozen=True):
    """A token has reached an element: a new element instance."""

    key: int
    scope_key: int
    element_id: str
    undo_key: int = 0
    compensated_scope_key: int = 0
    triggered: bool = False
    loop_counter: int = 0


class ElementActivated(InstanceEvent, frozen=True):
    """The element is at work."""

    key: int


class ElementCompleting(InstanceEvent, frozen=True):
    """The element's work is done; its outputs are being mapped."""

    key: int


class ElementCompleted(InstanceEvent, frozen=True):
    """The element is left; its own variables end with it."""

    key: int


class ElementTerminating(InstanceEvent, frozen=True):
    """The element is being swept away, and everything inside it first."""

    key: int


class ElementTerminated(InstanceEvent, frozen=True):
    """The element is gone without having completed."""

    key: int


class FlowTaken(InstanceEvent, frozen=True):
    """A token has gone along a sequence flow."""

    scope_key: int
    flow_id: str


class TokensSweptAway(InstanceEvent, frozen=True):
    """Tokens waiting at joins of a scope are gone, since the scope was interrupted or has ended."""

    scope_key: int


class ScopeInterrupted(InstanceEvent, frozen=True):
    """An interrupting event sub-process has taken over a scope, or the cancelling of a transaction has."""

    key: int


# -- applying ------------------------------------------------------------------------------------------------


def _apply_activating(state: State, instance: InstanceState, event: ElementActivating) -> None:
    state.put(
        ElementInstance(
            event.key,
            instance.key,
            event.scope_key,
            event.element_id,
            ACTIVATING,
            state.last_position,
            event.undo_key,
            event.compensated_scope_key,
            triggered=event.triggered,
            loop_counter=event.loop_counter,
            began_at_ms=state.now_ms,
        )
    )


def _move(state: State, instance: InstanceState, key: int, to: str) -> ElementInstance:
    element = instance.elements[key]
    if to not in MOVES[element.state]:
        raise BrokenInvariant(
            f"element instance {key} of '{element.element_id}' cannot go from {element.state} to {to}"
        )
    return element


def _apply_activated(state: State, instance: InstanceState, event: ElementActivated) -> None:
    element = _move(state, instance, event.key, ACTIVATED)
    state.put(replace(element, state=ACTIVATED, activated_position=state.last_position))


def _apply_completing(state: State, instance: InstanceState, event: ElementCompleting) -> None:
    state.put(replace(_move(state, instance, event.key, COMPLETING), state=COMPLETING, phase=""))


def _apply_terminating(state: State, instance: InstanceState, event: ElementTerminating) -> None:
    state.put(replace(_move(state, instance, event.key, TERMINATING), state=TERMINATING))


def _apply_completed(state: State, instance: InstanceState, event: ElementCompleted) -> None:
    _end(state, instance, _move(state, instance, event.key, "completed"), "completed")


def _apply_terminated(state: State, instance: InstanceState, event: ElementTerminated) -> None:
    _end(state, instance, _move(state, instance, event.key, "terminated"), "terminated")


def _end(state: State, instance: InstanceState, element: ElementInstance, how: str) -> None:
    for name in list(instance.variables.get(element.key, ())):
        variable = instance.rows[Variable][element.key, name]
        state.delete(variable)
        state.put(EndedVariable(element.key, name, instance.key, variable.value))
    state.delete(element)
    state.put(
        EndedElement(
            element.key,
            instance.key,
            element.scope_key,
            element.element_id,
            how,
            element.began_at_ms,
            state.now_ms,
        )
    )
    header = instance.header
    if element.scope_key == 0 and instance.suspension is not None:
        state.delete(instance.suspension)
    if element.scope_key == 0 and header is not None:
        state.put(replace(header, state=how, ended_at_ms=state.now_ms))


def _apply_flow_taken(state: State, instance: InstanceState, event: FlowTaken) -> None:
    """Where the token went is told by the event that follows."""


def _apply_interrupted(state: State, instance: InstanceState, event: ScopeInterrupted) -> None:
    state.put(replace(instance.elements[event.key], interrupted=True))


def _apply_swept(state: State, instance: InstanceState, event: TokensSweptAway) -> None:
    waiting = instance.arrived_in[event.scope_key].values()
    for flow_id in [flow_id for flow_ids in waiting for flow_id in flow_ids]:
        state.delete(instance.arrived[event.scope_key, flow_id])


OF_INSTANCE = {
    ElementActivating: _apply_activating,
    ElementActivated: _apply_activated,
    ElementCompleting: _apply_completing,
    ElementCompleted: _apply_completed,
    ElementTerminating: _apply_terminating,
    ElementTerminated: _apply_terminated,
    FlowTaken: _apply_flow_taken,
    TokensSweptAway: _apply_swept,
    ScopeInterrupted: _apply_interrupted,
}

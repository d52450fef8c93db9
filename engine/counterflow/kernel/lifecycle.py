"""The life of an element instance: entered, at work, left or swept away. One table of moves; everything else
asks here.

    (nothing) → activating → activated → completing → completed
                     └────────────┴──────────┴─→ terminating → terminated

`activating` and `completing` are passed within one command unless a mapping fails or what the element needs
to begin is missing: then an incident holds the element there, and resolving it takes up the course at the
same place. Completed and terminated elements have no row; the log keeps their story. After camunda/zeebe's
ProcessInstanceLifecycle; BPMN 2.0.2, 13.3.2 (activity life cycle).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec.structs import replace

from counterflow.kernel import incidents, mappings, undo, variables, waits
from counterflow.kernel.instance_state import InstanceState
from counterflow.kernel.records import BrokenInvariant, Event, InstanceEnded
from counterflow.kernel.rows import ElementInstance, Variable
from counterflow.kernel.state import State
from counterflow.kernel.step import Step
from counterflow.model.graph import Flow, Node

ACTIVATING, ACTIVATED, COMPLETING, TERMINATING = "activating", "activated", "completing", "terminating"

MAPPING_FAILED = "IO_MAPPING_ERROR"

MAPPING_REMEDY = "set the variables it reads and resolve the incident"

BODY = -1
"""`loop_counter` of the body of a multi-instance activity; its instances have 1, 2, 3, …, all other elements
0.
"""

MOVES = {
    ACTIVATING: {ACTIVATED, TERMINATING},
    ACTIVATED: {COMPLETING, TERMINATING},
    COMPLETING: {"completed", TERMINATING},
    TERMINATING: {"terminated"},
}


class ElementActivating(Event, frozen=True, array_like=True, tag=10, gc=False):
    """A token has reached an element: a new element instance."""

    key: int
    scope_key: int
    element_id: str
    undo_key: int = 0
    compensated_scope_key: int = 0
    triggered: bool = False
    loop_counter: int = 0


class ElementActivated(Event, frozen=True, array_like=True, tag=11, gc=False):
    """The element is at work."""

    key: int


class ElementCompleting(Event, frozen=True, array_like=True, tag=12, gc=False):
    """The element's work is done; its outputs are being mapped."""

    key: int


class ElementCompleted(Event, frozen=True, array_like=True, tag=13, gc=False):
    """The element is left; its own variables end with it."""

    key: int


class ElementTerminating(Event, frozen=True, array_like=True, tag=14, gc=False):
    """The element is being swept away, and everything inside it first."""

    key: int


class ElementTerminated(Event, frozen=True, array_like=True, tag=15, gc=False):
    """The element is gone without having completed."""

    key: int


class FlowTaken(Event, frozen=True, array_like=True, tag=16, gc=False):
    """A token has gone along a sequence flow."""

    scope_key: int
    flow_id: str


class TokensSweptAway(Event, frozen=True, array_like=True, tag=17, gc=False):
    """Tokens waiting at joins of a scope are gone, since the scope was interrupted or has ended."""

    scope_key: int


class ScopeInterrupted(Event, frozen=True, array_like=True, tag=18, gc=False):
    """An interrupting event sub-process has taken over a scope."""

    key: int


def enter(
    step: Step,
    node: Node,
    scope_key: int,
    local: Mapping[str, bytes] | None = None,
    *,
    undo_key: int = 0,
    compensated_scope_key: int = 0,
    triggered: bool = False,
    loop_counter: int = 0,
) -> int:
    """Put a token on a node: a new element instance with `local` variables, begun when its turn comes.
    Answers its key.
    """
    key = step.new_key()
    if node.multi_instance is not None and loop_counter == 0:
        loop_counter = BODY
    step.emit(
        ElementActivating(key, scope_key, node.id, undo_key, compensated_scope_key, triggered, loop_counter)
    )
    if local:
        variables.carry(step, key, local)
    step.later(begin, key)
    return key


def begin(step: Step, element: ElementInstance, node: Node) -> None:
    """Its turn has come: the element's room maps its inputs and sets it to work.

    Where an incident holds it at its beginning it has what it had before, so that mappings made anew do not
    see what they have made.
    """
    if element.state != ACTIVATING:
        return
    if not step.may_enter(element):
        hold_up(step, element)
        return
    own = dict(step.current().variables.get(element.key, {})) if node.inputs else None
    step.room_of(element, node).beginning(step, element, node)
    if own is not None and step.current().elements.get(element.key) is element:
        variables.restore(step, element.key, own)


def set_to_work(step: Step, element: ElementInstance, node: Node) -> None:
    """How an element begins that needs nothing but its inputs and its waits."""
    if map_inputs(step, element, node) and activate(step, element, node):
        step.room_of(element, node).activated(step, step.element(element.key), node)


def activate(step: Step, element: ElementInstance, node: Node) -> bool:
    """Everything that the element needs to begin is there: it waits from here on for what can happen to it,
    and is at work.

    False, and an incident, where it cannot wait. Nothing is done for one that is at work already and begins
    again.
    """
    if element.state == ACTIVATED:
        return True
    if node.waits_for and not _has_happened(element, node) and not waits.open_all(step, element, node):
        return False
    step.emit(ElementActivated(element.key))
    return True


def _has_happened(element: ElementInstance, node: Node) -> bool:
    """Whether an event came before its element was entered. A scope that was entered from outside waits like
    any other.
    """
    return element.triggered and not node.children


def finish(step: Step, element: ElementInstance, node: Node, flows: Sequence[Flow] | None = None) -> None:
    """The element's work is done: map its outputs and leave it along `flows` (by default, all that its
    conditions allow).
    """
    step.emit(ElementCompleting(element.key))
    waits.close_all(step, element.key)
    leave(step, element, node, flows)


def hand_out(
    step: Step,
    element: ElementInstance,
    node: Node,
    document: Mapping[str, bytes],
    outward: Collection[str] = (),
) -> bool:
    """What came to an element, or came of it, leaves it before it is finished; names of `outward` take
    nothing of the element's own.

    False where there is no room outside: then it waits in the completing element, which an incident holds.
    """
    own, _ = variables.whereto(step, element, node)
    stays = {name: value for name, value in document.items() if name in own and name not in outward}
    goes = {name: value for name, value in document.items() if name not in stays}
    variables.carry(step, element.key, stays)
    return propagate(step, element, node, goes)


def propagate(step: Step, element: ElementInstance, node: Node, document: Mapping[str, bytes]) -> bool:
    """Like `hand_out`, of what takes nothing of the element's own."""
    _, outside = variables.whereto(step, element, node)
    try:
        variables.propagate(step, outside, document)
    except variables.DocumentTooLarge as failure:
        step.emit(ElementCompleting(element.key))
        waits.close_all(step, element.key)
        variables.hold(step, element, document)
        tell_too_large(step, element, failure)
        return False
    return True


def tell_too_large(step: Step, element: ElementInstance, failure: variables.DocumentTooLarge) -> None:
    """What would leave an element has no room: an incident holds it."""
    incidents.raise_incident(
        step,
        element,
        MAPPING_FAILED,
        f"{failure} (what leaves '{element.element_id}' is kept in its own scope '{element.key}'). Set "
        "smaller variables there, or in the scope that is full, and resolve the incident",
    )


def leave(
    step: Step,
    element: ElementInstance,
    node: Node,
    flows: Sequence[Flow] | None = None,
    *,
    is_mapped: bool = False,
) -> None:
    """Second half of `finish`, taken up again when an incident of the outputs or of the flows' conditions was
    resolved.

    `is_mapped`: the outputs were mapped before a condition held the element, and are not mapped a second
    time.
    """
    if element.held is not None and not _release(step, element, node):
        return
    if (
        node.outputs
        and not is_mapped
        and element.loop_counter != BODY
        and not _map_outputs(step, element, node)
    ):
        return
    if element.loop_counter > 0:
        _leave_loop(step, element, node)
        return
    chosen = step.room(node).leaving(step, element, node) if flows is None else flows
    if chosen is None:
        return
    if element.scope_key == 0:
        _announce_end(step, element, "completed")
    _complete(step, element, node)
    for flow in chosen:
        take(step, element.scope_key, flow)
    if element.scope_key:
        scope_may_end(step, element.scope_key)


def _release(step: Step, element: ElementInstance, node: Node) -> bool:
    try:
        variables.release(step, element, node, stay=bool(node.outputs) and element.loop_counter != BODY)
    except variables.DocumentTooLarge as failure:
        tell_too_large(step, element, failure)
        return False
    return True


def _leave_loop(step: Step, element: ElementInstance, node: Node) -> None:
    """An instance of a multi-instance activity is done: its body decides what that means."""
    body = step.element(element.scope_key)
    room = step.room_of(body, node)
    is_over = room.child_completing(step, element, node)
    if is_over is None:
        return
    _complete(step, element, node)
    room.child_completed(step, step.element(body.key), node, is_over=is_over)


def _complete(step: Step, element: ElementInstance, node: Node) -> None:
    undo.record(step, element, node)
    step.emit(ElementCompleted(element.key))
    if element.undo_key:
        undo.handler_ended(step, element)


def take(step: Step, scope_key: int, flow: Flow) -> None:
    """Send a token along a flow to whatever stands at its end."""
    step.emit(FlowTaken(scope_key, flow.id))
    target = step.process().nodes[flow.target]
    step.room(target).arrive(step, target, scope_key, flow)


def scope_may_end(step: Step, scope_key: int) -> None:
    """A token of the scope has ended: if it was the last, the scope is done."""
    instance = step.current()
    if scope_key in instance.elements and not _is_busy(instance, scope_key):
        step.later(_end_scope, scope_key)


def terminate(step: Step, element: ElementInstance) -> None:
    """Sweep an element away, innermost first: its children, what its room has under way, its incidents, its
    undo, its variables.
    """
    node = step.node(element)
    step.emit(ElementTerminating(element.key))
    waits.close_all(step, element.key)
    terminate_children(step, element.key)
    sweep_tokens(step, element.key)
    step.room_of(element, node).terminating(step, element, node)
    incidents.drop_incidents_of(step, element.key)
    undo.drop(step, element.key)
    if element.scope_key == 0:
        _announce_end(step, element, "terminated")
    step.emit(ElementTerminated(element.key))


def terminate_children(step: Step, scope_key: int, spare: int = 0) -> None:
    """Sweep away everything directly inside a scope but the element `spare`."""
    instance = step.current()
    for key in sorted(instance.children.get(scope_key, ())):
        if key != spare and key in instance.elements:
            terminate(step, instance.elements[key])


def interrupt(step: Step, scope: ElementInstance) -> None:
    """An interrupting event sub-process takes over a scope: everything else in it is swept away."""
    step.emit(ScopeInterrupted(scope.key))
    waits.close_inner(step, scope)
    terminate_children(step, scope.key)
    sweep_tokens(step, scope.key)


def sweep_tokens(step: Step, scope_key: int) -> None:
    """Forget the tokens that wait at joins of a scope."""
    if scope_key in step.current().arrived_in:
        step.emit(TokensSweptAway(scope_key))


def resume(step: Step, element: ElementInstance, node: Node) -> None:
    """Take up an element's course where an incident held it."""
    if element.state == ACTIVATING:
        begin(step, element, node)
    elif element.state == COMPLETING:
        leave(
            step,
            element,
            node,
            is_mapped=step.resolved is not None and step.resolved.error_type != MAPPING_FAILED,
        )
    elif element.state == ACTIVATED:
        # the input mappings are made anew: what they read may be what was mended
        step.room_of(element, node).beginning(step, element, node)


def _is_busy(instance: InstanceState, scope_key: int) -> bool:
    return scope_key in instance.children or scope_key in instance.arrived_in


def _end_scope(step: Step, element: ElementInstance, node: Node) -> None:
    if (
        element.state == ACTIVATED
        and not _is_busy(step.current(), element.key)
        and not _waits_for_caller(step, element)
    ):
        finish(step, element, node)


def _waits_for_caller(step: Step, element: ElementInstance) -> bool:
    """A called process whose caller is quarantined ends when that is released: until then nobody could take
    what it ends with.
    """
    header = step.current().header
    if element.scope_key or header is None or not header.parent_instance_key:
        return False
    caller = step.state.instance(header.parent_instance_key)
    return caller is not None and caller.quarantine is not None


def _announce_end(step: Step, element: ElementInstance, state: str) -> None:
    values = dict(sorted(step.current().variables.get(element.key, {}).items()))
    step.ended.append(InstanceEnded(element.process_instance_key, state, values))


def hold_up(step: Step, element: ElementInstance) -> None:
    """The course has gone on for too long without a wait: an incident stops it here."""
    incidents.raise_incident(
        step,
        element,
        "STEP_LIMIT_EXCEEDED",
        f"Expected to enter at most {step.limits.steps} elements again in one go, and {step.limits.elements} "
        f"in all, but the course reached '{element.element_id}' without ever waiting: is it a loop without "
        "a task? Resolve the incident to let it go on as far again, or cancel the instance",
    )


def map_inputs(step: Step, element: ElementInstance, node: Node) -> bool:
    """Make what is the element's own; False, and an incident, where a mapping gives no value."""
    if not node.inputs or element.loop_counter == BODY:
        return True
    try:
        present = step.current().variables.get(element.key, {})
        variables.set_local(step, element.key, mappings.map_values(step, element, node.inputs, present))
    except (variables.MappingFailed, variables.DocumentTooLarge) as failure:
        incidents.raise_incident(
            step, element, MAPPING_FAILED, f"{failure} (input mapping of '{node.id}'); {MAPPING_REMEDY}"
        )
        return False
    return True


def _map_outputs(step: Step, element: ElementInstance, node: Node) -> bool:
    """Values go to the scope around. In a zeebe: model what an instance of a multi-instance activity has of
    its own takes them first, so that its output element finds them.
    """
    loop = node.multi_instance if element.loop_counter > 0 else None
    is_its_own = loop is not None and loop.outputs_stay_inside
    scope_key = element.key if is_its_own else element.scope_key or element.key
    try:
        present = variables.visible(
            step.current(), scope_key, {mapping.target[0] for mapping in node.outputs}
        )
        mapped = mappings.map_values(step, element, node.outputs, present)
        variables.propagate(step, scope_key, mapped)
    except (variables.MappingFailed, variables.DocumentTooLarge) as failure:
        incidents.raise_incident(
            step, element, MAPPING_FAILED, f"{failure} (output mapping of '{node.id}'); {MAPPING_REMEDY}"
        )
        return False
    return True


# -- applying ------------------------------------------------------------------------------------------------


def _instance(instance: InstanceState | None) -> InstanceState:
    if instance is None:
        raise BrokenInvariant("an element event outside a process instance")
    return instance


def _apply_activating(state: State, instance: InstanceState | None, event: ElementActivating) -> None:
    state.put(
        ElementInstance(
            event.key,
            _instance(instance).key,
            event.scope_key,
            event.element_id,
            ACTIVATING,
            state.last_position,
            event.undo_key,
            event.compensated_scope_key,
            triggered=event.triggered,
            loop_counter=event.loop_counter,
        )
    )


def _move(state: State, instance: InstanceState | None, key: int, to: str) -> ElementInstance:
    element = _instance(instance).elements[key]
    if to not in MOVES[element.state]:
        raise BrokenInvariant(
            f"element instance {key} of '{element.element_id}' cannot go from {element.state} to {to}"
        )
    return element


def _apply_activated(state: State, instance: InstanceState | None, event: ElementActivated) -> None:
    element = _move(state, instance, event.key, ACTIVATED)
    state.put(replace(element, state=ACTIVATED, activated_position=state.last_position))


def _apply_completing(state: State, instance: InstanceState | None, event: ElementCompleting) -> None:
    state.put(replace(_move(state, instance, event.key, COMPLETING), state=COMPLETING))


def _apply_terminating(state: State, instance: InstanceState | None, event: ElementTerminating) -> None:
    state.put(replace(_move(state, instance, event.key, TERMINATING), state=TERMINATING))


def _apply_completed(state: State, instance: InstanceState | None, event: ElementCompleted) -> None:
    _end(state, instance, _move(state, instance, event.key, "completed"), "completed")


def _apply_terminated(state: State, instance: InstanceState | None, event: ElementTerminated) -> None:
    _end(state, instance, _move(state, instance, event.key, "terminated"), "terminated")


def _end(state: State, instance: InstanceState | None, element: ElementInstance, how: str) -> None:
    owner = _instance(instance)
    for name in list(owner.variables.get(element.key, ())):
        state.delete(owner.rows[Variable][element.key, name])
    state.delete(element)
    header = owner.header
    if element.scope_key == 0 and header is not None:
        state.put(replace(header, state=how, ended_at_ms=state.now_ms))


def _apply_flow_taken(state: State, instance: InstanceState | None, event: FlowTaken) -> None:
    """Where the token went is told by the event that follows."""


def _apply_interrupted(state: State, instance: InstanceState | None, event: ScopeInterrupted) -> None:
    state.put(replace(_instance(instance).elements[event.key], interrupted=True))


def _apply_swept(state: State, instance: InstanceState | None, event: TokensSweptAway) -> None:
    owner = _instance(instance)
    for flow_id in list(owner.arrived_in[event.scope_key]):
        state.delete(owner.arrived[event.scope_key, flow_id])


APPLIERS = {
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

"""What would become of an instance that is brought to another definition, the same for whoever asks: pure.

Everything that waits in the instance, or was promised to it, is named once: it moves, it is closed or opened
since the target waits for something else, or it is lost. What cannot move is a problem, and with one problem
nothing moves at all.

Rules, after Zeebe's and Camunda 7's migration: what is at work needs a counterpart of the same type, which is
done in the same way, in the counterpart of its scope. A wait whose event has a counterpart keeps what it
waits for (moment, name, key); one without is closed; an event that stands for none of the source is waited
for from then on. A join has at least as many flows as before. Undo records keep their place in the order, and
are undone by what the target says undoes their activity.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from counterflow.kernel.course import joins
from counterflow.kernel.course.moves import ACTIVATED, ACTIVATING
from counterflow.kernel.course.waits import is_for, is_inner
from counterflow.kernel.data import evaluation
from counterflow.kernel.data.output_collections import DESCRIPTION
from counterflow.kernel.events.registry import KINDS
from counterflow.kernel.lives import user_task_transitions
from counterflow.kernel.lives.migration_mapping import Correspondence, why_not
from counterflow.kernel.lives.migration_pieces import (
    ElementMove,
    FlowMove,
    MoveOutcome,
    Piece,
    PlannedMigration,
    WaitMove,
)
from counterflow.kernel.lives.migration_undo import plan_undo
from counterflow.kernel.row import Row, lines_of
from counterflow.kernel.rows import (
    ArrivedPart,
    ConditionalSubscription,
    ElementInstance,
    Job,
    MessageSubscription,
    SignalSubscription,
    Timer,
    UndoRecord,
)
from counterflow.kernel.state.instance import InstanceState, Wait
from counterflow.kernel.work.held import count_passed
from counterflow.model.events import ConditionalDefinition
from counterflow.model.graph import TASK_LISTENER_EVENTS, Behaviour, JobDefinition, ListenerEvent, Node

_Keyed = TypeVar("_Keyed", bound=ElementInstance | UndoRecord)

LARGEST = 20_000
"""Rows of one instance that one command brings to another definition, while others wait."""


def plan_for(instance: InstanceState, elements: Correspondence) -> PlannedMigration:
    """What would become of an instance. It must be at rest: nothing swept away, no page still to come."""
    plan = PlannedMigration()
    if instance.row_count > LARGEST:
        plan.problems[
            f"it has {instance.row_count} rows (elements, variables, jobs, …), and one command migrates at "
            f"most {LARGEST}; let part of it end first"
        ] = None
        return plan
    for row in _by_key(instance.elements):
        _plan_element(plan, instance, elements, row)
    _plan_tokens(plan, instance, elements)
    _plan_ends(plan, instance, elements)
    for record in _by_key(instance.undo_records):
        plan_undo(plan, instance, elements, record)
    return plan


def starts_of(instance: InstanceState, elements: Correspondence) -> str | None:
    """Where the instance began, by the ids of the target, as far as they have counterparts."""
    header = instance.header
    starts = header.starts if header is not None else ()
    targets = (
        elements.of(element_id) if element_id in elements.source.nodes else "" for element_id in starts
    )
    return "\n".join(element_id for element_id in targets if element_id) or None


def ends_of(instance: InstanceState, elements: Correspondence) -> str | None:
    """The elements with whose end the instance is to end, by the ids of the target; None where none are."""
    known = elements.source.nodes
    ends = (
        elements.of(element_id) if element_id in known else element_id for element_id in _ends_after(instance)
    )
    return "\n".join(ends) or None


def _plan_ends(plan: PlannedMigration, instance: InstanceState, elements: Correspondence) -> None:
    for element_id in _ends_after(instance):
        if element_id in elements.source.nodes and not elements.of(element_id):
            plan.problems[
                f"it is to end after '{element_id}', which has no counterpart; map it to an element of the "
                "target"
            ] = None


def _ends_after(instance: InstanceState) -> list[str]:
    return lines_of(instance.header.ends_after) if instance.header is not None else []


def _by_key(rows: Mapping[int, _Keyed]) -> Iterator[_Keyed]:
    return (rows[key] for key in sorted(rows))


# -- what is at work -----------------------------------------------------------------------------------------


def _plan_element(
    plan: PlannedMigration, instance: InstanceState, elements: Correspondence, row: ElementInstance
) -> None:
    before = elements.source.nodes[row.element_id]
    after = _counterpart(plan, elements, before, "the active element")
    if after is None:
        return
    if why := _why_not_told(instance, row, after):
        plan.problems[f"the active element '{before.id}' cannot become '{after.id}': {why}"] = None
    headers = _headers(instance, row, before, after)
    if after.id != before.id or headers is not None:
        plan.elements.append(ElementMove(row.key, after.id, headers))
    plan.pieces.append(Piece(before.type, row.key, before.id, after.id, MoveOutcome.MOVED))
    description = instance.variables.get(row.key, {}).get(DESCRIPTION) if before.ad_hoc is not None else None
    if before.ad_hoc is not None and after.ad_hoc is not None and description == before.ad_hoc.described:
        plan.described.append((row.key, after.ad_hoc.described))
    if row.key in instance.job_of:
        plan.pieces.append(Piece("job", instance.job_of[row.key], before.id, after.id, MoveOutcome.MOVED))
    if row.key in instance.user_task_of:
        key = instance.user_task_of[row.key]
        plan.pieces.append(Piece("user task", key, before.id, after.id, MoveOutcome.MOVED))
    for key in sorted(instance.incident_of.get(row.key, ())):
        plan.pieces.append(Piece("incident", key, before.id, after.id, MoveOutcome.MOVED))
    if row.state == ACTIVATING and not starts_are_there(instance, elements):
        plan.problems[f"'{before.id}' has not begun, and where the instance began has no counterpart"] = None
    stood_for = _plan_waits(plan, instance, elements, row, after)
    _plan_openings(plan, instance, elements, row, stood_for)


def starts_are_there(instance: InstanceState, elements: Correspondence) -> bool:
    """Whether all elements at which the instance began have counterparts."""
    header = instance.header
    starts = header.starts if header is not None else ()
    return len((starts_of(instance, elements) or "").split()) == len(starts)


def _counterpart(plan: PlannedMigration, elements: Correspondence, before: Node, what: str) -> Node | None:
    """Where what is at work goes; None where it cannot, and why is among the problems. Looked for once."""
    if before.id not in plan.counterparts:
        plan.counterparts[before.id] = _look_for(plan, elements, before, what)
    return plan.counterparts[before.id]


def _look_for(plan: PlannedMigration, elements: Correspondence, before: Node, what: str) -> Node | None:
    target_id = elements.given(before.id)
    described = f"{what} '{before.id}' of type {before.type}"
    if not target_id:
        plan.problems[f"{described} has no counterpart; map it to an element of the target"] = None
        return None
    after = elements.target.nodes[target_id]
    why = why_not(before, after)
    if not why and after.parent != (elements.of(before.parent) if before.parent else ""):
        why = f"'{after.id}' is in another scope ('{after.parent}'), and flow scopes stay as they are"
    if why:
        plan.problems[f"{described} cannot become '{after.id}': {why}"] = None
        return None
    return after


def _why_not_told(instance: InstanceState, row: ElementInstance, after: Node) -> str:
    """Why the listener whose job is waited for cannot be one of the counterpart; empty where it can."""
    job = instance.jobs.get(instance.job_of.get(row.key, 0))
    if job is None or isinstance(_asked_by(instance, row, job, after), JobDefinition):
        return ""
    what = f"the job of its {job.listener_event_type} listener is waited for"
    return f"{what}, and '{after.id}' asks for none in its place"


def _asked_by(instance: InstanceState, row: ElementInstance, job: Job, node: Node) -> object:
    """What asks for a job of this element: its work, or its listener in the place that it has come to."""
    if job.listener_event_type in TASK_LISTENER_EVENTS:
        transition = user_task_transitions.transition_of(instance, row.key)
        return user_task_transitions.definition_of(transition, node.work) if transition is not None else None
    if not job.listener_event_type or node.listeners is None:
        return None if job.listener_event_type else node.work
    event = ListenerEvent(job.listener_event_type)
    listeners, number = node.listeners.of(event), count_passed(row.phase, event) or 0
    return listeners[number] if number < len(listeners) else None


def _headers(instance: InstanceState, row: ElementInstance, before: Node, after: Node) -> bytes | None:
    """A job keeps the headers that it was made with."""
    job = instance.jobs.get(instance.job_of.get(row.key, 0))
    if job is None or job.headers is not None:
        return None
    had, has = _asked_by(instance, row, job, before), _asked_by(instance, row, job, after)
    if not isinstance(had, JobDefinition) or not isinstance(has, JobDefinition):
        return None
    return had.headers if had.headers != has.headers else None


# -- what is waited for --------------------------------------------------------------------------------------

_KINDS: Mapping[type[Row], str] = {
    ArrivedPart: "event",
    Timer: "timer",
    MessageSubscription: "message",
    SignalSubscription: "signal",
    ConditionalSubscription: "condition",
}


def _plan_waits(
    plan: PlannedMigration,
    instance: InstanceState,
    elements: Correspondence,
    row: ElementInstance,
    after: Node,
) -> set[str]:
    """Answers the events of the target that stand for one of the source."""
    before = elements.source.nodes[row.element_id]
    stood_for: dict[str, str] = {}
    for catch_id in before.waits_for:
        catch = elements.source.nodes[catch_id]
        target_id = after.id if catch_id == before.id else elements.given(catch_id)
        if target_id and (why := _why_not_waited(elements, catch, target_id, after)):
            if catch_id in elements.told:
                plan.problems[f"'{catch_id}' cannot become '{target_id}': {why}"] = None
            continue
        if target_id in stood_for:
            both = f"'{stood_for[target_id]}' and '{catch_id}'"
            plan.problems[f"{both} cannot both become '{target_id}': each event has its own wait"] = None
        if target_id:
            stood_for[target_id] = catch_id
    goes_to = {catch_id: target_id for target_id, catch_id in stood_for.items()}
    for key, table in sorted(instance.waits_of.get(row.key, {}).items()):
        wait: Wait = instance.rows[table][key]
        _plan_wait(plan, elements, wait, goes_to.get(wait.catch_id, ""))
    return set(stood_for)


def _why_not_waited(elements: Correspondence, catch: Node, target_id: str, after: Node) -> str:
    if target_id not in after.waits_for:
        return f"'{after.id}' does not wait for it"
    target = elements.target.nodes[target_id]
    if type(target.event) is not type(catch.event):
        return "it is another kind of event"
    if (target.attached_to is None) != (catch.attached_to is None) or is_inner(target) != is_inner(catch):
        return "it stands elsewhere"
    return ""


def _plan_wait(plan: PlannedMigration, elements: Correspondence, wait: Wait, target_id: str) -> None:
    kind = _KINDS[type(wait)]
    if not target_id:
        plan.closed.append((wait.key, type(wait)))
        plan.pieces.append(Piece(kind, wait.key, wait.catch_id, "", MoveOutcome.CLOSED))
        return
    plan.pieces.append(Piece(kind, wait.key, wait.catch_id, target_id, MoveOutcome.MOVED))
    before, after = elements.source.nodes[wait.catch_id].event, elements.target.nodes[target_id].event
    condition, names, asks_anew = "", "", False
    if isinstance(before, ConditionalDefinition) and isinstance(after, ConditionalDefinition):
        condition, names = evaluation.in_feel(after.condition), "\n".join(after.variables)
        asks_anew = before.condition.text != after.condition.text or before.variables != after.variables
    if wait.catch_id != target_id or asks_anew:
        plan.waits.append(
            WaitMove(wait.key, wait.element_instance_key, target_id, condition, names, asks_anew)
        )


def _plan_openings(
    plan: PlannedMigration,
    instance: InstanceState,
    elements: Correspondence,
    row: ElementInstance,
    stood_for: Iterable[str],
) -> None:
    """What the target waits for that stands for none of the source is waited for from now on.

    But not what is inside a scope that was interrupted, or has not passed its start event yet.
    """
    before = elements.source.nodes[row.element_id]
    after = elements.target.nodes[elements.given(row.element_id)]
    is_over = row.state != ACTIVATED or (row.triggered and not before.children)
    if is_over or not after.waits_for:
        return
    waits_inside = not row.interrupted and not _is_at_start(instance, elements, row)
    for catch_id in after.waits_for:
        catch = elements.target.nodes[catch_id]
        if catch_id in stood_for or not is_for(row.loop_counter, after, catch):
            continue
        if waits_inside or not is_inner(catch):
            plan.opened.append((row.key, catch_id))
            kind = _KINDS.get(KINDS[type(catch.event)].waits_in or Row, "event")
            plan.pieces.append(Piece(kind, 0, "", catch_id, MoveOutcome.OPENED))


def _is_at_start(instance: InstanceState, elements: Correspondence, row: ElementInstance) -> bool:
    inside = (instance.elements[key] for key in instance.children.get(row.key, ()))
    nodes = elements.source.nodes
    return any(nodes[child.element_id].behaviour is Behaviour.START_EVENT for child in inside)


# -- tokens at joins -----------------------------------------------------------------------------------------


def _plan_tokens(plan: PlannedMigration, instance: InstanceState, elements: Correspondence) -> None:
    for scope_key, gateways in sorted(instance.arrived_in.items()):
        for gateway_id, flow_ids in sorted(gateways.items()):
            before = elements.source.nodes[gateway_id]
            after = _counterpart(plan, elements, before, "the join with tokens")
            if after is not None:
                _plan_join(plan, elements, scope_key, (before, after), sorted(flow_ids))


def _plan_join(
    plan: PlannedMigration,
    elements: Correspondence,
    scope_key: int,
    gateway: tuple[Node, Node],
    places: Iterable[str],
) -> None:
    before, after = gateway
    moves = plan.tokens.setdefault(scope_key, [])
    if len(after.incoming) < len(before.incoming):
        plan.problems[
            f"tokens wait at '{before.id}', which joins {len(before.incoming)} flows, and '{after.id}' joins "
            f"{len(after.incoming)}: one of them could be waited for in vain"
        ] = None
        return
    for marker in places:
        _, mark, flow_id = marker.rpartition(joins.MARK)
        target_id = _flow(elements, before, after, flow_id)
        if not target_id:
            plan.problems[
                f"a token waits at '{before.id}' on the flow '{flow_id}', and no flow into '{after.id}' has "
                "that id, or comes from the counterpart of where it comes from"
            ] = None
            continue
        there = joins.mark(after.id, target_id) if mark else target_id
        if any(move.target_flow_id == there for move in moves):
            plan.problems[f"tokens of two flows would wait on '{target_id}' at '{after.id}'"] = None
        moves.append(FlowMove(marker, after.id, there))
        if not mark:
            plan.pieces.append(Piece("token", 0, before.id, after.id, MoveOutcome.MOVED))


def _flow(elements: Correspondence, before: Node, after: Node, flow_id: str) -> str:
    """The flow into a join that stands for one of the source: of the same id, or the only one from there."""
    if any(flow.id == flow_id for flow in after.incoming):
        return flow_id
    source = next((flow.source for flow in before.incoming if flow.id == flow_id), "")
    target = elements.of(source) if source else ""
    flows = [flow.id for flow in after.incoming if flow.source == target]
    return flows[0] if len(flows) == 1 else ""

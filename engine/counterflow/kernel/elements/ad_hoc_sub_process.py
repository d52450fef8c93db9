"""Ad-hoc sub-process: its activities begin as a collection, a worker or a person says, any number of times.

    begun → activate (what the collection names; with a job type, what its worker answers; at any time, what
    somebody asks for) → a flow has ended: gather its output, ask the completion condition
        → it holds: nothing more begins, the rest is swept away or awaited → done
        → it does not: the worker is asked again; without a condition it is done with the last flow
        → else it waits

Without anything active it waits as well, for as long as nothing has been activated or its condition does not
hold. Each activation is a scope of its own (`ad_hoc_inner_instance.py`). BPMN 2.0.2, 13.3.5, names of Zeebe.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from counterflow import feel
from counterflow.kernel.course import asking, ending, entering, leaving
from counterflow.kernel.course.moves import ACTIVATED, COMPLETING
from counterflow.kernel.course.room import room
from counterflow.kernel.data import evaluation, mappings, scopes
from counterflow.kernel.data.output_collections import DESCRIPTION, join
from counterflow.kernel.elements import ad_hoc_inner_instance, multi_instance
from counterflow.kernel.elements.ad_hoc_activation import FULFILLED, SHOWN, flows_of, named, refuse
from counterflow.kernel.elements.multi_instance import (
    LoopAdvanced,
    LoopOutputGathered,
    LoopStarted,
    LoopStopped,
    progress_of,
)
from counterflow.kernel.lives import jobs
from counterflow.kernel.lives.jobs import AdHocAnswer
from counterflow.kernel.rows import LoopItems, Repetition
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import BrokenInvariant, InstanceEvent, Rejection, RejectionType
from counterflow.kernel.work import incidents
from counterflow.kernel.work.held import SET_VARIABLES, Held, IncidentType
from counterflow.kernel.work.origin import INNER
from counterflow.kernel.work.step import Token, attempt
from counterflow.model.graph import AdHoc, JobDefinition


class AdHocFulfilled(InstanceEvent, frozen=True):
    """The completion condition of an ad-hoc sub-process holds: nothing more is activated in it."""

    element_instance_key: int


def beginning(scope: Token) -> None:
    """Find what is to be activated or who decides it, then begin."""
    definition = _definition(scope)
    entering.map_inputs(scope)
    _describe(scope, definition.described)
    if entering.has_placed(scope):
        _begin_placed(scope)
        return
    if targets := ad_hoc_inner_instance.targets_in(scope, definition):
        _begin_where_told(scope, definition, targets)
        return
    order = asking.order_of(scope) if _is_decided_by_worker(scope) else None
    activities = _from_collection(scope, definition)
    at_once = len(activities[:1]) if definition.is_sequential else len(activities)
    if not scope.step.budget.may_begin_inside(scope.key, at_once):
        raise entering.too_far(scope)
    entering.refuse_too_many(scope, 2 * at_once)
    _activate(scope)
    is_kept = len(activities) > min(at_once, scope.step.a_part)
    kept = join([feel.to_json(activity) for activity in activities]) if is_kept else None
    scope.emit(LoopStarted(scope.key, len(activities), kept))
    if order is not None:
        asking.create(scope, order)
    elif is_kept:
        begin_more(scope)
    else:
        for activity in activities:
            ad_hoc_inner_instance.begin(scope, definition, activity)


def _begin_placed(scope: Token) -> None:
    """What somebody has put inside is what begins, in place of what collection or worker would say."""
    _activate(scope)
    scope.emit(LoopStarted(scope.key, len(scope.instance.children[scope.key])))
    entering.begin_placed(scope)


def _begin_where_told(scope: Token, definition: AdHoc, targets: Sequence[str]) -> None:
    """Each start instruction is an activation, in place of what collection or worker would say."""
    _activate(scope)
    scope.emit(LoopStarted(scope.key, len(targets)))
    for target in targets:
        ad_hoc_inner_instance.begin_at(scope, definition, target)


def _activate(scope: Token) -> None:
    """It is at work. Where a condition holds already for which an event sub-process takes it over, no flow
    begins, and it is done when that has ended. Raises `Held` and `TakenOver`.
    """
    try:
        entering.activate(scope)
    except entering.TakenOver:
        if scope.is_there and scope.row.state == ACTIVATED:
            scope.emit(LoopStarted(scope.key, 0))
        raise


def begin_more(scope: Token) -> None:
    """Activate the next of a collection that is not through yet.

    Those behind them follow when these have begun, or have ended where one comes after another. Raises `Held`
    while the process instance has too many elements.
    """
    if scope.key not in scope.instance.rows[LoopItems]:
        return
    definition, under_way = _definition(scope), len(flows_of(scope))
    if definition.is_sequential and under_way:
        return
    some = 1 if definition.is_sequential else scope.step.a_part
    entering.refuse_too_many(scope, 2 * some)
    items = multi_instance.kept_items(scope)
    begun = progress_of(scope).completed + under_way
    for item in items[begun : begun + some]:
        ad_hoc_inner_instance.begin(scope, definition, msgspec.json.decode(item, type=str))
    if begun + some >= len(items):
        scope.emit(LoopStopped(scope.key))
    elif not definition.is_sequential:
        scope.later(begin_more)


def child_leaving(child: Token) -> bool:
    """Gather what a flow has given, and ask the completion condition. Raises `Held`.

    What an event sub-process has done is no flow of an activity: nothing is asked after it.
    """
    if child.loop_counter != INNER:
        return False
    scope = child.scope
    definition, progress = _definition(scope), progress_of(scope)
    if definition.output_element is not None and definition.output_collection is not None:
        what = f"an item of '{definition.output_collection}'"
        try:
            value = evaluation.json(child, child.key, definition.output_element, what)
        except Held as held:
            raise held.inside(f"output element of '{scope.node.id}'") from held
        child.emit(LoopOutputGathered(scope.key, progress.completed + 1, value))
    is_over = progress.total != FULFILLED and _is_over(child, definition)
    child.emit(LoopAdvanced(scope.key))
    return is_over


def child_left(scope: Token, is_over: bool) -> None:
    """A flow or an event sub-process has ended: what follows is told at the top of this page."""
    if scope.row.state != ACTIVATED:
        return
    if is_over:
        _fulfil(scope, cancels_remaining=_definition(scope).cancels_remaining)
    elif _is_decided_by_worker(scope) and not _goes_to_its_end(scope):
        attempt(scope, _ask)
    elif _definition(scope).is_sequential and scope.key in scope.instance.rows[LoopItems]:
        attempt(scope, begin_more)
    elif not _is_busy(scope) and _ends_with_its_last(scope):
        multi_instance.end(scope)


def answered(scope: Token, values: scopes.Document, answer: AdHocAnswer) -> None:
    """Its worker has decided what begins, or that it is done. Raises `Rejection`."""
    definition = _definition(scope)
    if answer.is_completion_condition_fulfilled and answer.activate:
        raise Rejection(
            RejectionType.INVALID_ARGUMENT,
            f"Expected the answer for '{scope.node.id}' to activate elements or to fulfil its completion "
            "condition, but it does both; send one, and the other with a later job",
        )
    refuse(scope, definition, answer.activate, instead=answer.is_cancel_remaining_instances)
    if values:
        scopes.write_measured(scope, scope.key, values)
    if answer.is_completion_condition_fulfilled:
        _fulfil(scope, cancels_remaining=answer.is_cancel_remaining_instances)
        return
    if answer.is_cancel_remaining_instances:
        ending.terminate_children(scope)
    for activity, local in answer.activate:
        ad_hoc_inner_instance.begin(scope, definition, activity, local)


def interrupted(scope: Token) -> None:
    """An event sub-process takes it over: nothing more begins."""
    asking.cancel_job_of(scope)
    _stop_beginning(scope)


def terminating(scope: Token) -> ending.Sweeping:
    """Its job and what was kept for it go."""
    asking.cancel_job_of(scope)
    yield from multi_instance.terminating(scope)


def resume(scope: Token) -> None:
    """An incident was resolved: its job can be taken again, its worker is asked, or more is activated."""
    state, job_key = scope.row.state, scope.instance.job_of.get(scope.key)
    if state == COMPLETING:
        multi_instance.resume_leaving(scope)
    elif state != ACTIVATED:
        leaving.resume(scope)
    elif job_key is not None:
        jobs.reactivate(scope, scope.instance.jobs[job_key])
    elif _is_decided_by_worker(scope) and not _goes_to_its_end(scope):
        _ask(scope)
    else:
        begin_more(scope)


def _from_collection(scope: Token, definition: AdHoc) -> Sequence[str]:
    """What the collection says to activate. Raises `Held`."""
    source = definition.active_elements
    if source is None:
        return ()
    given = evaluation.evaluate(scope, scope.key, source)
    value = given.value if given.failure is None else None
    most = scope.step.limits.loop_instances
    if not isinstance(value, list) or len(value) > most:
        instead = f"it is {len(value)} items long" if isinstance(value, list) else evaluation.shown(given)
        raise _unfit(scope, source, f"a list of at most {most} ids of elements", instead)
    known = set(definition.activities)
    unknown = [item for item in value if not isinstance(item, str) or item not in known]
    if unknown:
        raise _unfit(scope, source, f"a list of ids from {named(definition.activities)}", _instead(unknown))
    return [str(item) for item in value]


def _instead(unknown: Sequence[feel.Value]) -> str:
    shown = ", ".join(feel.excerpt(item, evaluation.SHOWN) for item in unknown[:SHOWN])
    return f"it holds {shown}" + (f" and {len(unknown) - SHOWN} more" if len(unknown) > SHOWN else "")


def _unfit(scope: Token, source: feel.Expression, expected: str, instead: str) -> Held:
    return Held(
        IncidentType.EXTRACT_VALUE_ERROR,
        f"Expected the active elements collection '{evaluation.written(source)}' of '{scope.node.id}' to be "
        f"{expected}, but {instead}",
        remedy=SET_VARIABLES,
    )


def _is_over(child: Token, definition: AdHoc) -> bool:
    """Whether the completion condition holds, as the flow that ends sees it. Raises `Held`."""
    condition = definition.completion_condition
    if condition is None:
        return False
    return evaluation.boolean(child, condition, "the completion condition", f"'{child.scope.node.id}'")


def _fulfil(scope: Token, *, cancels_remaining: bool) -> None:
    """Nothing more begins; the rest is swept away, or awaited."""
    _stop_beginning(scope)
    scope.emit(AdHocFulfilled(scope.key))
    if cancels_remaining:
        if ending.terminate_children(scope):
            multi_instance.end(scope)
        else:
            ending.when_swept(scope.key, scope, multi_instance.end)
    elif not _is_busy(scope):
        multi_instance.end(scope)


def _ask(scope: Token) -> None:
    """Its worker is to decide anew, on what has come since: a job that is there is of yesterday."""
    asking.cancel_job_of(scope)
    incidents.drop_incidents_of(scope)
    asking.create(scope, asking.order_of(scope))


def _describe(scope: Token, described: bytes) -> None:
    """Whoever decides sees what may be activated, copied into its scope and paid for. Raises `Held`."""
    step = scope.step
    with mappings.as_mapping_failure(f"variable '{DESCRIPTION}' of '{scope.node.id}'"):
        if step.budget.fuel_left <= 0:
            why = evaluation.not_handed_on(step, f"set '{DESCRIPTION}'")
            raise Held(IncidentType.IO_MAPPING_ERROR, why)
        scopes.write_measured(scope, scope.key, {DESCRIPTION: described})
        step.budget.pay_for(len(described))


def _stop_beginning(scope: Token) -> None:
    if scope.key in scope.instance.rows[LoopItems]:
        incidents.drop_incidents_of(scope)
        scope.emit(LoopStopped(scope.key))


def _goes_to_its_end(scope: Token) -> bool:
    return scope.row.interrupted or progress_of(scope).total == FULFILLED


def _ends_with_its_last(scope: Token) -> bool:
    """Whether it is done when nothing is active: not before anything was, nor while a condition says no."""
    if _goes_to_its_end(scope):
        return True
    return _definition(scope).completion_condition is None and progress_of(scope).completed > 0


def _is_busy(scope: Token) -> bool:
    instance = scope.instance
    return scope.key in instance.children or scope.key in instance.rows[LoopItems]


def _is_decided_by_worker(scope: Token) -> bool:
    return isinstance(scope.node.work, JobDefinition)


def _definition(scope: Token) -> AdHoc:
    if scope.node.ad_hoc is None:
        raise BrokenInvariant(f"'{scope.node.id}' is no ad-hoc sub-process")
    return scope.node.ad_hoc


# -- applying ------------------------------------------------------------------------------------------------


def _apply_fulfilled(state: State, instance: InstanceState, event: AdHocFulfilled) -> None:
    progress: Repetition = instance.rows[Repetition][event.element_instance_key]
    state.put(replace(progress, total=FULFILLED))


OF_INSTANCE = {AdHocFulfilled: _apply_fulfilled}
CONTINUATIONS = {"activate more": begin_more}
ROOM = room(
    beginning=beginning,
    resume=resume,
    terminating=terminating,
    child_leaving=child_leaving,
    child_left=child_left,
    answered=answered,
    interrupted=interrupted,
)

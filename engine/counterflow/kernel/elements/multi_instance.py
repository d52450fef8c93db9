"""Multi-instance: the body of an activity that is done once for each item of a collection.

The instances are begun all at once, or one after another.

The body is an element instance of its own around the instances; what stands on the activity's border belongs
to it. Each instance has its item and its place (`loopCounter`, from 1) as variables of its own. The outputs
are gathered one by one, each in a row of its own, and become a list when the body completes: so a step costs
the same at the first and the last item.

BPMN 2.0.2, 13.3.7; variables by the names of Zeebe and of Camunda 7.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from counterflow import feel
from counterflow.kernel.course import ending, entering, leaving
from counterflow.kernel.course.moves import COMPLETING
from counterflow.kernel.course.room import room
from counterflow.kernel.data import evaluation
from counterflow.kernel.data.output_collections import NULL, collection_of, gathered, join
from counterflow.kernel.rows import LoopItems, LoopOutput, Repetition
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import BrokenInvariant, InstanceEvent
from counterflow.kernel.work import incidents
from counterflow.kernel.work.held import SET_VARIABLES, Held, IncidentType
from counterflow.kernel.work.origin import Origin
from counterflow.kernel.work.step import Token, attempt
from counterflow.model.graph import MultiInstance

_PATH = re.compile(r"([^\W\d]\w*)(\s*\.\s*[^\W\d]\w*)*")
"""A variable, or a member of one: `result`, `result.amount`."""


class LoopStarted(InstanceEvent, frozen=True):
    """An activity is to be done so many times; `items` is kept where they come in turn.

    A `total` of -1 says that nobody knows: its condition decides.
    """

    element_instance_key: int
    total: int
    items: bytes | None = None


class LoopOutputGathered(InstanceEvent, frozen=True):
    """The instance at this place has given a value (JSON text)."""

    element_instance_key: int
    loop_counter: int
    value: bytes


class LoopStopped(InstanceEvent, frozen=True):
    """No more instances of a parallel activity begin: all have, or its completion condition holds."""

    element_instance_key: int


class LoopOutputsLetGo(InstanceEvent, frozen=True):
    """What the instances at these places have given is no longer kept."""

    element_instance_key: int
    first: int
    last: int


class LoopAdvanced(InstanceEvent, frozen=True):
    """One more instance has completed."""

    element_instance_key: int


class LoopEnded(InstanceEvent, frozen=True):
    """The activity is done with, or was swept away: what was kept for it is let go."""

    element_instance_key: int


def beginning(body: Token) -> None:
    """Read the collection and start its instances: all of them, or the first."""
    loop = _definition(body)
    items = _items(body, loop)
    if not loop.is_sequential and not body.step.budget.may_begin_inside(body.key, len(items)):
        raise entering.too_far(body)
    entering.refuse_too_many(body, len(items))
    entering.activate(body)
    is_kept = loop.is_sequential or len(items) > body.step.a_part
    body.emit(LoopStarted(body.key, len(items), join(items) if is_kept and items else None))
    if not items:
        end(body)
    elif not is_kept:
        for number, item in enumerate(items, start=1):
            _start(body, number, item)
    elif loop.is_sequential:
        _start(body, 1, items[0])
    else:
        begin_more(body)


def begin_more(body: Token) -> None:
    """Start the next instances of a parallel activity that has many, those behind them when these have begun.

    It goes on until it is stopped. Raises `Held` while the process instance has too many elements.
    """
    if not _begins_more(body):
        return
    entering.refuse_too_many(body, body.step.a_part)
    progress, items = progress_of(body), kept_items(body)
    begun = progress.completed + len(body.instance.children.get(body.key, ()))
    for number in range(begun + 1, min(begun + body.step.a_part, progress.total) + 1):
        _start(body, number, items[number - 1])
    if begun + body.step.a_part < progress.total:
        body.later(begin_more)
    else:
        body.emit(LoopStopped(body.key))


def child_leaving(child: Token) -> bool:
    """Gather what an instance has given, and ask the completion condition. Raises `Held`.

    That is done as long as the instance's own variables are there.
    """
    loop = _definition(child)
    if loop.output_element is not None and loop.output_collection is not None:
        try:
            value = evaluation.json(
                child, child.key, loop.output_element, f"an item of '{loop.output_collection}'"
            )
        except Held as held:
            raise held.inside(f"output element of '{child.node.id}'") from held
        child.emit(LoopOutputGathered(child.scope_key, child.loop_counter, value))
    return _is_over(child, loop)


def child_left(body: Token, is_over: bool) -> None:
    """An instance has completed: it was the last one, the completion condition holds, or the next starts."""
    body.emit(LoopAdvanced(body.key))
    progress = progress_of(body)
    if is_over or progress.completed >= progress.total:
        if _begins_more(body):
            incidents.drop_incidents_of(body)
            body.emit(LoopStopped(body.key))
        if ending.terminate_children(body):
            end(body)
        else:
            ending.when_swept(body.key, body, end)
    elif _definition(body).is_sequential:
        _start(body, progress.completed + 1, kept_items(body)[progress.completed])


def terminating(body: Token) -> ending.Sweeping:
    """Let go of what was kept."""
    while _lets_some_go(body):
        yield iter(())
    if body.key in body.instance.rows[Repetition]:
        body.emit(LoopEnded(body.key))


def resume(body: Token) -> None:
    """More instances begin, or before a body is left, what was kept of its loop is let go."""
    if _begins_more(body):
        begin_more(body)
    else:
        resume_leaving(body)


def resume_leaving(body: Token) -> None:
    """Before it is left, what was kept of it is let go."""
    if body.row.state == COMPLETING and body.key in body.instance.rows[Repetition]:
        _let_go(body)
    else:
        leaving.resume(body)


def _start(body: Token, number: int, item: bytes) -> None:
    loop = _definition(body)
    local = {"loopCounter": str(number - 1 + loop.first_loop_counter).encode()}
    if loop.element_variable:
        local[loop.element_variable] = item
    output = _PATH.fullmatch(loop.output_element.text.strip()) if loop.output_element is not None else None
    if output is not None and output[1] not in {*local, "null", "true", "false"}:
        local[output[1]] = NULL  # so that what an instance gives stays its own until it is gathered
    entering.enter(body, body.node, local, Origin(loop_counter=number))


def end(body: Token) -> None:
    """What is kept of the loop is let go whether or not its results find room outside.

    So it is of an ad-hoc sub-process. One that is an instance of a loop keeps what it gathers where the
    output element of the loop reads it.
    """
    collection = collection_of(body, body.row)
    results = {collection: gathered(body, body.key)} if collection is not None else {}
    try:
        leaving.send_results(body, results, all_outward=not _is_read_by_loop(body, collection))
    except Held as held:
        body.hold(held)
        _let_go(body)
        return
    if len(body.instance.loop_outputs.get(body.key, ())) > body.step.a_part:
        leaving.prepare(body)
        _let_go(body)
    else:
        body.emit(LoopEnded(body.key))
        leaving.finish(body)


def _is_read_by_loop(instance: Token, collection: str | None) -> bool:
    loop = instance.node.multi_instance if instance.loop_counter > 0 else None
    return loop is not None and loop.output_element is not None and collection in loop.output_element.names


def _let_go(body: Token) -> None:
    """Let go of what was kept, in as many pages as it takes; then leave the body, if nothing holds it."""
    if body.key not in body.instance.rows[Repetition]:
        return
    while _lets_some_go(body):
        if body.step.is_page_full:
            body.step.first.append((_let_go, body))
            return
    body.emit(LoopEnded(body.key))
    if body.key not in body.instance.incident_of:
        attempt(body, leaving.leave)


def _lets_some_go(body: Token) -> bool:
    """Let go of some outputs where there are many. Answers whether there were."""
    places = body.instance.loop_outputs.get(body.key, ())
    if len(places) <= body.step.a_part:
        return False
    first = min(places)
    body.emit(LoopOutputsLetGo(body.key, first, first + body.step.a_part - 1))
    body.step.page_end -= body.step.a_part
    return True


def _begins_more(body: Token) -> bool:
    """Whether instances of a parallel activity are still to begin."""
    is_kept = not _definition(body).is_sequential and body.key in body.instance.rows[LoopItems]
    return is_kept and not body.row.interrupted


def _items(body: Token, loop: MultiInstance) -> Sequence[bytes]:
    """What each instance is for, JSON text. Raises `Held`."""
    given = evaluation.evaluate(body, body.key, loop.collection)
    value = given.value if given.failure is None else None
    most, instead = body.step.limits.loop_instances, ""
    try:
        if loop.is_counted and evaluation.is_whole(value) and 0 <= value <= most:
            return [str(number).encode() for number in range(1, int(value) + 1)]
        if not loop.is_counted and isinstance(value, list) and len(value) <= most:
            return [feel.to_json(item) for item in value]
        if not loop.is_counted and isinstance(value, list):
            instead = f"it is {len(value)} items long"
    except feel.FeelValueError as error:
        instead = str(error)
    what, expected = (
        ("cardinality", f"a whole number up to {most}")
        if loop.is_counted
        else ("collection", f"a list of at most {most} items")
    )
    raise Held(
        IncidentType.EXTRACT_VALUE_ERROR,
        f"Expected the {what} '{evaluation.written(loop.collection)}' of '{body.node.id}' to be {expected}, "
        f"but {instead or evaluation.shown(given)}",
        remedy=SET_VARIABLES,
    )


def _is_over(child: Token, loop: MultiInstance) -> bool:
    """Whether the completion condition holds.

    The instance that is completing counts as completed; after the last one there is nothing left to ask.
    Raises `Held`.
    """
    progress, condition = progress_of(child.scope), loop.completion_condition
    completed = progress.completed + 1
    if condition is None or completed == progress.total:
        return False
    counters = {
        "Instances": progress.total,
        "ActiveInstances": 0 if loop.is_sequential else progress.total - completed,
        "CompletedInstances": completed,
        "TerminatedInstances": 0,
    }
    over = {
        f"{prefix}{name}": str(count).encode()
        for name, count in counters.items()
        for prefix in ("numberOf", "nrOf")
    }
    if loop.output_collection in condition.names and child.step.budget.fuel_left > 0:
        over[str(loop.output_collection)] = gathered(child, child.scope_key)
    return evaluation.boolean(child, condition, "the completion condition", over=over)


def _definition(token: Token) -> MultiInstance:
    if token.node.multi_instance is None:
        raise BrokenInvariant(f"'{token.node.id}' is no multi-instance activity")
    return token.node.multi_instance


def progress_of(body: Token) -> Repetition:
    """How far an activity is that is done several times, as long as it is at work."""
    progress: Repetition = body.instance.rows[Repetition][body.key]
    return progress


def kept_items(body: Token) -> list[bytes]:
    """The items that were kept, taken apart once."""
    instance, key = body.instance, body.key
    items: list[bytes] | None = instance.plans.get(key)
    if items is None:
        row: LoopItems = instance.rows[LoopItems][key]
        items = instance.plans[key] = [
            bytes(item) for item in msgspec.json.decode(row.items, type=list[msgspec.Raw])
        ]
    return items


# -- applying ------------------------------------------------------------------------------------------------


def _apply_started(state: State, instance: InstanceState, event: LoopStarted) -> None:
    state.put(Repetition(event.element_instance_key, instance.key, event.total))
    if event.items is not None:
        state.put(LoopItems(event.element_instance_key, instance.key, event.items))


def _apply_gathered(state: State, instance: InstanceState, event: LoopOutputGathered) -> None:
    state.put(LoopOutput(event.element_instance_key, event.loop_counter, instance.key, event.value))


def _apply_stopped(state: State, instance: InstanceState, event: LoopStopped) -> None:
    state.delete(instance.rows[LoopItems][event.element_instance_key])
    instance.plans.pop(event.element_instance_key, None)


def _apply_let_go(state: State, instance: InstanceState, event: LoopOutputsLetGo) -> None:
    outputs = instance.rows[LoopOutput]
    for number in range(event.first, event.last + 1):
        output = outputs.get((event.element_instance_key, number))
        if output is not None:
            state.delete(output)


def _apply_advanced(state: State, instance: InstanceState, event: LoopAdvanced) -> None:
    progress: Repetition = instance.rows[Repetition][event.element_instance_key]
    state.put(replace(progress, completed=progress.completed + 1))


def _apply_ended(state: State, instance: InstanceState, event: LoopEnded) -> None:
    key = event.element_instance_key
    state.delete(instance.rows[Repetition][key])
    if key in instance.rows[LoopItems]:
        state.delete(instance.rows[LoopItems][key])
    for number in list(instance.loop_outputs.get(key, ())):
        state.delete(instance.rows[LoopOutput][key, number])


OF_INSTANCE = {
    LoopStarted: _apply_started,
    LoopOutputGathered: _apply_gathered,
    LoopAdvanced: _apply_advanced,
    LoopStopped: _apply_stopped,
    LoopOutputsLetGo: _apply_let_go,
    LoopEnded: _apply_ended,
}
CONTINUATIONS = {"begin more": begin_more, "loop ends": end, "let go": _let_go}
ROOM = room(
    beginning=beginning,
    resume=resume,
    terminating=terminating,
    child_leaving=child_leaving,
    child_left=child_left,
)

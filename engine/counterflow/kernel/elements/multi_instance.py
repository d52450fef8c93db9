"""Multi-instance: the body of an activity that is done once for each item of a collection, all at once or one
after another.

The body is an element instance of its own around the instances; what stands on the activity's border belongs
to it. Each instance has its item and its place (`loopCounter`, from 1) as variables of its own. The outputs
are gathered one by one, each in a row of its own, and become a list when the body completes: so a step costs
the same at the first and the last item.

BPMN 2.0.2, 13.3.7; variables by the names of Zeebe and of Camunda 7.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import TypeGuard

import msgspec
from msgspec.structs import replace

from counterflow import feel
from counterflow.kernel import incidents, lifecycle, variables
from counterflow.kernel.elements.room import Room
from counterflow.kernel.instance_state import InstanceState
from counterflow.kernel.output_collections import NULL, gathered, join
from counterflow.kernel.records import BrokenInvariant, Event
from counterflow.kernel.rows import ElementInstance, Loop, LoopItems, LoopOutput
from counterflow.kernel.state import State
from counterflow.kernel.step import Step
from counterflow.model.graph import MultiInstance, Node

_PATH = re.compile(r"([^\W\d]\w*)(\s*\.\s*[^\W\d]\w*)*")
"""A variable, or a member of one: `result`, `result.amount`."""


class LoopStarted(Event, frozen=True, array_like=True, tag=110, gc=False):
    """A multi-instance activity is to be done so many times; `items` is kept where they come one after
    another.
    """

    element_instance_key: int
    total: int
    items: bytes | None = None


class LoopOutputGathered(Event, frozen=True, array_like=True, tag=111, gc=False):
    """The instance at this place has given a value (JSON text)."""

    element_instance_key: int
    loop_counter: int
    value: bytes


class LoopAdvanced(Event, frozen=True, array_like=True, tag=112, gc=False):
    """One more instance has completed."""

    element_instance_key: int


class LoopEnded(Event, frozen=True, array_like=True, tag=113, gc=False):
    """The activity is done with, or was swept away: what was kept for it is let go."""

    element_instance_key: int


def beginning(step: Step, body: ElementInstance, node: Node) -> None:
    """Read the collection and start its instances: all of them, or the first."""
    loop = _definition(node)
    items = _items(step, body, loop)
    if items is None:
        return
    if not loop.is_sequential and not step.may_begin_inside(body, len(items)):
        lifecycle.hold_up(step, body)
        return
    if not lifecycle.activate(step, body, node):
        return
    step.emit(LoopStarted(body.key, len(items), join(items) if loop.is_sequential and items else None))
    if not items:
        _end(step, step.element(body.key), node)
    for place in range(1, (1 if loop.is_sequential else len(items)) + 1):
        if place <= len(items):
            _start(step, body, node, place, items[place - 1])


def completing(step: Step, child: ElementInstance, node: Node) -> bool | None:
    """Gather what an instance has given, and ask the completion condition, as long as the instance's own
    variables are there.
    """
    loop = _definition(node)
    if loop.output_element is not None and loop.output_collection is not None:
        try:
            value = variables.evaluate_to_json(
                step, child.key, loop.output_element, f"an item of '{loop.output_collection}'"
            )
        except variables.MappingFailed as failure:
            message = (
                f"{failure} (output element of '{node.id}'); set the variables it reads and resolve the "
                "incident"
            )
            incidents.raise_incident(step, child, "EXTRACT_VALUE_ERROR", message)
            return None
        step.emit(LoopOutputGathered(child.scope_key, child.loop_counter, value))
    return _condition_holds(step, child, node, loop)


def completed(step: Step, body: ElementInstance, node: Node, *, is_over: bool) -> None:
    """An instance has completed: that was the last one, or the completion condition holds, or the next one
    starts.
    """
    step.emit(LoopAdvanced(body.key))
    loop, progress = _definition(node), _progress(step, body.key)
    if is_over or progress.completed >= progress.total:
        lifecycle.terminate_children(step, body.key)
        _end(step, body, node)
    elif loop.is_sequential:
        _start(
            step,
            body,
            node,
            progress.completed + 1,
            _kept_items(step.current(), body.key)[progress.completed],
        )


def terminating(step: Step, body: ElementInstance, node: Node) -> None:
    """Let go of what was kept."""
    if body.key in step.current().rows[Loop]:
        step.emit(LoopEnded(body.key))


def _start(step: Step, body: ElementInstance, node: Node, place: int, item: bytes) -> None:
    loop = _definition(node)
    local = {"loopCounter": str(place - 1 + loop.first_loop_counter).encode()}
    if loop.element_variable:
        local[loop.element_variable] = item
    output = _PATH.fullmatch(loop.output_element.text.strip()) if loop.output_element is not None else None
    if output is not None and output[1] not in {*local, "null", "true", "false"}:
        local[output[1]] = NULL  # so that what an instance gives stays its own until it is gathered
    lifecycle.enter(step, node, body.key, local, loop_counter=place)


def _end(step: Step, body: ElementInstance, node: Node) -> None:
    loop = _definition(node)
    results = {loop.output_collection: gathered(step, body.key)} if loop.output_collection is not None else {}
    is_out = lifecycle.propagate(step, body, node, results)
    step.emit(LoopEnded(body.key))
    if is_out:
        lifecycle.finish(step, step.element(body.key), node)


def _items(step: Step, body: ElementInstance, loop: MultiInstance) -> Sequence[bytes] | None:
    evaluation = variables.evaluate(step, body.key, loop.collection)
    value = evaluation.value if evaluation.failure is None else None
    most, found = step.limits.loop_instances, variables.found_in(evaluation)
    try:
        if loop.is_counted and _is_count(value) and value <= most:
            return [str(place).encode() for place in range(1, int(value) + 1)]
        if not loop.is_counted and isinstance(value, list) and len(value) <= most:
            return [feel.to_json(item) for item in value]
        if not loop.is_counted and isinstance(value, list):
            found = f"it is {len(value)} items long"
    except feel.FeelValueError as error:
        found = str(error)
    what, wanted = (
        ("cardinality", f"a whole number up to {most}")
        if loop.is_counted
        else ("collection", f"a list of at most {most} items")
    )
    message = f"Expected the {what} '={loop.collection.text}' of '{body.element_id}' to be {wanted}"
    incidents.raise_incident(
        step,
        body,
        "EXTRACT_VALUE_ERROR",
        f"{message}, but {found}; set the variables it reads and resolve the incident",
    )
    return None


def _is_count(value: feel.Value) -> TypeGuard[int | Decimal]:
    return (
        isinstance(value, int | Decimal)
        and not isinstance(value, bool)
        and value == int(value)
        and value >= 0
    )


def _condition_holds(step: Step, child: ElementInstance, node: Node, loop: MultiInstance) -> bool | None:
    """The instance that is completing counts as completed. After the last one there is nothing left to
    ask.
    """
    progress, condition = _progress(step, child.scope_key), loop.completion_condition
    completed = progress.completed + 1
    if condition is None or completed == progress.total:
        return False
    active = len(step.current().children[child.scope_key]) - 1
    counters = {
        "Instances": progress.total,
        "ActiveInstances": active,
        "CompletedInstances": completed,
        "TerminatedInstances": 0,
    }
    over = {
        f"{prefix}{name}": str(count).encode()
        for name, count in counters.items()
        for prefix in ("numberOf", "nrOf")
    }
    if (
        loop.output_collection is not None
        and loop.output_collection in condition.names
        and step.fuel_left > 0
    ):
        over[loop.output_collection] = gathered(step, child.scope_key)
    evaluation = variables.evaluate(step, child.key, condition, over)
    if isinstance(evaluation.value, bool) and evaluation.failure is None:
        return evaluation.value
    found = variables.found_in(evaluation)
    message = (
        f"Expected the completion condition '={condition.text}' of '{node.id}' to be true or false, but "
        f"{found}"
    )
    incidents.raise_incident(
        step, child, "EXTRACT_VALUE_ERROR", f"{message}; set the variables it reads and resolve the incident"
    )
    return None


def _definition(node: Node) -> MultiInstance:
    if node.multi_instance is None:
        raise BrokenInvariant(f"'{node.id}' is no multi-instance activity")
    return node.multi_instance


def _progress(step: Step, body_key: int) -> Loop:
    progress: Loop = step.current().rows[Loop][body_key]
    return progress


def _kept_items(instance: InstanceState, key: int) -> list[bytes]:
    """The items of a sequential loop, taken apart once."""
    items: list[bytes] | None = instance.plans.get(key)
    if items is None:
        row: LoopItems = instance.rows[LoopItems][key]
        items = instance.plans[key] = [
            bytes(item) for item in msgspec.json.decode(row.items, type=list[msgspec.Raw])
        ]
    return items


# -- applying ------------------------------------------------------------------------------------------------


def _instance(instance: InstanceState | None) -> InstanceState:
    if instance is None:
        raise BrokenInvariant("a loop event outside a process instance")
    return instance


def _apply_started(state: State, instance: InstanceState | None, event: LoopStarted) -> None:
    owner = _instance(instance)
    state.put(Loop(event.element_instance_key, owner.key, event.total))
    if event.items is not None:
        state.put(LoopItems(event.element_instance_key, owner.key, event.items))


def _apply_gathered(state: State, instance: InstanceState | None, event: LoopOutputGathered) -> None:
    state.put(
        LoopOutput(event.element_instance_key, event.loop_counter, _instance(instance).key, event.value)
    )


def _apply_advanced(state: State, instance: InstanceState | None, event: LoopAdvanced) -> None:
    progress: Loop = _instance(instance).rows[Loop][event.element_instance_key]
    state.put(replace(progress, completed=progress.completed + 1))


def _apply_ended(state: State, instance: InstanceState | None, event: LoopEnded) -> None:
    owner, key = _instance(instance), event.element_instance_key
    state.delete(owner.rows[Loop][key])
    if key in owner.rows[LoopItems]:
        state.delete(owner.rows[LoopItems][key])
    for place in list(owner.loop_outputs.get(key, ())):
        state.delete(owner.rows[LoopOutput][key, place])


APPLIERS = {
    LoopStarted: _apply_started,
    LoopOutputGathered: _apply_gathered,
    LoopAdvanced: _apply_advanced,
    LoopEnded: _apply_ended,
}
ROOM = Room(
    beginning=beginning,
    terminating=terminating,
    child_completing=completing,
    child_completed=completed,
)

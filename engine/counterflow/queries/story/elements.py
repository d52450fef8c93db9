"""What the log says of element instances: their way, what they repeat and call, variables, flows. Their way
is from activation to the end, the variables those of their scopes, the flows those that were taken between
them.
"""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.kernel.course import ending, moves
from counterflow.kernel.data import scopes
from counterflow.kernel.elements import multi_instance
from counterflow.kernel.lives import calls
from counterflow.kernel.vocabulary import Event
from counterflow.kernel.work.origin import BODY
from counterflow.queries.definitions import UNNAMED
from counterflow.queries.shapes import ElementInstance, FlowTaken, Loop
from counterflow.queries.story.story import Addition, Story
from counterflow.queries.story.terminations import add_termination


def _activating(story: Story, event: moves.ElementActivating) -> None:
    name = story.names.get(event.element_id, UNNAMED)
    element = ElementInstance(
        key=event.key,
        scope_key=event.scope_key,
        element_id=event.element_id,
        element_name=name.name,
        element_type=name.type,
        state="activating",
        activated_position=story.position,
        activated_at_ms=story.now_ms,
        undo_record_key=event.undo_key,
        loop_counter=event.loop_counter,
    )
    story.elements[event.key] = element
    if event.scope_key:
        story.elements[event.scope_key].children.append(element)


def _activated(story: Story, event: moves.ElementActivated) -> None:
    element = story.elements[event.key]
    element.state, element.activated_position = "active", story.position


def _completing(story: Story, event: moves.ElementCompleting) -> None:
    story.elements[event.key].state = "completing"


def _completed(story: Story, event: moves.ElementCompleted) -> None:
    end_element(story, story.elements[event.key], "completed")


def _terminated(story: Story, event: moves.ElementTerminated) -> None:
    end_element(story, story.elements[event.key], "terminated")


def _terminating(story: Story, event: moves.ElementTerminating) -> None:
    element = story.elements[event.key]
    element.state = "terminating"
    add_termination(story, element)


def end_element(story: Story, element: ElementInstance, state: str) -> None:
    """End an element instance as `completed` or `terminated`, at the event that is being added."""
    element.state, element.ended_position, element.ended_at_ms = state, story.position, story.now_ms


def _flow_taken(story: Story, event: moves.FlowTaken) -> None:
    story.flows_taken.append(FlowTaken(event.flow_id, event.scope_key, story.position, story.now_ms))


def _loop_started(story: Story, event: multi_instance.LoopStarted) -> None:
    element = story.elements[event.element_instance_key]
    if element.loop_counter == BODY:  # an ad-hoc sub-process has no number of its own
        element.loop = Loop(event.total)


def _loop_advanced(story: Story, event: multi_instance.LoopAdvanced) -> None:
    element = story.elements[event.element_instance_key]
    if element.loop is not None:
        element.loop.completed += 1


def _loop_ended(story: Story, event: multi_instance.LoopEnded) -> None:
    element = story.elements[event.element_instance_key]
    if element.loop is not None:
        element.loop.ended = True


def _called(story: Story, event: calls.ProcessCalled) -> None:
    story.elements[event.element_instance_key].called_instance_key = event.called_instance_key


def _kept(story: Story, event: ending.WorkKept) -> None:
    story.elements[event.at_key].awaited_key = event.swept_key


# -- variables -----------------------------------------------------------------------------------------------


def _variables_set(story: Story, event: scopes.VariablesSet) -> None:
    story.variables.setdefault(event.scope_key, {}).update(event.values)


def _variables_removed(story: Story, event: scopes.VariablesRemoved) -> None:
    for name in event.names:
        story.variables[event.scope_key].pop(name, None)


def _held(story: Story, event: scopes.ResultsHeld) -> None:
    story.variables.setdefault(event.element_instance_key, {}).update(event.values)


def _results_released(story: Story, event: scopes.ResultsReleased) -> None:
    for name in event.names:
        story.variables[event.element_instance_key].pop(name)


ADDITIONS: Mapping[type[Event], Addition] = {
    moves.ElementActivating: _activating,
    moves.ElementActivated: _activated,
    moves.ElementCompleting: _completing,
    moves.ElementCompleted: _completed,
    moves.ElementTerminating: _terminating,
    moves.ElementTerminated: _terminated,
    moves.FlowTaken: _flow_taken,
    multi_instance.LoopStarted: _loop_started,
    multi_instance.LoopAdvanced: _loop_advanced,
    multi_instance.LoopEnded: _loop_ended,
    calls.ProcessCalled: _called,
    ending.WorkKept: _kept,
    scopes.VariablesSet: _variables_set,
    scopes.VariablesRemoved: _variables_removed,
    scopes.ResultsHeld: _held,
    scopes.ResultsReleased: _results_released,
}

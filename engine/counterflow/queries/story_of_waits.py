"""What is told of an instance that waits, repeats or calls: timers and messages, joins, multi-instance
activities, called processes, results that wait for room.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from counterflow.kernel.data import scopes
from counterflow.kernel.elements import multi_instance
from counterflow.kernel.events import message as messages
from counterflow.kernel.events import timer as timers
from counterflow.kernel.lives import calls, decisions
from counterflow.kernel.vocabulary import Event
from counterflow.queries.definitions import UNNAMED
from counterflow.queries.shapes import CorrelatedMessage, DecisionEvaluation, Join, JoinFlow, Loop, Wait

if TYPE_CHECKING:
    from counterflow.queries.story import Story


def end_wait(story: Story, wait: Wait, state: str) -> None:
    """Nothing waits any more."""
    wait.state, wait.closed_at_ms = state, story.now_ms


def _timer_scheduled(story: Story, event: timers.TimerScheduled) -> None:
    wait = _opened(story, event, "timer")
    wait.due_at_ms, wait.repetitions, wait.interval = event.due_ms, event.repetitions, event.interval or ""


def _timer_triggered(story: Story, event: timers.TimerTriggered) -> None:
    end_wait(story, story.waits[event.key], "triggered")


def _timer_canceled(story: Story, event: timers.TimerCanceled) -> None:
    end_wait(story, story.waits[event.key], "closed")


def _subscription_opened(story: Story, event: messages.SubscriptionOpened) -> None:
    wait = _opened(story, event, "message")
    wait.message_name, wait.correlation_key = event.message_name, event.correlation_key


def _subscription_closed(story: Story, event: messages.SubscriptionClosed) -> None:
    end_wait(story, story.waits[event.key], "closed")


def _opened(story: Story, event: timers.TimerScheduled | messages.SubscriptionOpened, kind: str) -> Wait:
    name = story.names.get(event.catch_id, UNNAMED).name
    wait = Wait(event.key, event.element_instance_key, event.catch_id, name, kind, story.now_ms)
    story.waits[event.key] = wait
    story.elements[event.element_instance_key].waits.append(wait)
    return wait


def _correlated(story: Story, event: messages.MessageCorrelated) -> None:
    """The receiver is what waited, or this instance, begun at its start event."""
    wait = story.waits.get(event.receiver_key)
    catch_id = wait.catch_id if wait is not None else story.created.start_at or ""
    element_key = wait.element_instance_key if wait is not None else event.receiver_key
    name = story.names.get(catch_id, UNNAMED).name
    story.correlated_messages.append(
        CorrelatedMessage(
            event.message_key,
            catch_id,
            name,
            element_key,
            wait.message_name if wait is not None else "",
            story.position,
            story.now_ms,
        )
    )


def tell_joins(story: Story) -> None:
    """The joins at which tokens wait by now, each with the scope that it stands in."""
    tokens: dict[tuple[int, str], dict[str, int]] = {}
    for (scope_key, flow_id), (gateway_id, count) in story.waiting.items():
        tokens.setdefault((scope_key, gateway_id), {})[flow_id] = count
    for (scope_key, gateway_id), come in tokens.items():
        gateway = story.names.get(gateway_id, UNNAMED)
        flows = [
            JoinFlow(flow_id, source, story.names.get(source, UNNAMED).name, come.get(flow_id, 0))
            for flow_id, source in gateway.incoming
        ]
        story.elements[scope_key].joins.append(Join(gateway_id, gateway.name, flows))


def _loop_started(story: Story, event: multi_instance.LoopStarted) -> None:
    story.elements[event.element_instance_key].loop = Loop(event.total)


def _loop_advanced(story: Story, event: multi_instance.LoopAdvanced) -> None:
    _loop_of(story, event.element_instance_key).completed += 1


def _loop_ended(story: Story, event: multi_instance.LoopEnded) -> None:
    _loop_of(story, event.element_instance_key).ended = True


def _loop_of(story: Story, element_instance_key: int) -> Loop:
    element = story.elements[element_instance_key]
    element.loop = element.loop or Loop(0)
    return element.loop


def _called(story: Story, event: calls.ProcessCalled) -> None:
    story.elements[event.element_instance_key].called_instance_key = event.called_instance_key


def _held(story: Story, event: scopes.ResultsHeld) -> None:
    story.variables.setdefault(event.element_instance_key, {}).update(event.values)


def _results_released(story: Story, event: scopes.ResultsReleased) -> None:
    for name in event.names:
        story.variables[event.element_instance_key].pop(name)


def _decided(story: Story, event: decisions.DecisionEvaluated) -> None:
    story.elements[event.element_instance_key].decisions.append(
        DecisionEvaluation(
            key=event.key,
            decision_key=event.decision_key,
            decision_id=event.decision_id,
            version=event.version,
            output_json=event.output.decode(),
            evaluated_json=event.evaluated.decode(),
            evaluated_at_ms=story.now_ms,
            failed_decision_id=event.failed_decision_id,
            failure=event.failure,
            warnings="\n".join(event.warnings),
        )
    )


TELLERS: Mapping[type[Event], Callable[[Story, Any], None]] = {
    timers.TimerScheduled: _timer_scheduled,
    timers.TimerTriggered: _timer_triggered,
    timers.TimerCanceled: _timer_canceled,
    messages.SubscriptionOpened: _subscription_opened,
    messages.SubscriptionClosed: _subscription_closed,
    messages.MessageCorrelated: _correlated,
    multi_instance.LoopStarted: _loop_started,
    multi_instance.LoopAdvanced: _loop_advanced,
    multi_instance.LoopEnded: _loop_ended,
    calls.ProcessCalled: _called,
    decisions.DecisionEvaluated: _decided,
    scopes.ResultsHeld: _held,
    scopes.ResultsReleased: _results_released,
}
"""What `story.py` adds to its own table."""

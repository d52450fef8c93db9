"""What the log says of waiting: for a moment, message, signal, condition, and at a join for tokens. It says
as well which signals have come and have been thrown.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Set
from itertools import chain

from counterflow.kernel.course import joins, moves
from counterflow.kernel.events import conditional as conditions
from counterflow.kernel.events import message as messages
from counterflow.kernel.events import signal as signals
from counterflow.kernel.events import timer as timers
from counterflow.kernel.lives import modification
from counterflow.kernel.vocabulary import Event
from counterflow.model.reach import awaited_flows
from counterflow.queries.definitions import UNNAMED, ElementName
from counterflow.queries.shapes import CorrelatedMessage, Join, JoinFlow, ReceivedSignal, ThrownSignal, Wait
from counterflow.queries.story.story import Addition, Story


def end_wait(story: Story, wait: Wait, state: str) -> None:
    """End a wait as `triggered` or `closed`, at the time of the event that is being added."""
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
    wait.name, wait.correlation_key = event.message_name, event.correlation_key
    if event.by_instance and event.correlation_key:
        wait.instance_key = story.created.key
    elif event.by_instance:
        wait.correlation_key = str(story.created.key)


def _triggered(story: Story, event: messages.ElementTriggered) -> None:
    story.elements[event.element_instance_key].triggered_at_ms = story.now_ms


def _subscription_closed(story: Story, event: messages.SubscriptionClosed) -> None:
    end_wait(story, story.waits[event.key], "closed")


def _signal_awaited(story: Story, event: signals.SignalSubscriptionOpened) -> None:
    _opened(story, event, "signal").name = event.signal_name


def _signal_closed(story: Story, event: signals.SignalSubscriptionClosed) -> None:
    end_wait(story, story.waits[event.key], "closed")


def _condition_awaited(story: Story, event: conditions.ConditionalSubscriptionOpened) -> None:
    wait = _opened(story, event, "condition")
    wait.name, names = event.condition, event.variable_names
    wait.variable_names = names.split("\n") if names else []


def _condition_held(story: Story, event: conditions.ConditionalTriggered) -> None:
    """What does not interrupt is waited for as before; what begins an instance was not waited for in it."""
    wait = story.waits.get(event.key)
    if wait is not None:
        wait.failure, wait.last_triggered_at_ms = "", story.now_ms


def _condition_failed(story: Story, event: conditions.ConditionalFailed) -> None:
    story.waits[event.key].failure = event.reason


def _condition_closed(story: Story, event: conditions.ConditionalSubscriptionClosed) -> None:
    wait = story.waits[event.key]
    end_wait(story, wait, "closed" if wait.last_triggered_at_ms is None else "triggered")


def _opened(
    story: Story,
    event: timers.TimerScheduled
    | messages.SubscriptionOpened
    | signals.SignalSubscriptionOpened
    | conditions.ConditionalSubscriptionOpened,
    kind: str,
) -> Wait:
    name = story.name_of(event.catch_id)
    catch_id = story.drawn(event.catch_id)
    wait = Wait(event.key, event.element_instance_key, catch_id, name, kind, story.now_ms)
    story.waits[event.key] = wait
    story.elements[event.element_instance_key].waits.append(wait)
    return wait


def _correlated(story: Story, event: messages.MessageCorrelated) -> None:
    story.correlated_messages.append(
        CorrelatedMessage(
            event.message_key,
            *_receiver(story, event.receiver_key, event.message_name),
            story.position,
            story.now_ms,
        )
    )


def _received(story: Story, event: signals.SignalReceived) -> None:
    story.received_signals.append(
        ReceivedSignal(
            event.signal_key,
            *_receiver(story, event.receiver_key, event.signal_name),
            story.position,
            story.now_ms,
        )
    )


def _thrown(story: Story, event: signals.SignalThrown) -> None:
    thrower = story.elements[event.element_instance_key]
    story.thrown_signals.append(
        ThrownSignal(
            event.key,
            *(thrower.element_id, thrower.element_name, thrower.key),
            *(event.signal_name, story.position, story.now_ms),
        )
    )


def _receiver(story: Story, receiver_key: int, name: str) -> tuple[str, str, int, str]:
    """The event that caught, what the diagram calls it, whose it is, and the name of what came.

    The receiver is what waited, or this instance, begun at the start event that its creation names. In older
    logs only what waited tells the name.
    """
    wait = story.waits.get(receiver_key)
    if wait is not None:
        return wait.catch_id, story.name_of(wait.catch_id), wait.element_instance_key, name or wait.name
    start, _, _ = (story.created.start_at or "").partition("\n")
    catch_id = story.drawn(start)
    return catch_id, story.name_of(catch_id), receiver_key, name


# -- joins ---------------------------------------------------------------------------------------------------


def _token_arrived(story: Story, event: joins.TokenArrived) -> None:
    _, came = story.waiting.setdefault((event.scope_key, event.flow_id), (event.gateway_id, deque()))
    came.append(story.now_ms)


def _flows_joined(
    story: Story, event: joins.FlowsJoined | joins.GatewayActivated | joins.GatewayReset
) -> None:
    for flow_id in event.flow_ids:
        _, came = story.waiting[event.scope_key, flow_id]
        came.popleft()
        if not came:
            del story.waiting[event.scope_key, flow_id]


def _gateway_activated(story: Story, event: joins.GatewayActivated) -> None:
    _flows_joined(story, event)
    story.taken[event.scope_key, event.gateway_id] = frozenset(event.flow_ids)


def _gateway_reset(story: Story, event: joins.GatewayReset) -> None:
    _flows_joined(story, event)
    del story.taken[event.scope_key, event.gateway_id]


def _join_emptied(story: Story, event: modification.JoinEmptied) -> None:
    for key, (gateway_id, _) in list(story.waiting.items()):
        if key[0] == event.scope_key and gateway_id == event.gateway_id:
            del story.waiting[key]


def _tokens_swept_away(story: Story, event: moves.TokensSweptAway) -> None:
    for scope_key, flow_id in list(story.waiting):
        if scope_key == event.scope_key:
            del story.waiting[scope_key, flow_id]
    for scope_key, gateway_id in list(story.taken):
        if scope_key == event.scope_key:
            del story.taken[scope_key, gateway_id]


def add_joins(story: Story) -> None:
    """Put the joins at which tokens wait by now into the scopes that they stand in."""
    joined: dict[tuple[int, str], dict[str, deque[int]]] = {}
    for (scope_key, flow_id), (gateway_id, came) in story.waiting.items():
        joined.setdefault((scope_key, gateway_id), {})[flow_id] = came
    for (scope_key, gateway_id), came_by_flow in joined.items():
        gateway = story.names.get(gateway_id, UNNAMED)
        filled = came_by_flow.keys() | story.taken.get((scope_key, gateway_id), frozenset())
        awaited = _awaited(story, scope_key, gateway, filled)
        flows = [
            JoinFlow(
                *(flow_id, source, story.name_of(source)),
                *(len(came_by_flow.get(flow_id, ())), flow_id in awaited),
            )
            for flow_id, source in gateway.incoming
        ]
        since_ms = min(came[0] for came in came_by_flow.values())
        story.elements[scope_key].joins.append(Join(gateway_id, gateway.name, flows, since_ms, gateway.type))


def _awaited(story: Story, scope_key: int, gateway: ElementName, filled: Set[str]) -> Set[str]:
    """The flows of a join along which a token is waited for, as the gateway itself sees it."""
    if gateway.reach is None:
        return {flow_id for flow_id, _ in gateway.incoming} - filled
    at_work = (one.element_id for one in story.elements[scope_key].children if not one.ended_position)
    joins_here = (join_id for (key, _), (join_id, _) in story.waiting.items() if key == scope_key)
    return awaited_flows(gateway.reach, filled, chain(at_work, joins_here))


ADDITIONS: Mapping[type[Event], Addition] = {
    timers.TimerScheduled: _timer_scheduled,
    timers.TimerTriggered: _timer_triggered,
    timers.TimerCanceled: _timer_canceled,
    messages.SubscriptionOpened: _subscription_opened,
    messages.ElementTriggered: _triggered,
    messages.SubscriptionClosed: _subscription_closed,
    messages.MessageCorrelated: _correlated,
    signals.SignalSubscriptionOpened: _signal_awaited,
    signals.SignalSubscriptionClosed: _signal_closed,
    signals.SignalReceived: _received,
    signals.SignalThrown: _thrown,
    conditions.ConditionalSubscriptionOpened: _condition_awaited,
    conditions.ConditionalTriggered: _condition_held,
    conditions.ConditionalFailed: _condition_failed,
    conditions.ConditionalSubscriptionClosed: _condition_closed,
    joins.TokenArrived: _token_arrived,
    joins.FlowsJoined: _flows_joined,
    joins.GatewayActivated: _gateway_activated,
    joins.GatewayReset: _gateway_reset,
    moves.TokensSweptAway: _tokens_swept_away,
    modification.JoinEmptied: _join_emptied,
}

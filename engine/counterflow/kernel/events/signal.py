"""The life of a signal: broadcast by name, it reaches everybody who waits for it at that moment, and is over.

    broadcast (from outside, or thrown by an event) → received by each that waits, the longest waiting first
                                                    → begins an instance of each process that it starts

    subscription: opened → closed (its element is left, or is no longer interested)
    start:        opened (with the latest version of a process) → closed (a later version has come)

Nothing is kept for who comes later. What waits is looked at when the course is at rest, and each receiver
goes as far as it can before the next one is reached; the event that has thrown the signal goes on last of
all. So a signal can end the very scope that it was thrown in, and never reaches what its own throw leads to.
BPMN 2.0.2, 10.5.6 (signal); variables as in Zeebe, those of `camunda:` models as in Camunda 7.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import nsmallest

from counterflow.kernel.course import beginning, entering, leaving
from counterflow.kernel.course.moves import ACTIVATED
from counterflow.kernel.course.room import room
from counterflow.kernel.data import evaluation, mappings, scopes
from counterflow.kernel.events import arrivals, starts
from counterflow.kernel.row import Row
from counterflow.kernel.rows import SignalStart, SignalSubscription
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.swept import is_swept
from counterflow.kernel.suspended import SuspendedDefinition
from counterflow.kernel.vocabulary import (
    BrokenInvariant,
    Command,
    InstanceEvent,
    PartitionEvent,
    Rejection,
    RejectionType,
)
from counterflow.kernel.work import pages
from counterflow.kernel.work.budget import BYTES_PER_FUEL
from counterflow.kernel.work.errands import NO_CAUSES, Arrival, Causes
from counterflow.kernel.work.held import SET_VARIABLES, Held, IncidentType
from counterflow.kernel.work.step import Course, EventRoom, Step, Token
from counterflow.model.events import SignalDefinition
from counterflow.model.graph import Node, Process


class SignalBroadcast(PartitionEvent, frozen=True):
    """A signal goes out, with these variables: from outside, or thrown by an element instance."""

    key: int
    name: str
    variables: bytes
    thrower_instance_key: int = 0
    thrower_key: int = 0


class SignalReceived(InstanceEvent, frozen=True):
    """The signal has reached this process instance. `signal_name` is empty in older logs.

    `receiver_key` is the subscription, or the instance that it has begun.
    """

    signal_key: int
    receiver_key: int
    signal_name: str = ""


class SignalThrown(InstanceEvent, frozen=True):
    """An element instance throws a signal: it goes out under this key when all else is at rest. It does
    whatever becomes of its thrower meanwhile.
    """

    key: int
    element_instance_key: int
    signal_name: str


class SignalSubscriptionOpened(InstanceEvent, frozen=True):
    """An element instance waits for a signal, on behalf of the event `catch_id`."""

    key: int
    element_instance_key: int
    catch_id: str
    signal_name: str


class SignalSubscriptionClosed(InstanceEvent, frozen=True):
    """Nothing waits for this signal any more."""

    key: int


class SignalStartOpened(PartitionEvent, frozen=True):
    """An instance of a definition begins with each signal of this name."""

    key: int
    definition_key: int
    element_id: str
    signal_name: str


class SignalStartClosed(PartitionEvent, frozen=True):
    """A later version of the process has taken over."""

    key: int


class BroadcastSignal(Command, frozen=True, kw_only=True, gc=False):
    """A signal from outside, for all who wait for it now. Answers its key."""

    name: str
    variables: dict[str, bytes]


def decide_broadcast(step: Step, command: BroadcastSignal) -> int:
    """BroadcastSignal of the gateway. Well done also where nobody waits."""
    scopes.refuse_large(step, command.variables)
    refusal = _too_many_copies(step, command.name, command.variables)
    if refusal:
        raise Rejection(RejectionType.INVALID_ARGUMENT, refusal)
    key = step.new_key()
    _bring(step, SignalBroadcast(key, command.name, scopes.to_object(command.variables)), command.variables)
    return key


def _bring(step: Step, signal: SignalBroadcast, document: scopes.Document) -> None:
    """The signal reaches those who wait at this moment; then what it starts begins. Each is reached when all
    that the one before has brought about is at rest.
    """
    step.emit(signal)
    key, name = signal.key, signal.name
    for table, reach in (SignalSubscription, _reach_all), (SignalStart, _begin_all):
        last = max(step.state.indexed[table].get(name, ()), default=0)
        if last:
            step.at_rest(Arrival(reach, 0, 0, f"{last} {name}", NO_CAUSES, key, document))


def _reach_all(step: Step, arrival: Arrival) -> Arrival | None:
    """One after another: `key` is whom it has reached last, `about` who is the last of all, and the name."""
    return _next_of(step, arrival, SignalSubscription, _reach)


def _begin_all(step: Step, arrival: Arrival) -> Arrival | None:
    return _next_of(step, arrival, SignalStart, _begin)


def _next_of(
    step: Step, arrival: Arrival, table: type[Row], reach: Callable[[Step, Arrival], None]
) -> Arrival | None:
    """It comes to the next one; answers how it goes on behind that."""
    text, _, name = arrival.about.partition(" ")
    last, waiting = int(text), step.state.indexed[table].get(name, {})
    in_turn = arrival.in_turn or nsmallest(step.a_part, (key for key in waiting if arrival.key < key <= last))
    if not in_turn:
        return None
    key, *following = in_turn
    if key in waiting:
        owner = waiting[key] or 0
        reach(step, arrival._replace(reach=reach, key=key, process_instance_key=owner, about=name))
    return arrival._replace(key=key, in_turn=tuple(following)) if key < last else None


def _reach(step: Step, arrival: Arrival) -> None:
    """The signal reaches one who waits still, and is not set aside. Who waits no longer has been swept away
    by an earlier receiver.
    """
    instance = step.state.instance(arrival.process_instance_key)
    subscription = instance.rows[SignalSubscription].get(arrival.key) if instance is not None else None
    if instance is None or subscription is None or instance.stands_still:
        return
    if is_swept(step.state, instance, subscription.element_instance_key):
        return
    course, document = step.at(instance), arrival.document or {}
    course.emit(SignalReceived(arrival.document_key, arrival.key, arrival.about))
    step.budget.pay_for(_size(document))
    token = course.token(subscription.element_instance_key)
    arrivals.event_arrived(token, subscription.catch_id, document)


def _begin(step: Step, arrival: Arrival) -> None:
    """Not where a later version of the process has taken over meanwhile."""
    start: SignalStart | None = step.state.shared[SignalStart].get(arrival.key)
    if start is None or start.definition_key in step.state.shared[SuspendedDefinition]:
        return
    document = arrival.document or {}
    definition = step.state.definitions[start.definition_key]
    step.budget.pay_for(_size(document))
    root = beginning.begin(step, definition, document, start_at=start.element_id)
    root.emit(SignalReceived(arrival.document_key, root.key, arrival.about))


def _too_many_copies(step: Step, name: str, document: scopes.Document, own: int = 0) -> str:
    """Why a document cannot go to everybody. Empty where it can.

    Each receiver has a copy, and a throw one of its `own`; one command makes no more than it has fuel for.
    """
    indexed = step.state.indexed
    count = len(indexed[SignalSubscription].get(name, ())) + len(indexed[SignalStart].get(name, ()))
    size = _size(document)
    if (count + own) * size <= max(step.budget.fuel_left, 0) * BYTES_PER_FUEL:
        return ""
    return (
        f"Expected the variables of signal '{name}' to be small enough for all of its {count} receivers, but "
        f"they take {size} bytes, and one command copies at most {step.limits.fuel * BYTES_PER_FUEL}; keep "
        "large data elsewhere and pass a reference"
    )


def _size(document: scopes.Document) -> int:
    return sum(map(len, document.values()))


# -- throwing ------------------------------------------------------------------------------------------------


def _throw(token: Token) -> None:
    """The signal goes out when all else is at rest, and its event goes on when everybody has received it.

    An event whose own signal has led back to it is a loop without a wait.
    """
    step = token.step
    entering.map_inputs(token)
    name = evaluation.text(token, _definition(token.node).name, "the signal name")
    document = _carried(token, name)
    cause = (token.header.definition_key, token.node.id)
    if cause in step.causes and not step.budget.count_again():
        raise entering.too_far(token)
    entering.activate(token)
    step.budget.pay_for(_size(document))
    thrown = SignalThrown(step.new_key(), token.key, name)
    token.emit(thrown)
    go = _go_out_again if cause in step.causes else _go_out
    arrival = Arrival(go, token.key, token.instance.key, name, document_key=thrown.key, document=document)
    step.at_rest(arrival, step.causes | {cause})


def _go_out(step: Step, arrival: Arrival) -> None:
    """It goes out also where its event was swept away meanwhile: it was thrown before.

    What comes after the event is not caused by its signal.
    """
    causes = arrival.causes
    instance = step.state.instance(arrival.process_instance_key)
    if instance is not None and arrival.key in instance.elements:
        token = step.at(instance).token(arrival.key)
        causes -= {(token.header.definition_key, token.node.id)}
    _send(step, arrival, causes)


def _go_out_again(step: Step, arrival: Arrival) -> None:
    """Its own signal has led back to the event: so it is among the causes of what comes after it as well."""
    _send(step, arrival, arrival.causes)


def _send(step: Step, arrival: Arrival, causes: Causes) -> None:
    document, thrower = arrival.document or {}, (arrival.process_instance_key, arrival.key)
    # what was put off by a log that knew no `SignalThrown` has the key of its thrower in this place
    key = arrival.document_key if arrival.document_key != arrival.key else step.new_key()
    _bring(step, SignalBroadcast(key, arrival.about, scopes.to_object(document), *thrower), document)
    step.at_rest(Arrival(_is_out, arrival.key, arrival.process_instance_key), causes)


def _is_out(step: Step, arrival: Arrival) -> None:
    instance = step.state.instance(arrival.process_instance_key)
    if instance is None or arrival.key not in instance.elements:
        return
    token = step.at(instance).token(arrival.key)
    if instance.stands_still:
        pages.wait_for_release(token, _goes_on)
    elif not is_swept(step.state, instance, arrival.key):
        _goes_on(token)


def _goes_on(token: Token) -> None:
    if token.row.state == ACTIVATED:
        leaving.finish(token)


def _carried(token: Token, name: str) -> scopes.Document:
    """What goes out with the signal. Raises `Held`."""
    definition = _definition(token.node)
    document: dict[str, bytes] = {}
    if definition.carried is None:
        document = dict(sorted(token.variables.items()))
    if definition.carries_everything:
        document = scopes.visible(token.instance, token.key)
    if definition.carried:
        with mappings.as_mapping_failure(f"what signal '{name}' of '{token.node.id}' carries"):
            document |= mappings.map_values(token, definition.carried, document)
    refusal = _too_many_copies(token.step, name, document, own=1) or _too_large(token.step, document)
    if refusal:
        raise Held(
            IncidentType.IO_MAPPING_ERROR,
            refusal,
            where=f"what signal '{name}' of '{token.node.id}' carries",
            remedy=SET_VARIABLES,
        )
    return document


def _too_large(step: Step, document: scopes.Document) -> str:
    try:
        scopes.refuse_large(step, document)
    except scopes.DocumentTooLarge as failure:
        return str(failure)
    return ""


# -- waiting -------------------------------------------------------------------------------------------------


def _open(token: Token, catch: Node) -> None:
    """Wait for a signal. Raises `Held`."""
    name = evaluation.text(token, _definition(catch).name, "the signal name", of=f"'{catch.id}'")
    token.emit(SignalSubscriptionOpened(token.step.new_key(), token.key, catch.id, name))


def _close(course: Course, key: int) -> None:
    course.emit(SignalSubscriptionClosed(key))


def _open_start(step: Step, definition_key: int, process: Process, node: Node) -> None:
    name = starts.name_for(step, node, _definition(node).name, "signal name")
    step.emit(SignalStartOpened(step.new_key(), definition_key, node.id, name))


def _close_start(step: Step, key: int) -> None:
    step.emit(SignalStartClosed(key))


def _definition(event: Node) -> SignalDefinition:
    if not isinstance(event.event, SignalDefinition):
        raise BrokenInvariant(f"'{event.id}' is no signal event")
    return event.event


# -- applying ------------------------------------------------------------------------------------------------


def _apply_broadcast(state: State, event: SignalBroadcast) -> None:
    """It is over at once: nothing is kept of it."""


def _apply_received(state: State, instance: InstanceState, event: SignalReceived) -> None:
    """What it has brought about are events of their own."""


def _apply_thrown(state: State, instance: InstanceState, event: SignalThrown) -> None:
    """Nothing is kept of it: it is on its way in what the step has still to do."""


def _apply_opened(state: State, instance: InstanceState, event: SignalSubscriptionOpened) -> None:
    state.put(
        SignalSubscription(
            event.key, instance.key, event.element_instance_key, event.catch_id, event.signal_name
        )
    )


def _apply_closed(state: State, instance: InstanceState, event: SignalSubscriptionClosed) -> None:
    state.delete(instance.rows[SignalSubscription][event.key])


def _apply_start_opened(state: State, event: SignalStartOpened) -> None:
    state.put(SignalStart(event.key, event.definition_key, event.element_id, event.signal_name))


def _apply_start_closed(state: State, event: SignalStartClosed) -> None:
    state.delete(state.shared[SignalStart][event.key])


KIND = EventRoom(
    waits_in=SignalSubscription,
    starts_in=SignalStart,
    open=_open,
    close=_close,
    open_start=_open_start,
    close_start=_close_start,
    thrown=room(beginning=_throw),
    of_instance={
        SignalReceived: _apply_received,
        SignalThrown: _apply_thrown,
        SignalSubscriptionOpened: _apply_opened,
        SignalSubscriptionClosed: _apply_closed,
    },
    of_partition={
        SignalBroadcast: _apply_broadcast,
        SignalStartOpened: _apply_start_opened,
        SignalStartClosed: _apply_start_closed,
    },
    commands={BroadcastSignal: decide_broadcast},
)
CONTINUATIONS = {"signal event goes on": _goes_on}
COMING = {
    "reach signal": _reach,
    "begin by signal": _begin,
    "reach all by signal": _reach_all,
    "begin all by signal": _begin_all,
    "signal goes out": _go_out,
    "signal goes out again": _go_out_again,
    "signal is out": _is_out,
}

"""An event-based gateway waits for the first of several events, and each of them stands right behind it.

BPMN 2.0.2, 10.6.6: two or more flows without conditions; their targets are intermediate catch events or
receive tasks (without events on their border), with no other flow coming in. One that begins instances has no
flow coming in itself, and where all of its events have to come they are messages.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.elements import MESSAGE
from counterflow.bpmn.events.kinds import kinds_in, one_of
from counterflow.bpmn.outline import PARALLEL, Element, Outline
from counterflow.documents.findings import Finding
from counterflow.model.graph import Behaviour, Dialect

RULE = "event-based-gateway"


def check(outline: Outline) -> Iterator[Finding]:
    """The number of its flows, what each leads to, and the kinds that are not executed."""
    for element in outline.elements:
        if element.behaviour is Behaviour.EVENT_BASED_GATEWAY:
            yield from _check_kind(element)
            yield from _check_number(outline, element)
            yield from _check_targets(element)
        gateway = element.gateway_before
        if gateway is not None and element.behaviour is Behaviour.CATCH_EVENT:
            yield from _check_target(gateway, element)


def _check_kind(gateway: Element) -> Iterator[Finding]:
    kind = gateway.attribute("eventGatewayType")
    if kind not in {"", "Exclusive", PARALLEL}:
        message = f"expected eventGatewayType of {gateway} to be 'Exclusive' or '{PARALLEL}', found '{kind}'."
        yield gateway.error(RULE, message, "Write one of them, or leave it out for 'Exclusive'.")
    if kind == PARALLEL and not gateway.instantiates:
        message = f"{gateway} waits for all of its events, which only one that begins instances does."
        yield gateway.error(
            RULE, message, "Draw a parallel gateway before the catch events to wait for all of them."
        )
    if gateway.attribute("default"):
        message = f"{gateway} has a default flow, which no event leads along."
        yield gateway.error(RULE, message, "Remove it; draw a timer for the wait to end.")


def _check_number(outline: Outline, gateway: Element) -> Iterator[Finding]:
    """Camunda 7 takes one flow as well: the gateway waits for its event alone."""
    least, expected = (1, "a flow") if outline.dialect is Dialect.CAMUNDA else (2, "two or more flows")
    if len(gateway.outgoing) < least:
        message = f"expected {expected} out of {gateway}, found {len(gateway.outgoing)}."
        yield gateway.error(
            RULE,
            message,
            "Lead it to the events that it waits for, or wait for the one event without a gateway.",
        )


def _check_targets(gateway: Element) -> Iterator[Finding]:
    for flow in gateway.outgoing:
        if flow.target is not None and flow.target.has_to_come and not flow.target.catches(MESSAGE):
            message = f"expected {flow.target}, which has to come for {gateway}, to be a message, found none."
            yield flow.error(
                RULE, message, "Catch a message there, or take one of the gateway's events alone."
            )
        if flow.target is not None and flow.target.behaviour is not Behaviour.CATCH_EVENT:
            events = [f"a {kind.name}" for kind in kinds_in("intermediateCatchEvent") if kind.is_waited_for]
            message = (
                f"expected sequenceFlow '{flow.id}' to lead from {gateway} to "
                f"{one_of([*events, 'a receive task'])}, found {flow.target}."
            )
            yield flow.error(RULE, message, "Draw an intermediate catch event in between.")


def _check_target(gateway: Element, target: Element) -> Iterator[Finding]:
    if len(target.incoming) > 1:
        met = ", ".join(f"'{flow.id}'" for flow in target.incoming)
        message = f"expected one flow into {target}, the one from {gateway}, found {met}."
        yield target.error(
            RULE, message, "Lead the others to an event of their own, or to the element after it."
        )
    if target.loop is not None or target.boundary_events:
        met = "a loop" if target.loop is not None else f"'{target.boundary_events[0].id}' on its border"
        message = (
            f"expected {target}, which follows {gateway}, to wait only once and for nothing else, found "
            f"{met}."
        )
        yield target.error(RULE, message, "Remove it, or draw another event after the gateway.")

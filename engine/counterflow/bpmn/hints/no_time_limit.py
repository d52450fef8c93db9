"""What waits for something from outside, and nothing ends the wait: an instance may stand there for ever.

A timer ends a wait on its border, on that of a scope around it, as the start of an event sub-process of such
a scope, or, behind an event-based gateway, beside it (BPMN 2.0.2, 10.5.6 and 10.6.6). Work is not looked at:
who does jobs, and the lists of people, have limits of their own.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.elements import TIMER
from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding
from counterflow.model.graph import Behaviour

RULE = "no-time-limit"


def check(outline: Outline) -> Iterator[Finding]:
    """Each catch event, receive task and event-based gateway without a limit."""
    for element in outline.elements:
        if element.part_of is None and _waits(element) and not _has_limit(element):
            yield element.hint(
                RULE,
                f"{element} waits without any time limit: an instance stays there where nothing comes.",
                "Attach a timer to a receive task or to a sub-process around it, begin an event sub-process "
                "by one, or lead there by an event-based gateway with one.",
            )


def _waits(element: Element) -> bool:
    if element.behaviour is Behaviour.EVENT_BASED_GATEWAY:
        return not element.instantiates
    is_wait = element.behaviour is Behaviour.CATCH_EVENT and element.waits and not _is_timer(element)
    return is_wait and element.gateway_before is None and not element.is_process_start


def _has_limit(element: Element) -> bool:
    is_choice = element.behaviour is Behaviour.EVENT_BASED_GATEWAY
    if is_choice and any(flow.target is not None and _is_timer(flow.target) for flow in element.outgoing):
        return True
    return _is_limited(element) or any(
        _is_limited(scope) or _ends_itself(scope) for scope in element.ancestors()
    )


def _is_limited(activity: Element) -> bool:
    return any(_is_timer(event) for event in activity.boundary_events)


def _ends_itself(scope: Element) -> bool:
    return any(_is_timer(event) for child in scope.event_sub_processes for event in child.start_events)


def _is_timer(element: Element) -> bool:
    return any(part.event == TIMER for part in element.alternatives)

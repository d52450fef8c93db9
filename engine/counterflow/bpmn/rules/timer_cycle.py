"""A cycle stands where something may happen again and again.

BPMN 2.0.2, table 10.101: a timer may fire repeatedly; one that interrupts, or that a token waits for, is gone
after the first time, and the rest of its cycle would be lost in silence.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding
from counterflow.model.events import TimerDefinition
from counterflow.model.graph import Dialect

RULE = "timer-cycle"


def check(outline: Outline) -> Iterator[Finding]:
    """Refuse cycles on intermediate catch events and on what interrupts; warn of them where they run. The
    dialect runs them as Camunda 7 does: the first time counts.
    """
    for element in outline.elements:
        timer = element.details.event
        if isinstance(timer, TimerDefinition) and timer.is_cycle and not _may_repeat(element):
            message = f"{element} has a timeCycle, but is over after the first time."
            finding = element.warning if outline.dialect is Dialect.CAMUNDA else element.error
            yield finding(RULE, message, _remedy(element), element.definition)


def _may_repeat(event: Element) -> bool:
    return event.is_process_start or (event.tag != "intermediateCatchEvent" and not event.is_interrupting)


def _remedy(event: Element) -> str:
    attribute = event.kind.interrupting
    lets_go_on = f', or let the rest go on with {attribute}="false"' if attribute else ""
    return f"Write a timeDuration or a timeDate{lets_go_on}."

"""Conditions belong on flows that leave an activity or a gateway that chooses.

BPMN 2.0.2, 8.3.13: a conditional flow leaves an activity or a diverging gateway; a parallel gateway and an
event take all their flows, an event-based gateway the one whose event comes, and a condition there would not
be asked. The condition of a default flow is never asked either.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.elements import Category
from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding
from counterflow.model.graph import Dialect

RULE = "conditional-flow"


def check(outline: Outline) -> Iterator[Finding]:
    """Conditions that would not be asked: refused, or told where the flow is the default."""
    for flow in outline.flows:
        xml, source = flow.condition_xml, flow.source
        if xml is None or source is None:
            continue
        if not _asks(source) and not _asks_at_the_start(outline, source):
            message = f"sequenceFlow '{flow.id}' has a condition, but {source} asks none."
            yield flow.error(RULE, message, "Remove the condition, or draw an exclusive gateway.", xml)
        elif flow.is_default:
            message = (
                f"the condition of sequenceFlow '{flow.id}' is never asked, since it is the default flow of "
                f"{source}."
            )
            yield flow.warning(RULE, message, "Remove the condition.", xml)


def _asks_at_the_start(outline: Outline, source: Element) -> bool:
    """In Camunda 7 a start event asks as well, and so it does in a model of nobody's."""
    return outline.dialect is not Dialect.ZEEBE and source.tag == "startEvent"


def _asks(source: Element) -> bool:
    """Activities, and the gateways that choose."""
    return (
        source.kind.chooses
        if source.kind.category is Category.GATEWAY
        else source.kind.category is not Category.EVENT
    )

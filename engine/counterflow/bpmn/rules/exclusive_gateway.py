"""An exclusive gateway chooses by conditions: each outgoing flow has one, except the default.

BPMN 2.0.2, 13.4.2: conditions are asked in order and one flow is taken; a flow without a condition would
always or never be taken, depending on whom one asks.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.outline import Outline
from counterflow.documents.findings import Finding
from counterflow.model.graph import Behaviour

RULE = "exclusive-gateway"


def check(outline: Outline) -> Iterator[Finding]:
    """With several outgoing flows, every one that is not the default needs a condition."""
    for element in outline.elements:
        if element.behaviour is not Behaviour.EXCLUSIVE_GATEWAY or len(element.outgoing) < 2:
            continue
        for flow in element.outgoing:
            if flow.condition_xml is None and not flow.is_default:
                message = (
                    f"expected a condition on sequenceFlow '{flow.id}', which leaves {element}, found none."
                )
                yield flow.error(
                    RULE, message, "Add a condition, or make it the default flow of the gateway."
                )

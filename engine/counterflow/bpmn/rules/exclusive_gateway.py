"""A gateway that chooses does so by conditions: each outgoing flow has one, except the default.

BPMN 2.0.2, 13.4.2 and 13.4.3: conditions are asked in order; a flow without a condition would always or never
be taken, depending on whom one asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from counterflow.bpmn.outline import Element, Outline, SequenceFlow
from counterflow.documents.findings import Finding
from counterflow.model.graph import Behaviour, Dialect

RULE = "exclusive-gateway"


def check(outline: Outline) -> Iterator[Finding]:
    """With several outgoing flows, every one that is not the default needs a condition."""
    for element in outline.elements:
        if element.behaviour is None or not element.kind.chooses or len(element.outgoing) < 2:
            continue
        for flow in element.outgoing:
            if flow.is_taken_for_default:
                message = (
                    f"sequenceFlow '{flow.id}' has no condition, and is taken for the default of {element}"
                    f"{_unlike_camunda(flow)}."
                )
                yield flow.warning(_rule(element), message, f'Set default="{flow.id}" on the gateway.')
            elif _is_always_taken(outline, element, flow):
                message = (
                    f"sequenceFlow '{flow.id}', which leaves {element}, has no condition: it is always "
                    "taken, as in Camunda 7."
                )
                yield flow.warning(_rule(element), message, "Say so by a condition such as ${true}.")
            elif flow.condition_xml is None and not flow.is_default:
                message = (
                    f"expected a condition on sequenceFlow '{flow.id}', which leaves {element}, found none."
                )
                remedy = "Add a condition, or make it the default flow of the gateway."
                yield flow.error(_rule(element), message, remedy)


def _is_always_taken(outline: Outline, gateway: Element, flow: SequenceFlow) -> bool:
    """Whether Camunda 7 takes a flow without a condition beside those whose conditions hold.

    One beside a default flow alone is refused: there would be nothing to choose.
    """
    if outline.dialect is not Dialect.CAMUNDA or gateway.behaviour is not Behaviour.INCLUSIVE_GATEWAY:
        return False
    chooses = any(other.condition_xml is not None for other in gateway.outgoing)
    return (
        flow.condition_xml is None and not flow.is_default and (chooses or not gateway.attribute("default"))
    )


def _unlike_camunda(flow: SequenceFlow) -> str:
    """Camunda 7 takes it in its turn, so that what is drawn behind it would never be asked."""
    is_last = flow.source is None or flow.source.outgoing[-1] is flow
    return "" if is_last else "; Camunda 7 would not ask the conditions that are written behind it"


def _rule(gateway: Element) -> str:
    """Called after the gateway: `exclusive-gateway` of an `exclusiveGateway`."""
    return re.sub(r"(?=[A-Z])", "-", gateway.tag).lower()

"""What the Operaton side has to know of a diagram: items of loops, and correlation keys, which Operaton
leaves to the call.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from counterflow.bpmn.dialects.namespaces import CAMUNDA
from counterflow.bpmn.extensions import CORRELATION_KEY, NAMESPACE
from counterflow.bpmn.xml import BPMN

ATTRIBUTE = f"{{{NAMESPACE}}}{CORRELATION_KEY}"
WAITS = ("startEvent", "intermediateCatchEvent", "boundaryEvent", "receiveTask")


def keys_of(diagram: bytes) -> dict[str, str]:
    """The expression of each element that waits for a message, by the element's id."""
    root = etree.fromstring(diagram)
    messages = {message.get("id", ""): message for message in root.iter(f"{{{BPMN}}}message")}
    found: dict[str, str] = {}
    for element in root.iter(*(f"{{{BPMN}}}{name}" for name in WAITS)):
        written = [place.get(ATTRIBUTE, "") for place in _places(element, messages)]
        found[element.get("id", "")] = next((key for key in written if key), "")
    return {element_id: key for element_id, key in found.items() if key}


def items_of(diagram: bytes) -> set[str]:
    """The variables in which loops hand each instance its item."""
    loops = etree.fromstring(diagram).iter(f"{{{BPMN}}}multiInstanceLoopCharacteristics")
    return {loop.get(f"{{{CAMUNDA}}}elementVariable", "") for loop in loops} - {""}


def _places(element: etree._Element, messages: dict[str, etree._Element]) -> Iterator[etree._Element]:
    """Where a key may stand, the nearest first."""
    yield element
    for definition in element.findall(f"{{{BPMN}}}messageEventDefinition"):
        yield definition
        if definition.get("messageRef") in messages:
            yield messages[definition.get("messageRef", "")]
    if element.get("messageRef") in messages:
        yield messages[element.get("messageRef", "")]

"""One of everything: a BPMN file with every element, event and mark in a grid, for tests and for eyes.

`python -m tests.drawing.zoo > zoo.svg` draws it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import NamedTuple

from counterflow.drawing.read import read_diagrams
from counterflow.drawing.svg.page import render

TRIGGERS = (
    "",
    "message",
    "timer",
    "error",
    "escalation",
    "signal",
    "compensate",
    "conditional",
    "link",
    "cancel",
    "terminate",
)
EVENTS = ("startEvent", "intermediateCatchEvent", "boundaryEvent", "intermediateThrowEvent", "endEvent")
TASKS = (
    "task",
    "userTask",
    "serviceTask",
    "sendTask",
    "receiveTask",
    "scriptTask",
    "businessRuleTask",
    "manualTask",
    "callActivity",
)
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway", "eventBasedGateway")
LOOP = "<standardLoopCharacteristics/>"
MANY, ONE_BY_ONE = (
    "<multiInstanceLoopCharacteristics/>",
    '<multiInstanceLoopCharacteristics isSequential="true"/>',
)


class Beast(NamedTuple):
    """An element: its tag, its attributes, what is inside, its size, and what its shape says."""

    tag: str
    attributes: str = ""
    inside: str = ""
    size: tuple[int, int] = (36, 36)
    shape: str = ""


def _definition(trigger: str) -> str:
    return f"<{trigger}EventDefinition/>" if trigger else ""


def events() -> Iterator[Beast]:
    """Every trigger in every place, whether the standard knows it or not."""
    for tag in EVENTS:
        for trigger in TRIGGERS:
            yield Beast(tag, f'name="{trigger}"', _definition(trigger))
        yield Beast(tag, "", _definition("message") + _definition("signal"))
        yield Beast(tag, 'parallelMultiple="true"', _definition("message") + _definition("signal"))
    for trigger in TRIGGERS:
        yield Beast("boundaryEvent", 'cancelActivity="false"', _definition(trigger))
        yield Beast("startEvent", 'isInterrupting="false"', _definition(trigger))


def activities() -> Iterator[Beast]:
    """Every kind of work, with and without marks; sub-processes open and closed."""
    box = (100, 80)
    for tag in TASKS:
        yield Beast(tag, f'name="{tag} with a long name"', size=box)
        yield Beast(tag, f'name="{tag}" isForCompensation="true"', MANY, box)
    yield Beast("receiveTask", 'name="begins" instantiate="true"', size=box)
    yield Beast("task", 'name="again and again"', LOOP, box)
    yield Beast("task", 'name="one by one"', ONE_BY_ONE, box)
    for opened in ("true", "false"):
        for tag, attributes in (
            ("subProcess", ""),
            ("subProcess", 'triggeredByEvent="true"'),
            ("transaction", ""),
            ("adHocSubProcess", ""),
        ):
            yield Beast(tag, f'name="{tag}" {attributes}', LOOP, box, f'isExpanded="{opened}"')


def rest() -> Iterator[Beast]:
    """Gateways, data, annotations, groups."""
    for tag in GATEWAYS:
        yield Beast(tag, f'name="{tag}"', size=(50, 50), shape='isMarkerVisible="true"')
    yield Beast("exclusiveGateway", size=(50, 50))
    yield Beast("eventBasedGateway", 'instantiate="true"', size=(50, 50))
    yield Beast("eventBasedGateway", 'instantiate="true" eventGatewayType="Parallel"', size=(50, 50))
    yield Beast("dataObjectReference", 'name="a page"', '<dataState name="read"/>', (36, 50))
    yield Beast("dataObjectReference", 'name="pages" dataObjectRef="many"', size=(36, 50))
    yield Beast("dataInput", 'name="in"', size=(36, 50))
    yield Beast("dataOutput", 'name="out"', size=(36, 50))
    yield Beast("dataStoreReference", 'name="a store"', size=(50, 50))
    yield Beast("textAnnotation", "", "<text>Said beside, on more than one line</text>", (100, 50))
    yield Beast("group", 'categoryValueRef="value"', size=(90, 60))
    yield Beast("conversation", 'name="talk"', size=(40, 36))
    yield Beast("callChoreography", 'name="something else"', size=(90, 60))


NAMESPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" '
    'xmlns:bioc="http://bpmn.io/schema/bpmn/biocolor/1.0" xmlns:color="http://www.omg.org/spec/BPMN/non-normative/color/1.0"'
)
COLUMNS, STEP = 13, (130, 120)


def zoo() -> bytes:
    """The file."""
    beasts = [*events(), *activities(), *rest()]
    elements = [
        f'<{one.tag} id="e{place}" {one.attributes}>{one.inside}</{one.tag}>'
        for place, one in enumerate(beasts)
    ]
    shapes = [_shape(place, one) for place, one in enumerate(beasts)]
    return (
        f'<definitions {NAMESPACES}><category><categoryValue id="value" value="belongs together"/></category>'
        f'<process id="zoo" name="One of everything"><dataObject id="many" isCollection="true"/>{"".join(elements)}</process>'
        f'<bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="zoo">{"".join(shapes)}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></definitions>'
    ).encode()


def _shape(place: int, one: Beast) -> str:
    x, y = place % COLUMNS * STEP[0], place // COLUMNS * STEP[1]
    width, height = one.size
    bounds = f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/>'
    return f'<bpmndi:BPMNShape bpmnElement="e{place}" {one.shape}>{bounds}</bpmndi:BPMNShape>'


if __name__ == "__main__":
    sys.stdout.write(render(read_diagrams(zoo(), "zoo.bpmn")[0]))

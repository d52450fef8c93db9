"""The diagrams that the read model is asked about."""

from __future__ import annotations

from itertools import pairwise

from counterflow.testing import Engine
from tests.bpmn import diagram

NAMESPACES = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="definitions" targetNamespace="https://counterflow.dev/tests"'
)


def task(
    element_id: str, name: str = "", attributes: str = "", extensions: str = "", job_type: str = ""
) -> str:
    """A service task; its job type is its id unless said otherwise."""
    definition = f'<zeebe:taskDefinition type="{job_type or element_id}" retries="1"/>'
    label = f' name="{name}"' if name else ""
    return (
        f'<bpmn:serviceTask id="{element_id}"{label}{attributes}>'
        f"<bpmn:extensionElements>{definition}{extensions}</bpmn:extensionElements></bpmn:serviceTask>"
    )


def undone_by(element_id: str, handler: str, name: str) -> str:
    """A compensation boundary event on an activity, and the task that an association leads to."""
    return (
        f'<bpmn:boundaryEvent id="on-undo-{element_id}" attachedToRef="{element_id}"><bpmn:compensateEventDefinition/></bpmn:boundaryEvent>'
    ) + task(handler, name, ' isForCompensation="true"')


def undo(element_id: str, handler: str) -> str:
    """The association from a compensation boundary event to its handler; the schema wants it last."""
    return f'<bpmn:association id="to-{handler}" associationDirection="One" sourceRef="on-undo-{element_id}" targetRef="{handler}"/>'


def flows(*ids: str) -> str:
    """Sequence flows along these elements, each named `source-target`."""
    return "".join(
        f'<bpmn:sequenceFlow id="{a}-{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairwise(ids)
    )


def process(process_id: str, body: str, errors: str = "") -> bytes:
    """A document with one process."""
    return (
        f'<bpmn:definitions {NAMESPACES}><bpmn:process id="{process_id}" isExecutable="true">{body}</bpmn:process>'
        f"{errors}</bpmn:definitions>"
    ).encode()


TRIP = process(
    "trip",
    '<bpmn:startEvent id="start"/>'
    + task("book-hotel", "Book hotel")
    + task("book-car", "Book car")
    + undone_by("book-hotel", "cancel-hotel", "Cancel hotel")
    + undone_by("book-car", "cancel-car", "Cancel car")
    + '<bpmn:intermediateThrowEvent id="undo" name="Undo all"><bpmn:compensateEventDefinition/></bpmn:intermediateThrowEvent>'
    + '<bpmn:endEvent id="end"/>'
    + flows("start", "book-hotel", "book-car", "undo", "end")
    + undo("book-hotel", "cancel-hotel")
    + undo("book-car", "cancel-car"),
)
"""Hotel, then car, then both are undone."""

GUARDED = process(
    "guarded",
    '<bpmn:startEvent id="start"/>'
    '<bpmn:subProcess id="inside" name="Inside"><bpmn:startEvent id="begin"/>'
    + task("reserve", "Reserve")
    + undone_by("reserve", "release", "Release")
    + task(
        "charge",
        "Charge",
        job_type="= kind",
        extensions='<zeebe:ioMapping><zeebe:input source="= total" target="amount"/></zeebe:ioMapping>',
    )
    + '<bpmn:endEvent id="done"/>'
    + flows("begin", "reserve", "charge", "done")
    + undo("reserve", "release")
    + "</bpmn:subProcess>"
    '<bpmn:boundaryEvent id="refused" name="Card refused" attachedToRef="inside">'
    '<bpmn:errorEventDefinition errorRef="error"/></bpmn:boundaryEvent>'
    '<bpmn:endEvent id="end"/><bpmn:endEvent id="end-refused"/>'
    + flows("start", "inside", "end")
    + flows("refused", "end-refused"),
    '<bpmn:error id="error" errorCode="REFUSED"/>',
)
"""A sub-process that an error ends: what it had recorded for undo is dropped.

Charging asks the variable `kind` for a job type.
"""

PAID = {"total": 12, "kind": "charge"}
"""Variables that `GUARDED` runs well on."""

JOINED = process(
    "joined",
    '<bpmn:startEvent id="start"/><bpmn:parallelGateway id="split"/><bpmn:parallelGateway id="join"/>'
    + task("left")
    + task("right")
    + '<bpmn:endEvent id="end"/>'
    + flows("start", "split", "left", "join", "end")
    + flows("split", "right", "join"),
)
"""Two branches that are joined."""

HEARING = diagram.definitions(
    diagram.process(
        diagram.start(),
        diagram.start("begun", diagram.signalled("go"), name="Begun"),
        diagram.catch("wait", diagram.signalled("go"), name="Wait"),
        diagram.throw("shout", diagram.signalled("went"), name="Shout"),
        *(diagram.end(), diagram.path("start", "wait", "shout", "end"), diagram.path("begun", "end")),
    ),
    diagram.signal("go"),
    diagram.signal("went"),
)
"""A signal is waited for and begins instances; whoever has waited throws another one."""


def engine_with(*models: bytes) -> Engine:
    """An engine in memory with these deployed, one after another."""
    engine = Engine()
    for number, model in enumerate(models, start=1):
        engine.deploy_contents({f"model-{number}.bpmn": model})
    return engine

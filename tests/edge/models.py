"""Small processes for tests of the edge, as the XML that a caller would deploy."""

from __future__ import annotations

from itertools import pairwise

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"


def process(inner: str, process_id: str = "order") -> bytes:
    """A file with one executable process around these elements."""
    return (
        f'<bpmn:definitions xmlns:bpmn="{BPMN}" xmlns:zeebe="{ZEEBE}" id="definitions" targetNamespace="tests">'
        f'<bpmn:process id="{process_id}" isExecutable="true">{inner}</bpmn:process></bpmn:definitions>'
    ).encode()


def task(element_id: str, job_type: str, headers: str = "") -> str:
    """A service task."""
    return (
        f'<bpmn:serviceTask id="{element_id}"><bpmn:extensionElements><zeebe:taskDefinition type="{job_type}"/>{headers}'
        "</bpmn:extensionElements></bpmn:serviceTask>"
    )


def line(*elements: str) -> str:
    """Elements one after another, between a start and an end."""
    ids = ["start", *(element.split('id="', 1)[1].split('"', 1)[0] for element in elements), "end"]
    flows = (
        f'<bpmn:sequenceFlow id="flow-{number}" sourceRef="{source}" targetRef="{target}"/>'
        for number, (source, target) in enumerate(pairwise(ids))
    )
    return f'<bpmn:startEvent id="start"/>{"".join(elements)}<bpmn:endEvent id="end"/>{"".join(flows)}'


HEADERS = '<zeebe:taskHeaders><zeebe:header key="colour" value="red"/></zeebe:taskHeaders>'
ONE_TASK = process(line(task("work", "work", HEADERS)))
TWO_TASKS = process(line(task("first", "first"), task("second", "second")), "two")
NO_TASK = process(line(), "straight")
ERROR_CAUGHT = process(
    line(task("risky", "risky"))
    + '<bpmn:boundaryEvent id="caught" attachedToRef="risky"><bpmn:errorEventDefinition id="caught-definition" errorRef="error"/>'
    '</bpmn:boundaryEvent><bpmn:endEvent id="mended"/><bpmn:sequenceFlow id="mend" sourceRef="caught" targetRef="mended"/>',
    "risk",
).replace(
    b"</bpmn:definitions>",
    b'<bpmn:error id="error" name="Sold out" errorCode="sold-out"/></bpmn:definitions>',
)


def with_message(content: bytes, name: str = "paid", key: str = "= order") -> bytes:
    """The same file with a message in it, which its events refer to as `message`."""
    subscription = (
        f'<bpmn:extensionElements><zeebe:subscription correlationKey="{key}"/></bpmn:extensionElements>'
    )
    return content.replace(
        b"</bpmn:definitions>",
        f'<bpmn:message id="message" name="{name}">{subscription}</bpmn:message></bpmn:definitions>'.encode(),
    )


MESSAGE = '<bpmn:messageEventDefinition id="{}-definition" messageRef="message"/>'
CATCH = f'<bpmn:intermediateCatchEvent id="paid">{MESSAGE.format("paid")}</bpmn:intermediateCatchEvent>'
WAITING = with_message(process(line(CATCH), "waiting"))
HEARING = process(
    line(
        '<bpmn:intermediateCatchEvent id="heard"><bpmn:signalEventDefinition id="heard-definition" '
        'signalRef="signal"/></bpmn:intermediateCatchEvent>'
    ),
    "hearing",
).replace(b"</bpmn:definitions>", b'<bpmn:signal id="signal" name="prices-changed"/></bpmn:definitions>')
WAITING_FOR_CONDITION = process(
    line(
        '<bpmn:intermediateCatchEvent id="wait"><bpmn:conditionalEventDefinition id="condition">'
        "<bpmn:condition>= amount &gt; 100</bpmn:condition></bpmn:conditionalEventDefinition>"
        "</bpmn:intermediateCatchEvent>"
    ),
    "checking",
)
STARTED_BY_CONDITION = process(
    line(task("pack", "pack")).replace(
        'id="start"/>',
        'id="start"><bpmn:conditionalEventDefinition id="condition"><bpmn:condition>= amount &gt; 100'
        "</bpmn:condition></bpmn:conditionalEventDefinition></bpmn:startEvent>",
    ),
    "large",
)
STARTED_BY_MESSAGE = with_message(
    process(
        line(task("pack", "pack")).replace(
            'id="start"/>', f'id="start">{MESSAGE.format("start")}</bpmn:startEvent>'
        ),
        "packing",
    )
)
TAKEN_OVER = with_message(
    process(
        line(task("work", "work"))
        + '<bpmn:subProcess id="taking-over" triggeredByEvent="true">'
        + line()
        .replace('"start"', '"taken"')
        .replace('"end"', '"over"')
        .replace("flow-", "inner-")
        .replace('id="taken"/>', f'id="taken">{MESSAGE.format("taken")}</bpmn:startEvent>')
        + "</bpmn:subProcess>",
        "taken-over",
    )
)
"""A task, and an event sub-process that a message begins in its place."""
TERMINATED = process(
    line(task("work", "work")).replace(
        '<bpmn:endEvent id="end"/>',
        '<bpmn:endEvent id="end"><bpmn:terminateEventDefinition id="stop"/></bpmn:endEvent>',
    ),
    "terminated",
)
CALLING = process(
    line(
        '<bpmn:callActivity id="call"><bpmn:extensionElements><zeebe:calledElement processId="order" propagateAllChildVariables="true"/>'
        "</bpmn:extensionElements></bpmn:callActivity>"
    ),
    "calling",
)
NESTED = process(
    f'<bpmn:startEvent id="begin"/><bpmn:subProcess id="inside">{line(task("first", "first"), task("second", "second"))}</bpmn:subProcess>'
    '<bpmn:sequenceFlow id="in" sourceRef="begin" targetRef="inside"/><bpmn:endEvent id="done"/>'
    '<bpmn:sequenceFlow id="out" sourceRef="inside" targetRef="done"/>',
    "nested",
)
"""Two tasks inside a sub-process."""

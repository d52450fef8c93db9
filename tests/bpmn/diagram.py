"""Small diagrams for tests, written as the tasks and flows that matter: `model(start(), service("a"), end(),
path("start", "a", "end"))`.

Every element stands on a line of its own in the order given, so that a line number in a finding can be told
by counting: line 1 is `definitions`, line 2 the process, line 3 its first element.
"""

from __future__ import annotations

import itertools
from xml.sax.saxutils import escape, quoteattr

from counterflow.bpmn.read import ReadProcesses, read
from counterflow.documents.findings import Finding, Severity
from counterflow.model.graph import Node, Process

_NAMESPACES = {
    "xmlns": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "xmlns:zeebe": "http://camunda.org/schema/zeebe/1.0",
    "xmlns:camunda": "http://camunda.org/schema/1.0/bpmn",
    "xmlns:modeler": "http://camunda.org/schema/modeler/1.0",
    "xmlns:counterflow": "https://counterflow.dev/schema/bpmn/1.0",
}


def element(tag: str, *inside: str, **attributes: str | None) -> str:
    """Any XML element on one line; `camunda__type` becomes `camunda:type`, None leaves an attribute out."""
    written = "".join(
        f" {name.replace('__', ':')}={quoteattr(value)}"
        for name, value in attributes.items()
        if value is not None
    )
    return f"<{tag}{written}>{''.join(inside)}</{tag}>"


def extensions(*inside: str) -> str:
    return element("extensionElements", *inside)


def start(element_id: str = "start", *inside: str, **attributes: str | None) -> str:
    return element("startEvent", *inside, id=element_id, **attributes)


def end(element_id: str = "end", *inside: str, **attributes: str | None) -> str:
    return element("endEvent", *inside, id=element_id, **attributes)


def throw(element_id: str = "throw", *inside: str, **attributes: str | None) -> str:
    return element("intermediateThrowEvent", *inside, id=element_id, **attributes)


def conditional(condition: str = "= x > 1", *inside: str, **attributes: str | None) -> str:
    """A conditional event definition; `inside` is extension elements."""
    blocks = [extensions(*inside)] if inside else []
    return element(
        "conditionalEventDefinition", *blocks, element("condition", escape(condition)), **attributes
    )


def service(element_id: str, *inside: str, job: str | None = "work", **attributes: str | None) -> str:
    """A service task of the zeebe: dialect.

    `job` None leaves out its task definition, `inside` is extension elements.
    """
    definition = [element("zeebe:taskDefinition", type=job)] if job is not None else []
    return element("serviceTask", extensions(*definition, *inside), id=element_id, **attributes)


def handler(element_id: str, **attributes: str | None) -> str:
    return service(element_id, isForCompensation="true", **attributes)


def gateway(element_id: str = "gateway", kind: str = "exclusive", **attributes: str | None) -> str:
    return element(f"{kind}Gateway", id=element_id, **attributes)


def sub_process(element_id: str, *inside: str, **attributes: str | None) -> str:
    return element("subProcess", *inside, id=element_id, **attributes)


def event_sub_process(element_id: str, *inside: str, **attributes: str | None) -> str:
    return sub_process(element_id, *inside, triggeredByEvent="true", **attributes)


def boundary(element_id: str, on: str, *inside: str, **attributes: str | None) -> str:
    return element("boundaryEvent", *inside, id=element_id, attachedToRef=on, **attributes)


def catch_error(code: str | None = None, **attributes: str | None) -> str:
    """An error event definition; its error is `error_<code>`, which `model` defines."""
    return element(
        "errorEventDefinition", errorRef=f"error_{code}" if code is not None else None, **attributes
    )


def escalated(code: str | None = None, **attributes: str | None) -> str:
    """An escalation event definition; its escalation is `escalation_<code>`, which `escalation` defines."""
    reference = f"escalation_{code}" if code is not None else None
    return element("escalationEventDefinition", escalationRef=reference, **attributes)


def escalation(code: str | None) -> str:
    return element("escalation", id=f"escalation_{code}", escalationCode=code)


def compensate(**attributes: str | None) -> str:
    return element("compensateEventDefinition", **attributes)


def catch(element_id: str, definition: str, *inside: str, **attributes: str | None) -> str:
    return element("intermediateCatchEvent", *inside, definition, id=element_id, **attributes)


def timer(kind: str = "timeDuration", text: str = "PT1M") -> str:
    return element("timerEventDefinition", element(kind, escape(text)))


def catch_message(name: str | None = None, **attributes: str | None) -> str:
    """A message event definition; its message is `message_<name>`, which `model` defines with the name and
    the key `= key`.
    """
    return element(
        "messageEventDefinition", messageRef=f"message_{name}" if name is not None else None, **attributes
    )


def signalled(name: str | None = None, *inside: str, **attributes: str | None) -> str:
    """A signal event definition; its signal is `signal_<name>`, which `signal` defines."""
    reference = f"signal_{name}" if name is not None else None
    return element("signalEventDefinition", *inside, signalRef=reference, **attributes)


def signal(name: str | None, signal_id: str | None = None) -> str:
    return element("signal", id=f"signal_{name}" if signal_id is None else signal_id, name=name)


def receive(element_id: str, name: str | None = "order", *inside: str, **attributes: str | None) -> str:
    return element(
        "receiveTask",
        *inside,
        id=element_id,
        messageRef=f"message_{name}" if name is not None else None,
        **attributes,
    )


def undo(activity: str, by: str) -> str:
    """The compensation boundary event `undo_<activity>` and its association with the handler."""
    event = boundary(f"undo_{activity}", activity, compensate())
    return event + element(
        "association", id=f"{activity}_by_{by}", sourceRef=f"undo_{activity}", targetRef=by
    )


def flow(source: str, target: str, condition: str | None = None, **attributes: str | None) -> str:
    """A sequence flow with id `source_target` unless told otherwise."""
    inside = (
        [f"<conditionExpression>{escape(condition)}</conditionExpression>"] if condition is not None else []
    )
    attributes = {"id": f"{source}_{target}", "sourceRef": source, "targetRef": target, **attributes}
    return element("sequenceFlow", *inside, **attributes)


def path(*ids: str) -> str:
    """Unconditional flows from each element to the next, on one line."""
    return "".join(flow(source, target) for source, target in itertools.pairwise(ids))


def process(
    *inside: str,
    process_id: str | None = "process",
    executable: str | None = "true",
    **attributes: str | None,
) -> str:
    return element(
        "process",
        *("\n" + item for item in inside),
        "\n",
        id=process_id,
        isExecutable=executable,
        **attributes,
    )


def definitions(*inside: str, **attributes: str | None) -> bytes:
    body = "".join("\n" + item for item in inside)
    root = {"id": "definitions", "targetNamespace": "https://example.org", **attributes}
    return element(
        "definitions",
        body,
        "\n",
        **{name.replace(":", "__"): value for name, value in (_NAMESPACES | root).items()},
    ).encode()


ERRORS = ("A", "B")
MESSAGES = ("order", "payment")


def model(*inside: str, **attributes: str | None) -> bytes:
    """A file with one executable process, the errors `error_A` and `error_B` (codes A and B), those of the
    escalations `escalation_A` and `escalation_B` and of the messages `message_order` and `message_payment`
    that it names; in a zeebe: model with the correlation key `= key`.
    """
    escalations = [
        escalation(code) for code in ERRORS if any(f"escalation_{code}" in item for item in inside)
    ]
    errors = [element("error", id=f"error_{code}", errorCode=code) for code in ERRORS]
    key = None if any("camunda:" in item for item in inside) else "= key"
    messages = [message(name, key) for name in MESSAGES if any(f"message_{name}" in item for item in inside)]
    return definitions(process(*inside, **attributes), *errors, *escalations, *messages)


def message(name: str | None, key: str | None = "= key", message_id: str | None = None) -> str:
    """A message of the zeebe: dialect."""
    subscription = [extensions(element("zeebe:subscription", correlationKey=key))] if key is not None else []
    return element("message", *subscription, id=message_id or f"message_{name}", name=name)


def reading(content: bytes) -> ReadProcesses:
    return read(content, "model.bpmn")


def only_process(content: bytes) -> Process:
    """The one process of a file that is expected to be accepted without a word."""
    result = reading(content)
    assert [str(finding) for finding in result.findings] == []
    (only,) = result.processes
    return only


def node(content: bytes, element_id: str) -> Node:
    return only_process(content).nodes[element_id]


def told(content: bytes, rule: str, severity: Severity) -> list[Finding]:
    """What one rule says; every finding must carry a remedy, and a refused file must yield no process."""
    result = reading(content)
    assert bool(result.errors) == (not result.processes)
    findings = [finding for finding in result.findings if finding.rule == rule]
    assert all(finding.remedy and finding.line for finding in findings)
    return [finding for finding in findings if finding.severity is severity]


def refused(content: bytes, rule: str) -> list[str]:
    """Ids of the elements that a rule refuses."""
    return [finding.element_id for finding in told(content, rule, Severity.ERROR)]


def warned(content: bytes, rule: str) -> list[str]:
    """Ids of the elements that a rule only remarks on."""
    return [finding.element_id for finding in told(content, rule, Severity.WARNING)]

"""BPMN in the words of either dialect: small pieces of the models that the reader is asked about."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

SUBJECT: Final = "subject"
"""The id of the element that a model is about."""

ERROR, MESSAGE, SIGNAL, ESCALATION, LINK = "E", "M", "S", "C", "L"
SECOND: Final = "M2"
"""What the models' events name: an error code, and so on."""

KEY: Final = "k"
"""The variable by which messages are correlated, and its value."""


@dataclass(frozen=True)
class Words:
    """How a dialect says what the standard leaves open."""

    name: str
    namespaces: str
    marks: str
    """Attributes of the process, by which the reader knows the dialect."""
    extension: str
    """An extension element that says which dialect it is, for the process."""
    work: tuple[str, str]
    """Attributes and extension elements of what a worker does, of the job type in `{}`."""
    message_extension: str
    message_attributes: str
    condition: str
    many: tuple[str, str]
    """Attributes and content of the mark of a multi-instance activity."""
    called: tuple[str, str]
    decision: tuple[str, str]

    def job(self, job_type: str) -> tuple[str, str]:
        """Attributes and extension elements of what is done by a worker."""
        attributes, inside = self.work
        return attributes.format(job_type), extensions(inside.format(job_type))


ZEEBE: Final = Words(
    name="zeebe:",
    namespaces='xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"',
    marks="",
    extension='<zeebe:versionTag value="1"/>',
    work=("", '<zeebe:taskDefinition type="{}"/>'),
    message_extension=f'<zeebe:subscription correlationKey="= {KEY}"/>',
    message_attributes="",
    condition="= true",
    many=(
        "",
        '<extensionElements><zeebe:loopCharacteristics inputCollection="= [1, 2]"/></extensionElements>',
    ),
    called=("", '<zeebe:calledElement processId="called"/>'),
    decision=("", '<zeebe:calledDecision decisionId="decided" resultVariable="result"/>'),
)

CAMUNDA: Final = Words(
    name="camunda:",
    namespaces=(
        'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
        'xmlns:counterflow="https://counterflow.dev/schema/bpmn/1.0"'
    ),
    marks='camunda:versionTag="1"',
    extension="",
    work=('camunda:type="external" camunda:topic="{}"', ""),
    message_extension="",
    message_attributes=f'counterflow:correlationKey="${{{KEY}}}"',
    condition="${true}",
    many=("", "<loopCardinality>2</loopCardinality>"),
    called=('calledElement="called"', ""),
    decision=('camunda:decisionRef="decided" camunda:resultVariable="result"', ""),
)

DIALECTS: Final = (ZEEBE, CAMUNDA)


def extensions(inside: str) -> str:
    """Extension elements, if there are any."""
    return f"<extensionElements>{inside}</extensionElements>" if inside else ""


def element(tag: str, inside: str = "", key: str = SUBJECT, attributes: str = "") -> str:
    """An element with an id."""
    return f'<{tag} id="{key}" {attributes}>{inside}</{tag}>'


def flow(source: str, target: str, inside: str = "", key: str = "") -> str:
    """A sequence flow."""
    return (
        f'<sequenceFlow id="{key or f"{source}-{target}"}" sourceRef="{source}" '
        f'targetRef="{target}">{inside}</sequenceFlow>'
    )


def path(*ids: str) -> str:
    """Flows from each element to the next."""
    return "".join(flow(source, target) for source, target in itertools.pairwise(ids))


def work(
    words: Words, key: str = "work", tag: str = "serviceTask", attributes: str = "", inside: str = ""
) -> str:
    """A task that a worker does; its job type is its id."""
    own, extension = words.job(key)
    return element(tag, extension + inside, key, f"{own} {attributes}")


def definition(trigger: str, words: Words, *, throws: bool = False) -> str:
    """An event definition: what is caught or thrown is one and the same, whichever it is.

    A message that is thrown is a job.
    """
    if trigger == "message":
        attributes = words.job("send")[0] if throws else ""
        return f'<messageEventDefinition id="d-message" messageRef="m" {attributes}/>'
    return _DEFINITIONS[trigger].format(condition=escape(words.condition), id=f"d-{trigger}")


_DEFINITIONS: Final = {
    "timer": '<timerEventDefinition id="{id}"><timeDuration>PT1M</timeDuration></timerEventDefinition>',
    "error": '<errorEventDefinition id="{id}" errorRef="e"/>',
    "escalation": '<escalationEventDefinition id="{id}" escalationRef="c"/>',
    "signal": '<signalEventDefinition id="{id}" signalRef="s"/>',
    "compensation": '<compensateEventDefinition id="{id}"/>',
    "conditional": (
        "<conditionalEventDefinition "
        'id="{id}"><condition>{condition}</condition></conditionalEventDefinition>'
    ),
    "link": f'<linkEventDefinition id="{{id}}" name="{LINK}"/>',
    "cancel": '<cancelEventDefinition id="{id}"/>',
    "terminate": '<terminateEventDefinition id="{id}"/>',
}


def named_message(words: Words, key: str, name: str) -> str:
    """A message that is correlated by `KEY`."""
    return element(
        "message", extensions(words.message_extension), key, f'name="{name}" {words.message_attributes}'
    )


def file(words: Words, inside: str, beside: str = "") -> bytes:
    """A BPMN file with one executable process, and what its events name."""
    message = named_message(words, "m", MESSAGE) + named_message(words, "m2", SECOND)
    roots = (
        f'<error id="e" errorCode={quoteattr(ERROR)}/>{message}<signal id="s" name="{SIGNAL}"/>'
        f'<escalation id="c" escalationCode="{ESCALATION}"/>'
    )
    return (
        f'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" {words.namespaces} '
        'id="definitions" targetNamespace="https://counterflow.dev/what-runs"><process id="process" '
        'isExecutable="true" '
        f"{words.marks}>{extensions(words.extension)}{inside}</process>{beside}{roots}</definitions>"
    ).encode()

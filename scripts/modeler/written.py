"""What an editor can write into a model: one attribute or element at a time, on what it is made for."""

from __future__ import annotations

from typing import Final, NamedTuple
from xml.sax.saxutils import quoteattr

SUBJECT: Final = "subject"
_BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"


class Vendor(NamedTuple):
    """Whose extensions they are: prefix, namespace, and what makes a task a job."""

    prefix: str
    uri: str
    work: tuple[str, str]
    """Attributes and extension elements."""

    @property
    def declared(self) -> str:
        """The declaration of the namespace."""
        return f'xmlns:{self.prefix}="{self.uri}"'


ZEEBE: Final = Vendor(
    "zeebe", "http://camunda.org/schema/zeebe/1.0", ("", '<zeebe:taskDefinition type="t"/>')
)
CAMUNDA: Final = Vendor(
    "camunda", "http://camunda.org/schema/1.0/bpmn", ('camunda:type="external" camunda:topic="t"', "")
)


class Written(NamedTuple):
    """A type and a property of an editor's schema, and where it is used.

    `host` is the tag that it stands on; `attributes` and `extensions` are what is written there, `inside` is
    what stands behind the extension elements.
    """

    type: str
    name: str
    host: str
    attributes: str = ""
    extensions: str = ""
    inside: str = ""
    is_work: bool = False
    """Whether the host is a job besides."""

    @property
    def key(self) -> str:
        """The property as the schema has it: `TaskDefinition.retries`."""
        return f"{self.type}.{self.name}" if self.name else self.type


def attribute(name: str, value: str) -> str:
    """One attribute."""
    return f"{name}={quoteattr(value)}"


def model(written: Written, vendor: Vendor) -> bytes:
    """A process that uses it."""
    attributes, extensions = vendor.work if written.is_work else ("", "")
    inside = f"<extensionElements>{extensions}{written.extensions}</extensionElements>{written.inside}"
    return _Model(written.host, f"{attributes} {written.attributes}".strip(), inside, vendor).text().encode()


_PARTS: Final = ("process", "definitions", "startEvent", "conditionExpression", "sequenceFlow")
_ROOTS: Final = ("message", "error", "escalation", "signal")
_NAMES: Final = (
    '<error id="E" errorCode="E"/><signal id="S" name="s"/><escalation id="C" escalationCode="C"/>'
)
"""What events of the model name."""
_EVENTS: Final = {
    "errorEventDefinition": 'errorRef="E"',
    "signalEventDefinition": 'signalRef="S"',
    "escalationEventDefinition": 'escalationRef="C"',
    "conditionalEventDefinition": "",
}
_ESCALATING: Final = (
    f'<subProcess id="{SUBJECT}"><startEvent id="in"/><endEvent id="tell">'
    '<escalationEventDefinition escalationRef="C"/></endEvent>'
    '<sequenceFlow id="f0" sourceRef="in" targetRef="tell"/></subProcess>'
)
"""What can throw an escalation."""
_CONDITION: Final = f'<condition xmlns:xsi="{_XSI}" xsi:type="tFormalExpression">'


class _Model:
    """A start, a subject, an end; what is written goes to its place among them."""

    def __init__(self, host: str, attributes: str, inside: str, vendor: Vendor) -> None:
        self.host, self.attributes, self.inside, self.vendor = host, attributes, inside, vendor

    def text(self) -> str:
        """The whole file."""
        process = self._part("process", 'id="p" isExecutable="true"', self._process())
        root = self._part(self.host, 'id="R" name="r"') if self.host in _ROOTS else ""
        declared = f'xmlns="{_BPMN}" xmlns:xsi="{_XSI}" {self.vendor.declared} id="d" targetNamespace="urn:x"'
        on_definitions = self.attributes if self.host == "definitions" else ""
        return f"<definitions {declared} {on_definitions}>{process}{_NAMES}{root}</definitions>"

    def _process(self) -> str:
        is_condition = self.host == "conditionExpression"
        condition = self._part("conditionExpression", 'xsi:type="tFormalExpression"') if is_condition else ""
        return (
            self._part("startEvent", 'id="start"')
            + self._subject()
            + '<endEvent id="end"/>'
            + f'<sequenceFlow id="f1" sourceRef="start" targetRef="{SUBJECT}"/>'
            + self._part("sequenceFlow", f'id="f2" sourceRef="{SUBJECT}" targetRef="end"', condition)
        )

    def _part(self, tag: str, own: str, content: str = "") -> str:
        """An element that is there anyway, with what is written if it is the host."""
        attributes, inside = (self.attributes, self.inside) if tag == self.host else ("", "")
        return f"<{tag} {own} {attributes}>{inside}{content}</{tag}>"

    def _subject(self) -> str:
        """The element between start and end."""
        if self.host in (*_PARTS, *_ROOTS):
            return self._job("")
        if self.host == "multiInstanceLoopCharacteristics":
            return self._job(self._part(self.host, ""))
        if self.host in _EVENTS:
            condition = self._condition() if self.host.startswith("conditional") else ""
            thrower = _ESCALATING if self.host.startswith("escalation") else self._job("")
            return f"{thrower}{self._caught(self._part(self.host, _EVENTS[self.host], condition))}"
        return self._part(self.host, f'id="{SUBJECT}"')

    def _condition(self) -> str:
        text = "= a" if "xmlns:zeebe" in self.vendor.declared else "${a}"
        return f"{_CONDITION}{text}</condition>"

    def _job(self, mark: str) -> str:
        attributes, extensions = self.vendor.work
        inside = f"<extensionElements>{extensions}</extensionElements>{mark}"
        return f'<serviceTask id="{SUBJECT}" {attributes}>{inside}</serviceTask>'

    def _caught(self, definition: str) -> str:
        return (
            f'<boundaryEvent id="on" attachedToRef="{SUBJECT}">{definition}</boundaryEvent>'
            '<endEvent id="caught"/><sequenceFlow id="f3" sourceRef="on" targetRef="caught"/>'
        )

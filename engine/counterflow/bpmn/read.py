"""A BPMN file to its executable processes: parse, outline, read the dialect, ask the rules, build.

Nothing here decides about a single element: elements are rows in `elements.py`, extension elements are read
in `dialects/`, every reason to refuse is a file in `rules/`, and `build.py` makes the frozen graph of what is
left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lxml import etree

from counterflow.bpmn.activation import activation_condition
from counterflow.bpmn.build import build
from counterflow.bpmn.details import Details
from counterflow.bpmn.dialects.reader import DialectReader
from counterflow.bpmn.dialects.readers import READERS, dialect_of, mixed_dialects
from counterflow.bpmn.dialects.vendors import adopt, origin_of
from counterflow.bpmn.elements import Category
from counterflow.bpmn.events.kinds import KINDS
from counterflow.bpmn.events.reader import ModelReading, Rule
from counterflow.bpmn.hints.registry import HINTS
from counterflow.bpmn.outline import Element
from counterflow.bpmn.read_outline import read_outline
from counterflow.bpmn.rules.registry import RULES
from counterflow.bpmn.spellings import settle
from counterflow.bpmn.standard_loop import standard_loop
from counterflow.bpmn.xml import BPMN, parse
from counterflow.documents.findings import Finding
from counterflow.documents.limits import DEFAULT_LIMITS, NO_LIMITS, DocumentLimits
from counterflow.documents.notes import Notes, ReadDocument, reported_once
from counterflow.documents.xml import XmlError, line_of
from counterflow.model.graph import Behaviour, Process

_ABOUT_WHAT_IS_USED = frozenset({"extension", "extension-place", "user-task"})


@dataclass(frozen=True, slots=True)
class ReadProcesses(ReadDocument):
    """A file as read: its executable processes, none where it was refused."""

    processes: tuple[Process, ...] = ()


def read(content: bytes, resource_name: str, limits: DocumentLimits = DEFAULT_LIMITS) -> ReadProcesses:
    """The processes of a BPMN file, or the reasons why it is refused; never raises for what the file holds.

    `resource_name` is the name under which the file was handed in; findings about the file as a whole carry
    it. Findings are in the order of the file.
    """
    return _read(content, resource_name, limits, RULES)


def read_with_hints(
    content: bytes, resource_name: str, limits: DocumentLimits = DEFAULT_LIMITS
) -> ReadProcesses:
    """As `read`, with what the model might do better (`hints/`), where it is not refused."""
    result = read(content, resource_name, limits)
    return result if result.errors else _read(content, resource_name, limits, (*RULES, *HINTS))


def read_accepted(content: bytes, resource_name: str) -> ReadProcesses:
    """The processes of a file that was deployed once, without asking limits and rules again.

    A rule that a later version adds, or a limit that was lowered, must not strand the instances of what is
    deployed. Only what can no longer be read at all (an expression that does not compile, say) is still an
    error.
    """
    return _read(content, resource_name, NO_LIMITS, ())


def _read(content: bytes, resource_name: str, limits: DocumentLimits, rules: Sequence[Rule]) -> ReadProcesses:
    notes = Notes(resource_name)
    try:
        root = parse(content, resource_name, limits, notes.findings)
    except XmlError as refused:
        return ReadProcesses((*notes, refused.finding))
    if root.tag != f"{{{BPMN}}}definitions":
        return ReadProcesses((*notes, _not_bpmn(root, resource_name)))
    return _judge(root, resource_name, rules, notes)


def _judge(root: etree._Element, resource_name: str, rules: Sequence[Rule], notes: Notes) -> ReadProcesses:
    origin = origin_of(root)
    adopt(root, origin)
    settle(root)
    dialect = dialect_of(root, origin)
    drawn = read_outline(root, resource_name, dialect)
    drawn.is_of_activiti = bool(origin.vendors) and all(vendor.runs_unmarked for vendor in origin.vendors)
    if len(origin.dialects) > 1:
        notes.add([mixed_dialects(root, resource_name, origin, dialect)])
    _read_details(ModelReading(drawn, READERS[dialect], notes))
    notes.add(finding for check in rules for finding in check(drawn))
    # what the parts of an event have in common is told of it once
    findings = tuple(reported_once(dict.fromkeys(notes), _ABOUT_WHAT_IS_USED))
    return ReadProcesses(findings, () if notes.has_errors() else build(drawn))


def _read_details(reading: ModelReading) -> None:
    drawn, dialect, notes = reading
    for element in drawn.elements:
        # else it is refused as a whole, or each of its parts is read by itself
        if element.behaviour is not None and (element.kind.catches or not element.parts):
            element.details = _details(element, dialect, notes)
            kind = KINDS.get(element.event) if element.event_kind is not None else None
            element.details = replace(
                element.details,
                event=kind.read(reading, element) if kind is not None else None,
            )
            _read_loop(element, dialect, notes)
            if element.behaviour is Behaviour.COMPLEX_GATEWAY:
                activation = activation_condition(element, dialect, notes)
                element.details = replace(element.details, activation=activation)
    for flow in drawn.flows:
        xml = flow.condition_xml
        if xml is not None and not flow.is_default:
            flow.condition = dialect.condition(flow, xml, notes)


def _details(element: Element, dialect: DialectReader, notes: Notes) -> Details:
    """What it has of a job is told of the part that is one, and not a second time of the others."""
    before = len(notes)
    details = _without_mappings(element, dialect.details(element, notes), notes)
    event = element.part_of
    if event is not None and not element.is_job and any(part.is_job for part in event.parts):
        notes.forget(before)
    return details


def _without_mappings(element: Element, details: Details, notes: Notes) -> Details:
    """A gateway has no variables of its own: what would map some is told, and left out."""
    if element.kind.category is not Category.GATEWAY or not (details.inputs or details.outputs):
        return details
    message = f"{element} has mappings, which are not carried out: a gateway has no variables of its own."
    notes.warning(element, "mapping", message, "Put them on the element before or after it.")
    return replace(details, inputs=(), outputs=())


def _read_loop(element: Element, reader: DialectReader, notes: Notes) -> None:
    """How often an activity is done that is marked to be done several times."""
    if element.loop is None or not element.is_activity:
        return
    if element.is_multi_instance:
        many = reader.multi_instance(element, element.loop, notes)
        element.details = replace(element.details, multi_instance=many)
    else:
        loop = standard_loop(element, element.loop, reader, notes)
        element.details = replace(element.details, standard_loop=loop)


def _not_bpmn(root: etree._Element, resource_name: str) -> Finding:
    return Finding(
        line=line_of(root),
        element_id=resource_name,
        rule="not-bpmn",
        message=f"expected the root element 'definitions' of the namespace {BPMN}, found '{root.tag}'.",
        remedy="Export the diagram as BPMN 2.0 XML.",
    )

"""Every reference must name something that exists: a flow without an end would lose its token.

BPMN 2.0.2, 10.3.1 and tables 8.60 (flow ends), 10.91 (boundary events), 10.84 (errors), 10.93 (messages),
8.12 (associations).
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.codes import is_code_itself
from counterflow.bpmn.elements import COMPENSATION, Category
from counterflow.bpmn.events.kinds import KINDS
from counterflow.bpmn.outline import Element, Outline, SequenceFlow
from counterflow.documents.findings import Finding
from counterflow.documents.xml import local_name

RULE = "dangling-reference"


def check(outline: Outline) -> Iterator[Finding]:
    """Ends of flows and associations, `attachedToRef`, `default`, and what events name."""
    for flow in outline.flows:
        yield from _check_flow(flow)
    for element in outline.elements:
        yield from _check_element(outline, element)
    yield from _check_associations(outline)


def _check_flow(flow: SequenceFlow) -> Iterator[Finding]:
    for attribute, end in (("sourceRef", flow.source), ("targetRef", flow.target)):
        if end is None or end.kind.category is Category.SCOPE:
            given = f"'{flow.attribute(attribute)}'" if flow.attribute(attribute) else "nothing"
            message = f"expected {attribute} of sequenceFlow '{flow.id}' to name a flow node, found {given}."
            yield flow.error(RULE, message, "Connect the flow again, or remove it.")


def _check_element(outline: Outline, element: Element) -> Iterator[Finding]:
    if element.tag == "boundaryEvent" and element.attached_to is None:
        message = (
            f"expected attachedToRef of {element} to name an activity, found "
            f"'{element.attribute('attachedToRef')}'."
        )
        yield element.error(RULE, message, "Attach the event to an activity.")
    default = element.attribute("default")
    if default and default not in {flow.id for flow in element.outgoing}:
        message = f"expected default of {element} to name one of its outgoing flows, found '{default}'."
        yield element.error(
            RULE, message, _remedy([flow.id for flow in element.outgoing], "remove the attribute")
        )
    yield from _check_event(outline, element)


def _check_event(outline: Outline, element: Element) -> Iterator[Finding]:
    """What its event names; of one with several definitions, its parts say so."""
    if element.parts or is_code_itself(outline, element):
        return
    for xml in element.definitions or [element.xml]:
        kind = KINDS.get(local_name(xml), element.event_kind)
        reference = kind.reference if kind is not None else None
        given = (xml.get(reference.attribute) or "").strip() if reference is not None else ""
        if reference is not None and given and given not in outline.named[reference.tag]:
            article = "an" if reference.tag[0] in "aeiou" else "a"
            expected = (
                f"expected {reference.attribute} of {element} to name {article} {reference.tag} of the file"
            )
            remedy = _remedy([*outline.named[reference.tag]], f"define the {reference.tag}")
            yield element.error(RULE, f"{expected}, found '{given}'.", remedy, xml)


def _check_associations(outline: Outline) -> Iterator[Finding]:
    """Only those of compensation matter; the others join texts to elements."""
    ids = {xml.get("id") for xml in outline.root.iter()}
    for association in outline.associations:
        source, target = (outline.by_id.get(end) for end in association.ends)
        event = next((end for end in (source, target) if end is not None and end.catches(COMPENSATION)), None)
        lost = [end for end in association.ends if not end or end not in ids]
        if event is not None and lost:
            message = (
                f"expected association '{association.id}' to join {event} to an activity, found '{lost[0]}'."
            )
            yield association.error(RULE, message, "Draw it to the activity that undoes.")


def _remedy(names: list[str], otherwise: str) -> str:
    """What there is to name, if anything."""
    named = ", ".join(f"'{name}'" for name in names)
    return (
        f"Name one of {named}, or {otherwise}."
        if named
        else f"{otherwise.capitalize()}; there is none to name."
    )

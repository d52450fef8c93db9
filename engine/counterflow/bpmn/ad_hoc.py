"""Ad-hoc sub-processes, as far as dialects write them alike.

BPMN 2.0.2, 10.3.5 and table 10.22.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from lxml import etree

from counterflow.bpmn.elements import AD_HOC
from counterflow.bpmn.outline import Element
from counterflow.bpmn.xml import BPMN, text_of
from counterflow.model.graph import AdHoc

INNER = "#innerInstance"
"""What the id of an activation has behind that of its ad-hoc sub-process, as in Zeebe."""
PARALLEL, SEQUENTIAL = "Parallel", "Sequential"
"""How activities follow each other, by `ordering`; Parallel where it is missing."""
_NOT_ACTIVATED = frozenset({"startEvent", "endEvent", "boundaryEvent"})


def activities_of(scope: Element) -> list[Element]:
    """What may be activated in an ad-hoc sub-process: what no flow, event or compensation leads to."""
    if scope.tag != AD_HOC:
        return []
    return [
        child
        for child in scope.children
        if not child.incoming
        and child.tag not in _NOT_ACTIVATED
        and not child.is_event_sub_process
        and not child.is_for_compensation
    ]


def inner_of(scope: Element) -> str:
    """The id of the node that stands for one activation."""
    return scope.id + INNER


def is_inside_activation(element: Element) -> bool:
    """Whether it is directly in an ad-hoc sub-process, and belongs to an activation there."""
    return element.parent is not None and element.parent.tag == AD_HOC and not element.is_event_sub_process


def plain(scope: Element) -> AdHoc:
    """One that activates nothing by itself."""
    return AdHoc(
        inner_of(scope),
        tuple(child.id for child in activities_of(scope)),
        b"[]",
        cancels_remaining=scope.attribute("cancelRemainingInstances") != "false",
        is_sequential=scope.attribute("ordering") == SEQUENTIAL,
    )


def completion_condition(scope: Element) -> etree._Element | None:
    """The condition, if it says anything."""
    xml = scope.xml.find(f"{{{BPMN}}}completionCondition")
    return xml if xml is not None and text_of(xml) else None


def described(scope: Element) -> bytes:
    """What is told of the activities to whoever decides which to activate: a JSON list."""
    descriptions = [_description(child, child.details.properties) for child in activities_of(scope)]
    return json.dumps(descriptions, ensure_ascii=False, separators=(",", ":")).encode()


def _description(activity: Element, properties: Mapping[str, str]) -> dict[str, object]:
    documentation = activity.xml.find(f"{{{BPMN}}}documentation")
    return {
        "elementId": activity.id,
        "elementName": activity.attribute("name") or None,
        "documentation": (text_of(documentation) or None) if documentation is not None else None,
        "properties": dict(properties),
    }

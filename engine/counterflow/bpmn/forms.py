"""Forms that stand in a model itself: `zeebe:userTaskForm`, and the fields of `camunda:formData`."""

from __future__ import annotations

import json
from typing import Any

from lxml import etree

from counterflow.bpmn.dialects.namespaces import CAMUNDA, ZEEBE
from counterflow.bpmn.xml import BPMN, parse, text_of
from counterflow.documents.limits import NO_LIMITS
from counterflow.documents.xml import XmlError

FORM_DATA = "camunda:formData"
"""What is said to be the type of a form that is made of these fields."""


def embedded_form(content: bytes, element_id: str, form_id: str) -> str | None:
    """The form of that id in a deployed file, as JSON text, or the one that an element's fields make.

    None where there is neither.
    """
    try:
        root = parse(content, "", NO_LIMITS)
    except XmlError:
        return None
    for xml in root.iterfind(f".//{{{ZEEBE}}}userTaskForm"):
        if form_id and xml.get("id") == form_id:
            return text_of(xml)
    data = root.find(f".//{{{BPMN}}}*[@id='{element_id}']/{{{BPMN}}}extensionElements/{{{CAMUNDA}}}formData")
    return None if data is None else json.dumps(_form_data(data), ensure_ascii=False)


def _form_data(data: etree._Element) -> dict[str, Any]:
    return {
        "type": FORM_DATA,
        "fields": [_field(field) for field in data.iterfind(f"{{{CAMUNDA}}}formField")],
    }


def _field(xml: etree._Element) -> dict[str, Any]:
    """One field: its attributes, the values that may be chosen, what it must be, and its properties."""
    parts = {
        "values": _named(xml, f"{{{CAMUNDA}}}value", "id", "name"),
        "validation": _named(xml, f"{{{CAMUNDA}}}validation/{{{CAMUNDA}}}constraint", "name", "config"),
        "properties": _named(xml, f"{{{CAMUNDA}}}properties/{{{CAMUNDA}}}property", "id", "value"),
    }
    return {
        **{str(name): str(value) for name, value in xml.attrib.items()},
        **{k: v for k, v in parts.items() if v},
    }


def _named(xml: etree._Element, path: str, name: str, value: str) -> dict[str, str]:
    return {entry.get(name, ""): entry.get(value, "") for entry in xml.iterfind(path)}

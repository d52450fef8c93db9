"""How the data and the operations of a file are called (BPMN 2.0.2, 8.4.3 and 10.4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lxml import etree

from counterflow.bpmn.xml import BPMN

_TAGS: Final = ("dataObject", "dataObjectReference", "property", "dataInput", "dataOutput", "operation")


def names_in(root: etree._Element) -> dict[str, str]:
    """By id, the names of the data and the operations of a file; the id where there is no name."""
    found = {xml.get("id", ""): xml for xml in root.iter(*(f"{{{BPMN}}}{tag}" for tag in _TAGS))}
    return {data_id: _name(data_id, xml, found) for data_id, xml in found.items() if data_id}


def _name(data_id: str, xml: etree._Element, found: Mapping[str, etree._Element]) -> str:
    """A reference without a name of its own has that of its data object."""
    meant = found.get(xml.get("dataObjectRef", ""))
    names = (xml.get("name"), meant.get("name") if meant is not None else None, xml.get("dataObjectRef"))
    return next((name.strip() for name in names if name and name.strip()), data_id)

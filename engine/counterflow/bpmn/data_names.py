"""How the data and the operations of a file are called (BPMN 2.0.2, 8.4.3 and 10.4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lxml import etree

from counterflow.bpmn.xml import BPMN

_TAGS: Final = ("dataObject", "dataObjectReference", "property", "dataInput", "dataOutput", "operation")


def names_in(root: etree._Element) -> dict[str, str]:
    """By id, the names of the data and the operations of a file; the id where there is no name."""
    by_id = {xml.get("id", ""): xml for xml in root.iter(*(f"{{{BPMN}}}{tag}" for tag in _TAGS))}
    return {data_id: _name(data_id, xml, by_id) for data_id, xml in by_id.items() if data_id}


def _name(data_id: str, xml: etree._Element, by_id: Mapping[str, etree._Element]) -> str:
    """A reference without a name of its own has that of its data object."""
    meant = by_id.get(xml.get("dataObjectRef", ""))
    names = (xml.get("name"), meant.get("name") if meant is not None else None, xml.get("dataObjectRef"))
    return next((name.strip() for name in names if name and name.strip()), data_id)

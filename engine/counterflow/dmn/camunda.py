"""What Camunda's tools leave in the decision files that they write, and whether such a file is one.

Camunda's engines do not hold a value to the type of its column, and call results and inputs by names that the
standard does not know (see `types`, `requirements` and `table`). Operaton goes on where Camunda 7 ended.
"""

from __future__ import annotations

from typing import Final

from lxml import etree

_DMN: Final = ("http://camunda.org/schema/1.0/dmn", "http://operaton.org/schema/1.0/dmn")
"""The namespaces of Camunda 7's extensions.

Its modeler writes the first one as the namespace of the model, too.
"""

_TOOLS: Final = ("http://camunda.org/schema/", "http://operaton.org/schema/", "http://bpmn.io/schema/dmn/")
"""How the namespaces of all extensions begin: `camunda:`, `operaton:`, `zeebe:`, `modeler:`, `biodi:`."""

_MARKS: Final = tuple(f"{{{tool}" for tool in _TOOLS)
_EXPORTERS: Final = ("camunda", "operaton", "dmn-js")

CELL_INPUT: Final = "cellInput"
"""What Camunda 7 calls the value of an input in its cells, where the input clause does not say."""


def is_camundas(root: etree._Element) -> bool:
    """Whether a file was written with Camunda's tools.

    Its namespace says so, its exporter, or an extension anywhere in it.
    """
    declared = (root.get("namespace", ""), *root.nsmap.values())
    if root.get("exporter", "").lower().startswith(_EXPORTERS) or any(
        namespace.startswith(_TOOLS) for namespace in declared
    ):
        return True
    return any(_is_extended(element) for element in root.iter())


def _is_extended(element: etree._Element) -> bool:
    return any(str(name).startswith(_MARKS) for name in (element.tag, *element.attrib))


def extension(element: etree._Element, name: str) -> str:
    """The value of an extension attribute of Camunda 7's; empty if there is none."""
    return next((value for of in _DMN if (value := element.get(f"{{{of}}}{name}"))), "")

"""Whose engine a model was drawn for, and how what it says is read.

Camunda 7 came of Activiti, Operaton of Camunda 7, Flowable of Activiti: their extensions are `camunda:` ones
under another name, which is how they are read from here on. Of Activiti's and Flowable's those only whose
meaning is the same; the others keep their names, and the rule `extension-namespace` tells them.

A process that does not say whether it is executable is one in Activiti and Flowable; by the standard, and for
everybody else, it is not (BPMN 2.0.2, table 10.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from lxml import etree

from counterflow.bpmn.dialects.namespaces import ACTIVITI, CAMUNDA, FLOWABLE, MODELER, OPERATON, ZEEBE
from counterflow.bpmn.foreign import Extensions, extensions_by_namespace
from counterflow.bpmn.xml import TRUE, children
from counterflow.documents.xml import local_name, namespace
from counterflow.model.graph import Dialect

_AS_IN_CAMUNDA: Final = frozenset({
    # who does it, when, and with which form
    "assignee", "candidateUsers", "candidateGroups", "dueDate", "priority", "formKey", "initiator",
    "candidateStarterUsers", "candidateStarterGroups", "potentialStarter", "formProperty",
    # what is done
    "class", "delegateExpression", "expression", "type", "topic", "resultVariable", "resultVariableName",
    "field", "failedJobRetryTimeCycle", "executionListener", "taskListener",
    # what is not told apart here: every task is a job
    "async", "asyncBefore", "asyncAfter", "exclusive",
    # what goes in and out, and how often
    "in", "out", "inheritVariables", "sameDeployment", "collection", "elementVariable",
    "errorCodeVariable", "errorMessageVariable",
    # with what a data object begins
    "value",
})  # fmt: skip
"""Names that mean in Activiti and Flowable what they mean, or would mean, in Camunda 7."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """An engine: its namespace, the dialect that it is read in, and which of its extensions (None: each)."""

    namespace: str
    dialect: Dialect
    same: frozenset[str] | None = None
    runs_unmarked: bool = False
    """Whether a process is executable that does not say so."""


VENDORS: Final[Mapping[str, Vendor]] = {
    vendor.namespace: vendor
    for vendor in (
        Vendor(namespace=ZEEBE, dialect=Dialect.ZEEBE),
        Vendor(namespace=CAMUNDA, dialect=Dialect.CAMUNDA),
        Vendor(namespace=OPERATON, dialect=Dialect.CAMUNDA),
        Vendor(namespace=ACTIVITI, dialect=Dialect.CAMUNDA, same=_AS_IN_CAMUNDA, runs_unmarked=True),
        Vendor(namespace=FLOWABLE, dialect=Dialect.CAMUNDA, same=_AS_IN_CAMUNDA, runs_unmarked=True),
    )
}
"""Every engine whose extensions are read, by its namespace."""

_PLATFORM: Final = f"{{{MODELER}}}executionPlatform"
_PLATFORMS: Final = {"Camunda Cloud": ZEEBE, "Camunda Platform": CAMUNDA}
"""What an editor of Camunda's writes into a file when it is told which engine it is for."""


class ModelOrigin(NamedTuple):
    """Where a model comes from: the extensions in use, by namespace, and whose it is, as far as it says."""

    used: Mapping[str, Extensions]
    vendors: tuple[Vendor, ...]

    @property
    def dialects(self) -> frozenset[Dialect]:
        """The dialects of these; none where the model is nobody's."""
        return frozenset(vendor.dialect for vendor in self.vendors)


def origin_of(root: etree._Element) -> ModelOrigin:
    """Whose extensions are used; where none are, whose the editor names; else whose alone are declared."""
    used = extensions_by_namespace([root], VENDORS.__contains__)
    if used:
        return ModelOrigin(used, tuple(VENDORS[uri] for uri in used))
    platform = _PLATFORMS.get(root.get(_PLATFORM, ""))
    if platform is not None:
        return ModelOrigin(used, (VENDORS[platform],))
    declared = tuple(VENDORS[uri] for uri in dict.fromkeys(_declared(root)) if uri in VENDORS)
    return ModelOrigin(used, declared if len({vendor.dialect for vendor in declared}) == 1 else ())


def adopt(root: etree._Element, origin: ModelOrigin) -> None:
    """Write what a model's vendors say, in place, with the names of the dialect that they are read in."""
    aliases = {uri: VENDORS[uri] for uri in origin.used if uri not in {ZEEBE, CAMUNDA}}
    if aliases:
        for xml in root.iter():
            _adopt_element(xml, aliases)
            _adopt_attributes(xml, aliases)
    if origin.vendors and all(vendor.runs_unmarked for vendor in origin.vendors):
        for process in children(root, "process"):
            if process.get("isExecutable") is None:
                process.set("isExecutable", TRUE)


def _declared(root: etree._Element) -> Iterable[str]:
    return (uri for xml in (root, *children(root, "process")) for uri in xml.nsmap.values())


def _adopt_element(xml: etree._Element, aliases: Mapping[str, Vendor]) -> None:
    """What is inside of one that is adopted is part of it, whatever its name."""
    vendor = aliases.get(namespace(xml))
    if vendor is not None and _means_the_same(vendor, local_name(xml)):
        for part in xml.iter():
            if namespace(part) == vendor.namespace:
                part.tag = f"{{{CAMUNDA}}}{local_name(part)}"


def _adopt_attributes(xml: etree._Element, aliases: Mapping[str, Vendor]) -> None:
    for key, value in xml.attrib.items():
        where, _, name = str(key).rpartition("}")
        vendor = aliases.get(where[1:])
        if vendor is not None and _means_the_same(vendor, name):
            del xml.attrib[key]
            xml.set(f"{{{CAMUNDA}}}{name}", value)


def _means_the_same(vendor: Vendor, name: str) -> bool:
    return vendor.same is None or name in vendor.same

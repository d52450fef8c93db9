"""Whose extension elements a model uses, and the reader for them."""

from __future__ import annotations

from lxml import etree

from counterflow.bpmn.dialects.camunda import reader as camunda
from counterflow.bpmn.dialects.reader import DialectReader
from counterflow.bpmn.dialects.zeebe import reader as zeebe
from counterflow.bpmn.foreign import extensions_by_namespace
from counterflow.documents.findings import Finding, Severity
from counterflow.documents.xml import line_of
from counterflow.model.graph import Dialect

READERS: dict[Dialect, DialectReader] = {Dialect.ZEEBE: zeebe, Dialect.CAMUNDA: camunda}


def dialect_of(root: etree._Element) -> tuple[Dialect, bool]:
    """The dialect whose elements or attributes occur, and whether both do.

    With both, the one that says how tasks are done wins; with neither, a model is read as `zeebe`.
    """
    is_zeebe, is_camunda = (
        bool(extensions_by_namespace([root], reader.NAMESPACE.__eq__)) for reader in (zeebe, camunda)
    )
    if not is_camunda:
        return Dialect.ZEEBE, False
    if not is_zeebe or (camunda.defines_tasks(root) and not zeebe.defines_tasks(root)):
        return Dialect.CAMUNDA, is_zeebe
    return Dialect.ZEEBE, True


def mixed_dialects(root: etree._Element, resource_name: str, chosen: Dialect) -> Finding:
    """The warning for a file that carries the extensions of both dialects."""
    other = Dialect.CAMUNDA if chosen is Dialect.ZEEBE else Dialect.ZEEBE
    (unread,) = extensions_by_namespace([root], READERS[other].NAMESPACE.__eq__).values()
    return Finding(
        line=line_of(root),
        element_id=root.get("id") or resource_name,
        rule="dialect",
        message=(
            "expected extensions of one dialect, found zeebe: and camunda: ones; the model is read as "
            f"{chosen.value}, and of {other.value}: {unread} are not carried out."
        ),
        remedy=f"Remove the {other.value}: extensions.",
        severity=Severity.WARNING,
    )

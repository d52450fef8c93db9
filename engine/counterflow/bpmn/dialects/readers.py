"""Whose extension elements a model uses, and the reader for them."""

from __future__ import annotations

from typing import Final

from lxml import etree

from counterflow.bpmn.dialects.camunda import reader as camunda
from counterflow.bpmn.dialects.reader import DialectReader
from counterflow.bpmn.dialects.standard import reader as standard
from counterflow.bpmn.dialects.vendors import VENDORS, ModelOrigin
from counterflow.bpmn.dialects.zeebe import reader as zeebe
from counterflow.documents.findings import Finding, Severity
from counterflow.documents.xml import line_of
from counterflow.model.graph import Dialect

READERS: Final[dict[Dialect, DialectReader]] = {
    Dialect.ZEEBE: zeebe,
    Dialect.CAMUNDA: camunda,
    Dialect.STANDARD: standard,
}


def dialect_of(root: etree._Element, origin: ModelOrigin) -> Dialect:
    """The dialect of a model's vendors; the standard's where it has none.

    With both, the one that says how tasks are done wins.
    """
    if len(origin.dialects) != 1:
        is_camunda = camunda.defines_tasks(root) and not zeebe.defines_tasks(root)
        return (Dialect.CAMUNDA if is_camunda else Dialect.ZEEBE) if origin.dialects else Dialect.STANDARD
    return next(iter(origin.dialects))


def mixed_dialects(root: etree._Element, resource_name: str, origin: ModelOrigin, chosen: Dialect) -> Finding:
    """The warning for a file that carries the extensions of both dialects."""
    other = Dialect.CAMUNDA if chosen is Dialect.ZEEBE else Dialect.ZEEBE
    unread = ", ".join(str(used) for uri, used in origin.used.items() if VENDORS[uri].dialect is other)
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

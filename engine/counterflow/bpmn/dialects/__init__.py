"""Whose extension elements a model uses, and the reader for them: a file per dialect, one shape for both."""

from __future__ import annotations

from typing import Protocol

from lxml import etree

from counterflow.bpmn.details import Details
from counterflow.bpmn.dialects.camunda import reader as camunda
from counterflow.bpmn.dialects.zeebe import reader as zeebe
from counterflow.bpmn.foreign import extensions_by_namespace
from counterflow.bpmn.outline import Drawn, Element, SequenceFlow
from counterflow.documents.findings import Finding, Severity
from counterflow.documents.notes import Notes
from counterflow.documents.xml import line_of
from counterflow.feel import Expression
from counterflow.model.graph import Dialect, MultiInstance


class DialectReader(Protocol):
    """What a dialect's file offers. Complaints are appended to `notes`; what could not be read is left
    out.
    """

    NAMESPACE: str

    def details(self, element: Element, notes: Notes) -> Details:
        """The extension elements of an element."""

    def condition(self, flow: SequenceFlow, xml: etree._Element, notes: Notes) -> Expression | None:
        """The condition of a sequence flow."""

    def multi_instance(self, element: Element, xml: etree._Element, notes: Notes) -> MultiInstance | None:
        """How often an activity that is marked as multi-instance is done, and for what; `xml` is the mark."""

    def text_or_expression(
        self, text: str, what: str, drawn: Drawn, notes: Notes, at: etree._Element | None = None
    ) -> str | Expression | None:
        """What stands for itself as it is, an expression compiled; None where that is none. `what` names the
        place for a person.
        """

    def correlation_key(self, element: Element, message: etree._Element) -> str:
        """The text that says which message of that name is meant for an element; empty where the model does
        not say.
        """

    def correlation_remedy(self, found: str) -> str:
        """Where and how to write a correlation key, given what was found instead of one."""

    def error_variables(self, definition: etree._Element) -> tuple[str | None, str | None]:
        """The variables that receive code and message of a caught error."""

    def version_tag(self, process: Element) -> str | None:
        """The label that its author gave to this version of the process."""


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

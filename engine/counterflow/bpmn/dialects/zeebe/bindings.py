"""Which version of a decision or a process is meant: `bindingType`, and `versionTag` where it is labelled."""

from __future__ import annotations

from typing import Final, NamedTuple

from lxml import etree

from counterflow.bpmn.expressions import TextOrExpression
from counterflow.bpmn.outline import Element
from counterflow.documents.notes import Notes
from counterflow.documents.xml import local_name
from counterflow.feel import Expression
from counterflow.model.graph import Binding

_BINDINGS: Final = (Binding.LATEST, Binding.DEPLOYMENT, Binding.VERSION_TAG)


class TaggedBinding(NamedTuple):
    """A binding, and the label that it asks for."""

    binding: Binding
    which: str | Expression | None


def binding_of(
    element: Element, xml: etree._Element, rule: str, read: TextOrExpression, notes: Notes
) -> TaggedBinding | None:
    """What an extension element says; None, and a finding of `rule`, where it says nothing sound."""
    binding = (xml.get("bindingType") or Binding.LATEST).strip()
    tag = (xml.get("versionTag") or "").strip()
    if binding not in _BINDINGS:
        message = f"expected bindingType of {element} to be one of {', '.join(_BINDINGS)}, found '{binding}'."
        notes.error(element, rule, message, "Write one of them.", xml)
        return None
    if (binding == Binding.VERSION_TAG) is not bool(tag):
        message = (
            f"expected a versionTag on zeebe:{local_name(xml)} of {element} with bindingType 'versionTag' "
            f"and only there, found '{tag}'."
        )
        notes.error(element, rule, message, 'Write e.g. bindingType="versionTag" versionTag="spring".', xml)
        return None
    which = read(tag, "version tag", element, notes, xml) if tag else None
    return None if tag and which is None else TaggedBinding(Binding(binding), which)

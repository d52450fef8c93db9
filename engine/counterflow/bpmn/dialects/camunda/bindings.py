"""Which version of a decision or a process a task of Camunda 7 means.

`camunda:decisionRefBinding` and `camunda:calledElementBinding` say it, with `…Version` or `…VersionTag` where
it is a number or a label.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from counterflow.bpmn.dialects.namespaces import CAMUNDA
from counterflow.bpmn.expressions import TextOrExpression, quoted
from counterflow.bpmn.numbers import MOST, whole_number
from counterflow.bpmn.outline import Element
from counterflow.documents.notes import Notes
from counterflow.feel import Expression
from counterflow.model.graph import Binding

_SUFFIXES: Final[Mapping[Binding, str]] = {Binding.VERSION: "Version", Binding.VERSION_TAG: "VersionTag"}
"""The end of the attribute that says which version, where the binding asks for one."""


class BoundVersion(NamedTuple):
    """A binding, and the number or label that it asks for."""

    binding: Binding
    which: str | Expression | None


def attributes_of(prefix: str) -> frozenset[str]:
    """The attributes that are read here, for `decisionRef` or `calledElement`."""
    return frozenset({f"{prefix}Binding", *(prefix + suffix for suffix in _SUFFIXES.values())})


def bound_version(
    element: Element, prefix: str, rule: str, read: TextOrExpression, notes: Notes
) -> BoundVersion | None:
    """What the attributes with that prefix say; None, and a finding of `rule`, where that is not sound."""
    before = len(notes)
    judge_word(element, f"{prefix}Binding", tuple(Binding), rule, notes)
    _judge_which(element, prefix, rule, notes)
    if len(notes) > before:
        return None
    binding = Binding(_attribute(element, f"{prefix}Binding") or Binding.LATEST)
    if binding not in _SUFFIXES:
        return BoundVersion(binding, None)
    which = read(_attribute(element, prefix + _SUFFIXES[binding]), "version", element, notes)
    return None if which is None else BoundVersion(binding, which)


def judge_word(element: Element, name: str, words: Sequence[str], rule: str, notes: Notes) -> None:
    """An attribute says one of these words, if anything."""
    word = _attribute(element, name)
    if word and word not in words:
        message = f"expected camunda:{name} of {element} to be one of {', '.join(words)}, found '{word}'."
        notes.error(element, rule, message, "Write one of them.")


def _judge_which(element: Element, prefix: str, rule: str, notes: Notes) -> None:
    binding = _attribute(element, f"{prefix}Binding")
    for needs, suffix in _SUFFIXES.items():
        name = prefix + suffix
        given = _attribute(element, name)
        if binding == needs and not given:
            message = f"expected camunda:{name} on {element}, whose {prefix}Binding is '{needs}', found none."
            notes.error(element, rule, message, f"Set camunda:{name}, or remove {prefix}Binding.")
        elif binding != needs and given:
            message = (
                f"camunda:{name} of {element} is ignored, since its {prefix}Binding is "
                f"'{binding or Binding.LATEST}'."
            )
            notes.error(element, rule, message, f'Write {prefix}Binding="{needs}", or remove it.')
    number = _attribute(element, prefix + _SUFFIXES[Binding.VERSION])
    if binding == Binding.VERSION and number and "{" not in number and whole_number(number) is None:
        message = (
            f"expected camunda:{prefix}Version of {element} to be a whole number up to {MOST} or an "
            f"expression, found {quoted(number)}."
        )
        notes.error(element, rule, message, f'Write e.g. camunda:{prefix}Version="2".')


def _attribute(element: Element, name: str) -> str:
    return (element.xml.get(f"{{{CAMUNDA}}}{name}") or "").strip()

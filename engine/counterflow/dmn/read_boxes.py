"""XML to boxed expressions (DMN 1.5, 10.2): one small function per kind, found by the tag."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypedDict

from counterflow.dmn import tree
from counterflow.dmn.camunda import extension
from counterflow.dmn.xml import Element, child, children, is_feel, text_of
from counterflow.documents.xml import line_of, local_name, namespace


class _BoxAttributes(TypedDict):
    id: str
    line: int
    type_ref: str


def box(element: Element | None) -> tree.Box | None:
    """The first boxed expression among the children; None if there is none."""
    return next(iter(boxes(element)), None)


def boxes(element: Element | None) -> tuple[tree.Box, ...]:
    """All boxed expressions among the children, in document order."""
    if element is None:
        return ()
    own = namespace(element)
    return tuple(
        BOXES[local_name(part)](part)
        for part in element
        if namespace(part) == own and local_name(part) in BOXES
    )


def item(element: Element | None, name: str = "") -> tree.InformationItem:
    """A variable; `name` is what it is called where the element says nothing."""
    if element is None:
        return tree.InformationItem(_words(name))
    return tree.InformationItem(_words(element.get("name", "")) or _words(name), type_ref(element))


def type_ref(element: Element) -> str:
    """The name of the type of an element; empty if it names none.

    It is an attribute since DMN 1.1, an element in item definitions.
    """
    return type_name(element.get("typeRef") or text_of(element, "typeRef"), element)


def type_name(written: str, element: Element) -> str:
    """A type as FEEL names it.

    `feel:` is the language's own prefix; in DMN 1.1 the name is a qualified one (xsd:QName, clause 7.3.2),
    whose prefix stands for the model itself or for one that it imports.
    """
    text = written.strip()
    prefix, colon, name = text.partition(":")
    of = element.nsmap.get(prefix) if colon else None
    if of is None:
        return text.removeprefix("feel:")
    root = element.getroottree().getroot()
    if of == root.get("namespace") or is_feel(of):
        return name  # as nearly all are: a file may have thousands
    imported = next(
        (
            declared.get("name", "")
            for declared in children(root, "import")
            if declared.get("namespace") == of
        ),
        "",
    )
    return f"{imported}.{name}" if imported else name


def _words(name: str) -> str:
    return " ".join(name.split())


def _attributes(element: Element) -> _BoxAttributes:
    return {"id": element.get("id", ""), "line": line_of(element), "type_ref": type_ref(element)}


def _inside(element: Element, tag: str) -> tree.Box | None:
    return box(child(element, tag))


# Boxed expressions


def _literal(element: Element) -> tree.Box:
    return tree.LiteralExpression(text_of(element), **_attributes(element))


def _context(element: Element) -> tree.Box:
    entries: list[tree.ContextEntry] = []
    for entry in children(element, "contextEntry"):
        variable = child(entry, "variable")
        entries.append(tree.ContextEntry(None if variable is None else item(variable), box(entry)))
    return tree.BoxedContext(tuple(entries), **_attributes(element))


def _list(element: Element) -> tree.Box:
    return tree.BoxedList(boxes(element), **_attributes(element))


def _relation(element: Element) -> tree.Box:
    columns = tuple(item(column) for column in children(element, "column"))
    return tree.Relation(
        columns, tuple(boxes(row) for row in children(element, "row")), **_attributes(element)
    )


def _invocation(element: Element) -> tree.Box:
    bindings = tuple(
        tree.ParameterBinding(item(child(binding, "parameter")).name, box(binding))
        for binding in children(element, "binding")
    )
    return tree.Invocation(box(element), bindings, **_attributes(element))


def function(element: Element) -> tree.BoxedFunction:
    """A function definition, also that of a business knowledge model."""
    parameters = tuple(item(parameter) for parameter in children(element, "formalParameter"))
    kinds = {kind.value.lower(): kind for kind in tree.FunctionKind}
    kind = kinds.get(element.get("kind", "FEEL").lower(), tree.FunctionKind.FEEL)
    return tree.BoxedFunction(parameters, box(element), kind, **_attributes(element))


def _conditional(element: Element) -> tree.Box:
    parts = (_inside(element, tag) for tag in ("if", "then", "else"))
    return tree.BoxedConditional(*parts, **_attributes(element))


def _filter(element: Element) -> tree.Box:
    return tree.BoxedFilter(_inside(element, "in"), _inside(element, "match"), **_attributes(element))


def _for(element: Element) -> tree.Box:
    return tree.BoxedFor(
        element.get("iteratorVariable", ""),
        _inside(element, "in"),
        _inside(element, "return"),
        **_attributes(element),
    )


def _quantified(element: Element) -> tree.Box:
    every, variable = local_name(element) == "every", element.get("iteratorVariable", "")
    return tree.BoxedQuantified(
        every, variable, _inside(element, "in"), _inside(element, "satisfies"), **_attributes(element)
    )


# Decision tables


def _table(element: Element) -> tree.Box:
    aggregation = element.get("aggregation", "")
    return tree.DecisionTable(
        tree.HitPolicy(element.get("hitPolicy") or "UNIQUE"),
        tree.Aggregation(aggregation) if aggregation else None,
        tuple(_input(part) for part in children(element, "input")),
        tuple(_output(part) for part in children(element, "output")),
        tuple(_rule(part) for part in children(element, "rule")),
        **_attributes(element),
    )


def _input(element: Element) -> tree.Input:
    expression = child(element, "inputExpression")
    text = text_of(expression)
    return tree.Input(
        element.get("label") or text,
        text,
        "" if expression is None else type_ref(expression),
        text_of(child(element, "inputValues")),
        extension(element, "inputVariable"),
        id=element.get("id", ""),
        line=line_of(element),
    )


def _output(element: Element) -> tree.Output:
    name = element.get("name") or ""
    return tree.Output(
        element.get("label") or name,
        name,
        type_ref(element),
        text_of(child(element, "outputValues")),
        text_of(child(element, "defaultOutputEntry")),
        id=element.get("id", ""),
        line=line_of(element),
    )


def _rule(element: Element) -> tree.Rule:
    return tree.Rule(
        _entries(element, "inputEntry"),
        _entries(element, "outputEntry"),
        id=element.get("id", ""),
        line=line_of(element),
    )


def _entries(element: Element, tag: str) -> tuple[tree.Entry, ...]:
    return tuple(
        tree.Entry(text_of(entry), id=entry.get("id", ""), line=line_of(entry))
        for entry in children(element, tag)
    )


BOXES: Final[dict[str, Callable[[Element], tree.Box]]] = {
    "literalExpression": _literal,
    "decisionTable": _table,
    "context": _context,
    "list": _list,
    "relation": _relation,
    "invocation": _invocation,
    "functionDefinition": function,
    "conditional": _conditional,
    "filter": _filter,
    "for": _for,
    "some": _quantified,
    "every": _quantified,
}

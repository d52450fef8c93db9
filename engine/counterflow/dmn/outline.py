"""XML to a decision model (DMN 1.5, clause 6): the requirements graph, the types, the imports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypedDict

from counterflow.dmn import tree
from counterflow.dmn.camunda import extension, is_camundas
from counterflow.dmn.read_boxes import box, function, item, type_name, type_ref
from counterflow.dmn.xml import NAMESPACES, Element, child, children, text_of
from counterflow.documents.findings import Finding
from counterflow.documents.xml import XmlError, boolean, line_of, local_name, namespace

_ZEEBE: Final = "http://camunda.org/schema/zeebe/1.0"


def outline(root: Element, resource_name: str) -> tree.Model:
    """The model that a document holds.

    Raises XmlError if it is no DMN, or uses a word that DMN does not know.
    """
    version = NAMESPACES.get(namespace(root))
    if version is None or local_name(root) != "definitions":
        message = (
            f"expected <definitions> of DMN 1.1 to 1.5, found <{local_name(root)}> of "
            f"{namespace(root) or 'no namespace'}."
        )
        raise XmlError(
            Finding(
                line_of(root), resource_name, "dmn-version", message, "Export the model as DMN 1.3 or later."
            )
        )
    own = root.get("namespace", "")
    try:
        nodes = tuple(
            NODES[local_name(element)](element, own) for element in root if local_name(element) in NODES
        )
    except ValueError as error:
        message = f"expected a word that DMN knows, found: {error}."
        raise XmlError(Finding(0, resource_name, "dmn-word", message, "Correct it there.")) from error
    return tree.Model(
        root.get("name", ""),
        own,
        version,
        tuple(
            tree.Import(element.get("name", ""), element.get("namespace", ""))
            for element in children(root, "import")
        ),
        tuple(_type(element) for element in children(root, "itemDefinition")),
        nodes,
        is_camundas(root),
        id=root.get("id", ""),
        line=line_of(root),
    )


def misspelled(root: Element, resource_name: str) -> list[Finding]:
    """Refusals of what is to be true or false and is neither: it would be false in silence."""
    return [
        Finding(
            line_of(element),
            element.get("id") or element.get("name") or resource_name,
            "boolean-attribute",
            f"expected isCollection of {local_name(element)} '{element.get('name', '')}' to be true or "
            f"false, found '{written}'.",
            'Write isCollection="true" or isCollection="false".',
        )
        for element in root.iter()
        if (written := element.get("isCollection")) is not None
        and namespace(element) in NAMESPACES
        and boolean(written) is None
    ]


# Types


def _type(element: Element) -> tree.ItemDefinition:
    shape = child(element, "functionItem")
    return tree.ItemDefinition(
        " ".join(element.get("name", "").split()),
        type_ref(element),
        tuple(_type(component) for component in children(element, "itemComponent")),
        boolean(element.get("isCollection")) is True,
        text_of(child(element, "allowedValues")),
        text_of(child(element, "typeConstraint")),
        None if shape is None else type_name(shape.get("outputTypeRef", ""), shape),
        id=element.get("id", ""),
        line=line_of(element),
    )


# Nodes


def _references(elements: Iterable[Element], own: str) -> tuple[str, ...]:
    return tuple(_reference(element.get("href", ""), own) for element in elements)


def _reference(href: str, own: str) -> str:
    model, _, identifier = href.rpartition("#")
    return f"{model or own}#{identifier}"


def _required(element: Element, own: str) -> tuple[str, ...]:
    requirements = [
        part for part in element if local_name(part) in {"informationRequirement", "knowledgeRequirement"}
    ]
    return _references([required for part in requirements for required in part if required.get("href")], own)


class _Beginning(TypedDict):
    id: str
    line: int
    name: str
    variable: tree.InformationItem
    has_variable: bool


def _beginning(element: Element) -> _Beginning:
    """What every node has."""
    name, drawn = element.get("name", ""), child(element, "variable")
    named = drawn is not None and bool(drawn.get("name", "").strip())
    return {
        "id": element.get("id", ""),
        "line": line_of(element),
        "name": name,
        "variable": item(drawn, name),
        "has_variable": named,
    }


def _input_data(element: Element, _own: str) -> tree.DRGElement:
    return tree.InputData(**_beginning(element))


def _decision(element: Element, own: str) -> tree.DRGElement:
    return tree.Decision(
        box(element),
        _required(element, own),
        _version_tag(element),
        **_beginning(element),
    )


def _version_tag(element: Element) -> str:
    tags = element.iterfind(f"{{*}}extensionElements/{{{_ZEEBE}}}versionTag")
    written = next((tag.get("value", "") for tag in tags), "")
    return written or extension(element, "versionTag")


def _knowledge(element: Element, own: str) -> tree.DRGElement:
    logic = child(element, "encapsulatedLogic")
    return tree.BusinessKnowledgeModel(
        None if logic is None else function(logic),
        _required(element, own),
        **_beginning(element),
    )


def _service(element: Element, own: str) -> tree.DRGElement:
    outputs, encapsulated, decisions, data = (
        _references(children(element, tag), own)
        for tag in ("outputDecision", "encapsulatedDecision", "inputDecision", "inputData")
    )
    return tree.DecisionService(
        outputs,
        encapsulated,
        decisions,
        data,
        **_beginning(element),
    )


NODES: Final[dict[str, Callable[[Element, str], tree.DRGElement]]] = {
    "inputData": _input_data,
    "decision": _decision,
    "businessKnowledgeModel": _knowledge,
    "decisionService": _service,
}

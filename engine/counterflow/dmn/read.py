"""Bytes to a decision model that can be evaluated: XML → tree → closures and indexes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Final

from counterflow.dmn import tree
from counterflow.dmn.boxed import Boxes
from counterflow.dmn.builder import GraphBuilder
from counterflow.dmn.definitions import Definitions, ReadDefinitions
from counterflow.dmn.graph import Graph
from counterflow.dmn.juel_texts import translate_juel
from counterflow.dmn.languages import foreign_languages
from counterflow.dmn.outline import misspelled, outline
from counterflow.dmn.types import Type, Types
from counterflow.dmn.xml import parse
from counterflow.documents.findings import Finding
from counterflow.documents.limits import DECISION_LIMITS, DocumentLimits
from counterflow.documents.notes import Notes, Place
from counterflow.documents.xml import XmlError
from counterflow.feel.compiler import Surroundings
from counterflow.feel.names import Vocabulary
from counterflow.feel.run import Limits as FeelLimits
from counterflow.feel.scope import Scope

_NODES: Final = 20_000
"""Imports of imports may multiply: a model that is reached in several ways is there several times."""

_FEEL_LIMITS: Final = FeelLimits()


def read(
    content: bytes,
    resource_name: str,
    imported: Iterable[Definitions] = (),
    *,
    limits: DocumentLimits = DECISION_LIMITS,
    feel_limits: FeelLimits = _FEEL_LIMITS,
) -> ReadDefinitions:
    """Read DMN 1.1 to 1.5, with findings instead of errors: it never raises.

    `imported` are the models that this one may import, found by their namespaces.
    """
    remarks: list[Finding] = []
    try:
        root = parse(content, resource_name, limits, remarks)
        remarks += translate_juel(root, resource_name)
        model = outline(root, resource_name)
        remarks += (*misspelled(root, resource_name), *foreign_languages(root, resource_name))
    except XmlError as error:
        return ReadDefinitions((*remarks, error.finding))
    try:
        return _compiled(model, resource_name, imported, feel_limits, remarks)
    except RecursionError:
        message = (
            "expected types and expressions that nest less deeply than this machine's stack, found more."
        )
        remedy = "Nest less deeply, or split the model."
        return ReadDefinitions((Finding(0, model.id or resource_name, "nesting", message, remedy),))


def _compiled(
    model: tree.Model,
    resource_name: str,
    imported: Iterable[Definitions],
    limits: FeelLimits,
    remarks: list[Finding],
) -> ReadDefinitions:
    notes = Notes(model.id or resource_name)
    notes.add(remarks)
    _refuse_twice(model, notes)
    imports = _imports(model, imported, notes)
    types = Types(model.types, _imported_types(imports), notes, lenient=model.camunda)
    own_types = types.all()
    graph = Graph()
    for name, other in imports.items():
        if len(graph.names) + len(other.graph.names) > _NODES:
            notes.error(
                Place(name),
                "import",
                f"expected imports that bring at most {_NODES} nodes in all, found more.",
                "Import fewer models.",
            )
            continue
        graph.include(other.graph, name)
    entries = frozenset(_names(model)).union(*(_names(other.model) for other in _all(imports.values())))
    defined = types.defined()
    prefixes = {definitions.namespace: name for name, definitions in imports.items()}
    GraphBuilder(
        graph,
        model,
        Boxes(types, notes),
        Surroundings(Scope(), Vocabulary.of((), entries, defined), defined, limits.nesting),
        prefixes,
    ).build()
    definitions = Definitions(model, graph, own_types, imports, limits)
    if cycle := definitions.cycle():
        notes.error(
            Place(notes.of),
            "cycle",
            f"expected requirements that lead to inputs, found that {cycle}.",
            "Remove one of them.",
        )
    return ReadDefinitions(tuple(sorted(notes)), definitions)


def _refuse_twice(model: tree.Model, notes: Notes) -> None:
    """Note each id that is there twice: requirements and callers name a node by it."""
    lines: dict[str, int] = {}
    for node in model.nodes:
        identifier = node.id or node.name
        if identifier in lines:
            message = f"expected an id of its own, found the one of the element in line {lines[identifier]}."
            notes.error(Place(identifier, node.line), "duplicate-id", message, "Rename one of them.")
        lines.setdefault(identifier, node.line)


def _imported_types(imports: Mapping[str, Definitions]) -> dict[str, Type]:
    return {
        f"{name}.{key}" if name else key: of
        for name, definitions in imports.items()
        for key, of in definitions.types.items()
    }


def _imports(model: tree.Model, imported: Iterable[Definitions], notes: Notes) -> dict[str, Definitions]:
    known = {definitions.namespace: definitions for definitions in imported}
    by_name: dict[str, Definitions] = {}
    for declared in model.imports:
        if declared.namespace in known:
            by_name[declared.name] = known[declared.namespace]
        else:
            message = f"expected the imported model of the namespace '{declared.namespace}', found none."
            notes.error(Place(declared.name), "import", message, "Deploy it together with this one.")
    return by_name


def _all(definitions: Iterable[Definitions]) -> Iterator[Definitions]:
    for model in definitions:
        yield model
        yield from _all(model.imported.values())


def _names(node: object) -> Iterator[str]:
    """Every name that may be that of an entry: of components, variables, columns, outputs and nodes."""
    if isinstance(node, tuple):
        for item in node:
            yield from _names(item)
    elif isinstance(node, tree.Rule):
        return  # most of a large table, and nothing in it has a name
    elif is_dataclass(node):
        name = getattr(node, "name", None)
        if isinstance(name, str):
            yield name
        for field in fields(node):
            yield from _names(getattr(node, field.name))

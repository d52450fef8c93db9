"""A decision model on one page (DMN 1.5, clauses 6 to 8 and 10.2): what the XML says, before anything is
compiled.

Frozen data without behaviour. `id` is the element's, or one made from its place; `line` counts from 1. Names
are kept as written; the texts are FEEL.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class DMNElement:
    id: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class InformationItem:
    """A variable, parameter or column: a name, and the name of its type (empty: any)."""

    name: str
    type_ref: str = ""


# Types


@dataclass(frozen=True, slots=True)
class ItemDefinition(DMNElement):
    """A type: one of `type_ref`, of `components`, or (`function_result` not None) of functions; a list of
    those if `is_collection`.
    """

    name: str
    type_ref: str = ""
    components: tuple[ItemDefinition, ...] = ()
    is_collection: bool = False
    allowed_values: str = ""
    type_constraint: str = ""
    function_result: str | None = None


# Boxed expressions


@dataclass(frozen=True, slots=True, kw_only=True)
class Box(DMNElement):
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class LiteralExpression(Box):
    text: str


@dataclass(frozen=True, slots=True)
class ContextEntry:
    """The entry without a variable is the result of its context."""

    variable: InformationItem | None
    value: Box | None


@dataclass(frozen=True, slots=True)
class BoxedContext(Box):
    entries: tuple[ContextEntry, ...]


@dataclass(frozen=True, slots=True)
class BoxedList(Box):
    items: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Relation(Box):
    columns: tuple[InformationItem, ...]
    rows: tuple[tuple[Box, ...], ...]


@dataclass(frozen=True, slots=True)
class ParameterBinding:
    parameter: str
    value: Box | None


@dataclass(frozen=True, slots=True)
class Invocation(Box):
    function: Box | None
    bindings: tuple[ParameterBinding, ...]


class FunctionKind(StrEnum):
    FEEL = "FEEL"
    JAVA = "Java"
    PMML = "PMML"


@dataclass(frozen=True, slots=True)
class FunctionDefinition(Box):
    parameters: tuple[InformationItem, ...]
    body: Box | None
    kind: FunctionKind = FunctionKind.FEEL


@dataclass(frozen=True, slots=True)
class Conditional(Box):
    condition: Box | None
    then: Box | None
    otherwise: Box | None


@dataclass(frozen=True, slots=True)
class Filter(Box):
    source: Box | None
    condition: Box | None


@dataclass(frozen=True, slots=True)
class For(Box):
    variable: str
    source: Box | None
    body: Box | None


@dataclass(frozen=True, slots=True)
class Quantified(Box):
    every: bool
    variable: str
    source: Box | None
    condition: Box | None


# Decision tables


class HitPolicy(StrEnum):
    UNIQUE = "UNIQUE"
    FIRST = "FIRST"
    PRIORITY = "PRIORITY"
    ANY = "ANY"
    COLLECT = "COLLECT"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"


class Aggregation(StrEnum):
    SUM = "SUM"
    COUNT = "COUNT"
    MIN = "MIN"
    MAX = "MAX"


@dataclass(frozen=True, slots=True)
class Input(DMNElement):
    """`variable` is what the cells call its value (an extension of Camunda's), beside `?`."""

    label: str
    text: str
    type_ref: str = ""
    allowed_values: str = ""
    variable: str = ""


@dataclass(frozen=True, slots=True)
class Output(DMNElement):
    label: str
    name: str
    type_ref: str = ""
    allowed_values: str = ""
    default: str = ""


@dataclass(frozen=True, slots=True)
class Entry(DMNElement):
    text: str


@dataclass(frozen=True, slots=True)
class Rule(DMNElement):
    tests: tuple[Entry, ...]
    results: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class DecisionTable(Box):
    hit_policy: HitPolicy
    aggregation: Aggregation | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]


# The requirements graph. References are `namespace#id`, the namespace that of the model itself if the XML
# gave none.


@dataclass(frozen=True, slots=True, kw_only=True)
class DRGElement(DMNElement):
    """Without a drawn variable (`has_variable` False), `variable` is named as the node."""

    name: str
    variable: InformationItem
    has_variable: bool


@dataclass(frozen=True, slots=True)
class InputData(DRGElement):
    pass


@dataclass(frozen=True, slots=True)
class Decision(DRGElement):
    logic: Box | None
    requires: tuple[str, ...]
    version_tag: str = ""


@dataclass(frozen=True, slots=True)
class BusinessKnowledgeModel(DRGElement):
    logic: FunctionDefinition | None
    requires: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecisionService(DRGElement):
    outputs: tuple[str, ...]
    encapsulated: tuple[str, ...]
    input_decisions: tuple[str, ...]
    input_data: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Import:
    """Another model whose elements are called `name.element` here; an empty name leaves them as they are."""

    name: str
    namespace: str


@dataclass(frozen=True, slots=True)
class Model(DMNElement):
    """A whole file. `nodes` are in document order; `camunda` says that Camunda's tools wrote it."""

    name: str
    namespace: str
    version: str
    imports: tuple[Import, ...]
    types: tuple[ItemDefinition, ...]
    nodes: tuple[DRGElement, ...]
    camunda: bool = False

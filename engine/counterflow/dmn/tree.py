"""A decision model on one page (DMN 1.5, clauses 6 to 8 and 10.2): what the XML says, uncompiled.

Frozen data without behaviour. `id` is the element's, or one made from its place; `line` counts from 1. Names
are kept as written; the texts are FEEL.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class DMNElement:
    """Anything with an id (empty if it has none) at a line of the document."""

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
    """A type: one of `type_ref`, of `components`, or of functions (`function_result` not None).

    With `is_collection` a list of those.
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
    """A boxed expression, whose value is of the type `type_ref` (empty: any)."""

    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class LiteralExpression(Box):
    """FEEL text; an empty one is null."""

    text: str


@dataclass(frozen=True, slots=True)
class ContextEntry:
    """An entry of a context; the one without a variable is its result."""

    variable: InformationItem | None
    value: Box | None


@dataclass(frozen=True, slots=True)
class BoxedContext(Box):
    """A context, whose later entries may use the earlier ones."""

    entries: tuple[ContextEntry, ...]


@dataclass(frozen=True, slots=True)
class BoxedList(Box):
    """A list, an expression for each item."""

    items: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Relation(Box):
    """A list of contexts, drawn as a table: a row for each, whose entries are the columns."""

    columns: tuple[InformationItem, ...]
    rows: tuple[tuple[Box, ...], ...]


@dataclass(frozen=True, slots=True)
class ParameterBinding:
    """The value for a parameter of an invocation."""

    parameter: str
    value: Box | None


@dataclass(frozen=True, slots=True)
class Invocation(Box):
    """A call by the names of the parameters."""

    function: Box | None
    bindings: tuple[ParameterBinding, ...]


class FunctionKind(StrEnum):
    """The language of a function's body."""

    FEEL = "FEEL"
    JAVA = "Java"
    PMML = "PMML"


@dataclass(frozen=True, slots=True)
class BoxedFunction(Box):
    """A function; with the kind Java its body is a context that names class and method."""

    parameters: tuple[InformationItem, ...]
    body: Box | None
    kind: FunctionKind = FunctionKind.FEEL


@dataclass(frozen=True, slots=True)
class BoxedConditional(Box):
    """A value for true and one for false; null for everything else."""

    condition: Box | None
    then: Box | None
    otherwise: Box | None


@dataclass(frozen=True, slots=True)
class BoxedFilter(Box):
    """The items of a list for which the condition is true; the condition is never a position."""

    source: Box | None
    condition: Box | None


@dataclass(frozen=True, slots=True)
class BoxedFor(Box):
    """The list of the body's value for each item."""

    variable: str
    source: Box | None
    body: Box | None


@dataclass(frozen=True, slots=True)
class BoxedQuantified(Box):
    """Whether the condition is true for some item, or for `every` one."""

    every: bool
    variable: str
    source: Box | None
    condition: Box | None


# Decision tables


class HitPolicy(StrEnum):
    """What several matching rules of a table mean (8.2.8)."""

    UNIQUE = "UNIQUE"
    FIRST = "FIRST"
    PRIORITY = "PRIORITY"
    ANY = "ANY"
    COLLECT = "COLLECT"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"


class Aggregation(StrEnum):
    """What COLLECT makes of the outputs (8.2.11)."""

    SUM = "SUM"
    COUNT = "COUNT"
    MIN = "MIN"
    MAX = "MAX"


@dataclass(frozen=True, slots=True)
class Input(DMNElement):
    """A column of tests; `text` is what they are put to.

    `variable` is what the cells call its value (an extension of Camunda's), beside `?`.
    """

    label: str
    text: str
    type_ref: str = ""
    allowed_values: str = ""
    variable: str = ""


@dataclass(frozen=True, slots=True)
class Output(DMNElement):
    """A column of results; `default` is its result where no rule matches."""

    label: str
    name: str
    type_ref: str = ""
    allowed_values: str = ""
    default: str = ""


@dataclass(frozen=True, slots=True)
class Entry(DMNElement):
    """A cell of a table, as FEEL text."""

    text: str


@dataclass(frozen=True, slots=True)
class Rule(DMNElement):
    """A row of a table: a test for each input, a result for each output."""

    tests: tuple[Entry, ...]
    results: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class DecisionTable(Box):
    """A decision table (clause 8); an `aggregation` is there with COLLECT only."""

    hit_policy: HitPolicy
    aggregation: Aggregation | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]


# The requirements graph. References are `namespace#id`, the namespace that of the model itself if the XML
# gave none.


@dataclass(frozen=True, slots=True, kw_only=True)
class DRGElement(DMNElement):
    """What a requirement may lead to; its `variable` is named as the node where none is drawn."""

    name: str
    variable: InformationItem
    has_variable: bool


@dataclass(frozen=True, slots=True)
class InputData(DRGElement):
    """A value from outside of the model."""


@dataclass(frozen=True, slots=True)
class Decision(DRGElement):
    """A value that logic makes of what it requires."""

    logic: Box | None
    requires: tuple[str, ...]
    version_tag: str = ""


@dataclass(frozen=True, slots=True)
class BusinessKnowledgeModel(DRGElement):
    """A function that decisions may call."""

    logic: BoxedFunction | None
    requires: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecisionService(DRGElement):
    """A function whose body are the encapsulated decisions, and whose result the output ones."""

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

"""Boxed expressions to closures (DMN 1.5, 10.2).

Most are FEEL in another dress, so they become FEEL trees around embedded parts.

The code shares the run and the local names of what is around it: a box that introduces names adds to the
local tuple, as FEEL does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Final

from counterflow.dmn import stand_ins, tree
from counterflow.dmn.table import Table
from counterflow.dmn.types import Type, Types, converter, converting
from counterflow.documents.notes import Notes
from counterflow.feel import external
from counterflow.feel import tree as feel_tree
from counterflow.feel.compiler import Surroundings
from counterflow.feel.errors import FeelSyntaxError
from counterflow.feel.forms.calls import call_by_name
from counterflow.feel.run import Local, Run, Value
from counterflow.feel.scope import Entries, LocalVariable
from counterflow.feel.values import Code, Function, a_kind, listed

_CALL_FUEL: Final = 6
"""What a call costs beyond its body, as for functions written in FEEL."""


_DEPTH: Final = 40
"""How many boxes may stand inside each other: one needs more of the stack than a level of FEEL."""


class Boxes:
    """The compiler of the boxed expressions of one model."""

    def __init__(self, types: Types, notes: Notes) -> None:
        self.types = types
        self.notes = notes
        self._depth = 0

    def code(self, box: tree.Box | None, around: Surroundings) -> Code:
        """The code of a box, its value brought to the type that the box names; of a missing one, null.

        What cannot be compiled is noted, and null.
        """
        if box is None:
            return _null
        if self._depth == _DEPTH:
            message = f"expected at most {_DEPTH} boxed expressions inside each other, found more."
            self.notes.error(box, "nesting", message, "Make decisions or functions of the inner ones.")
            return _null
        self._depth += 1
        code = _FORMS[type(box)](self, box, around)
        self._depth -= 1
        return converting(code, self.type(box.type_ref, box.line), "an expression")

    def table(self, box: tree.DecisionTable, around: Surroundings) -> Table:
        """The compiled decision table, for those who ask it for more than its output."""
        return Table(box, around, self.types, self.notes)

    def type(self, name: str, line: int = 0) -> Type:
        """The type of that name, whose absence is noted at a line."""
        return self.types.named(name, line)

    def embedded(self, box: tree.Box | None, around: Surroundings) -> feel_tree.Embedded:
        """The box as a part of a FEEL tree."""
        return feel_tree.Embedded(lambda scope: self.code(box, around.at(scope)))


def _null(_run: Run, _local: Local) -> Value:
    return None


def _literal(boxes: Boxes, box: tree.LiteralExpression, around: Surroundings) -> Code:
    if not box.text:
        return _null
    try:
        return around.expression(box.text)
    except FeelSyntaxError as error:
        return stand_ins.for_syntax(boxes.notes, box, "expression", error)


def _table(boxes: Boxes, box: tree.DecisionTable, around: Surroundings) -> Code:
    table = boxes.table(box, around)
    return lambda run, local: table.decide(run, local).output


# Contexts, lists, relations


def _context(boxes: Boxes, box: tree.BoxedContext, around: Surroundings) -> Code:
    if again := repeated(entry.variable.name for entry in box.entries if entry.variable is not None):
        return stand_ins.for_duplicate(boxes.notes, box, "a boxed context", f"'{again}'")
    entries = Entries()
    inner = around.plus(entries)
    codes: list[tuple[str, Code]] = []
    result: Code | None = None
    for entry in box.entries:
        if entry.variable is None:
            result = boxes.code(entry.value, inner)
            continue
        name = entry.variable.name
        if _is_function(entry.value):
            entries.add(name)  # a function may call itself by the name of its entry
        code = converting(
            boxes.code(entry.value, inner),
            boxes.type(entry.variable.type_ref, box.line),
            f"the entry {name!r}",
        )
        codes.append((name, code))
        entries.add(name)
    return _made_context(codes, result)


def repeated(names: Iterable[str]) -> str:
    """The first name that is there more than once; empty if none is."""
    return next((name for name, times in Counter(names).items() if times > 1), "")


def _is_function(box: tree.Box | None) -> bool:
    return isinstance(box, tree.BoxedFunction) or (
        isinstance(box, tree.LiteralExpression) and box.text.startswith("function")
    )


def _made_context(codes: list[tuple[str, Code]], result: Code | None) -> Code:
    def make_context(run: Run, local: Local) -> Value:
        run.spend(len(codes))
        context: dict[str, Value] = {}
        names = (*local, context)
        for name, code in codes:
            context[name] = code(run, names)
        return context if result is None else result(run, names)

    return make_context


def _list(boxes: Boxes, box: tree.BoxedList, around: Surroundings) -> Code:
    return around.form(feel_tree.ListLiteral(tuple(boxes.embedded(item, around) for item in box.items)))


def _relation(boxes: Boxes, box: tree.Relation, around: Surroundings) -> Code:
    if again := repeated(column.name for column in box.columns):
        return stand_ins.for_duplicate(boxes.notes, box, "each row of a relation", f"'{again}'")
    rows = [_row(boxes, box, row, around) for row in box.rows]

    def make_relation(run: Run, local: Local) -> Value:
        run.spend(len(rows) * len(box.columns))
        return [{name: code(run, local) for name, code in row} for row in rows]

    return make_relation


def _row(
    boxes: Boxes, box: tree.Relation, row: tuple[tree.Box, ...], around: Surroundings
) -> list[tuple[str, Code]]:
    cells = zip(box.columns, row, strict=False)
    return [
        (
            column.name,
            converting(
                boxes.code(cell, around),
                boxes.type(column.type_ref, box.line),
                f"the column {column.name!r}",
            ),
        )
        for column, cell in cells
    ]


# Functions


def _invocation(boxes: Boxes, box: tree.Invocation, around: Surroundings) -> Code:
    function = boxes.code(box.function, around)
    names = tuple(binding.parameter for binding in box.bindings)
    arguments = [boxes.code(binding.value, around) for binding in box.bindings]
    called = (
        box.function.text
        if isinstance(box.function, tree.LiteralExpression)
        else "the function of an invocation"
    )

    def invoke(run: Run, local: Local) -> Value:
        target = function(run, local)
        if not isinstance(target, Function):
            return run.warn("not a function", f"{called} is {a_kind(target)}, not a function")
        return call_by_name(run, called, target, names, [argument(run, local) for argument in arguments])

    return invoke


def _function(boxes: Boxes, box: tree.BoxedFunction, around: Surroundings) -> Code:
    if box.kind is not tree.FunctionKind.FEEL:
        return _external(boxes, box, around)
    body = boxes.code(box.body, around.plus(*(LocalVariable(parameter.name) for parameter in box.parameters)))
    made = typed_function(boxes, "", box.parameters, box.line)
    return lambda _run, local: made(lambda run, arguments: body(run, (*local, *arguments)))


Call = Callable[[Run, list[Value]], Value]


def typed_function(
    boxes: Boxes, name: str, parameters: tuple[tree.InformationItem, ...], line: int
) -> Callable[[Call], Function]:
    """What makes a function value of a body, which is called with arguments that are counted and converted.

    Calls are paid for, and not too deep. Null, with a warning, where the arguments do not fit.
    """
    names = tuple(parameter.name for parameter in parameters)
    types = [boxes.type(parameter.type_ref, line) for parameter in parameters]
    converters = [
        converter(to, f"the argument {parameter!r}") for to, parameter in zip(types, names, strict=True)
    ]

    def made(body: Call) -> Function:
        def invoke(run: Run, arguments: list[Value]) -> Value:
            if len(arguments) != len(names):
                complaint = (
                    f"the function {name} has the parameters {listed(names)}; found {len(arguments)} "
                    "arguments"
                )
                return run.warn("wrong argument", complaint)
            admitted = [
                argument if convert is None else convert(run, argument)
                for convert, argument in zip(converters, arguments, strict=True)
            ]
            # An argument of the wrong type is no argument: the function is not called (DMN 1.5, 10.3.2.13.2).
            if any(
                after is None and before is not None
                for before, after in zip(arguments, admitted, strict=True)
            ):
                return None
            run.spend(_CALL_FUEL)
            run.enter()
            result = body(run, admitted)
            run.depth -= 1
            return result

        return Function("", names, invoke)

    return made


def _external(boxes: Boxes, box: tree.BoxedFunction, around: Surroundings) -> Code:
    """A function of Java: the body names class and method (DMN 1.5, 10.2.1.7 and 10.3.2.13.3)."""
    if box.kind is tree.FunctionKind.PMML:
        return lambda run, _local: run.warn("not a function", "functions in PMML are not available")
    body = boxes.code(box.body, around)
    names = tuple(parameter.name for parameter in box.parameters)

    def find(run: Run, local: Local) -> Value:
        mapping = body(run, local)
        return external.function(run, mapping, names)

    return find


# Choice and repetition: FEEL's own


def _conditional(boxes: Boxes, box: tree.BoxedConditional, around: Surroundings) -> Code:
    """A branch for true, one for false, null for all else, unlike a textual `if` (10.2.1.8, table 88)."""
    condition, then, otherwise = (
        boxes.code(part, around) for part in (box.condition, box.then, box.otherwise)
    )

    def choose(run: Run, local: Local) -> Value:
        value = condition(run, local)
        if type(value) is not bool:
            return run.warn(
                "wrong type", f"the condition of a boxed conditional is true or false; found {a_kind(value)}"
            )
        return then(run, local) if value else otherwise(run, local)

    return choose


def _filter(boxes: Boxes, box: tree.BoxedFilter, around: Surroundings) -> Code:
    return around.form(
        feel_tree.Filter(
            boxes.embedded(box.source, around), boxes.embedded(box.condition, around), strict=True
        )
    )


def _for(boxes: Boxes, box: tree.BoxedFor, around: Surroundings) -> Code:
    iterator = feel_tree.Iterator(box.variable, boxes.embedded(box.source, around))
    return around.form(feel_tree.For((iterator,), boxes.embedded(box.body, around)))


def _quantified(boxes: Boxes, box: tree.BoxedQuantified, around: Surroundings) -> Code:
    iterator = feel_tree.Iterator(box.variable, boxes.embedded(box.source, around))
    return around.form(
        feel_tree.Quantified(box.every, (iterator,), boxes.embedded(box.condition, around), strict=True)
    )


_FORMS: Final[dict[type[tree.Box], Callable[[Boxes, Any, Surroundings], Code]]] = {
    tree.LiteralExpression: _literal,
    tree.DecisionTable: _table,
    tree.BoxedContext: _context,
    tree.BoxedList: _list,
    tree.Relation: _relation,
    tree.Invocation: _invocation,
    tree.BoxedFunction: _function,
    tree.BoxedConditional: _conditional,
    tree.BoxedFilter: _filter,
    tree.BoxedFor: _for,
    tree.BoxedQuantified: _quantified,
}

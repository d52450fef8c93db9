"""Decision tables (DMN 1.5, clause 8), compiled column by column; `columns` says how a value finds rules."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from counterflow.dmn import cells, stand_ins, tree
from counterflow.dmn.camunda import CELL_INPUT
from counterflow.dmn.columns import Column, positions
from counterflow.dmn.hit_policies import MANY, POLICIES, RANKED, Hit, Policy, Violation, aggregated
from counterflow.dmn.types import Convert, Types, allowed_values, converter, converting
from counterflow.documents.notes import Notes
from counterflow.feel import tree as feel_tree
from counterflow.feel.compiler import Surroundings
from counterflow.feel.errors import DuplicateEntry, FeelSyntaxError
from counterflow.feel.run import Local, Run, Value
from counterflow.feel.scope import LocalVariable
from counterflow.feel.values import Code


class Decided(msgspec.Struct, frozen=True):
    """What a table decided: its output, the values of its inputs, and the rules that count.

    `violation` says how they violate the hit policy, and is empty if they do not.
    """

    output: Value
    inputs: tuple[Value, ...]
    hits: tuple[Hit, ...] = ()
    violation: str = ""


@dataclass(frozen=True, slots=True)
class _Input:
    code: Code
    column: Column
    allowed: Code | None
    label: str


class Table:
    """A compiled decision table; `box` is what was drawn."""

    def __init__(self, box: tree.DecisionTable, around: Surroundings, types: Types, notes: Notes) -> None:
        self.box = box
        self._around = around
        self._types = types
        self._notes = notes
        self._refuse_unnamed(box.outputs)
        self._inputs = [self._input(index, clause) for index, clause in enumerate(box.inputs)]
        self._names = [output.name for output in box.outputs]
        self._everything = (1 << len(box.rules)) - 1
        converters = [self._output_converter(output) for output in box.outputs]
        self._rules = [self._results(rule.results, converters) for rule in box.rules]
        self._defaults = self._default_results(converters)
        self._ranks = [self._ranking(output) for output in box.outputs] if box.hit_policy in RANKED else []
        self._consequence = "it is kept as it is" if types.lenient else "the table has no result"
        self._policy: Policy = aggregated(box.aggregation) if box.aggregation else POLICIES[box.hit_policy]

    # Deciding

    def decide(self, run: Run, local: Local) -> Decided:
        """The outcome among the local names around the table; what violates it is warned of, and null."""
        values = tuple([clause.code(run, local) for clause in self._inputs])
        in_play = self._everything
        for clause, value in zip(self._inputs, values, strict=True):
            if (
                clause.allowed is not None
                and value is not None
                and clause.allowed(run, (*local, value)) is not True
            ):
                run.warn(
                    "wrong value",
                    f"the input {clause.label!r} is not among its allowed values: {self._consequence}",
                )
                if not self._types.lenient:
                    return Decided(None, values)
            in_play = clause.column.match(run, local, value, in_play)
            if not in_play:
                return Decided(self._without_match(run, local), values)
        return self._decided(run, local, values, in_play)

    def _decided(self, run: Run, local: Local, values: tuple[Value, ...], matching: int) -> Decided:
        if self.box.hit_policy is tree.HitPolicy.FIRST:
            matching &= -matching
        run.spend(matching.bit_count() * (1 + len(self._names)))
        hits = [self._hit(run, local, index) for index in positions(matching)]
        if not hits:
            return Decided(self._without_match(run, local), values)
        try:
            return Decided(self._policy(run, hits), values, tuple(hits))
        except Violation as violation:
            run.warn("wrong value", f"{violation}: it is null")
            return Decided(None, values, tuple(hits), str(violation))

    def _hit(self, run: Run, local: Local, index: int) -> Hit:
        outputs = tuple([code(run, local) for code in self._rules[index]])
        return Hit(
            index, outputs, self._value(outputs), self._rank(run, local, outputs) if self._ranks else ()
        )

    def _value(self, outputs: tuple[Value, ...]) -> Value:
        return outputs[0] if len(outputs) == 1 else dict(zip(self._names, outputs, strict=True))

    def _rank(self, run: Run, local: Local, outputs: tuple[Value, ...]) -> tuple[int, ...]:
        """The places of the outputs in the lists of output values, the first column first (8.2.10)."""
        return tuple(
            _place(run, local, tests, value) for tests, value in zip(self._ranks, outputs, strict=True)
        )

    def _without_match(self, run: Run, local: Local) -> Value:
        if self._defaults is not None:
            value = self._value(tuple([code(run, local) for code in self._defaults]))
            return [value] if self.box.hit_policy in MANY and not self.box.aggregation else value
        if self.box.aggregation is tree.Aggregation.COUNT:
            return 0
        return [] if self.box.hit_policy in MANY and not self.box.aggregation else None

    # Compiling

    def _refuse_unnamed(self, outputs: tuple[tree.Output, ...]) -> None:
        """Several outputs make a context, in which each needs a name of its own (8.3.2)."""
        first: dict[str, tree.Output] = {}
        for output in outputs if len(outputs) > 1 else ():
            other = (
                first.setdefault(output.name, output)
                if output.name
                else next(another for another in outputs if another is not output)
            )
            if other is not output:
                instead = (
                    f"the name '{output.name}' here and" if output.name else "none here, beside the output"
                )
                message = (
                    f"expected several outputs to have a name each, found {instead} in line {other.line} "
                    f"({_called(other)})."
                )
                self._notes.error(output, "output-name", message, "Give each output a name of its own.")

    def _input(self, index: int, box: tree.Input) -> _Input:
        code = self._expression(box, box.text, f"input {box.label!r}")
        of = self._types.named(box.type_ref, box.line)
        typed = converting(code, of, f"the input {box.label!r}")
        allowed = (
            allowed_values(box.allowed_values, self._around, self._notes, box) if box.allowed_values else None
        )
        name = box.variable or (CELL_INPUT if self._types.lenient else "")
        inside = self._around.plus(LocalVariable(name)) if name else self._around
        written = [
            self._cell(rule.tests[index] if index < len(rule.tests) else None, name, inside)
            for rule in self.box.rules
        ]
        column = Column(written, by_date=of.lenient and of.name == "date")
        return _Input(typed, column, allowed, box.label)

    def _cell(self, entry: tree.Entry | None, name: str, inside: Surroundings) -> cells.Cell | Code:
        """`name` is what the cell may call the value beside `?`, and `inside` knows it; empty for none."""
        if entry is None or not entry.text:
            return cells.Cell(())  # an empty cell is a `-` in every editor
        try:
            root = inside.parse_tests(entry.text)
            return cells.indexed(root, inside.scope) or self._around.tests(root, entry.text, name)
        except FeelSyntaxError as error:
            return stand_ins.for_syntax(self._notes, entry, "input entry", error)

    def _results(self, entries: tuple[tree.Entry, ...], converters: list[Convert | None]) -> list[Code]:
        missing = (tree.Entry(""),) * (len(converters) - len(entries))
        pairs = zip((*entries, *missing), converters, strict=False)
        # A `-` among the outputs is no FEEL, but editors write it for an output that a rule leaves open.
        texts = [("" if entry.text == "-" else entry.text, entry, convert) for entry, convert in pairs]
        return [
            _converted(self._expression(entry, text, "output entry"), convert)
            for text, entry, convert in texts
        ]

    def _default_results(self, converters: list[Convert | None]) -> list[Code] | None:
        if not any(output.default for output in self.box.outputs):
            return None
        return self._results(
            tuple(tree.Entry(output.default, id=output.id, line=output.line) for output in self.box.outputs),
            converters,
        )

    def _output_converter(self, box: tree.Output) -> Convert | None:
        return converter(self._types.named(box.type_ref, box.line), f"the output {box.label!r}")

    def _ranking(self, box: tree.Output) -> list[Code]:
        """A test for each output value, in their order; without any, none.

        The values that the type allows would be no order that was meant.
        """
        if not box.allowed_values:
            return []
        try:
            root = self._around.parse_tests(box.allowed_values)
            return [self._around.tests(_alone(test), box.allowed_values) for test in root.tests]
        except FeelSyntaxError as error:
            instead = stand_ins.for_syntax(self._notes, box, "list of output values", error)
            return [instead] if isinstance(error, DuplicateEntry) else []

    def _expression(self, element: tree.DMNElement, text: str, what: str) -> Code:
        if not text:
            return lambda _run, _local: None
        try:
            return self._around.expression(text)
        except FeelSyntaxError as error:
            return stand_ins.for_syntax(self._notes, element, what, error)


def _called(output: tree.Output) -> str:
    return f"'{output.label or output.id}'" if output.label or output.id else "without a name"


def _alone(test: feel_tree.Tree) -> feel_tree.UnaryTestList:
    return feel_tree.UnaryTestList((test,))


def _converted(code: Code, convert: Convert | None) -> Code:
    return code if convert is None else lambda run, local: convert(run, code(run, local))


def _place(run: Run, local: Local, tests: list[Code], value: Value) -> int:
    for rank, test in enumerate(tests):
        run.spend()
        if test(run, (*local, value)) is True:
            return rank
    return len(tests)

"""Expressions by chance: the grammar of FEEL (DMN 1.5, 10.3.1.2) read backwards, with a seed that brings each
one back.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from counterflow.feel.builtins import BUILTINS
from counterflow.feel.builtins.registry import BuiltinParameter
from counterflow.feel.names import TYPES

VARIABLES: Final = ("a", "b", "items", "person", "when")
ENTRIES: Final = ("name", "age", "year", "time offset", "start", "days")
LITERALS: Final = (
    "0", "1", "-1", "2.5", "10 ** 30", "1e-7", '""', '"text"', '"2030-01-31"', "true", "false", "null",
    '@"2030-01-31"', '@"23:59:59+01:00"', '@"2030-01-31T10:00:00@Europe/Paris"', '@"P1DT2H"', '@"-P1Y2M"', '@"nonsense"',
)  # fmt: skip
OPERATORS: Final = ("+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in")
TYPE_NAMES: Final = (
    "number",
    "string",
    "boolean",
    "Any",
    "Null",
    "date",
    "time",
    "list<number>",
    "context<a: string>",
    "range<date>",
    *TYPES,
)
_FITTING: Final = {
    "string": ('"text"', '"a-b"', "person.name"),
    "number": ("1", "2.5", "person.age"),
    "integer": ("1", "-1", "3"),
    "list": ("items", "[1, 2]", '["a", "b"]'),
    "context": ("person", "{a: 1}"),
    "date": ('@"2030-01-31"',),
    "date and time": ('@"2030-01-31T10:00:00"', "when"),
    "function": ("function(x, y) x < y", "function(x) x"),
    "range": ("[1..3]", "(> 3)"),
}


class Grammar:
    """A source of expressions.

    `depth` bounds how far one nests; at its end only literals and names are left.
    """

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.names: list[str] = list(VARIABLES)
        self._forms: list[Callable[[int], str]] = [
            *(
                self.literal,
                self.name,
                self.operation,
                self.operation,
                self.group,
                self.listed,
                self.context,
                self.range,
            ),
            *(
                self.conditional,
                self.loop,
                self.quantified,
                self.path,
                self.filter,
                self.call,
                self.call,
                self.function,
            ),
            *(self.instance, self.between, self.tests),
        ]

    def expression(self, depth: int = 4) -> str:
        form = self.chance.choice(self._forms if depth > 0 else self._forms[:2])
        return form(depth - 1)

    def literal(self, _depth: int) -> str:
        return self.chance.choice(LITERALS)

    def name(self, _depth: int) -> str:
        return self.chance.choice(self.names)

    def operation(self, depth: int) -> str:
        return f"{self.expression(depth)} {self.chance.choice(OPERATORS)} {self.expression(depth)}"

    def group(self, depth: int) -> str:
        return f"({self.expression(depth)})"

    def several(self, depth: int) -> str:
        return ", ".join(self.expression(depth) for _ in range(self.chance.randrange(4)))

    def listed(self, depth: int) -> str:
        return f"[{self.several(depth)}]"

    def context(self, depth: int) -> str:
        names = self.chance.sample([*ENTRIES, "two words", "a-b"], self.chance.randrange(3))
        return f"{{{', '.join(f'{name}: {self.expression(depth)}' for name in names)}}}"

    def range(self, depth: int) -> str:
        return f"{self.chance.choice('[(]')}{self.expression(depth)}..{self.expression(depth)}{self.chance.choice('])[')}"

    def conditional(self, depth: int) -> str:
        return f"if {self.expression(depth)} then {self.expression(depth)} else {self.expression(depth)}"

    def iterators(self, depth: int) -> str:
        self.names += ["x", "y"]
        end = f"..{self.expression(0)}" if self.chance.random() < 0.3 else ""
        more = f", y in {self.expression(depth)}" if self.chance.random() < 0.3 else ""
        return f"x in {self.expression(depth)}{end}{more}"

    def loop(self, depth: int) -> str:
        return f"for {self.iterators(depth)} return {self.expression(depth)}"

    def quantified(self, depth: int) -> str:
        return f"{self.chance.choice(['some', 'every'])} {self.iterators(depth)} satisfies {self.expression(depth)}"

    def path(self, depth: int) -> str:
        return f"({self.expression(depth)}).{self.chance.choice(ENTRIES)}"

    def filter(self, depth: int) -> str:
        self.names.append("item")
        return f"({self.expression(depth)})[{self.expression(depth)}]"

    def call(self, depth: int) -> str:
        builtin = BUILTINS[self.chance.choice(sorted(BUILTINS))]
        overload = self.chance.choice(builtin.overloads)
        arguments = [
            self.argument(parameter, depth)
            for parameter in overload.parameters
            if not parameter.optional or self.chance.random() < 0.5
        ]
        return f"{builtin.name}({', '.join(arguments)})"

    def argument(self, parameter: BuiltinParameter, depth: int) -> str:
        """Mostly something that fits, for those that do not fit are soon turned away."""
        fitting = _FITTING.get(parameter.kind.split(" | ")[0])
        return (
            self.chance.choice(fitting) if fitting and self.chance.random() < 0.6 else self.expression(depth)
        )

    def function(self, depth: int) -> str:
        self.names.append("p")
        typed = f": {self.chance.choice(TYPE_NAMES)}" if self.chance.random() < 0.3 else ""
        body = self.expression(depth)
        return (
            f"(function(p{typed}) {body})({self.several(depth)})"
            if self.chance.random() < 0.6
            else f"function(p{typed}) {body}"
        )

    def instance(self, depth: int) -> str:
        return f"({self.expression(depth)}) instance of {self.chance.choice(TYPE_NAMES)}"

    def between(self, depth: int) -> str:
        return f"{self.expression(depth)} between {self.expression(depth)} and {self.expression(depth)}"

    def tests(self, depth: int) -> str:
        operator = self.chance.choice(["", "< ", ">= ", "!= "])
        return f"{self.expression(depth)} in ({operator}{self.expression(depth)}, {self.expression(depth)})"

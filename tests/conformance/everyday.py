"""Everyday expressions by chance, each of a kind that is asked for: so most have a value, which another
implementation should give, too.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

VARIABLES: Final = {
    "amount": 120,
    "rate": 0.25,
    "name": "Ada Lovelace",
    "code": "AB-7",
    "member": True,
    "scores": [7, 3, 9, 3],
    "words": ["pear", "fig", "apple"],
    "person": {"age": 36, "city": "London"},
    "orders": [
        {"id": "a", "price": 30, "paid": True},
        {"id": "b", "price": 7, "paid": False},
        {"id": "c", "price": 12, "paid": True},
    ],
}


_ENDS: Final = ("0 and 10", "-5 and 2.5", "amount and 999")
_DELIMITERS: Final = ('"a"', '"-"', '"[, ]+"')


class Everyday:
    """A source of expressions. `depth` bounds how far one nests."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self._kinds = (self.number, self.text, self.truth, self.numbers, self.texts, self.context)

    def expression(self, depth: int = 3) -> str:
        return self.chance.choice(self._kinds)(depth)

    def _one(self, simple: tuple[str, ...], depth: int, *made: Callable[[int], str]) -> str:
        if depth <= 0 or self.chance.random() < 0.2:
            return self.chance.choice(simple)
        return self.chance.choice(made)(depth - 1)

    def _if(self, kind: Callable[[int], str]) -> Callable[[int], str]:
        return lambda depth: f"(if {self.truth(depth)} then {kind(depth)} else {kind(depth)})"

    def number(self, depth: int) -> str:
        return self._one(
            ("0", "1", "2.5", "-3", "10", "amount", "rate", "person.age"),
            depth,
            lambda inner: f"({self.number(inner)} {self.chance.choice('+-*')} {self.number(inner)})",
            lambda inner: f"{self.number(inner)} / {self.chance.choice(['2', '4', '-5', '0.5'])}",
            lambda inner: f"({self.number(inner)}) ** 2",
            lambda inner: f"{self.chance.choice(['abs', 'floor', 'ceiling'])}({self.number(inner)})",
            lambda inner: (
                f"{self.chance.choice(['sum', 'min', 'max', 'mean', 'count', 'product'])}({self.numbers(inner)})"
            ),
            lambda inner: f"string length({self.text(inner)})",
            lambda inner: f"modulo({self.number(inner)}, {self.chance.choice(['3', '-4', '2.5'])})",
            lambda inner: f"decimal({self.number(inner)}, {self.chance.choice('012')})",
            lambda inner: f"{self.numbers(inner)}[{self.chance.choice(['1', '2', '-1'])}]",
            lambda inner: f"count({self.texts(inner)})",
            lambda inner: f"-({self.number(inner)})",
            self._if(self.number),
        )

    def text(self, depth: int) -> str:
        return self._one(
            ('"a"', '"Hello, world"', '""', "name", "code", "person.city"),
            depth,
            lambda inner: f"({self.text(inner)} + {self.text(inner)})",
            lambda inner: f"{self.chance.choice(['upper case', 'lower case'])}({self.text(inner)})",
            lambda inner: f'substring("a" + {self.text(inner)}, {self.chance.choice(["1", "-1"])})',
            lambda inner: f'substring("ab" + {self.text(inner)}, 1, 2)',
            lambda inner: (
                f"{self.chance.choice(['substring before', 'substring after'])}({self.text(inner)}, {self.text(0)})"
            ),
            lambda inner: f"string({self.number(inner)})",
            lambda inner: f'string join({self.texts(inner)}, ", ")',
            lambda inner: f'replace({self.text(inner)}, "[aeiou]", "*")',
            lambda inner: f"{self.texts(inner)}[1]",
            self._if(self.text),
        )

    def truth(self, depth: int) -> str:
        return self._one(
            ("true", "false", "member"),
            depth,
            lambda inner: (
                f"({self.number(inner)} {self.chance.choice(['=', '!=', '<', '<=', '>', '>='])} {self.number(inner)})"
            ),
            lambda inner: (
                f"({self.text(inner)} {self.chance.choice(['=', '!=', '<', '>'])} {self.text(inner)})"
            ),
            lambda inner: f"({self.truth(inner)} {self.chance.choice(['and', 'or'])} {self.truth(inner)})",
            lambda inner: f"not({self.truth(inner)})",
            lambda inner: f"({self.number(inner)} between {self.chance.choice(_ENDS)})",
            lambda inner: (
                f"({self.number(inner)} in {self.chance.choice(['[1..10]', '(0..9)', '[-5..2.5)', '(> 3, < 0)', '(1, 2, 10)'])})"
            ),
            lambda inner: f"(some x in {self.numbers(inner)} satisfies x > {self.number(0)})",
            lambda inner: f"(every x in {self.numbers(inner)} satisfies x > {self.number(0)})",
            lambda inner: (
                f"{self.chance.choice(['contains', 'starts with', 'ends with'])}({self.text(inner)}, {self.text(0)})"
            ),
            lambda inner: f'matches({self.text(inner)}, "^[A-Z]")',
            lambda inner: f"list contains({self.numbers(inner)}, {self.number(inner)})",
            lambda inner: f"({self.expression(inner)} = null)",
            lambda inner: f"{self.chance.choice(['all', 'any'])}([{self.truth(inner)}, {self.truth(inner)}])",
            lambda inner: (
                f"({self.expression(inner)} instance of {self.chance.choice(['number', 'string', 'boolean'])})"
            ),
        )

    def numbers(self, depth: int) -> str:
        return self._one(
            ("[]", "[1, 2, 3]", "scores", "orders.price", "[2.5]"),
            depth,
            lambda inner: f"[{self.number(inner)}, {self.number(inner)}]",
            lambda inner: (
                f"(for x in {self.numbers(inner)} return x {self.chance.choice('+*-')} {self.number(0)})"
            ),
            lambda inner: f"(for i in 1..{self.chance.choice('234')} return i * {self.number(inner)})",
            lambda inner: (
                f"{self.numbers(inner)}[item {self.chance.choice(['>', '<=', '='])} {self.number(0)}]"
            ),
            lambda inner: f"orders[price > {self.number(inner)}].price",
            lambda inner: (
                f"{self.chance.choice(['reverse', 'distinct values', 'flatten'])}({self.numbers(inner)})"
            ),
            lambda inner: (
                f"{self.chance.choice(['concatenate', 'union'])}({self.numbers(inner)}, {self.numbers(inner)})"
            ),
            lambda inner: f"append({self.numbers(inner)}, {self.number(inner)})",
            lambda inner: f"sort({self.numbers(inner)}, function(x, y) x < y)",
            lambda inner: f"index of({self.numbers(inner)}, {self.number(0)})",
            lambda inner: f"sublist(append({self.numbers(inner)}, 1), 1, 1)",
            lambda inner: f"remove(append({self.numbers(inner)}, 1), 1)",
            lambda inner: f"insert before(append({self.numbers(inner)}, 1), 1, {self.number(inner)})",
        )

    def texts(self, depth: int) -> str:
        return self._one(
            ("words", '["b", "a"]', "orders.id", "[]"),
            depth,
            lambda inner: f"[{self.text(inner)}, {self.text(inner)}]",
            lambda inner: f"split({self.text(inner)}, {self.chance.choice(_DELIMITERS)})",
            lambda inner: f"(for x in {self.texts(inner)} return x + {self.text(0)})",
            lambda inner: "orders[paid = true].id",
            lambda inner: f"sort({self.texts(inner)}, function(x, y) x < y)",
        )

    def context(self, depth: int) -> str:
        return self._one(
            ("person", "orders[1]", "{}"),
            depth,
            lambda inner: f"{{a: {self.number(inner)}, b: a + {self.number(0)}}}",
            lambda inner: f"{{first name: {self.text(inner)}, list: {self.numbers(inner)}}}",
            lambda inner: f'context put({self.context(inner)}, "a", {self.number(inner)})',
            lambda inner: f"context merge([{self.context(inner)}, {self.context(inner)}])",
        )

"""Calls and forms on arguments at their limits, as data: a test asks that each ends in a typed way, the benchmark what a unit of its
fuel takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from itertools import product
from typing import Final, NamedTuple

from counterflow import feel
from counterflow.feel import compiler, iso, parser
from counterflow.feel.builtins import BUILTINS
from counterflow.feel.builtins.registry import BuiltinParameter, Overload
from counterflow.feel.errors import FeelFailure
from counterflow.feel.names import Vocabulary
from counterflow.feel.run import Limits, Run, Value
from counterflow.feel.values import Code, Range

NOW_MS: Final = 1_700_000_000_000


class Case(NamedTuple):
    """An expression that is made `rounds` times by `repeated`, and its variables."""

    text: str
    values: Mapping[str, Value]

    @property
    def repeated(self) -> str:
        """The expression in a loop over `rounds`; one that loops by itself uses it as its end."""
        return self.text if "rounds" in self.text else f"for round in 1..rounds return {self.text}"


def _constant(text: str) -> Value:
    return feel.compile(text).evaluate({}).value


def _tree(depth: int, leaf: Value) -> Value:
    value = leaf
    for _ in range(depth):
        value = [value, value]
    return value


def _chain(depth: int) -> Value:
    value: Value = 1
    for _ in range(depth):
        value = [value]
    return value


TEXT: Final = "a" * 1_000_000
MIXED: Final = "".join(chr(97 + n % 26) + "\u00e9\u0130 $.,\n"[n % 7] for n in range(250_000))
LONG: Final = Decimal("9" * 6_144)
LONGER: Final = Decimal("9" * 6_143 + "8")
WHOLE: Final = int("9" * 250)
GREAT: Final = Decimal("1E+6144")
SMALL: Final = Decimal("1E-6143")
FINE: Final = Decimal("1.000000000000000000000000000000001")
PARIS: Final = iso.read("2030-07-31T10:00:00@Europe/Paris")
FAR: Final = iso.read("999999999-12-31T23:59:59@America/New_York")
PAST: Final = iso.read("-999999999-01-01T00:00:00@Asia/Tokyo")
MANY: Final[list[Value]] = [*range(100_000)]
LABELS: Final[list[Value]] = [f"{TEXT[:2_000]}{n}" for n in range(500)]
ROWS: Final[list[Value]] = [{"key": f"k{n}", "value": n, "name": "x"} for n in range(20_000)]
WIDE: Final[dict[str, Value]] = {f"{TEXT[:40]}{n}": n for n in range(20_000)}

POOLS: Final[dict[str, tuple[Value, ...]]] = {
    "string": (
        "a",
        TEXT,
        MIXED,
        "(a|b|c|d)*e",
        "[a-z]{1000}",
        "(a*)\\1b",
        "((a?){30}){30}a{30}",
        "2030-01-31T10:00:00@Europe/Paris",
        '{"a": [1.5, [[], [], {}]]}',
        "[1..3]",
        "1" * 6_000,
        "Europe/Paris",
        "$1$2$0",
        "i",
        "P1DT2H3M4.5S",
    ),
    "number": (1, Decimal("2.5"), LONG, WHOLE, GREAT, SMALL, FINE, 10**33, Decimal("14149.5"), -6111),
    "integer": (1, 6176, -6111, GREAT, LONG, 50_000),
    "list": (
        [3, 1, 2],
        MANY,
        MANY[::-1],
        LABELS,
        ROWS,
        [TEXT, TEXT],
        [LONG, WHOLE, GREAT, SMALL] * 500,
        [FINE] * 50_000,
        [[n] for n in range(20_000)],
        _tree(40, [1]),
        _chain(190),
        [PARIS, FAR] * 5_000,
        [WIDE, WIDE],
        ["a"] * 100_000,
        [None] * 100_000,
        [[]] * 100_000,
        [WHOLE, FINE] * 5_000,
        [True] * 100_000,
        [MANY] * 100,
        [Range("a", TEXT)] * 100,
    ),
    "context": ({"a": 1}, WIDE, {"a": WIDE}, {TEXT: 1}),
    "function": ("function(x, y) x < y", "function(x, y) x = y", "function(x, y) true"),
    "date": (iso.read("2030-01-31"), iso.read("-999999999-01-01")),
    "time": (iso.read("10:00:00"), iso.read("10:00:00.5@Europe/Paris")),
    "date and time": (PARIS, FAR, PAST),
    "days duration": (iso.read("P1DT1S"), iso.read("-P731000000000DT0.000000001S")),
    "months duration": (iso.read("P1Y2M"), iso.read("-P9223372036854775807M")),
    "boolean": (True,),
    "null": (None,),
    "point": (1, TEXT, LONG, PARIS, FAR),
    "range": (Range(1, 3), Range("a", TEXT), Range(PARIS, FAR), Range(SMALL, LONG)),
}
ANY: Final = (
    1,
    TEXT,
    LONG,
    MANY,
    ROWS,
    WIDE,
    _tree(40, [1]),
    _chain(190),
    FAR,
    Range("a", TEXT),
    [LABELS, TEXT],
    None,
)


def _pool(parameter: BuiltinParameter) -> tuple[Value, ...]:
    if parameter.kind == "any" or parameter.variadic:
        return ANY
    return tuple(value for kind in parameter.kind.split(" | ") for value in POOLS[kind])


def _call(name: str, arguments: tuple[Value, ...], kinds: tuple[str, ...]) -> Case:
    values: dict[str, Value] = {}
    written: list[str] = []
    for number, (argument, kind) in enumerate(zip(arguments, kinds, strict=True)):
        if kind == "function":
            written.append(str(argument))
        else:
            values[f"v{number}"] = argument
            written.append(f"v{number}")
    return Case(f"{name}({', '.join(written)})", values)


def _overloaded(name: str, overload: Overload) -> Iterator[Case]:
    for count in range(len(overload.parameters) + 1):
        if not overload.takes(count):
            continue
        parameters = overload.parameters[:count]
        kinds = tuple(parameter.kind for parameter in parameters)
        pools = [_pool(parameter) for parameter in parameters]
        if count <= 2:
            yield from (_call(name, arguments, kinds) for arguments in product(*pools))
            continue
        for place, pool in enumerate(pools):  # two at their limits, the others ordinary
            following = (place + 1) % count
            for one, other in product(pool, pools[following]):
                ordinary = [each[0] for each in pools]
                ordinary[place], ordinary[following] = one, other
                yield _call(name, tuple(ordinary), kinds)


def calls(name: str) -> Iterator[Case]:
    """A built-in on whatever its parameters admit."""
    for overload in BUILTINS[name].overloads:
        yield from _overloaded(name, overload)


_BINARY: Final = ("+", "-", "*", "/", "**", "=", "!=", "<", ">=", "in", "and", "or")
_ONE: Final = (
    "-x", "x.a", "x.year", "x.timezone", "x.time offset", "x.seconds", "x[1]", "x[-1]", "x[item = 1]", "x[item > 0.5]", "x[a > 1]", "x[value > 0.5]",
    'x[name = "x"]', "x[item]", "x[true]",
    "count(for i in x return i)", "for i in 1..rounds return for j in x return j", "some i in x satisfies i = 0", "every i in x satisfies i != 0.5",
    "if x then 1 else 2", "x instance of list<number>", "x instance of string", "x instance of context<a: list<number>>", "[x, x, x]",
    "{a: x, b: a, c: b}", "(function(y) y)(x)", "(function(y: list<string>) y)(x)", "[x..x]", "(> x)", "x between x and x", "x in (x, x)", "x in [x]",
    "x in (< x, > x)", "x in x", "x = x", "x < x", "{a: x} = {a: x}", "[x] = [x]", "is(x, x)", "x + x", "x * x", "x - x", "x / x", "x ** 2",
    "x ** 0.5", "x ** 999999999", "[1][x]", "for i in x..x return i", "string(x)", "to json(x)", "x(x)", "unknown.x", "x.unknown", "null + x",
    "[x, x][item = x]", "{a: x}.a", "not(x)", "x = null", "x != null",
)  # fmt: skip
_FORMAT: Final = '{java: {class: "java.lang.String", method signature: "format(String, Object...)"}}'
_OTHERS: Final = (
    "for i in 1..rounds return i", "for i in 1..rounds return partial", "for i in 1..rounds return [i, i]", "for i in 1..rounds return {a: i, b: i}",
    "for i in 1..rounds, j in 1..3 return i + j", "for i in 1..rounds return i / 3", "for i in 1..rounds return i * 0.5",
    "for i in 1..rounds return if i > 5 then i else -i", "for i in 1..rounds return string(i) + string(i)", "for i in 1..rounds return [1, 2, 3][item > 1]",
    "some i in 1..rounds satisfies i < 0", "every i in 1..rounds satisfies i > 0", "count((for i in 1..rounds return {a: i})[a > 3])",
    'for d in @"2030-01-01"..@"2060-12-31" return rounds', "{f: function(n) if n = 0 then 0 else f(n - 1), r: for i in 1..rounds return f(50)}.r",
    "sort(for i in 1..rounds return -i)", "sort(for i in 1..rounds return -i, function(a, b) a < b)",
    "for i in 1..rounds return i + 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10", "for i in 1..rounds return i > 1 and i > 2 and i > 3 and i > 4 and i > 5",
    "for i in 1..rounds return i + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1", "for i in 1..rounds return unknown + 1 + 2 + 3 + 4",
    "for i in 1..rounds return {a: {b: {c: i}}}.a.b.c", "for i in 1..rounds return i in (1, 2, [3..4], > 5)", "for i in 1..rounds return i between 1 and 3",
    "for i in 1..rounds return (function(a, b) a + b)(i, i)", "for i in 1..rounds return i instance of number", "{a: for i in 1..rounds return i, b: string(a)}.b",
    "{a: for i in 1..rounds return i, b: to json(a)}.b", "{a: for i in 1..rounds return {i: i}, b: a.i}.b", "{a: for i in 1..rounds return [i], b: a = a}.b",
    "{a: for i in 1..rounds return [i], b: flatten(a)}.b", "{a: for i in 1..rounds return [i], b: distinct values(a)}.b",
    '@"2030-01-31T10:00:00@Europe/Paris" + duration("P1D") * rounds', "for i in 1..rounds return date(2030, 1, 1) + duration(\"P1D\") * i",
    'for i in 1..rounds return @"2030-01-31T10:00:00@Europe/Paris" + @"P1D"', 'for i in 1..rounds return @"999999999-01-01T10:00:00@Europe/Paris" < now()',
    "for i in 1..rounds return today() - @\"2030-01-31\"", "for i in 1..rounds return now().hour", "for i in 1..rounds return uuid()",
    'for i in 1..rounds return matches("abc", "a" + string(i))', 'for i in 1..rounds return matches("abc", "(a)\\1" + string(i))',
    'for i in 1..rounds return matches("abc", "[\\p{L}-[a-z]]{" + string(i) + "}")', "for i in 1..rounds return i / 0", "for i in 1..rounds return -(-i)",
    'for i in 1..rounds return range("[1..3]")', 'for i in 1..rounds return from json("[1.5,[],{}]")', 'for i in 1..rounds return number("1.5")',
    'for i in 1..rounds return replace("aaaa", "(a)", "$1$1")', 'for i in 1..rounds return split("a,b,c", ",")',
    f'for i in 1..rounds return {{f: function(a, b) external {_FORMAT}, r: f("%300.200f", 0.1)}}.r',
)  # fmt: skip


def forms() -> Iterator[Case]:
    """Every form of the language on values at their limits."""
    values = tuple(dict.fromkeys(range(sum(map(len, POOLS.values())))))
    flat = [value for kind, pool in POOLS.items() if kind != "function" for value in pool]
    yield from (Case(text, {"x": flat[index]}) for text in _ONE for index in values if index < len(flat))
    operands = (
        *ANY,
        WHOLE,
        FINE,
        SMALL,
        GREAT,
        LONGER,
        MIXED,
        LABELS,
        PARIS,
        PAST,
        *POOLS["days duration"],
        *POOLS["months duration"],
        "a",
        *POOLS["date"],
    )
    for operator in _BINARY:
        yield from (
            Case(f"x {operator} y", {"x": left, "y": right}) for left, right in product(operands, repeat=2)
        )
    yield from (Case(text, {}) for text in _OTHERS)


def compiled(case: Case, nesting: int = 200) -> Code:
    """The code of the repeated expression."""
    text = case.repeated
    names = frozenset({*case.values, "rounds"})
    return compiler.compile_tree(parser.parse(text, Vocabulary.of(names), nesting), text, names, nesting).code


def used(case: Case, code: Code, rounds: int, limits: Limits) -> int:
    """The fuel that so many rounds take; all of it where it does not suffice."""
    run = Run({}, NOW_MS, limits, limits.fuel, seed="seed", decoded={**case.values, "rounds": rounds})
    with suppress(FeelFailure, RecursionError):
        code(run, ())
    return run.fuel_used

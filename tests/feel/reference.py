"""The page of the built-in functions, made from their declarations: `python -m tests.feel.reference` rewrites
docs/feel.md.

An example is an expression that begins with the name of its function; its result is what it evaluates to.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from counterflow.feel.builtins import BUILTINS
from counterflow.feel.builtins.registry import Builtin, BuiltinParameter, Overload
from tests.feel.tables import answer

PAGE: Final = Path(__file__).parents[2] / "docs" / "feel.md"

GROUPS: Final = {
    "conversions": "Conversion",
    "booleans": "Booleans and missing values",
    "strings": "Strings",
    "numbers": "Numbers",
    "lists": "Lists",
    "aggregates": "Aggregates of lists",
    "contexts": "Contexts",
    "temporal": "Dates, times and durations",
    "ranges": "Ranges and points",
    "chance": "Chance",
}
BY_CHANCE: Final = {"uuid": "a new UUID each time", "random number": "a new number each time"}

_EXAMPLES: Final = """
    string(1.50)
    number("1 000,5", " ", ",")
    range("[18..21)")
    from json("{\\"a\\": [1, 2.5]}")
    to json({a: [1, 2.5]})
    to base64("FEEL")
    not(true)
    is(@"2030-01-31", @"2030-01-31")
    is defined({a: 1}.b)
    get or else(null, "default")
    fromAi(150, "the most that may be spent", "number")
    assert(150, 150 > 100, "too small")
    string length("foo")
    upper case("aBc4")
    lower case("aBc4")
    trim("  hello ")
    is blank("  ")
    substring("foobar", 3, 3)
    substring before("foobar", "bar")
    substring after("foobar", "ob")
    contains("foobar", "of")
    starts with("foobar", "fo")
    ends with("foobar", "r")
    string join(["a", null, "c"], "-", "<", ">")
    matches("foobar", "^fo*b")
    replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")
    split("John Doe", "\\s")
    extract("references are 1234, 1256", "12[0-9]*")
    decimal(1/3, 2)
    floor(-1.56, 1)
    ceiling(-1.56, 1)
    round up(-5.5, 0)
    round down(-5.5, 0)
    round half up(-5.5, 0)
    round half down(-5.5, 0)
    abs(@"-PT5H")
    modulo(-12, 5)
    sqrt(16)
    log(10)
    exp(0)
    odd(5)
    even(5)
    list contains([1, 2, 3], 2)
    count([1, 2, 3])
    is empty([])
    index of([1, 2, 3, 2], 2)
    all([true, null, false])
    any([false, null, true])
    min([1, 2, 3])
    max(1, 2, 3)
    sum([1, 2, 3])
    product(2, 3, 4)
    mean([1, 2, 3])
    median(8, 2, 5, 3, 4)
    mode([6, 1, 9, 6, 1])
    stddev(2, 4, 7, 5)
    append([1], 2, 3)
    concatenate([1, 2], [3])
    union([1, 2], [2, 3])
    distinct values([1, 2, 3, 2, 1])
    duplicate values([1, 2, 3, 2, 1])
    sublist([4, 5, 6], 1, 2)
    insert before([1, 3], 1, 2)
    remove([1, 2, 3], 2)
    list replace([2, 4, 7, 8], function(item, newItem) item < newItem, 5)
    reverse([1, 2, 3])
    flatten([[1, 2], [[3]], 4])
    partition([1, 2, 3, 4, 5], 2)
    sort([3, 1, 2], function(x, y) x < y)
    get value({key1: "value1"}, "key1")
    get entries({key1: "value1"})
    context([{key: "a", value: 1}])
    context put({x: 1, y: {a: 0}}, ["y", "a"], 2)
    context merge([{a: 1}, {a: 2, b: 3}])
    date("2030-12-31")
    time(23, 59, 0, duration("PT2H"))
    date and time("2030-12-31T23:59:00@Europe/Paris")
    duration("P1DT2H")
    years and months duration(date("2028-12-22"), date("2030-08-24"))
    now()
    today()
    day of year(date(2030, 9, 17))
    day of week(date(2030, 9, 17))
    month of year(date(2030, 9, 17))
    week of year(date(2030, 9, 17))
    last day of month(date(2030, 2, 1))
    cycle(duration("PT1H"))
    cycle(3, duration("PT1H"))
    from unix timestamp(1700000000)
    to unix timestamp(@"2023-11-14T22:13:20Z")
    before([1..5), 5)
    after([5..10], 4)
    meets([1..5], [5..10])
    met by([5..10], [1..5])
    overlaps([5..10], [1..6])
    overlaps before([1..5], [4..10])
    overlaps after([4..10], [1..5])
    finishes([5..10], [1..10])
    finished by([1..10], [5..10])
    includes([1..10], 5)
    during(5, [1..10])
    starts([1..5], [1..10])
    started by([1..10], [1..5])
    coincides([1..5], [1..5])
    uuid()
    random number()
"""
EXAMPLES: Final = {line.partition("(")[0]: line for line in map(str.strip, _EXAMPLES.splitlines()) if line}

_HEAD: Final = """# FEEL

The expression language of DMN (1.5, chapter 10), as a package of its own:

```python
from counterflow import feel

expression = feel.compile("order.qty * order.price + 10")
evaluation = expression.evaluate({"order": {"qty": 3, "price": 20.5}})
evaluation.value      # Decimal('71.5')
evaluation.warnings   # why parts of it were null
evaluation.failure    # set if it was stopped: too many steps, too large, too deep, or an assert() that did not hold
```

Compile once, evaluate as often as you like, from any thread. Variables may be Python values or `msgspec.Raw` JSON, of which only the
entries that the expression asks for are decoded. Evaluating never raises, and sees no clock but `now_ms`. What goes wrong is null, as the
standard wants it, and a warning says why. A text that is not FEEL raises `feel.FeelSyntaxError`, which knows `line`, `column`, what was
`expected` and `found`, a `hint`, and an `excerpt` with a caret:

```text
line 1, column 9: expected an expression, found `=` (FEEL compares with a single =)
  amount == 1
          ^
```

- **Names** of several words are known where they were introduced: `feel.compile("full name + 1", names=["full name"])`; for entries of
  contexts, `entries=["full name"]`. Anywhere else they are written in backticks. Every letter of Unicode may be in a name; nothing is
  normalised, so `é` as one character and as two are two names. Half of a pair of surrogates becomes U+FFFD wherever it comes from.
- **Numbers** have 34 decimal digits. `9007199254740993 + 1` is exact, and so is `0.1 + 0.2`.
- **Limits**: 200 000 steps, 200 levels of nesting, a result of 4 MB; `feel.Limits` sets others.
  `evaluation.fuel_used` says how many steps it took; `evaluate(..., fuel=...)` gives it fewer, so that many evaluations share a budget,
  as those of one command of the engine do: 4 000 000 steps.
- **Types** of lists, ranges, contexts and functions name those of their members: `x instance of list<Any>`. A name that is no type, such as
  `list` alone, makes the answer null. Of a type with allowed values, `instance of` asks for the type only. Arguments are converted to the
  declared types of parameters; an argument that is not supplied by name is null.
- **Zones**: `=` and the order of times look at the moment, `is()` at what is written: `Z` is no `@Etc/GMT`, and a region is no other one.
  Put in order with one that has a zone, a local time is taken to be in that zone.
- **Patterns** (`matches`, `replace`, `split`, `extract`) are those of XPath and XML Schema: `\\i`, `\\c`, `\\p{IsGreek}`, `[a-z-[aeiou]]`,
  flags `s`, `m`, `i`, `x`, `q` or null; without `s` a dot is no newline and no carriage return; no look-around, no `\\b`.
  RE2 answers them in linear time; one with a back-reference runs step by step and pays for each.
- **Chance** (`uuid`, `random number`) is new each time; with `evaluate(..., seed="...")` the same seed and time give the same again. The
  engine gives one for each evaluation, so a command that is played again does the same.
- **Functions of Java** (`external`) are answered by Python twins of `java.lang.Math`, `String.format`, `valueOf` and their family.
  Nothing else can be called.

## Built-in functions

`?` marks a parameter that may be left out, `...` one that takes any number of arguments. Results are written as FEEL.
"""


def page() -> str:
    """The whole page, as Markdown."""
    return (
        "\n".join([_HEAD, *(line for module, title in GROUPS.items() for line in _group(module, title))])
        + "\n"
    )


def _group(module: str, title: str) -> Iterator[str]:
    yield f"### {title}\n"
    yield "| Function | Example | Result |"
    yield "| --- | --- | --- |"
    for builtin in BUILTINS.values():
        if _module(builtin) == module:
            yield f"| {_signatures(builtin)} | {_code(EXAMPLES[builtin.name])} | {_result(builtin.name)} |"
    yield ""


def _module(builtin: Builtin) -> str:
    return builtin.overloads[0].meaning.__module__.rpartition(".")[2]


def _signatures(builtin: Builtin) -> str:
    meanings = dict.fromkeys(
        (overload.meaning.__doc__ or "").strip().partition("\n")[0] for overload in builtin.overloads
    )
    lines = [
        *(_code(_signature(builtin.name, overload)) for overload in builtin.overloads),
        *(each for each in meanings if each),
    ]
    return "<br>".join(lines)


def _signature(name: str, overload: Overload) -> str:
    return f"{name}({', '.join(map(_parameter, overload.parameters))})"


def _parameter(parameter: BuiltinParameter) -> str:
    return f"{parameter.name}{'?' if parameter.optional else ''}{'...' if parameter.variadic else ''}: {parameter.kind}"


def _result(name: str) -> str:
    return BY_CHANCE.get(name) or _code(answer(EXAMPLES[name]))


def _code(text: str) -> str:
    """Code inside a cell: a bar would end the cell."""
    return "`" + text.replace("|", "\\|") + "`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

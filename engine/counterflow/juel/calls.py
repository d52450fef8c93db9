"""Calls of methods and functions in JUEL that FEEL says as well: tables, by name and number of arguments.

    ${execution.getVariable('x').equals('a')}     (x = "a")
    ${S(order).prop('lines').elements()}          order.lines
    ${dateTime().plusWeeks(1).toDate()}           (now() + duration("P7D"))
    ${decisionResult.getFirstResult().price}      decisionResult[1].price

A variable is what its JSON says: a Java object is a context, what Spin wraps is the value itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from counterflow.feel.names import spelling
from counterflow.feel.tokens import KEYWORDS

_DIGITS: Final = 18


class Argument(NamedTuple):
    """An argument in FEEL; `text` is what it says, where it is a text or a whole number written out."""

    feel: str
    text: str | None = None
    is_number: bool = False


class NoCounterpart(Exception):
    """FEEL does not say this. Says what to write instead."""


Call = Callable[[str, tuple[Argument, ...]], str]
"""From the FEEL text of what it is called on, and the arguments, to FEEL."""


def variable(name: str) -> str:
    """A name in FEEL; one that FEEL does not spell as one word stands in back-ticks."""
    return name if spelling(name) == (name,) and name not in KEYWORDS else f"`{name}`"


def _whole(number: Argument) -> int:
    """What a whole number written out says. Raises NoCounterpart for one that nothing has so many of."""
    digits = number.text or ""
    if len(digits) > _DIGITS:
        raise NoCounterpart(f"a number of at most {_DIGITS} digits")
    return int(digits)


def _operand(argument: Argument) -> str:
    """As it stands beside an operator: in brackets, where it may hold one that binds less."""
    is_one = argument.text is not None or argument.feel.isidentifier()
    return argument.feel if is_one else f"({argument.feel})"


def item(of: str, key: Argument) -> str:
    """An entry by its name, an item by its index from 0; of a computed key it is told when it is asked."""
    if key.text is not None and not key.is_number:
        if "`" in key.text:
            raise NoCounterpart("a key without back-ticks")
        return f"{of}.{variable(key.text) if key.text.isidentifier() else f'`{key.text}`'}"
    if key.text is not None:
        return f"{of}[{_whole(key) + 1}]"
    by_name, by_index = f"get value({of}, {key.feel})", f"sublist({of}, ({key.feel}) + 1, 1)[1]"
    return f"(if ({key.feel}) instance of string then {by_name} else {by_index})"


def scope_variable(arguments: tuple[Argument, ...]) -> str:
    """The variable that an execution is asked for. Raises NoCounterpart for a computed name."""
    (name,) = arguments
    if name.text is None or name.is_number:
        raise NoCounterpart("the variable's name itself; a computed name is a worker's business")
    if not name.text or "`" in name.text:
        raise NoCounterpart("a name without back-ticks")
    return variable(name.text)


def _equals(of: str, arguments: tuple[Argument, ...]) -> str:
    return f"({of} = {_operand(arguments[0])})"


def _same(of: str, _: tuple[Argument, ...]) -> str:
    return of


def _form(form: str) -> Call:
    """A call by its FEEL: `x` stands for what it is called on, `a` and `b` for the arguments."""
    return lambda of, arguments: form.format(
        x=of, **dict(zip("ab", (one.feel for one in arguments), strict=False))
    )


def _item(of: str, arguments: tuple[Argument, ...]) -> str:
    return item(of, arguments[0])


def _json_path(of: str, arguments: tuple[Argument, ...]) -> str:
    names = (arguments[0].text or "").removeprefix("$.").split(".")
    if not all(name.isidentifier() for name in names):
        raise NoCounterpart("a path of names such as `order.customer.name`, or a filter in FEEL")
    return ".".join((of, *map(variable, names)))


def _later(unit: str, sign: str, times: int = 1) -> Call:
    def moved(of: str, arguments: tuple[Argument, ...]) -> str:
        (amount,) = arguments
        if amount.text is not None and amount.is_number:
            length = f'duration("{unit.format(_whole(amount) * times)}")'
        else:
            length = f'({amount.feel}) * duration("{unit.format(times)}")'
        return f"({of} {sign} {length})"

    return moved


_UNITS: Final = (
    ("Years", "P{}Y", 1), ("Months", "P{}M", 1), ("Weeks", "P{}D", 7), ("Days", "P{}D", 1),
    ("Hours", "PT{}H", 1), ("Minutes", "PT{}M", 1), ("Seconds", "PT{}S", 1),
)  # fmt: skip
_ONLY_ROW: Final = "(if count({x}) = 1 then {x}[1] else null)"
_ONLY_ENTRY: Final = (
    "(for entries in [get entries((if count({x}) = 1 then {x}[1] else {{}}))] "
    "return if count(entries) = 1 then entries[1].value else null)[1]"
)

GETTERS: Final[Mapping[str, Call]] = {
    "singleResult": _form(_ONLY_ROW),
    "singleEntry": _form(_ONLY_ENTRY),
    "firstResult": _form("{x}[1]"),
    "resultList": _same,
}
"""What the result of a decision is asked for, by the names of its properties."""

METHODS: Final[Mapping[tuple[str, int], Call]] = {
    **{
        (f"{way}{name}", 1): _later(unit, sign, times)
        for name, unit, times in _UNITS
        for way, sign in (("plus", "+"), ("minus", "-"))
    },
    **{(f"get{name[0].upper()}{name[1:]}", 0): call for name, call in GETTERS.items()},
    **{
        (name, 0): _same
        for name in (
            "value", "stringValue", "numberValue", "boolValue", "element", "elements", "toDate",
            "getEntryMap", "booleanValue", "intValue", "longValue", "doubleValue",
        )
    },
    ("equals", 1): _equals,
    ("equalsIgnoreCase", 1): _form("(lower case({x}) = lower case({a}))"),
    ("size", 0): _form("count({x})"),
    ("length", 0): _form("string length({x})"),
    ("isEmpty", 0): _form('list contains([null, "", [], {{}}], {x})'),
    ("isBlank", 0): _form("is blank({x})"),
    ("isNull", 0): _form("({x} = null)"),
    ("contains", 1): _form(
        "(if {x} instance of string then contains({x}, {a}) else list contains({x}, {a}))"
    ),
    ("containsKey", 1): _form("list contains(get entries({x}).key, {a})"),
    ("hasProp", 1): _form("list contains(get entries({x}).key, {a})"),
    ("keySet", 0): _form("get entries({x}).key"),
    ("values", 0): _form("get entries({x}).value"),
    ("startsWith", 1): _form("starts with({x}, {a})"),
    ("endsWith", 1): _form("ends with({x}, {a})"),
    ("toLowerCase", 0): _form("lower case({x})"),
    ("toUpperCase", 0): _form("upper case({x})"),
    ("trim", 0): _form("trim({x})"),
    ("toString", 0): _form("string({x})"),
    ("substring", 1): _form("substring({x}, ({a}) + 1)"),
    ("substring", 2): _form("substring({x}, ({a}) + 1, ({b}) - ({a}))"),
    ("getFirstEntry", 0): _form("get entries({x})[1].value"),
    ("get", 1): _item,
    ("getEntry", 1): _item,
    ("prop", 1): _item,
    ("collectEntries", 1): _item,
    ("jsonPath", 1): _json_path,
}  # fmt: skip
"""Methods by name and number of arguments."""

FUNCTIONS: Final[Mapping[tuple[str, int], Callable[[tuple[Argument, ...]], str]]] = {
    ("now", 0): lambda _: "now()",
    ("dateTime", 0): lambda _: "now()",
    ("S", 1): lambda arguments: _operand(arguments[0]),
    ("S", 2): lambda arguments: _operand(arguments[0]),
    ("JSON", 1): lambda arguments: _operand(arguments[0]),
}
"""Functions that Camunda 7 and Spin add, by name and number of arguments."""

SCOPES: Final = frozenset({"execution", "task", "variableScope", "delegateTask", "caseExecution"})
"""What a variable may be asked of."""
SCOPE_METHODS: Final[Mapping[tuple[str, int], str]] = {
    ("getVariable", 1): "{}",
    ("getVariableLocal", 1): "{}",
    ("hasVariable", 1): "({} != null)",
}
BUSINESS_KEY: Final = "businessKey"
"""The variable that holds what Camunda 7 keeps beside the variables."""
SCOPE_PROPERTIES: Final = frozenset({
    "businessKey", "processBusinessKey", "getBusinessKey", "getProcessBusinessKey",
})  # fmt: skip
"""What an execution is asked for that is this variable here."""
"""What it may be asked, and the FEEL of it."""


def instead_of(of: str, name: str, arguments: int) -> str:
    """What to write where a method has no counterpart; of a getter that is its property."""
    for prefix in ("get", "is"):
        if arguments == 0 and name.startswith(prefix) and name[len(prefix) :][:1].isupper():
            bare = name[len(prefix) :]
            return f"`{of}.{bare[0].lower()}{bare[1:]}` in FEEL, or a job worker"
    return "an expression in FEEL, a job worker, or a variable that already holds the result"

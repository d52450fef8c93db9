"""Functions of Java, by Python twins (DMN 1.5, 10.3.2.13.3): a list of what may be called, no way around.

A model names a class and a method signature. Nothing is loaded or looked up by that name: it is a key of
`TWINS`, or the call is null. Arguments are brought to the kinds of the signature's parameters; what does not
fit or has no result is null with a warning.
"""

import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from counterflow.feel import numbers
from counterflow.feel.builtins.registry import pay_for
from counterflow.feel.java_format import NoJavaResult, java_format
from counterflow.feel.run import Run, Value
from counterflow.feel.values import KINDS, Function, text

Twin = Callable[..., Any]

_SIGNATURE: Final = re.compile(r"\s*(\w+)\s*\(([^()]*)\)\s*")
_SIGNATURE_LENGTH: Final = 1_000
_CALL_FUEL: Final = 8
_WHOLE_BITS: Final = {"byte": 8, "short": 16, "int": 32, "long": 64}
_BOXED: Final = {
    "Byte": "byte",
    "Short": "short",
    "Integer": "int",
    "Long": "long",
    "Float": "float",
    "Double": "double",
}


# Methods


def _parsed(kind: str) -> Twin:
    bits = _WHOLE_BITS[kind]

    def parse(digits: str) -> int:
        value = int(digits) if re.fullmatch(r"[+-]?\d{1,20}", digits, re.ASCII) else None
        if value is None or not -(1 << bits - 1) <= value < 1 << bits - 1:
            raise NoJavaResult(f"expected a whole number of {bits} bits, found {digits[:40]!r}")
        return value

    return parse


def _rounded(value: float) -> int:
    return math.floor(value + 0.5)


_ONE_NUMBER: Final[dict[str, Twin]] = {
    "sin": math.sin, "cos": math.cos, "tan": math.tan, "asin": math.asin,
    "acos": math.acos, "atan": math.atan,
    "sinh": math.sinh, "cosh": math.cosh, "tanh": math.tanh, "exp": math.exp, "expm1": math.expm1,
    "log": math.log, "log10": math.log10, "log1p": math.log1p, "sqrt": math.sqrt,
    "cbrt": lambda value: math.copysign(abs(value) ** (1 / 3), value),
    "ceil": lambda value: float(math.ceil(value)), "floor": lambda value: float(math.floor(value)),
    "rint": lambda value: float(round(value)),
    "signum": lambda value: math.copysign(1.0, value) if value else 0.0,
    "toRadians": math.radians, "toDegrees": math.degrees,
}  # fmt: skip
_TWO_NUMBERS: Final[dict[str, Twin]] = {"pow": math.pow, "atan2": math.atan2, "hypot": math.hypot}
_NUMERIC: Final = ("int", "long", "float", "double")


def _math() -> dict[tuple[str, str, tuple[str, ...]], Twin]:
    twins: dict[tuple[str, str, tuple[str, ...]], Twin] = {}
    for name, twin in _ONE_NUMBER.items():
        twins["java.lang.Math", name, ("double",)] = twin
    for name, twin in _TWO_NUMBERS.items():
        twins["java.lang.Math", name, ("double", "double")] = twin
    for kind in _NUMERIC:
        twins["java.lang.Math", "max", (kind, kind)] = max
        twins["java.lang.Math", "min", (kind, kind)] = min
        twins["java.lang.Math", "abs", (kind,)] = abs
    for kind in ("float", "double"):
        twins["java.lang.Math", "round", (kind,)] = _rounded
    return twins


def _boxes() -> dict[tuple[str, str, tuple[str, ...]], Twin]:
    twins: dict[tuple[str, str, tuple[str, ...]], Twin] = {}
    for boxed, kind in _BOXED.items():
        name = f"java.lang.{boxed}"
        parse: Twin = _parsed(kind) if kind in _WHOLE_BITS else float
        twins[name, "valueOf", ("String",)] = parse
        twins[name, f"parse{'Int' if boxed == 'Integer' else boxed}", ("String",)] = parse
        twins[name, "valueOf", (kind,)] = lambda value: value
        twins[name, "toString", (kind,)] = str
        twins["java.lang.String", "valueOf", (kind,)] = str
    return twins


TWINS: Final[dict[tuple[str, str, tuple[str, ...]], Twin]] = {
    **_math(),
    **_boxes(),
    ("java.lang.Boolean", "valueOf", ("String",)): lambda word: word.lower() == "true",
    ("java.lang.Boolean", "parseBoolean", ("String",)): lambda word: word.lower() == "true",
    ("java.lang.Boolean", "valueOf", ("boolean",)): lambda value: value,
    ("java.lang.Boolean", "toString", ("boolean",)): lambda value: "true" if value else "false",
    ("java.lang.String", "valueOf", ("boolean",)): lambda value: "true" if value else "false",
    ("java.lang.String", "valueOf", ("Object",)): lambda value: value,
    **{(f"java.lang.{kind}", "valueOf", ("char",)): lambda value: value for kind in ("String", "Character")},
    ("java.lang.String", "format", ("String", "Object...")): java_format,
}
"""Class, method and kinds of the parameters, each without its package."""


# Arguments


def _whole(value: Value) -> int:
    whole = numbers.as_int(value)
    if whole is None or type(value) is bool or abs(whole) >= numbers.BOUND:
        raise NoJavaResult("expected a whole number")
    return whole


def _float(value: Value) -> float:
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        raise NoJavaResult("expected a number")
    return float(value)


def _of_type(kind: type) -> Callable[[Value], Any]:
    def admit(value: Value) -> Any:
        if not isinstance(value, kind):
            raise NoJavaResult(f"expected a {KINDS[kind]}")
        return value

    return admit


def _character(value: Value) -> str:
    if not isinstance(value, str) or len(value) != 1:
        raise NoJavaResult("expected one character")
    return value


_ADMIT: Final[dict[str, Callable[[Value], Any]]] = {
    **dict.fromkeys(("byte", "short", "int", "long"), _whole),
    **dict.fromkeys(("float", "double"), _float),
    "boolean": _of_type(bool),
    "String": _of_type(str),
    "char": _character,
    "Object": lambda value: value,
}


def _kinds(parameters: str) -> tuple[str, ...]:
    return tuple(_parameter_kind(part.strip()) for part in parameters.split(",") if part.strip())


def _parameter_kind(written: str) -> str:
    """`[Ljava.lang.Object;`, `java.lang.Object[]` and `Object...` are one."""
    several = written.startswith("[L") or written.endswith(("[]", "..."))
    name = (
        written.removeprefix("[L").removesuffix(";").removesuffix("[]").removesuffix("...").rpartition(".")[2]
    )
    return f"{name}..." if several else _BOXED.get(name, name)


# Functions


def function(run: Run, mapping: Value, parameters: tuple[str, ...]) -> Value:
    """The function that `{class: ..., method signature: ...}` names; null, with a warning, if none is known.

    `parameters` are those of the FEEL function.
    """
    described = mapping.get("java", mapping) if isinstance(mapping, dict) else None
    method = _method(described) if isinstance(described, dict) else None
    if method is None:
        return run.warn(
            "not a function",
            "an external function names a class and a method of Java that are known here; these are not",
        )
    twin, kinds = method
    several = bool(kinds) and kinds[-1].endswith("...")
    if len(parameters) != len(kinds) and not (several and len(parameters) >= len(kinds) - 1):
        return run.warn(
            "wrong argument",
            f"the external method takes {len(kinds)} arguments; the function has {len(parameters)}",
        )
    return Function("", parameters, lambda run, arguments: _call(run, twin, kinds, arguments))


def _method(mapping: dict[str, Value]) -> tuple[Twin, tuple[str, ...]] | None:
    written, name = mapping.get("method signature"), mapping.get("class")
    if not isinstance(written, str) or not isinstance(name, str) or len(written) > _SIGNATURE_LENGTH:
        return None
    signature = _SIGNATURE.fullmatch(written)
    if signature is None:
        return None
    kinds = _kinds(signature.group(2))
    twin = TWINS.get((name, signature.group(1), kinds))
    return None if twin is None else (twin, kinds)


def _call(run: Run, twin: Twin, kinds: tuple[str, ...], arguments: list[Value]) -> Value:
    run.spend(_CALL_FUEL)
    pay_for(run, arguments)
    try:
        return _result(run, twin(*_admitted(run, kinds, arguments)))
    except NoJavaResult as why:
        return run.warn("wrong value", f"the external function has no result: {why}")
    except (ArithmeticError, ValueError):
        return run.warn("wrong value", "the external function has no result for these arguments")


def _admitted(run: Run, kinds: tuple[str, ...], arguments: list[Value]) -> list[Any]:
    if not kinds or not kinds[-1].endswith("..."):
        if len(arguments) != len(kinds):
            raise NoJavaResult(f"expected {len(kinds)} arguments")
        return [
            _shown(run, kind, _ADMIT[kind](argument)) for kind, argument in zip(kinds, arguments, strict=True)
        ]
    fixed = len(kinds) - 1
    rest = arguments[fixed:]
    items = rest[0] if len(rest) == 1 and isinstance(rest[0], list) else rest
    return [
        run,
        *(_ADMIT[kind](argument) for kind, argument in zip(kinds[:fixed], arguments, strict=False)),
        items,
    ]


def _shown(run: Run, kind: str, value: Any) -> Any:
    return text(run, value) if kind == "Object" else value


def _result(run: Run, result: Any) -> Value:
    if isinstance(result, float):
        if not math.isfinite(result):
            raise NoJavaResult("it would be infinite, or no number")
        number = numbers.read(repr(result))
        return None if number is None else numbers.whole(number)
    return run.text(result) if isinstance(result, str) else result

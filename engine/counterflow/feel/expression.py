"""Compiled expressions: what the rest of the engine holds of FEEL."""

from collections.abc import Iterable
from typing import Final

import msgspec
from msgspec.structs import replace

from counterflow.feel import compiler, parser
from counterflow.feel.compiler import Compiled
from counterflow.feel.errors import FeelFailure, FeelWarning
from counterflow.feel.names import Vocabulary
from counterflow.feel.run import Limits, Local, Run, Value, Variables
from counterflow.feel.sizes import check_size

DEFAULT_LIMITS: Final = Limits()


class Evaluation(msgspec.Struct, frozen=True):
    """The answer, and what it took. `failure` is set if the evaluation was stopped; `value` is then None."""

    value: Value
    warnings: tuple[FeelWarning, ...] = ()
    failure: FeelFailure | None = None
    fuel_used: int = 0


class Expression:
    """Compiled once, evaluated many times, from any thread; `names` are all variables that it may read."""

    __slots__ = ("_code", "_decoders", "_limits", "_written", "names", "text")

    def __init__(self, text: str, compiled: Compiled, limits: Limits, written: str | None = None) -> None:
        self.text = text
        self._written = written
        self.names = compiled.names
        self._code = compiled.code
        self._decoders = compiled.decoders
        self._limits = limits

    @property
    def written(self) -> str:
        """What a person has written: the text behind a `=`, or what this was translated from."""
        return f"={self.text}" if self._written is None else self._written

    def evaluate(
        self, context: Variables, now_ms: int = 0, seed: str = "", fuel: int | None = None
    ) -> Evaluation:
        """The value of the expression, with its warnings; never raises on account of text or data.

        `context` gives variables by `.get(name, default)`, as values or as `msgspec.Raw` JSON; `now_ms` is
        the time of now(), in epoch milliseconds. The same `seed` at the same time draws the same from uuid()
        and random number(); without one they are new each time. `fuel` is what the caller has left for it,
        where that may be less than the limit.
        """
        return self._run(context, now_ms, (), seed, fuel)

    def _run(
        self, context: Variables, now_ms: int, local: Local, seed: str, fuel: int | None = None
    ) -> Evaluation:
        limits = self._limits
        if fuel is not None and fuel < limits.fuel:
            limits = replace(limits, fuel=fuel)
        run = Run(context, now_ms, limits, limits.fuel, self._decoders, seed)
        try:
            value = self._code(run, local)
            if type(value) in _GROWING:
                check_size(run, value)
        except FeelFailure as failure:
            return Evaluation(None, tuple(run.warned), failure, run.fuel_used)
        except RecursionError:
            too_deep = FeelFailure(
                "nesting", "the expression or a value in it nests deeper than this machine's stack"
            )
            return Evaluation(None, tuple(run.warned), too_deep, run.fuel_used)
        return Evaluation(value, tuple(run.warned), None, limits.fuel - run.fuel)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.text!r})"


class UnaryTests(Expression):
    """The compiled input cell of a decision table."""

    __slots__ = ()

    def test(self, value: Value, context: Variables, now_ms: int = 0, seed: str = "") -> Evaluation:
        """Whether a value passes: True, False, or None with warnings.

        The other arguments are those of `evaluate`.
        """
        return self._run(context, now_ms, (value,), seed)


_GROWING: Final = frozenset({list, dict, str})


def compile(  # noqa: A001  # it is read as feel.compile
    text: str,
    *,
    names: Iterable[str] = (),
    entries: Iterable[str] = (),
    limits: Limits = DEFAULT_LIMITS,
    written: str | None = None,
) -> Expression:
    """Compile an expression, given without a leading `=`. Raises FeelSyntaxError.

    `names` are variables that are known to exist; only those may contain spaces or operators without
    backticks, and they hide built-ins of the same name. `entries` are names that contexts may hold, such as
    those of their types: `person.full name`. `written` is what the text was translated from, for people.
    """
    given = frozenset(names)
    root = parser.parse(text, Vocabulary.of(given, entries), limits.nesting)
    return Expression(text, compiler.compile_tree(root, text, given, limits.nesting), limits, written)


def compile_unary_tests(
    text: str, *, names: Iterable[str] = (), limits: Limits = DEFAULT_LIMITS
) -> UnaryTests:
    """Compile the tests of an input cell, such as `> 5, [1..3]` or `-`. Raises FeelSyntaxError."""
    given = frozenset(names)
    root = parser.parse_unary_tests(text, Vocabulary.of(given), limits.nesting)
    return UnaryTests(text, compiler.compile_tests(root, text, given, limits.nesting), limits)

"""Expressions of the model: as an element sees its variables, at the command's time, on its fuel.

Whoever needs a value of some kind asks one of the readers (`text`, `whole`, `boolean`, `json`): they give it,
or raise `Held` with what was expected and what was found.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeGuard

import msgspec

from counterflow import feel
from counterflow.feel import Expression
from counterflow.feel.errors import MissingVariable
from counterflow.feel.numbers import as_int
from counterflow.feel.values import a_kind
from counterflow.kernel.data.output_collections import being_built
from counterflow.kernel.data.scopes import Document
from counterflow.kernel.rows import Repetition
from counterflow.kernel.work.budget import BYTES_PER_FUEL, EVALUATION_FUEL
from counterflow.kernel.work.held import SET_VARIABLES, Held, IncidentType
from counterflow.kernel.work.step import Course, Step, Token

SHOWN = 100
"""Characters of a value that an incident shows."""
QUOTED = 1_000
"""Characters of an expression that an incident quotes."""
_NOTHING: Document = {}


class ScopeView:
    """Variables as an expression at some element sees them: nearest scope first. What FEEL asks for names.

    `over` is seen before every scope: what earlier mappings of the same element have made.
    """

    __slots__ = ("_course", "_instance", "_over", "_scope_key")

    def __init__(self, course: Course, scope_key: int, over: Document) -> None:
        self._course = course
        self._instance = course.instance
        self._scope_key = scope_key
        self._over = over

    def get(self, name: str, default: Any = None) -> Any:
        """The variable's JSON text, to be decoded by who needs it; `default` if no scope has it."""
        value = self._over[name] if name in self._over else self._look_up(name)
        if value is None:
            return default
        return msgspec.Raw(value)

    def _look_up(self, name: str) -> bytes | None:
        instance, key = self._instance, self._scope_key
        gathering = instance.rows[Repetition]
        while key:
            scope = instance.variables.get(key)
            if scope is not None and name in scope:
                return scope[name]
            element = instance.elements.get(key)
            if element is None:
                return None
            if key in gathering and (value := being_built(self._course, element, name)) is not None:
                return value
            key = element.scope_key
        return None


def evaluate(
    course: Course, scope_key: int, expression: Expression, over: Document = _NOTHING
) -> feel.Evaluation:
    """An expression as seen from a scope; `over` hides what the scopes have."""
    return evaluate_in(course.step, ScopeView(course, scope_key, over), expression)


def evaluate_in(step: Step, context: feel.Variables, expression: Expression) -> feel.Evaluation:
    """An expression at the time of the command, on what the command has left of its fuel."""
    left = step.budget.fuel_left
    if left <= 0:
        return feel.Evaluation(None, (), budget_spent(step))
    evaluation = expression.evaluate(context, step.now_ms, step.new_seed(), left)
    step.budget.fuel_left -= EVALUATION_FUEL + evaluation.fuel_used + len(expression.text) // BYTES_PER_FUEL
    if evaluation.failure is not None and evaluation.failure.kind == "fuel" and evaluation.fuel_used >= left:
        return feel.Evaluation(None, evaluation.warnings, budget_spent(step), evaluation.fuel_used)
    return evaluation


def budget_spent(step: Step) -> feel.FeelFailure:
    """Why a command stops evaluating: one more would keep everybody else waiting."""
    return feel.FeelFailure(
        "fuel",
        f"the expressions and decisions of this one command have spent its budget of {step.limits.fuel} "
        "steps (a new command, such as resolving this incident, has a new one; to need less, let fewer "
        "instances begin at once, or let them compute less)",
    )


def not_handed_on(step: Step, what: str) -> str:
    """Why a command that has no fuel left hands no variables on; `what` says what it wanted."""
    return f"Expected to {what}, but {budget_spent(step)}"


def shown(evaluation: feel.Evaluation) -> str:
    """What an evaluation has given in place of what was expected, in words."""
    if evaluation.failure is not None:
        return str(evaluation.failure)
    if evaluation.value is None:
        because = "; ".join(str(warning) for warning in evaluation.warnings)
        return f"it is null ({because})" if because else "it is null"
    try:
        return f"it is {feel.excerpt(evaluation.value, SHOWN)}"
    except MissingVariable as error:
        return str(error)
    except feel.FeelValueError:
        return f"it is {a_kind(evaluation.value)}"


# -- readers -------------------------------------------------------------------------------------------------


def text(
    token: Token, source: str | Expression, what: str, expected: str = "a non-empty string", of: str = ""
) -> str:
    """A text of the model, or the one that an expression gives. Raises `Held`.

    `what` it is for, in words; `of` says whose it is, where that is not the element.
    """
    if isinstance(source, str):
        return source
    evaluation = evaluate(token, token.key, source)
    value = evaluation.value
    if isinstance(value, str) and value:
        return value
    raise unfit(what, source, of or f"'{token.node.id}'", expected, evaluation)


def label(token: Token, source: str | Expression, expected: str) -> str:
    """A text, or a number as one: labels of versions may look like numbers. Raises `Held`."""
    if isinstance(source, str):
        return source
    given = evaluate(token, token.key, source)
    value = given.value
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise unfit("", source, f"'{token.node.id}'", expected, given)


def whole(token: Token, source: int | Expression, what: str, most: int) -> int:
    """A number of the model, or the one from 1 to `most` that an expression gives. Raises `Held`."""
    if isinstance(source, int):
        return source
    evaluation = evaluate(token, token.key, source)
    value = evaluation.value
    if is_whole(value) and 1 <= value <= most:
        return int(value)
    raise unfit(what, source, f"'{token.node.id}'", f"a whole number from 1 to {most}", evaluation)


def boolean(token: Token, condition: Expression, what: str, of: str = "", over: Document = _NOTHING) -> bool:
    """Whether a condition holds. `of` says whose it is, where that is not the element. Raises `Held`."""
    evaluation = evaluate(token, token.key, condition, over)
    if isinstance(evaluation.value, bool):
        return evaluation.value
    raise unfit(what, condition, of or f"'{token.node.id}'", "true or false", evaluation)


def json(
    course: Course, scope_key: int, expression: Expression, what: str, over: Document = _NOTHING
) -> bytes:
    """The value of an expression as JSON text; `what` is it for, in words. Raises `Held`."""
    evaluation = evaluate(course, scope_key, expression, over)
    failure: object = evaluation.failure
    value = b""
    if failure is None:
        try:
            value = feel.to_json(evaluation.value)
        except feel.FeelValueError as error:
            failure = error
    if failure is not None:
        raise Held(
            IncidentType.EXTRACT_VALUE_ERROR,
            f"Expected '{written(expression)}' to give a value for {what}, but {failure}",
            remedy=SET_VARIABLES,
        )
    course.step.budget.pay_for(len(value))
    return value


def written(expression: Expression) -> str:
    """An expression as a message quotes it."""
    return _cut(expression.written)


def in_feel(expression: Expression) -> str:
    """An expression as it is evaluated, whatever it was written in; the beginning of a very long one."""
    return _cut(expression.text)


def _cut(text: str) -> str:
    return text if len(text) <= QUOTED else f"{text[:QUOTED]}…"


def is_whole(value: feel.Value) -> TypeGuard[int | Decimal]:
    """Whether a value is a whole number."""
    return not isinstance(value, bool) and as_int(value) is not None


def unfit(what: str, expression: Expression, of: str, expected: str, evaluation: feel.Evaluation) -> Held:
    """An expression of `of` gives another value than the expected one."""
    return Held(
        IncidentType.EXTRACT_VALUE_ERROR,
        f"Expected {what}{' ' if what else ''}'{written(expression)}' of {of} to be {expected}, but "
        f"{shown(evaluation)}",
        remedy=SET_VARIABLES,
    )

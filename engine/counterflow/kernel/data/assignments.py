"""Who is to do one user task, and until when: what its definition says, as the task sees its variables.

A value must be what its name promises, as in Zeebe: nobody's task must not become everybody's because a
variable was missing. Lenient definitions (those of Camunda 7, and of no vendor) may say so on purpose.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeVar

import msgspec

from counterflow import feel
from counterflow.feel import Expression
from counterflow.feel.temporal import DateTime
from counterflow.kernel.data import evaluation
from counterflow.kernel.work.held import SET_VARIABLES, Held, IncidentType
from counterflow.kernel.work.step import Token
from counterflow.model import timer_texts
from counterflow.model.graph import UserTaskDefinition

CANDIDATES = 1_000
"""How many groups, and how many users, one task is offered to; each of them has a row."""
NAME_LENGTH = 1_000
"""Characters of the name of a user or a group, and of what an action is called."""

Kind = TypeVar("Kind")
_TEXT, _TEXTS, _MOMENT = "a text", "a list of texts", "a date and time"


class Assignment(NamedTuple):
    """What a user task begins with."""

    assignee: str
    candidate_groups: tuple[str, ...]
    candidate_users: tuple[str, ...]
    due_date: str
    follow_up_date: str
    priority: int


def compute(token: Token, definition: UserTaskDefinition) -> Assignment:
    """The assignment of a task that begins. Raises `Held` where an expression gives something else."""
    lenient = definition.is_lenient
    return Assignment(
        _assignee(token, definition.assignee, is_optional=lenient),
        _names(token, definition.candidate_groups, "the candidate groups", is_lenient=lenient),
        _names(token, definition.candidate_users, "the candidate users", is_lenient=lenient),
        _date(token, definition.due_date, "the due date", is_lenient=lenient),
        _date(token, definition.follow_up_date, "the follow-up date", is_lenient=lenient),
        _priority(token, definition),
    )


def is_too_long(name: str) -> bool:
    """Whether nobody may be called so."""
    return len(name) > NAME_LENGTH


def text(token: Token, source: str | Expression, what: str, *, is_optional: bool) -> str:
    """A text of the model, or the one that an expression gives: empty where that may be null, and is. Raises
    `Held`.
    """
    if isinstance(source, str):
        return source
    value = _json(token, source, what)
    if value == b"null" and is_optional:
        return ""
    return _decoded(token, source, value, str, what, _TEXT)


def _assignee(token: Token, source: str | Expression, *, is_optional: bool) -> str:
    name = text(token, source, "the assignee", is_optional=is_optional)
    _refuse_long(token, "the assignee", (name,))
    return name


def _names(
    token: Token, sources: Iterable[str | Expression], what: str, *, is_lenient: bool
) -> tuple[str, ...]:
    names_met: dict[str, None] = {}
    for source in sources:
        names = [source] if isinstance(source, str) else _given_names(token, source, what, is_lenient)
        names_met |= dict.fromkeys(names)
    if len(names_met) > CANDIDATES:
        raise _beyond(token, what, f"at most {CANDIDATES}", f"they are {len(names_met)}")
    _refuse_long(token, what, names_met)
    return tuple(names_met)


def _given_names(token: Token, source: Expression, what: str, is_lenient: bool) -> list[str]:
    value = _json(token, source, what)
    if is_lenient and value == b"null":
        return []
    if is_lenient and value.startswith(b'"'):
        given: str = msgspec.json.decode(value)
        return [name.strip() for name in given.split(",") if name.strip()]
    return _decoded(token, source, value, list[str], what, _TEXTS)


def _date(token: Token, source: str | Expression, what: str, *, is_lenient: bool) -> str:
    """As it was given. Camunda 7 counts a duration from the moment at which the task begins."""
    if isinstance(source, str):
        given = source
    else:
        value = _json(token, source, what)
        given = "" if value == b"null" else _decoded(token, source, value, str, what, _MOMENT)
    if not given or timer_texts.moment(given) is not None:
        return given
    later = timer_texts.interval(given) if is_lenient else None
    moment_ms = later.after(token.step.now_ms) if later is not None else None
    if moment_ms is None:
        raise _unfit(token, source, what, _MOMENT)
    return str(msgspec.json.decode(feel.to_json(DateTime.of_epoch_ms(moment_ms))))


def _priority(token: Token, definition: UserTaskDefinition) -> int:
    source = definition.priority
    if isinstance(source, int):
        return source
    least, most = definition.priorities
    value = evaluation.evaluate(token, token.key, source).value
    if evaluation.is_whole(value) and least <= value <= most:
        return int(value)
    raise _unfit(token, source, "the priority", f"a whole number from {least} to {most}")


def _refuse_long(token: Token, what: str, names: Iterable[str]) -> None:
    for name in names:
        if is_too_long(name):
            expected = f"named with at most {NAME_LENGTH} characters"
            raise _beyond(token, what, expected, f"a name has {len(name)}")


def _beyond(token: Token, what: str, expected: str, given: str) -> Held:
    return Held(
        IncidentType.EXTRACT_VALUE_ERROR,
        f"Expected {what} of '{token.node.id}' to be {expected}, but {given}",
        remedy=SET_VARIABLES,
    )


def _json(token: Token, source: Expression, what: str) -> bytes:
    return evaluation.json(token, token.key, source, what)


def _decoded(
    token: Token, source: Expression, value: bytes, kind: type[Kind], what: str, expected: str
) -> Kind:
    try:
        return msgspec.json.decode(value, type=kind)
    except msgspec.ValidationError:
        raise _unfit(token, source, what, expected) from None


def _unfit(token: Token, source: str | Expression, what: str, expected: str) -> Held:
    if isinstance(source, Expression):
        instead = evaluation.shown(evaluation.evaluate(token, token.key, source))
        written = evaluation.written(source)
    else:
        written, instead = source, "it is not"
    return Held(
        IncidentType.EXTRACT_VALUE_ERROR,
        f"Expected '{written}' to give {expected} for {what} of '{token.node.id}', but {instead}",
        remedy=SET_VARIABLES,
    )

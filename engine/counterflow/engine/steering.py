"""The verbs that begin a process instance and change it by hand, with their words. In these a program says
how.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from counterflow.engine.footing import Footing
from counterflow.engine.results import (
    document,
    element_ids,
    key_or_name,
    mistake,
    sensible,
    text,
    texts,
    version_wanted,
    whole,
    whole_key,
)
from counterflow.kernel.lives.modification_instructions import (
    ActivateInstruction,
    ActivationKind,
    AncestorScope,
    MoveInstruction,
    TerminateInstruction,
    VariableInstruction,
)
from counterflow.service.modifications import modification
from counterflow.service.requests import creation

Word = TypeVar("Word", bound=StrEnum)
Variables = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Activate:
    """A token begins at an element, with `variables` of the process instance and `local` ones of its own.

    `ancestor` is the key of the scope around it to choose where there are several; what lies between is made
    anew. `kind` is before, after (a token goes along the flows that lead away from it) or inside (at the
    start in a scope).
    """

    element: str
    ancestor: int = 0
    kind: str = "before"
    variables: Variables | None = None
    local: Variables | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """Tokens end at a source (a key, or all of an element) and as many begin at a target.

    They go on `within` the scope that is inferred (the nearest around both), the sourceParent, or a direct
    one, the `ancestor`.
    """

    source: int | str
    target: str
    within: str = "inferred"
    ancestor: int = 0
    variables: Variables | None = None
    local: Variables | None = None


class Steering(Footing):
    """What an engine does to instances: it begins them, and changes what runs."""

    async def start(
        self,
        process_id: str,
        variables: Variables | None = None,
        version: int = -1,
        *,
        at: Sequence[str] = (),
        tags: Sequence[str] = (),
        business_id: str | None = None,
        ends_after: Sequence[str] = (),
    ) -> int:
        """Begin an instance of a version (-1: the latest), at its none start or these elements. Answers its
        key.

        Its jobs carry the `tags`; it is terminated after an element of `ends_after`.
        """
        command = sensible(
            creation,
            process_id=text(process_id, "the id of a process"),
            version=version_wanted(version),
            definition_key=0,
            start_at=element_ids(at),
            variables=document(variables),
            tags=texts(tags, "tags"),
            business_id=None if business_id is None else text(business_id, "a business id"),
            ends_after=element_ids(ends_after),
        )
        key: int = (await self._carry_out(command)).key
        return key

    async def modify(
        self,
        process_instance_key: int,
        *,
        activate: Sequence[str | Activate] = (),
        terminate: Sequence[int | str] = (),
        move: Mapping[int | str, str] | Sequence[Move] = (),
    ) -> None:
        """End tokens of a running instance, begin others, move them: all of it, or nothing. Those that end
        are told by key, or are all of an element.
        """
        moves = (
            [Move(*one) for one in move.items()]
            if isinstance(move, Mapping)
            else list(_several(move, "moves"))
        )
        command = sensible(
            modification,
            whole_key(process_instance_key),
            [_begun(one) for one in _several(activate, "elements to activate")],
            [_ended(one) for one in _several(terminate, "what to terminate")],
            [_moved(one) for one in moves],
        )
        await self._carry_out(command)


def _several(given: Sequence[Any], what: str) -> Sequence[Any]:
    if isinstance(given, str | bytes) or not isinstance(given, Sequence):
        raise TypeError(f'Expected {what} as a list, as in ["ship-goods"], but found {given!r}')
    return given


def _begun(given: str | Activate) -> ActivateInstruction:
    wish = Activate(given) if isinstance(given, str) else given
    if not isinstance(wish, Activate):
        raise TypeError(f"Expected the id of an element to activate, or an Activate, but found {given!r}")
    element = text(wish.element, "the id of an element to activate")
    ancestor = whole(wish.ancestor, "the key of an ancestor")
    given_variables = _variables(element, wish.variables, wish.local)
    return ActivateInstruction(element, ancestor, given_variables, _word(ActivationKind, wish.kind, "kind"))


def _ended(given: int | str) -> TerminateInstruction:
    named = key_or_name(given, "what to terminate")
    return TerminateInstruction(element_id=named) if isinstance(named, str) else TerminateInstruction(named)


def _moved(given: object) -> MoveInstruction:
    if not isinstance(given, Move):
        raise TypeError(f"Expected moves by source and target, or each as a Move, but found {given!r}")
    named, target = (
        key_or_name(given.source, "the source of a move"),
        text(given.target, "the target of a move"),
    )
    source_id, source_key = (named, 0) if isinstance(named, str) else ("", named)
    within = _word(AncestorScope, given.within, "within")
    ancestor = whole(given.ancestor, "the key of an ancestor")
    variables = _variables(target, given.variables, given.local)
    return MoveInstruction(target, source_id, source_key, within, ancestor, variables)


def _variables(
    element: str, given: Variables | None, local: Variables | None
) -> tuple[VariableInstruction, ...]:
    wishes = (VariableInstruction(document(given)), VariableInstruction(document(local), element))
    return tuple(wish for wish in wishes if wish.variables)


def _word(kind: type[Word], given: str, what: str) -> Word:
    try:
        return kind(given)
    except ValueError:
        raise mistake(f"Expected {what} to be one of {', '.join(kind)}, but found {given!r}") from None

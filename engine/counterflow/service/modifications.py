"""What a caller wants to be changed in a running process instance, as one command. Pure, as `requests.py`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from counterflow.kernel.lives.modification import ModifyProcessInstance
from counterflow.kernel.lives.modification_instructions import (
    AT_ONCE,
    ActivateInstruction,
    MoveInstruction,
    TerminateInstruction,
    VariableInstruction,
)
from counterflow.service.refusals import Invalid
from counterflow.service.requests import VARIABLES, document


def variable_instructions(
    instructions: Iterable[tuple[str, str]], limit_bytes: int
) -> tuple[VariableInstruction, ...]:
    """Variables (a JSON object) for the scope of an element; of the process instance for an empty id.

    Raises `Invalid`.
    """
    return tuple(
        VariableInstruction(document(text, limit_bytes), scope_id) for scope_id, text in instructions
    )


def modification(
    process_instance_key: int,
    activate: Sequence[ActivateInstruction],
    terminate: Sequence[TerminateInstruction],
    move: Sequence[MoveInstruction] = (),
) -> ModifyProcessInstance:
    """All that is to change in an instance at once. Raises `Invalid` for more than one command may change,
    and where an instruction does not say what it is about.
    """
    for what, ids in (("activate", activate), ("terminate", terminate), ("move", move)):
        if len(ids) > AT_ONCE:
            raise Invalid(
                f"Expected at most {AT_ONCE} {what} instructions, but found {len(ids)}; modify the "
                "instance several "
                "times"
            )
    given = (*(begun.variables for begun in activate), *(moved.variables for moved in move))
    count = sum(len(wish.variables) for wishes in given for wish in wishes)
    if count > VARIABLES:
        raise Invalid(
            f"Expected at most {VARIABLES} variables in one modification, but found {count}; modify the "
            "instance several "
            "times"
        )
    _refuse_unnamed(terminate, move)
    return ModifyProcessInstance(
        process_instance_key=process_instance_key,
        activate=tuple(activate),
        terminate=tuple(terminate),
        move=tuple(move),
    )


def _refuse_unnamed(terminate: Sequence[TerminateInstruction], move: Sequence[MoveInstruction]) -> None:
    ends = [(wish.element_id, wish.element_instance_key, "terminate") for wish in terminate]
    ends += [(wish.source_id, wish.source_key, "move") for wish in move]
    for element_id, key, what in ends:
        if bool(element_id) == (key > 0):
            given = "both" if element_id else "neither"
            raise Invalid(
                f"Expected a {what} instruction to name an element instance by its key, or an element by its "
                "id, but it "
                f"names {given}"
            )

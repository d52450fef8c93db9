"""What a modification may be asked for, one instruction each: to begin, to end, and to move tokens.

Instructions and their names are Zeebe's (`ModifyProcessInstance`), moves those of its later versions.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

AT_ONCE = 1_000
"""So many instructions one command has at most, and so many tokens it ends or begins. They are carried out in
one go, while others wait.
"""


class ActivationKind(StrEnum):
    """Where at an element a token begins."""

    BEFORE = "before"
    """The element is begun."""
    AFTER = "after"
    """The element is taken as done: a token goes along each flow that leads away from it."""
    INSIDE = "inside"
    """A token begins at the start event of a scope, beside those that are in it already."""


class AncestorScope(StrEnum):
    """In which scope a token goes on that is moved."""

    INFERRED = "inferred"
    """In the nearest scope around the source that the target is in as well."""
    SOURCE_PARENT = "sourceParent"
    """In the very scope that the source is in."""
    DIRECT = "direct"
    """In the scope with a key."""


class VariableInstruction(msgspec.Struct, frozen=True, gc=False):
    """Variables (JSON text by name) for the scope of an element around what begins, or of that itself. They
    are for the process instance where `scope_id` is empty.
    """

    variables: dict[str, bytes]
    scope_id: str = ""


class ActivateInstruction(msgspec.Struct, frozen=True, gc=False):
    """A token begins at an element.

    `ancestor_key` is the scope around it to choose, where there are several; scopes between the two are made
    anew then. Without one (0 or less) scopes that are there are used, and those that are not are made.
    """

    element_id: str
    ancestor_key: int = 0
    variables: tuple[VariableInstruction, ...] = ()
    kind: ActivationKind = ActivationKind.BEFORE


class TerminateInstruction(msgspec.Struct, frozen=True, gc=False):
    """An element instance ends with all that is inside it; or, by `element_id`, all of an element. So do the
    tokens that wait at it where it is a join.
    """

    element_instance_key: int = 0
    element_id: str = ""


class MoveInstruction(msgspec.Struct, frozen=True, gc=False):
    """Tokens end at a source (an element instance, or all of `source_id`) and as many begin at a target."""

    target_id: str
    source_id: str = ""
    source_key: int = 0
    ancestor_scope: AncestorScope = AncestorScope.INFERRED
    ancestor_key: int = 0
    variables: tuple[VariableInstruction, ...] = ()

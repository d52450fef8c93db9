"""What a migration would do to an instance, thing by thing."""

from __future__ import annotations

import msgspec


class ElementMapping(msgspec.Struct, frozen=True):
    """An element of the source, and the one of the target that it becomes."""

    source_element_id: str
    target_element_id: str


class PlannedMove(msgspec.Struct, frozen=True):
    """What becomes of one thing of an instance: `outcome` is `moved`, `closed`, `opened` or `lost`.

    `what` is `job`, `timer`, `message`, `signal`, `condition`, `incident`, `token`, `undo`, or of an element
    instance the type of its element. `key` is 0 of what is still to come, and of tokens at joins;
    `target_element_id` is empty where it goes nowhere.
    """

    what: str
    key: int
    element_id: str
    target_element_id: str
    outcome: str


class MigrationPlan(msgspec.Struct, frozen=True):
    """What bringing an instance to another definition would do; nothing is carried out.

    With `problems` it would be refused, with `losses` as well unless they are accepted: waits that end since
    the target waits for nothing of the kind, and what could no longer be undone. `mappings` say which element
    would become which. `moves` are at most so many as were asked for.
    """

    process_instance_key: int
    target_definition_key: int
    bpmn_process_id: str
    version: int
    target_bpmn_process_id: str
    target_version: int
    problems: list[str]
    losses: list[str]
    mappings: list[ElementMapping]
    moves: list[PlannedMove]
    moves_left_out: int = 0
    is_there: bool = False

"""What bringing an instance to another definition would do. Nothing is carried out.

It is the kernel's own plan, on rows that nobody else sees.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence

from counterflow.kernel.course.beginning import ACTIVE
from counterflow.kernel.lives.active import not_active
from counterflow.kernel.lives.migration import BUSY, in_words
from counterflow.kernel.lives.migration_mapping import correspondence
from counterflow.kernel.lives.migration_pieces import MoveOutcome, Piece, PlannedMigration
from counterflow.kernel.lives.migration_plan import plan_for
from counterflow.kernel.rows import Partition, ProcessDefinition, ProcessInstance
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.shelf import ModelNeeded
from counterflow.kernel.unfinished import Errand, Sweep
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.model.graph import Process
from counterflow.partition.source import StoreSource, read_model
from counterflow.queries.shapes import ElementMapping, MigrationPlan, PlannedMove
from counterflow.store.port import Store

DEFAULT_MOVE_LIMIT = 1_000
REMEMBERED_MODELS = 4

_remembered: OrderedDict[tuple[bytes, str], Process] = OrderedDict()


def migration_plan(
    store: Store,
    process_instance_key: int,
    target_definition_key: int,
    *,
    mappings: Sequence[tuple[str, str]] = (),
    proposes: bool = True,
    move_limit: int = 0,
) -> MigrationPlan:
    """What a migration would do now; at most `move_limit` things are told (0: 1000).

    Raises `Rejection` for an instance that is not active, an unknown definition, mappings that make no sense,
    or a negative limit.
    """
    if move_limit < 0:
        raise Rejection(
            RejectionType.INVALID_ARGUMENT, f"Expected a limit of 0 or more things, but found {move_limit}"
        )
    header = _active(store, process_instance_key)
    source, target = _definition(store, header.definition_key), _definition(store, target_definition_key)
    plan, is_there = PlannedMigration(), source.key == target.key
    if not is_there:
        plan = _plan(store, process_instance_key, (source, target), mappings, proposes=proposes)
    limit = move_limit or DEFAULT_MOVE_LIMIT
    return MigrationPlan(
        process_instance_key=process_instance_key,
        target_definition_key=target.key,
        bpmn_process_id=source.bpmn_process_id,
        version=source.version,
        target_bpmn_process_id=target.bpmn_process_id,
        target_version=target.version,
        problems=list(plan.problems),
        losses=list(dict.fromkeys(map(in_words, plan.ending_as(MoveOutcome.CLOSED, MoveOutcome.LOST)))),
        mappings=list(_mappings(plan)),
        moves=[_move(piece) for piece in plan.pieces[:limit]],
        moves_left_out=max(len(plan.pieces) - limit, 0),
        is_there=is_there,
    )


def _mappings(plan: PlannedMigration) -> Iterator[ElementMapping]:
    targets = {piece.element_id: piece.target_id for piece in plan.pieces if piece.element_id}
    return (ElementMapping(before, after) for before, after in targets.items() if after)


def _move(piece: Piece) -> PlannedMove:
    return PlannedMove(piece.what, piece.key, piece.element_id, piece.target_id, piece.outcome.value)


def _plan(
    store: Store,
    key: int,
    definitions: tuple[ProcessDefinition, ProcessDefinition],
    mappings: Sequence[tuple[str, str]],
    *,
    proposes: bool,
) -> PlannedMigration:
    source, target = (_model(store, definition) for definition in definitions)
    elements = correspondence(source, target, mappings, proposes=proposes)
    instance = State(StoreSource(store), Partition(0, 0, 0)).instance(key)
    plan = PlannedMigration()
    if instance is None:
        return plan
    plan.problems |= dict.fromkeys(_hindrances(store, instance))
    return plan if plan.problems else plan_for(instance, elements)


def _hindrances(store: Store, instance: InstanceState) -> Iterator[str]:
    if instance.quarantine is not None:
        yield f"it is quarantined ({instance.quarantine.reason}); release or cancel it first"
    if instance.rows[Sweep] or store.scan(Errand, {"process_instance_key": instance.key}, limit=1):
        yield BUSY


def _active(store: Store, key: int) -> ProcessInstance:
    header = store.get(ProcessInstance, (key,)) if key > 0 else None
    if header is None or header.state != ACTIVE:
        raise not_active(header, f"migrate process instance '{key}'")
    return header


def _definition(store: Store, key: int) -> ProcessDefinition:
    definition = store.get(ProcessDefinition, (key,)) if key > 0 else None
    if definition is None:
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected to migrate to the process definition with key '{key}', but no such definition was "
            "found; `counterflow definitions` lists those that are",
        )
    return definition


def _model(store: Store, definition: ProcessDefinition) -> Process:
    """A graph is a value that threads may share; a few are kept for the instances that are asked for next."""
    key = (definition.checksum, definition.bpmn_process_id)
    model_read = _remembered.get(key)
    if model_read is None:
        model = read_model(store, ModelNeeded(definition))
        model_read = next(process for process in model.processes if process.id == definition.bpmn_process_id)
        _remembered[key] = model_read
        while len(_remembered) > REMEMBERED_MODELS:
            _remembered.popitem(last=False)
    return model_read

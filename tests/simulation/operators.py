"""Those who steer what runs: they move tokens by hand, bring instances to other versions, hold back and let go."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from counterflow.kernel.lives.migration import MigrateProcessInstance
from counterflow.kernel.lives.migration_mapping import correspondence
from counterflow.kernel.lives.migration_pieces import PlannedMigration
from counterflow.kernel.lives.migration_plan import plan_for
from counterflow.kernel.lives.modification import ModifyProcessInstance
from counterflow.kernel.lives.modification_instructions import (
    ActivateInstruction,
    ActivationKind,
    AncestorScope,
    MoveInstruction,
    TerminateInstruction,
    VariableInstruction,
)
from counterflow.kernel.lives.suspension import (
    ResumeDefinition,
    ResumeInstance,
    ResumeJobType,
    SuspendDefinition,
    SuspendInstance,
    SuspendJobType,
)
from counterflow.kernel.rows import (
    ElementInstance,
    Partition,
    ProcessDefinition,
    ProcessInstance,
)
from counterflow.kernel.state.partition import State
from counterflow.kernel.suspended import SuspendedDefinition, SuspendedJobType, Suspension
from counterflow.kernel.vocabulary import Rejection
from counterflow.model.graph import Process
from counterflow.partition.source import StoreSource
from tests.kernel.bench import document
from tests.simulation.faults import JOB_TYPES, TROUBLED_MS

if TYPE_CHECKING:
    from tests.simulation.world import World

ACTS = (0, 1, 2, 4)
"""So often somebody steers something in a world."""
LOOKS_EVERY_S = 3
COUNTS = ((1, 0, 0), (0, 0, 1), (0, 0, 1), (1, 1, 0), (1, 0, 1), (0, 1, 0))
"""How many tokens begin, end and move in one modification."""


@dataclass(frozen=True)
class Foretold:
    """A migration that was asked for, and what it was said to do when the log had come to this position of its
    instance.
    """

    command: MigrateProcessInstance
    position: int
    plan: PlannedMigration

    @property
    def place(self) -> tuple[int, int]:
        """The instance and the definition."""
        return self.command.process_instance_key, self.command.target_definition_key


class Operators:
    """Have chance of their own, so that worlds in which they do nothing are the same without them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance = random.Random(f"operators {world.seed}")
        self.foretold: list[Foretold] = []

    def begin(self) -> None:
        """Somebody steers now and then, as long as there is trouble; what is held back is let go."""
        acts = self._chance.choice(ACTS)
        for _ in range(acts):
            self._world.later(self._chance.uniform(1, TROUBLED_MS / 1_000), self._act)
        if acts:
            self._world.later(LOOKS_EVERY_S, self._let_go)

    def follow_version(self) -> None:
        """There is another version: instances of the one before are brought to it, soon."""
        for _ in range(self._chance.choice([0, 1, 1, 2, 3])):
            self._world.later(self._chance.uniform(0.1, 6), self._migrate)

    def _act(self) -> None:
        acts = [*[self._modify] * 3, *[self._suspend] * 2, self._suspend_others]
        if len(self._world.resources) > 1:
            acts += [self._migrate] * 4
        self._chance.choice(acts)()

    # -- tokens ----------------------------------------------------------------------------------------------

    def _modify(self) -> None:
        """Up to two tokens begin, end or move, wherever chance says: most of what is asked for is refused."""
        chance, header = self._chance, self._any_instance()
        if header is None:
            return
        elements = self._world.store.scan(ElementInstance, {"process_instance_key": header.key})
        ids, (begun, ended, moved) = sorted(self._graph(header).nodes), chance.choice(COUNTS)
        self._world.submit(
            ModifyProcessInstance(
                process_instance_key=header.key,
                activate=tuple(self._begun(chance.choice(ids), elements) for _ in range(begun)),
                terminate=tuple(TerminateInstruction(*self._end(elements)) for _ in range(ended)),
                move=tuple(self._moved(chance.choice(ids), elements) for _ in range(moved)),
            )
        )

    def _begun(self, element_id: str, elements: Sequence[ElementInstance]) -> ActivateInstruction:
        chance = self._chance
        around = chance.choice(elements).key if elements and chance.random() < 0.2 else 0
        given = (VariableInstruction(document(note=5)),) if chance.random() < 0.2 else ()
        return ActivateInstruction(element_id, around, given, chance.choice([*ActivationKind, "before"]))

    def _end(self, elements: Sequence[ElementInstance]) -> tuple[int, str]:
        if not elements:
            return 1, ""
        element = self._chance.choice(elements)
        return (element.key, "") if self._chance.random() < 0.6 else (0, element.element_id)

    def _moved(self, target_id: str, elements: Sequence[ElementInstance]) -> MoveInstruction:
        key, element_id = self._end(elements)
        scope = self._chance.choice([AncestorScope.INFERRED, AncestorScope.SOURCE_PARENT])
        return MoveInstruction(target_id, element_id, key, scope)

    # -- versions --------------------------------------------------------------------------------------------

    def _migrate(self) -> None:
        """An instance is to go on as one of another version; what would be lost was looked at before."""
        header = self._any_instance()
        target = self._other_version(header) if header is not None else None
        if header is None or target is None:
            return
        command = MigrateProcessInstance(
            process_instance_key=header.key,
            target_definition_key=target.key,
            mappings=self._told(self._graph(header), self._world.processes[_place(target)]),
            proposes=self._chance.random() < 0.5,
            closes_waits=self._chance.random() < 0.8,
            loses_undo=self._chance.random() < 0.6,
        )
        self._foretell(command, header, target)
        self._world.submit(command)

    def _other_version(self, header: ProcessInstance) -> ProcessDefinition | None:
        of_it = {"bpmn_process_id": header.bpmn_process_id}
        others = [
            row
            for row in self._world.store.scan(ProcessDefinition, of_it)
            if row.key != header.definition_key
        ]
        return self._chance.choice(others) if others else None

    def _told(self, source: Process, target: Process) -> tuple[tuple[str, str], ...]:
        """What has the same id in both, and what has got another one; one in six times not all of it."""
        both = {name: name for name in source.nodes if name in target.nodes}
        for before, after in self._world.renamed:
            both |= {
                name: other
                for name, other in ((before, after), (after, before))
                if name in source.nodes and name not in target.nodes and other in target.nodes
            }
        kept = 0.7 if self._chance.random() < 1 / 6 else 1
        return tuple(pair for pair in both.items() if self._chance.random() < kept)

    def _foretell(
        self, command: MigrateProcessInstance, header: ProcessInstance, target: ProcessDefinition
    ) -> None:
        instance = State(StoreSource(self._world.store), Partition(0, 0, 0)).instance(header.key)
        if instance is None:
            return
        source, after = self._graph(header), self._world.processes[_place(target)]
        try:
            elements = correspondence(source, after, command.mappings, proposes=command.proposes)
        except Rejection:
            return
        position = self._world.last_position(header.key)
        self.foretold.append(Foretold(command, position, plan_for(instance, elements)))

    # -- what is held back -----------------------------------------------------------------------------------

    def _suspend(self) -> None:
        header = self._any_instance()
        if header is not None:
            self._world.submit(SuspendInstance(process_instance_key=header.key))

    def _suspend_others(self) -> None:
        """What begins, all of a version of it, or a type of jobs."""
        mains = self._world.store.scan(ProcessDefinition, {"bpmn_process_id": "main", "deleted_at_ms": None})
        if mains and self._chance.random() < 0.5:
            self._world.submit(SuspendDefinition(definition_key=self._chance.choice(mains).key))
        else:
            self._world.submit(SuspendJobType(type=self._chance.choice(JOB_TYPES)))

    def _let_go(self) -> None:
        self._world.soon(LOOKS_EVERY_S, self._let_go)
        for row in self._world.store.scan(Suspension, {}):
            if self._is_time():
                self._world.submit(ResumeInstance(process_instance_key=row.process_instance_key))
        for held in self._world.store.scan(SuspendedDefinition, {}):
            if self._is_time():
                self._world.submit(ResumeDefinition(definition_key=held.definition_key))
        for found in self._world.store.scan(SuspendedJobType, {}):
            if self._is_time():
                self._world.submit(ResumeJobType(type=found.type))

    def _is_time(self) -> bool:
        return self._world.is_calm or self._chance.random() < 0.4

    # -- what there is ---------------------------------------------------------------------------------------

    def _any_instance(self) -> ProcessInstance | None:
        if self._world.is_calm:
            return None
        active = self._world.store.scan(ProcessInstance, {"state": "active"})
        return self._chance.choice(active) if active else None

    def _graph(self, header: ProcessInstance) -> Process:
        definition = self._world.store.get(ProcessDefinition, (header.definition_key,))
        if definition is None:
            raise LookupError(f"{header} runs on a definition that is not there")
        return self._world.processes[_place(definition)]


def _place(definition: ProcessDefinition) -> tuple[bytes, str]:
    return definition.checksum, definition.bpmn_process_id

"""The people who do user tasks: they look at what there is, take it, give it, change it, and do it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from counterflow.kernel.lives.user_task_commands import (
    AssignUserTask,
    CompleteUserTask,
    ThrowUserTaskError,
    UnassignUserTask,
    UpdateUserTask,
)
from counterflow.kernel.rows import UserTask
from counterflow.kernel.vocabulary import Command
from tests.kernel.bench import document
from tests.simulation.oracle import data_of, decision_of

if TYPE_CHECKING:
    from tests.simulation.world import World

WHO = ("ann", "bob")
LOOKS_EVERY_S = 1.0


class Desk:
    """Has chance of its own, so that worlds without user tasks are the same without it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance = random.Random(f"desk {world.seed}")

    def look(self) -> None:
        """Somebody looks at what there is to do, and does something about some of it."""
        self._world.soon(LOOKS_EVERY_S, self.look)
        for task in self._world.store.scan(UserTask, {}):
            if self._world.is_calm or self._chance.random() < 0.6:
                self._world.submit(self._meant(task))

    def _meant(self, task: UserTask) -> Command:
        if self._world.is_calm:
            return self._completed(task)
        key, who = task.key, self._chance.choice(WHO)
        others: list[Command] = [
            AssignUserTask(user_task_key=key, assignee=who, allow_override=False, by=who),
            AssignUserTask(user_task_key=key, assignee=who, allow_override=False, by=who),
            AssignUserTask(user_task_key=key, assignee=who, by="boss"),
            UnassignUserTask(user_task_key=key, by=who),
            UpdateUserTask(
                user_task_key=key,
                candidate_groups=self._chance.choice([None, (), ("clerks", "others")]),
                priority=self._chance.choice([0, 100]),
                by=who,
            ),
            ThrowUserTaskError(
                user_task_key=key, error_code=self._chance.choice("AABC"), variables={}, by=who
            ),
        ]
        return self._chance.choice([*others, *[self._completed(task)] * 4])

    def _completed(self, task: UserTask) -> Command:
        results = {
            f"go_{task.element_id}": decision_of(self._world.seed, task.key),
            "d": data_of(self._world.seed, task.key),
        }
        return CompleteUserTask(user_task_key=task.key, variables=document(**results), by="ann")

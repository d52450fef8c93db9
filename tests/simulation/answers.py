"""What the worker of an ad-hoc sub-process decides: the same for everyone who completes the job."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

from counterflow.kernel.lives.user_task_transitions import TaskListenerAnswer
from counterflow.kernel.lives.user_tasks import Corrections
from counterflow.kernel.vocabulary import PARTITION_BITS

KEYS_OF_A_WORLD = 5_000
"""Keys after which nothing is done once more: loops that fork would otherwise grow for ever."""


class Answer(NamedTuple):
    """Which activities begin, or that it is over; `instead` of what is under way, or when that has ended."""

    activities: tuple[str, ...] = ()
    is_over: bool = False
    instead: bool = False


def answer_of(seed: int, job_key: int, activities: Sequence[str]) -> Answer:
    """What is decided about an ad-hoc sub-process with these activities."""
    chance = random.Random(f"{seed} answer {job_key}")
    is_late = job_key % (1 << PARTITION_BITS) > KEYS_OF_A_WORLD
    kind = "over" if is_late else chance.choices(["begin", "over", "nothing"], [11, 7, 2])[0]
    if kind == "over":
        return Answer(is_over=True, instead=chance.random() < 0.5)
    if kind == "nothing":
        return Answer()
    count = chance.choice([1, 1, 2])
    return Answer(tuple(chance.choices(sorted(activities), k=count)), instead=chance.random() < 0.25)


def listener_answer(seed: int, job_key: int, event: str) -> TaskListenerAnswer:
    """What the worker of a user task's listener says: the same for everyone who completes its job."""
    chance = random.Random(f"{seed} listener {job_key}")
    is_late = job_key % (1 << PARTITION_BITS) > KEYS_OF_A_WORLD
    kind = "nothing" if is_late else chance.choices(["nothing", "deny", "correct"], [5, 2, 3])[0]
    if kind == "deny" and event != "creating":
        return TaskListenerAnswer(is_denied=True, reason="no")
    if kind == "correct":
        groups = chance.choice([None, (), ("clerks", "others")])
        assignee = chance.choice([None, None, "cid"]) if event != "creating" else None
        return TaskListenerAnswer(
            corrections=Corrections(
                priority=chance.choice([0, 7]), candidate_groups=groups, assignee=assignee
            )
        )
    return TaskListenerAnswer()

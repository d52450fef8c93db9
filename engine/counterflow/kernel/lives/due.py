"""What is due has come: a deadline, the end of a back-off, a timer, a start, the end of a message.

One command for all of them.

The state orders everything that is due (`State.due`); who keeps the clock asks it for the first one and gives
this command when its moment has come. Whatever no longer stands at that moment is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from counterflow.kernel.events import timer
from counterflow.kernel.lives import correlation, job_delivery
from counterflow.kernel.row import Row
from counterflow.kernel.rows import Job, Message, StartTimer, Timer
from counterflow.kernel.state.swept import is_swept
from counterflow.kernel.suspended import SuspendedDefinition
from counterflow.kernel.vocabulary import Command
from counterflow.kernel.work.step import Step


class TriggerDue(Command, frozen=True, kw_only=True, gc=False):
    """The row `key` of a table was due at `due_ms`. Answers whether that still stood."""

    table: type[Row]
    key: int
    due_ms: int


def decide_due(step: Step, command: TriggerDue) -> bool:
    """Given by the loop, never by a caller."""
    return command.due_ms <= step.now_ms and _TRIGGERS[command.table](step, command)


def _timer(step: Step, command: TriggerDue) -> bool:
    instance = step.state.owner_of(Timer, command.key)
    row = instance.timers.get(command.key) if instance is not None else None
    if instance is None or row is None or instance.stands_still or row.due_ms != command.due_ms:
        return False
    if is_swept(step.state, instance, row.element_instance_key):
        step.at(instance).emit(timer.TimerCanceled(row.key))
    else:
        timer.timer_due(step.at(instance), row)
    return True


def _start_timer(step: Step, command: TriggerDue) -> bool:
    row: StartTimer | None = step.state.shared[StartTimer].get(command.key)
    if row is None or row.due_ms != command.due_ms:
        return False
    if row.definition_key in step.state.shared[SuspendedDefinition]:
        return False
    correlation.start_timer_due(step, row)
    return True


def _message(step: Step, command: TriggerDue) -> bool:
    """A message's time to live has passed. Answers whether it was over.

    One that is still on its way to some of those who wait for it expires when it has reached them.
    """
    if command.key in step.state.coming or step.state.row(Message, command.key) is None:
        return False
    correlation.expire(step, command.key)
    return True


def _job(step: Step, command: TriggerDue) -> bool:
    return job_delivery.job_due(step, command.key, command.due_ms)


_TRIGGERS: Mapping[type[Row], Callable[[Step, TriggerDue], bool]] = {
    Job: _job,
    Timer: _timer,
    StartTimer: _start_timer,
    Message: _message,
}
COMMANDS = {TriggerDue: decide_due}

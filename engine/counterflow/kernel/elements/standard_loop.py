"""Standard loop: the body of an activity that is done round after round, as long as its condition holds.

The body is an element instance of its own around the rounds, of which there is one at a time; what stands on
the activity's border belongs to it. A round has its number (`loopCounter`) as a variable of its own. Tested
after each round, the condition sees what the round has of its own; tested before, only the number of the
round that it lets begin. A loop that never waits is counted as one that is drawn with flows, and held up as
that.

BPMN 2.0.2, 13.3.6 and table 10.28.
"""

from __future__ import annotations

from counterflow.kernel.course import ending, entering, leaving
from counterflow.kernel.course.moves import ACTIVATED
from counterflow.kernel.course.room import room
from counterflow.kernel.data import evaluation
from counterflow.kernel.elements.multi_instance import LoopAdvanced, LoopEnded, LoopStarted, progress_of
from counterflow.kernel.rows import Repetition
from counterflow.kernel.vocabulary import BrokenInvariant
from counterflow.kernel.work.origin import Origin
from counterflow.kernel.work.step import Token, attempt
from counterflow.model.graph import StandardLoop

NOBODY_KNOWS = -1
"""How often an activity is to be done whose condition alone decides."""


def beginning(body: Token) -> None:
    """Begin the first round, if the condition lets it. Raises `Held` where that cannot be asked."""
    loop = _definition(body)
    begins = not loop.is_tested_before or _holds(body, loop, 1)
    entering.activate(body)
    body.emit(LoopStarted(body.key, NOBODY_KNOWS if loop.maximum is None else loop.maximum))
    if begins:
        _begin(body, 1)
    else:
        _end(body)


def child_leaving(child: Token) -> bool:
    """Whether this was the last round, as far as that can be told from inside. Raises `Held`."""
    loop, rounds = _definition(child), child.loop_counter
    if loop.maximum is not None and rounds >= loop.maximum:
        return True
    return not loop.is_tested_before and not _holds(child, loop, rounds)


def child_left(body: Token, is_over: bool) -> None:
    """A round has completed."""
    body.emit(LoopAdvanced(body.key))
    if is_over:
        _end(body)
    else:
        attempt(body, _go_on)


def terminating(body: Token) -> ending.Sweeping | None:
    """Let go of what was kept."""
    if body.key in body.instance.rows[Repetition]:
        body.emit(LoopEnded(body.key))
    return None


def resume(body: Token) -> None:
    """The next round is tried again, or the body is entered or left as any element."""
    if body.row.state == ACTIVATED:
        _go_on(body)
    else:
        leaving.resume(body)


def _go_on(body: Token) -> None:
    """Begin the next round, if the condition lets it. Raises `Held`."""
    loop, number = _definition(body), progress_of(body).completed + 1
    if loop.is_tested_before and not _holds(body, loop, number):
        _end(body)
    elif not body.step.budget.count_again():
        raise entering.too_far(body)
    else:
        body.step.budget.count_round(_begin(body, number).key)


def _begin(body: Token, number: int) -> Token:
    local = {"loopCounter": _counter(_definition(body), number)}
    return entering.enter(body, body.node, local, Origin(loop_counter=number))


def _end(body: Token) -> None:
    body.emit(LoopEnded(body.key))
    leaving.finish(body)


def _holds(token: Token, loop: StandardLoop, number: int) -> bool:
    """Whether the condition lets the loop go on; without one it does. Raises `Held`."""
    if loop.condition is None:
        return True
    over = {"loopCounter": _counter(loop, number)}
    return evaluation.boolean(token, loop.condition, "the loop condition", over=over)


def _counter(loop: StandardLoop, number: int) -> bytes:
    return str(number - 1 + loop.first_loop_counter).encode()


def _definition(token: Token) -> StandardLoop:
    if token.node.standard_loop is None:
        raise BrokenInvariant(f"'{token.node.id}' is no loop")
    return token.node.standard_loop


ROOM = room(
    beginning=beginning,
    resume=resume,
    terminating=terminating,
    child_leaving=child_leaving,
    child_left=child_left,
)

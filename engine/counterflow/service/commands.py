"""Commands that are carried out for a caller: at once, or in their turn where they begin something. None is
before the caller's connection has rested from what took long.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from counterflow.kernel.elements.ad_hoc_activation import ActivateAdHocSubProcessActivities
from counterflow.kernel.lives.correlation import TriggeredElement, TriggerElement
from counterflow.kernel.lives.quarantine import ReleaseInstance
from counterflow.kernel.vocabulary import Command
from counterflow.partition.answers import into
from counterflow.partition.refusals import Overloaded
from counterflow.partition.writer import Writer
from counterflow.service.admission import Admission
from counterflow.service.callers import Visitor
from counterflow.service.refusals import ResultLost
from counterflow.service.rests import Rests
from counterflow.service.turns import Turns

Answer = TypeVar("Answer")
Answered = Callable[[Any], object]
Failed = Callable[[Exception], object]


class Commands:
    """Carries commands out.

    Of `answered` and `failed` exactly one is called, once: with the answer when that is durable, or with
    what has come in its place (`EXPECTED`, or a fault of ours); neither may raise.
    """

    def __init__(self, writer: Writer, admission: Admission, turns: Turns, rests: Rests) -> None:
        self._writer = writer
        self._admission = admission
        self._turns = turns
        self._rests = rests

    def carry_out(self, visitor: Visitor, command: Command, answered: Answered, failed: Failed) -> None:
        """Carry out a command: at once, or when it is the time of the visitor's connection (`rests.py`). One
        who goes away before that is not heard. Raises `Overloaded` where there is no room to wait in.
        """
        if not self._rests.is_to_wait(visitor.account, visitor):
            self._admission.begun()
            self._carry_out(visitor, command, answered, failed, self._admission.ended)
            return

        def begin() -> None:
            self._comes(visitor)
            self._carry_out(visitor, command, answered, failed, self._admission.ended)

        self._waits(visitor)
        self._rests.wait(visitor.account, visitor, begin)

    def ask(self, command: Command) -> asyncio.Future[Any]:
        """Carry a command of the program's own out at once; the future has what comes of it."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._admission.begun()
        self._submit(command, *into(future), self._admission.ended)
        return future

    def begin(self, visitor: Visitor, command: Command, answered: Answered, failed: Failed) -> None:
        """As `carry_out`, for a command that begins something, which waits for the visitor's turn too."""
        beginning = _Beginning(self, visitor, command, answered, failed)
        self._waits(visitor)
        self._rests.wait(visitor.account, visitor, beginning.stand_in_line)

    def _begin(self, beginning: _Beginning) -> None:
        """It is the turn of who begins something."""
        visitor, command, answered, failed = beginning.what
        if self._rests.is_to_wait(visitor.account, visitor):
            self._turns.end()
            self._rests.wait(visitor.account, visitor, beginning.stand_in_line)
            return
        self._comes(visitor)
        self._carry_out(visitor, command, answered, failed, self._ended_with_turn)

    def _refuse(self, beginning: _Beginning, refusal: Overloaded) -> None:
        visitor, _, _, failed = beginning.what
        self._rests.leave(visitor.account, visitor)
        if not visitor.is_over:
            self._admission.let_go(visitor)
            self._admission.ended()
            failed(refusal)

    def _waits(self, visitor: Visitor) -> None:
        """A visitor has a place to wait in, until they come or are gone. Raises `Overloaded`."""

        def gone() -> None:
            self._rests.leave(visitor.account, visitor)
            self._turns.leave(visitor)
            self._admission.let_go(visitor)
            self._admission.ended()

        self._admission.hold(visitor)
        self._admission.begun()
        visitor.on_gone = gone

    def _comes(self, visitor: Visitor) -> None:
        visitor.on_gone = None
        self._admission.let_go(visitor)

    def _carry_out(
        self,
        visitor: Visitor,
        command: Command,
        answered: Answered,
        failed: Failed,
        ended: Callable[[], None],
    ) -> None:
        begun = time.perf_counter()
        self._submit(command, answered, failed, ended)
        self._rests.took(visitor.account, time.perf_counter() - begun)

    def submit(self, command: Command) -> Awaitable[Any]:
        """Carry a command out; answers what it answers. Raises `Rejection`, `Unavailable`."""
        self._admission.check()
        return self._writer.submit(command)

    def release(self, process_instance_key: int) -> Awaitable[None]:
        """Let an instance that was set aside go on.

        Raises `Rejection`, of another type where there is such an instance and it was not set aside.
        """
        return self._writer.submit(ReleaseInstance(process_instance_key=process_instance_key))

    def trigger(self, key: int, variables: dict[str, bytes]) -> Awaitable[TriggeredElement]:
        """Let what an element waits for come, without a message; answers which goes on.

        Raises `Rejection`, `Unavailable`.
        """
        self._admission.check()
        return self._writer.submit(TriggerElement(key=key, variables=variables))

    def do(self, command: Command) -> Awaitable[Any]:
        """Carry out what somebody has asked for by hand. Raises `Rejection`, `Unavailable`."""
        self._admission.check()
        return self._writer.submit(command)

    def activate_activities(
        self, key: int, activities: tuple[tuple[str, dict[str, bytes]], ...], cancel_remaining: bool
    ) -> Awaitable[None]:
        """Begin activities of an ad-hoc sub-process. Raises `Rejection`, `Unavailable`."""
        self._admission.check()
        return self._writer.submit(
            ActivateAdHocSubProcessActivities(
                element_instance_key=key, activities=activities, cancel_remaining=cancel_remaining
            )
        )

    def release_due(self) -> bool:
        """Let come what is due, from now on; answers whether it was held. Raises `Unavailable`."""
        self._admission.check()
        return self._writer.release_due()

    def pin_clock(self, ms: int | None) -> None:
        """The clock stands at this moment, or goes on (None). Raises `Rejection`, `Unavailable`."""
        self._admission.check()
        self._writer.pin_clock(ms)

    def end(self) -> None:
        """The engine is stopping: who waits for what their command has begun is told so."""
        self._writer.end_settlements(
            ResultLost(
                "The server is stopping; what was asked for has begun and goes on when it is back, but its "
                "end cannot be awaited any more"
            )
        )

    def _submit(
        self, command: Command, answered: Answered, failed: Failed, ended: Callable[[], None]
    ) -> None:
        def is_reported(answer: Any) -> None:
            try:
                answered(answer)
            finally:
                ended()

        def has_failed(error: Exception) -> None:
            try:
                failed(error)
            finally:
                ended()

        try:
            self._writer.submit_then(command, is_reported, has_failed)
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller is told
            # Not at once: where all of a line is refused, each would be so inside the one before.
            asyncio.get_running_loop().call_soon(ended)
            failed(error)

    def _ended_with_turn(self) -> None:
        self._admission.ended()
        self._turns.end()


class _Beginning:
    """A command that begins something, as long as it waits.

    No functions inside each other: these would be a circle, and keep all that the command brings until the
    next collection of garbage.
    """

    __slots__ = ("_commands", "what")

    def __init__(
        self, commands: Commands, visitor: Visitor, command: Command, answered: Answered, failed: Failed
    ) -> None:
        self._commands = commands
        self.what = visitor, command, answered, failed

    def stand_in_line(self) -> None:
        """The visitor's connection has rested."""
        self._commands._turns.take(self.what[0], self.begin, self.refuse)

    def begin(self) -> None:
        """It is the visitor's turn."""
        self._commands._begin(self)

    def refuse(self, refusal: Overloaded) -> None:
        """There is no turn to be had."""
        self._commands._refuse(self, refusal)


async def kept(future: asyncio.Future[Answer], abandoned: Callable[[Answer], object]) -> Answer:
    """The answer to a command; if the caller goes away first, `abandoned` is called with it. It is once the
    answer is there.
    """

    def look(done: asyncio.Future[Answer]) -> None:
        if not done.cancelled() and not done.exception():
            abandoned(done.result())

    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        future.add_done_callback(look)
        raise

"""Commands that are carried out for a caller: at once, or, where they begin something, in their turn."""

from __future__ import annotations

import asyncio
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
from counterflow.service.turns import Turns

Answer = TypeVar("Answer")
Told = Callable[[Any], object]
Failed = Callable[[Exception], object]


class Commands:
    """Carries commands out. Of `told` and `failed` exactly one is called, once: with the answer when that is
    durable, or with what has come in its place (`EXPECTED`, or a fault of ours); neither may raise.
    """

    def __init__(self, writer: Writer, admission: Admission, turns: Turns) -> None:
        self._writer = writer
        self._admission = admission
        self._turns = turns

    def carry_out(self, command: Command, told: Told, failed: Failed) -> None:
        """Carry a command out at once."""
        self._admission.begun()
        self._submit(command, told, failed, self._admission.ended)

    def ask(self, command: Command) -> asyncio.Future[Any]:
        """Carry a command out at once; the future has what the caller is told."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.carry_out(command, *into(future))
        return future

    def begin(self, visitor: Visitor, command: Command, told: Told, failed: Failed) -> None:
        """Carry out a command that begins something, when it is the visitor's turn; one who goes away while
        waiting leaves the line. Raises `Overloaded` where there is no room to wait in.
        """
        self._admission.hold(visitor)
        self._admission.begun()

        def begin() -> None:
            visitor.on_gone = None
            self._admission.let_go(visitor)
            self._submit(command, told, failed, self._ended_with_turn)

        def refuse(refusal: Overloaded) -> None:
            if not visitor.is_over:
                self._admission.let_go(visitor)
                self._admission.ended()
                failed(refusal)

        def gone() -> None:
            self._turns.leave(visitor)
            self._admission.let_go(visitor)
            self._admission.ended()

        visitor.on_gone = gone
        self._turns.take(visitor, begin, refuse)

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

    def _submit(self, command: Command, told: Told, failed: Failed, ended: Callable[[], None]) -> None:
        def is_reported(answer: Any) -> None:
            try:
                told(answer)
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


async def kept(future: asyncio.Future[Answer], abandoned: Callable[[Answer], object]) -> Answer:
    """The answer to a command; if the caller goes away first, `abandoned` is called with it once it is
    there.
    """

    def look(done: asyncio.Future[Answer]) -> None:
        if not done.cancelled() and not done.exception():
            abandoned(done.result())

    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        future.add_done_callback(look)
        raise

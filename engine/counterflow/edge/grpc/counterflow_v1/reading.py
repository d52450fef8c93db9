"""How questions of the read model become answers on the wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from google.protobuf.message import Message

from counterflow.service.refusals import TooLarge
from counterflow.service.service import Service
from counterflow.store.port import Store

MessageType = TypeVar("MessageType", bound=Message)


class Reading:
    """Asks a service's store for answers that a message has room for."""

    def __init__(self, service: Service) -> None:
        self._questions = service.questions
        self._message_bytes = service.settings.message_bytes

    async def read(self, question: Callable[[Store], MessageType]) -> MessageType:
        """The answer to a question. Raises what it raises, and `TooLarge`."""
        answer = await self._questions.ask(question)
        size = answer.ByteSize()
        if size > self._message_bytes:
            raise TooLarge(
                f"The answer takes {size} bytes, and a message has room for {self._message_bytes}; ask for "
                "fewer at a time"
            )
        return answer

"""What programs tell waiting processes: a message by name and correlation key."""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.edge.calls import Behaviour, Calls, Context
from counterflow.edge.translate import DEFAULT_TENANT, publication
from counterflow_wire import gateway


class Messages:
    """The calls about messages."""

    def __init__(self, calls: Calls) -> None:
        self._submit = calls.loop.submit
        self._turns = calls.turns
        self._variable_bytes = calls.settings.variable_bytes

    def behaviours(self) -> Mapping[str, Behaviour]:
        """By rpc."""
        return {"PublishMessage": self.publish}

    async def publish(self, request: gateway.PublishMessageRequest, context: Context) -> gateway.PublishMessageResponse:
        """The message is stored or has reached who waited; well done also where nobody did."""
        async with self._turns:
            key: int = await self._submit(publication(request, self._variable_bytes))
        return gateway.PublishMessageResponse(key=key, tenantId=DEFAULT_TENANT)

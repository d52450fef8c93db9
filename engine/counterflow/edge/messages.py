"""What programs tell waiting processes: a message by name and correlation key."""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.edge.calls import Calls, Translated, Translation
from counterflow.edge.translate import publication
from counterflow.kernel.rows import DEFAULT_TENANT
from counterflow_wire import gateway


class Messages:
    """The calls about messages."""

    def __init__(self, calls: Calls) -> None:
        self._variable_bytes = calls.settings.variable_bytes

    def translations(self) -> Mapping[str, Translation]:
        """By rpc."""
        return {"PublishMessage": self.publish}

    def publish(self, request: gateway.PublishMessageRequest) -> Translated:
        """The message is stored or has reached who waited; well done also where nobody did."""

        def respond(key: int) -> gateway.PublishMessageResponse:
            return gateway.PublishMessageResponse(key=key, tenantId=DEFAULT_TENANT)

        return Translated(publication(request, self._variable_bytes), respond, begins=True)

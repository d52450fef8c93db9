"""What programs tell processes: a message by name and key, a signal by name, variables for conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from counterflow.edge.grpc.calls import Translated, Translation
from counterflow.kernel.events.conditional import Begun, EvaluateConditional
from counterflow.kernel.rows import DEFAULT_TENANT
from counterflow.service.requests import broadcast, check_tenants, document, publication
from counterflow_wire import gateway


class Messages:
    """The calls about messages, signals and conditions."""

    def __init__(self, variable_bytes: int) -> None:
        self._variable_bytes = variable_bytes

    def translations(self) -> Mapping[str, Translation]:
        """By rpc."""
        return {
            "PublishMessage": self.publish,
            "BroadcastSignal": self.broadcast,
            "EvaluateConditional": self.evaluate,
        }

    def publish(self, request: gateway.PublishMessageRequest) -> Translated:
        """The message is stored or has reached who waited; well done also where nobody did."""
        check_tenants((request.tenantId,))
        command = publication(
            name=request.name,
            correlation_key=request.correlationKey,
            message_id=request.messageId,
            time_to_live_ms=request.timeToLive,
            variables=document(request.variables, self._variable_bytes),
        )
        return Translated(command, _published, begins=True)

    def broadcast(self, request: gateway.BroadcastSignalRequest) -> Translated:
        """The signal has reached all who waited; well done also where nobody did."""
        check_tenants((request.tenantId,))
        command = broadcast(
            name=request.signalName, variables=document(request.variables, self._variable_bytes)
        )
        return Translated(command, _broadcast, begins=True)

    def evaluate(self, request: gateway.EvaluateConditionalRequest) -> Translated:
        """Instances have begun where conditions hold; well done also where none does."""
        check_tenants((request.tenantId,))
        command = EvaluateConditional(
            definition_key=max(request.processDefinitionKey, 0),
            variables=document(request.variables, self._variable_bytes),
        )
        return Translated(command, _begun, begins=True)


def _published(key: int) -> gateway.PublishMessageResponse:
    return gateway.PublishMessageResponse(key=key, tenantId=DEFAULT_TENANT)


def _broadcast(key: int) -> gateway.BroadcastSignalResponse:
    return gateway.BroadcastSignalResponse(key=key, tenantId=DEFAULT_TENANT)


def _begun(begun: Sequence[Begun]) -> gateway.EvaluateConditionalResponse:
    return gateway.EvaluateConditionalResponse(
        processInstances=[
            gateway.ProcessInstanceReference(
                processDefinitionKey=one.definition_key, processInstanceKey=one.instance_key
            )
            for one in begun
        ]
    )

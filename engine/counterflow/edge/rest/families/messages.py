"""What programs tell processes: a message by name and key, a signal by name, variables for conditions."""

from __future__ import annotations

from collections.abc import Sequence

from counterflow.edge.rest.calls import carried_out
from counterflow.edge.rest.operations import Asked, Operation
from counterflow.edge.rest.shapes.messages import (
    ConditionalEvaluated,
    ConditionalEvaluation,
    InstanceReference,
    MessagePublication,
    MessagePublished,
    SignalBroadcast,
    SignalBroadcasted,
)
from counterflow.edge.rest.variables import text_of
from counterflow.kernel.events.conditional import EvaluateConditional
from counterflow.service.refusals import NotThereYet
from counterflow.service.requests import broadcast, check_tenants, document, publication
from counterflow.service.service import Service


class MessageOperations:
    """The operations about messages, signals and conditions."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._variable_bytes = service.settings.variable_bytes

    def operations(self) -> Sequence[Operation]:
        """All of them."""
        return (
            Operation(
                "publishMessage",
                "POST",
                "/messages/publication",
                "Publish a message for whoever waits for it, now or within its time to live.",
                self.publish,
                MessagePublication,
                MessagePublished,
            ),
            Operation(
                "broadcastSignal",
                "POST",
                "/signals/broadcast",
                "Broadcast a signal to all who wait for it.",
                self.broadcast,
                SignalBroadcast,
                SignalBroadcasted,
            ),
            Operation(
                "evaluateConditionals",
                "POST",
                "/conditionals/evaluation",
                "Begin the processes whose conditions hold with these variables.",
                self.evaluate,
                ConditionalEvaluation,
                ConditionalEvaluated,
            ),
        )

    async def publish(self, asked: Asked) -> MessagePublished:
        """The message is stored or has reached who waited; well done also where nobody did."""
        body: MessagePublication = asked.body
        check_tenants((body.tenant_id or "",))
        if body.business_id:
            raise NotThereYet("businessId is not there yet in this version; leave it out")
        command = publication(
            name=body.name,
            correlation_key=body.correlation_key,
            message_id=body.message_id,
            time_to_live_ms=body.time_to_live,
            variables=document(text_of(body.variables), self._variable_bytes),
        )
        key = await carried_out(self._service, asked, command, begins=True)
        return MessagePublished(message_key=str(key))

    async def broadcast(self, asked: Asked) -> SignalBroadcasted:
        """The signal has reached all who waited; well done also where nobody did."""
        body: SignalBroadcast = asked.body
        check_tenants((body.tenant_id or "",))
        variables = document(text_of(body.variables), self._variable_bytes)
        command = broadcast(name=body.signal_name, variables=variables)
        key = await carried_out(self._service, asked, command, begins=True)
        return SignalBroadcasted(signal_key=str(key))

    async def evaluate(self, asked: Asked) -> ConditionalEvaluated:
        """Instances have begun where conditions hold; well done also where none does."""
        body: ConditionalEvaluation = asked.body
        check_tenants((body.tenant_id or "",))
        command = EvaluateConditional(
            definition_key=max(body.process_definition_key or 0, 0),
            variables=document(text_of(body.variables), self._variable_bytes),
        )
        begun = await carried_out(self._service, asked, command, begins=True)
        return ConditionalEvaluated(
            conditional_evaluation_key="-1",
            process_instances=[
                InstanceReference(
                    process_definition_key=str(one.definition_key), process_instance_key=str(one.instance_key)
                )
                for one in begun
            ],
        )

"""What programs tell processes: a message by name and key, a signal by name, variables for conditions."""

from __future__ import annotations

from collections.abc import Sequence

from counterflow.edge.rest.calls import carried_out
from counterflow.edge.rest.operations import Operation, RestCall
from counterflow.edge.rest.shapes.messages import (
    ConditionalEvaluated,
    ConditionalEvaluation,
    InstanceReference,
    MessageCorrelated,
    MessagePublication,
    MessagePublished,
    MessageToCorrelate,
    SignalBroadcast,
    SignalBroadcasted,
)
from counterflow.edge.rest.variables import text_of
from counterflow.kernel.events.conditional import EvaluateConditional
from counterflow.service.refusals import NotThereYet
from counterflow.service.requests import broadcast, check_tenants, correlation, document, publication
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
                "correlateMessage",
                "POST",
                "/messages/correlation",
                "Correlate a message with somebody who waits for it now, or be refused.",
                self.correlate,
                MessageToCorrelate,
                MessageCorrelated,
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

    async def publish(self, call: RestCall) -> MessagePublished:
        """The message is stored or has reached who waited; well done also where nobody did."""
        body: MessagePublication = call.body
        check_tenants((body.tenant_id or "",))
        _refuse_business_id(body.business_id)
        command = publication(
            name=body.name,
            correlation_key=body.correlation_key,
            message_id=body.message_id,
            time_to_live_ms=body.time_to_live,
            variables=document(text_of(body.variables), self._variable_bytes),
        )
        key = await carried_out(self._service, call, command, begins=True)
        return MessagePublished(message_key=str(key))

    async def correlate(self, call: RestCall) -> MessageCorrelated:
        """The message has reached somebody; else it is refused, and not kept."""
        body: MessageToCorrelate = call.body
        check_tenants((body.tenant_id or "",))
        _refuse_business_id(body.business_id)
        command = correlation(
            name=body.name,
            correlation_key=body.correlation_key,
            variables=document(text_of(body.variables), self._variable_bytes),
        )
        correlated = await carried_out(self._service, call, command, begins=True)
        return MessageCorrelated(
            message_key=str(correlated.message_key), process_instance_key=str(correlated.process_instance_key)
        )

    async def broadcast(self, call: RestCall) -> SignalBroadcasted:
        """The signal has reached all who waited; well done also where nobody did."""
        body: SignalBroadcast = call.body
        check_tenants((body.tenant_id or "",))
        variables = document(text_of(body.variables), self._variable_bytes)
        command = broadcast(name=body.signal_name, variables=variables)
        key = await carried_out(self._service, call, command, begins=True)
        return SignalBroadcasted(signal_key=str(key))

    async def evaluate(self, call: RestCall) -> ConditionalEvaluated:
        """Instances have begun where conditions hold; well done also where none does."""
        body: ConditionalEvaluation = call.body
        check_tenants((body.tenant_id or "",))
        command = EvaluateConditional(
            definition_key=max(body.process_definition_key or 0, 0),
            variables=document(text_of(body.variables), self._variable_bytes),
        )
        begun = await carried_out(self._service, call, command, begins=True)
        return ConditionalEvaluated(
            conditional_evaluation_key="-1",
            process_instances=[
                InstanceReference(
                    process_definition_key=str(one.definition_key), process_instance_key=str(one.instance_key)
                )
                for one in begun
            ],
        )


def _refuse_business_id(business_id: str | None) -> None:
    """A message says by its correlation key alone whom it is for. Raises `NotThereYet`."""
    if business_id:
        raise NotThereYet("businessId of messages is not there yet in this version; leave it out")

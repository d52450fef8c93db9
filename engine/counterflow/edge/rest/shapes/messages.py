"""Messages, signals and conditions."""

from __future__ import annotations

import msgspec

from counterflow.edge.rest.shapes.base import Answered, Body, Document, Int64, nothing
from counterflow.kernel.rows import DEFAULT_TENANT


class MessagePublication(Body, frozen=True):
    """A message, kept for `timeToLive` milliseconds where nobody waits for it yet."""

    name: str
    correlation_key: str = ""
    time_to_live: Int64 = 0
    message_id: str = ""
    variables: Document = msgspec.field(default_factory=nothing)
    tenant_id: str | None = None
    business_id: str | None = None


class MessagePublished(Answered, frozen=True):
    """A message that was taken."""

    message_key: str
    tenant_id: str = DEFAULT_TENANT


class MessageToCorrelate(Body, frozen=True):
    """A message for somebody who waits for it now."""

    name: str
    correlation_key: str = ""
    variables: Document = msgspec.field(default_factory=nothing)
    tenant_id: str | None = None
    business_id: str | None = None


class MessageCorrelated(Answered, frozen=True):
    """A message, and the first instance that it has reached or begun."""

    message_key: str
    process_instance_key: str
    tenant_id: str = DEFAULT_TENANT


class SignalBroadcast(Body, frozen=True):
    """A signal."""

    signal_name: str
    variables: Document = msgspec.field(default_factory=nothing)
    tenant_id: str | None = None


class SignalBroadcasted(Answered, frozen=True):
    """A signal that has reached all who waited for it."""

    signal_key: str
    tenant_id: str = DEFAULT_TENANT


class ConditionalEvaluation(Body, frozen=True):
    """Variables for the conditions with which processes begin; of one definition where it is named."""

    variables: Document
    tenant_id: str | None = None
    process_definition_key: Int64 | None = None


class InstanceReference(Answered, frozen=True):
    """An instance that has begun."""

    process_definition_key: str
    process_instance_key: str


class ConditionalEvaluated(Answered, frozen=True):
    """The instances that have begun."""

    conditional_evaluation_key: str
    process_instances: list[InstanceReference]
    tenant_id: str = DEFAULT_TENANT

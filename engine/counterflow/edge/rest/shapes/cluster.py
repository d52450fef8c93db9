"""The server, and who asks it."""

from __future__ import annotations

from counterflow.edge.rest.shapes.base import Answered, Body, Int64


class BrokerPartition(Answered, frozen=True):
    """One partition of a broker."""

    partition_id: int
    role: str = "leader"
    health: str = "healthy"
    state: str = "active"


class Broker(Answered, frozen=True):
    """One server."""

    node_id: int
    broker_id: str
    host: str
    port: int
    partitions: list[BrokerPartition]
    version: str


class TopologyResponse(Answered, frozen=True):
    """Who is there."""

    brokers: list[Broker]
    cluster_id: str | None
    cluster_size: int
    partitions_count: int
    replication_factor: int
    gateway_version: str
    last_completed_change_id: str


class LicenseResponse(Answered, frozen=True):
    """Under which licence it runs: an open one, without an end."""

    valid_license: bool
    license_type: str
    is_commercial: bool
    expires_at: str | None


class TenantResult(Answered, frozen=True):
    """A tenant that a user belongs to."""

    tenant_id: str
    name: str
    description: str | None


class UserResult(Answered, frozen=True):
    """Who asks, and what they may see."""

    username: str
    display_name: str | None
    email: str | None
    authorized_components: list[str]
    tenants: list[TenantResult]
    groups: list[str]
    roles: list[str]
    sales_plan_type: str | None
    c8_links: dict[str, str]
    can_logout: bool


class ClockPin(Body, frozen=True):
    """A moment, in milliseconds since 1970."""

    timestamp: Int64

"""Descriptors for the gRPC reflection service, so that grpcurl and its like can describe every service of the server.

Our own services live in a private pool, the health and reflection services in the process's default one; reflection wants one
pool that knows them all.
"""

from __future__ import annotations

from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from counterflow_wire import counterflow_v1, gateway
from counterflow_wire.pool import load

SERVICE_NAMES: tuple[str, ...] = (
    gateway.SERVICE,
    counterflow_v1.SERVICE,
    health_pb2.DESCRIPTOR.services_by_name["Health"].full_name,
    reflection_pb2.DESCRIPTOR.services_by_name["ServerReflection"].full_name,
)
"""What the server lists: our services, health, and reflection itself."""


def reflection_pool() -> DescriptorPool:
    """A new pool with every service of `SERVICE_NAMES`: `enable_server_reflection(SERVICE_NAMES, server, pool=reflection_pool())`."""
    pool = DescriptorPool()
    load(pool)
    for file in (health_pb2.DESCRIPTOR, reflection_pb2.DESCRIPTOR):
        pool.AddSerializedFile(file.serialized_pb)
    return pool

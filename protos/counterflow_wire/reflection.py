"""Descriptors for the gRPC reflection services, so that grpcurl and its like can describe every service of the server.

Our own services live in a private pool, the health and reflection services in the process's default one; reflection wants one
pool that knows them all.
"""

from __future__ import annotations

from google.protobuf import descriptor_pb2
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from counterflow_wire import counterflow_v1, gateway
from counterflow_wire.pool import load

OLD_PACKAGE = "grpc.reflection.v1alpha"
PACKAGE = "grpc.reflection.v1"

SERVICE_NAMES: tuple[str, ...] = (
    gateway.SERVICE,
    counterflow_v1.SERVICE,
    health_pb2.DESCRIPTOR.services_by_name["Health"].full_name,
    f"{PACKAGE}.ServerReflection",
    f"{OLD_PACKAGE}.ServerReflection",
)
"""What the server lists: our services, health, and reflection itself."""


def reflection_pool() -> DescriptorPool:
    """A new pool with every service of `SERVICE_NAMES`."""
    pool = DescriptorPool()
    load(pool)
    for content in (health_pb2.DESCRIPTOR.serialized_pb, reflection_pb2.DESCRIPTOR.serialized_pb, _reflection_v1()):
        pool.AddSerializedFile(content)
    return pool


def _reflection_v1() -> bytes:
    """Version 1 of the protocol is v1alpha under another name, and no package on PyPI that we have carries it."""
    file = descriptor_pb2.FileDescriptorProto.FromString(reflection_pb2.DESCRIPTOR.serialized_pb)
    file.name = file.name.replace("v1alpha", "v1")
    file.package = PACKAGE
    for field in (field for message in file.message_type for field in message.field if field.type_name):
        field.type_name = field.type_name.replace(f".{OLD_PACKAGE}.", f".{PACKAGE}.")
    for method in file.service[0].method:
        method.input_type = method.input_type.replace(f".{OLD_PACKAGE}.", f".{PACKAGE}.")
        method.output_type = method.output_type.replace(f".{OLD_PACKAGE}.", f".{PACKAGE}.")
    return file.SerializeToString()

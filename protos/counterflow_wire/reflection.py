"""Descriptors for gRPC's reflection, so that grpcurl and its like can describe every service."""

from __future__ import annotations

from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool

from counterflow_wire import counterflow_v1, gateway, health_v1, reflection_v1
from counterflow_wire.pool import load

PACKAGE = "grpc.reflection.v1"
OLD_PACKAGE = "grpc.reflection.v1alpha"

SERVICE_NAMES: tuple[str, ...] = (
    gateway.SERVICE,
    counterflow_v1.SERVICE,
    health_v1.SERVICE,
    reflection_v1.SERVICE,
    f"{OLD_PACKAGE}.ServerReflection",
)
"""What the server lists: our services, health, and reflection itself."""


def reflection_pool() -> DescriptorPool:
    """A new pool with every service of `SERVICE_NAMES`."""
    pool = DescriptorPool()
    load(pool)
    pool.AddSerializedFile(_reflection_v1alpha())
    return pool


def _reflection_v1alpha() -> bytes:
    """The first version of the protocol, which most tools still ask first: version 1 under another name."""
    file = FileDescriptorProto.FromString(reflection_v1.DESCRIPTOR.serialized_pb)
    file.name = file.name.replace(".proto", "_v1alpha.proto")
    file.package = OLD_PACKAGE
    for field in (field for message in file.message_type for field in message.field if field.type_name):
        field.type_name = field.type_name.replace(f".{PACKAGE}.", f".{OLD_PACKAGE}.")
    for method in file.service[0].method:
        method.input_type = method.input_type.replace(f".{PACKAGE}.", f".{OLD_PACKAGE}.")
        method.output_type = method.output_type.replace(f".{PACKAGE}.", f".{OLD_PACKAGE}.")
    return file.SerializeToString()

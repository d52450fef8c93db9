"""The compiled protos, in a descriptor pool of their own.

protobuf keeps every generated module's messages in one pool for the whole process and refuses a name that is
already there. The gateway contract must keep the package name `gateway_protocol`, and so must every other
Zeebe client; in a pool of our own the two can live in one process.
"""

from __future__ import annotations

import base64

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import EnumDescriptor, FileDescriptor, ServiceDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper
from google.protobuf.message import Message

from counterflow_wire.descriptors import FILE_DESCRIPTOR_SET


def load(pool: DescriptorPool) -> None:
    """Put the files of this package into `pool`."""
    files = descriptor_pb2.FileDescriptorSet.FromString(base64.b64decode(FILE_DESCRIPTOR_SET))
    for file in files.file:
        pool.AddSerializedFile(file.SerializeToString())


POOL: DescriptorPool = descriptor_pool.DescriptorPool()
"""Everything this package knows by its full name, and nothing else."""

load(POOL)


def file_descriptor(name: str) -> FileDescriptor:
    """The file `name`, e.g. `gateway.proto`. Raises `KeyError` if there is none."""
    return POOL.FindFileByName(name)


def message_class(full_name: str) -> type[Message]:
    """The class of a message, e.g. `gateway_protocol.Resource`; always the same one.

    Raises `KeyError` if there is none.
    """
    return message_factory.GetMessageClass(POOL.FindMessageTypeByName(full_name))


def enum_type(full_name: str) -> EnumTypeWrapper:
    """The names and numbers of an enum. Raises `KeyError` if there is none."""
    descriptor: EnumDescriptor = POOL.FindEnumTypeByName(full_name)
    return EnumTypeWrapper(descriptor)


def service_descriptor(full_name: str) -> ServiceDescriptor:
    """A service and its methods. Raises `KeyError` if there is none."""
    return POOL.FindServiceByName(full_name)

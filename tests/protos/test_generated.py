"""What `make protos` wrote is what it would write today."""

from __future__ import annotations

import ast
import base64

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from counterflow_wire.descriptors import FILE_DESCRIPTOR_SET, SOURCES
from counterflow_wire.pool import file_descriptor
from scripts.protos import MODULES, PROTOS, descriptors_module, digest, runtime_module

SERIALIZED = base64.b64decode(FILE_DESCRIPTOR_SET)
WRITTEN = PROTOS / "counterflow_wire"
FILES = {file.name: file for file in FileDescriptorSet.FromString(SERIALIZED).file}
DESCRIPTORS = {name: file_descriptor(name) for name in MODULES}


def test_every_proto_is_compiled() -> None:
    assert {path.name for path in PROTOS.glob("*.proto")} == set(MODULES) == set(FILES)


@pytest.mark.parametrize("name", MODULES)
def test_the_compiled_code_is_of_the_present_source(name: str) -> None:
    assert SOURCES[name] == digest(PROTOS / name), (
        f"protos/{name} has changed since it was compiled: run `make protos`"
    )


def test_the_descriptors_were_written_by_the_script() -> None:
    assert (WRITTEN / "descriptors.py").read_text(encoding="utf-8") == descriptors_module(SERIALIZED)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_was_written_by_the_script(name: str) -> None:
    assert (WRITTEN / f"{MODULES[name]}.py").read_text(encoding="utf-8") == runtime_module(FILES[name])


@pytest.mark.parametrize("name", MODULES)
def test_the_types_name_everything_that_the_module_has(name: str) -> None:
    typed = ast.parse((WRITTEN / f"{MODULES[name]}.pyi").read_text(encoding="utf-8"))
    classes = {node.name: node for node in typed.body if isinstance(node, ast.ClassDef)}
    descriptor = DESCRIPTORS[name]
    services = {f"{service}Stub" for service in descriptor.services_by_name}
    assert set(classes) == {*descriptor.message_types_by_name, *descriptor.enum_types_by_name, *services}
    for message in descriptor.message_types_by_name.values():
        assert {field.name for field in message.fields} <= annotated(classes[message.name])
    for service in descriptor.services_by_name.values():
        assert {method.name for method in service.methods} == annotated(classes[f"{service.name}Stub"])


def annotated(class_definition: ast.ClassDef) -> set[str]:
    """The attributes that a class declares."""
    targets = [node.target for node in class_definition.body if isinstance(node, ast.AnnAssign)]
    return {target.id for target in targets if isinstance(target, ast.Name)}

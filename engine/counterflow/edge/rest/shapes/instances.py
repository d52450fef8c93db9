"""Process instances: what begins and changes them."""

from __future__ import annotations

import msgspec

from counterflow.edge.rest.shapes.base import Answered, Body, Document, nothing
from counterflow.kernel.rows import DEFAULT_TENANT


class StartInstruction(Body, frozen=True):
    """An element at which an instance begins."""

    element_id: str


class TerminateInstruction(Body, frozen=True):
    """An element after which an instance is terminated."""

    after_element_id: str
    type: str = "TERMINATE_PROCESS_INSTANCE"


class ProcessCreation(Body, frozen=True):
    """An instance to begin: by the id of its process, with a version (-1: the latest), or by a key."""

    process_definition_id: str = ""
    process_definition_key: int | None = None
    process_definition_version: int = -1
    process_definition_version_tag: str | None = None
    variables: Document = msgspec.field(default_factory=nothing)
    tenant_id: str | None = None
    operation_reference: int | None = None
    start_instructions: list[StartInstruction] | None = None
    runtime_instructions: list[TerminateInstruction] | None = None
    await_completion: bool = False
    fetch_variables: list[str] | None = None
    request_timeout: int = 0
    tags: list[str] | None = None
    business_id: str | None = None


class CreatedInstance(Answered, frozen=True):
    """An instance that has begun, or, where its end was awaited, has completed with these variables."""

    process_definition_id: str
    process_definition_version: int
    process_definition_key: str
    process_instance_key: str
    variables: Document
    tags: list[str]
    business_id: str | None = None
    tenant_id: str = DEFAULT_TENANT


class Reference(Body, frozen=True):
    """A number of the caller's own, which is not kept."""

    operation_reference: int | None = None


class VariablesToSet(Body, frozen=True):
    """Variables, in this scope alone where it is `local`."""

    variables: Document
    local: bool = False
    operation_reference: int | None = None

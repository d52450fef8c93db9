"""Process instances: what begins and changes them."""

from __future__ import annotations

import msgspec

from counterflow.edge.rest.shapes.base import Answered, Body, Document, Int32, Int64, nothing
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
    process_definition_key: Int64 | None = None
    process_definition_version: Int32 = -1
    process_definition_version_tag: str | None = None
    variables: Document = msgspec.field(default_factory=nothing)
    tenant_id: str | None = None
    operation_reference: Int64 | None = None
    start_instructions: list[StartInstruction] | None = None
    runtime_instructions: list[TerminateInstruction] | None = None
    await_completion: bool = False
    fetch_variables: list[str] | None = None
    request_timeout: Int64 = 0
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


class ScopedVariables(Body, frozen=True):
    """Variables for the scope of an element, or of the process instance where none is named."""

    variables: Document
    scope_id: str = ""


class ElementActivation(Body, frozen=True):
    """An element at which a token begins; -1 for an ancestor leaves the choice to the engine."""

    element_id: str
    variable_instructions: list[ScopedVariables] | None = None
    ancestor_element_instance_key: Int64 = -1


class ElementTermination(Body, frozen=True):
    """An element instance that ends, or all of an element."""

    element_id: str = ""
    element_instance_key: Int64 = 0


class MoveSource(Body, frozen=True):
    """What is moved: one element instance (`byKey`), or all of an element (`byId`)."""

    source_type: str = ""
    source_element_id: str = ""
    source_element_instance_key: Int64 = 0


class MoveScope(Body, frozen=True):
    """In which scope it goes on: `inferred`, `sourceParent`, or `direct` with a key."""

    ancestor_scope_type: str
    ancestor_element_instance_key: Int64 = -1


class ElementMove(Body, frozen=True):
    """Tokens that end at one element and begin at another."""

    source_element_instruction: MoveSource
    target_element_id: str
    ancestor_scope_instruction: MoveScope | None = None
    variable_instructions: list[ScopedVariables] | None = None


class Modification(Body, frozen=True):
    """What changes in an instance, all at once."""

    activate_instructions: list[ElementActivation] | None = None
    move_instructions: list[ElementMove] | None = None
    terminate_instructions: list[ElementTermination] | None = None
    operation_reference: Int64 | None = None


class ElementMapping(Body, frozen=True):
    """Which element becomes which."""

    source_element_id: str
    target_element_id: str


class Migration(Body, frozen=True):
    """The definition that an instance is brought to, and what becomes what."""

    target_process_definition_key: Int64
    mapping_instructions: list[ElementMapping]
    operation_reference: Int64 | None = None


class Reference(Body, frozen=True):
    """A number of the caller's own, which is not kept."""

    operation_reference: Int64 | None = None


class VariablesToSet(Body, frozen=True):
    """Variables, in this scope alone where it is `local`."""

    variables: Document
    local: bool = False
    operation_reference: Int64 | None = None

"""Commands that hold something back, and let it go on, of what callers name: exactly one thing."""

from __future__ import annotations

from counterflow.kernel.lives.suspension import (
    ResumeDefinition,
    ResumeInstance,
    ResumeJobType,
    SuspendDefinition,
    SuspendInstance,
    SuspendJobType,
)
from counterflow.kernel.vocabulary import Command
from counterflow.service.refusals import Invalid


def suspension(*, instance_key: int = 0, definition_key: int = 0, job_type: str = "") -> Command:
    """What a caller wants to be held back. Raises `Invalid` unless it is one thing."""
    _refuse_unless_one(instance_key, definition_key, job_type)
    if instance_key:
        return SuspendInstance(process_instance_key=instance_key)
    if definition_key:
        return SuspendDefinition(definition_key=definition_key)
    return SuspendJobType(type=job_type)


def resumption(*, instance_key: int = 0, definition_key: int = 0, job_type: str = "") -> Command:
    """What a caller wants to go on. Raises `Invalid` unless it is one thing."""
    _refuse_unless_one(instance_key, definition_key, job_type)
    if instance_key:
        return ResumeInstance(process_instance_key=instance_key)
    if definition_key:
        return ResumeDefinition(definition_key=definition_key)
    return ResumeJobType(type=job_type)


def _refuse_unless_one(*named: int | str) -> None:
    if sum(map(bool, named)) != 1:
        raise Invalid(
            "Expected the key of a process instance, the key of a process definition, or a type of jobs: one "
            f"of them, but found {sum(map(bool, named))}"
        )
